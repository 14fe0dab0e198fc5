"""A sweep as a page that needs nothing else, and as JSON: a table of every setting and a plot of quality against time."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from evals.metrics import METRICS
from evals.page import page_html
from evals.paired import p_text
from evals.plots import scatter
from evals.store import RunUnwritable
from evals.sweep_run import SweepResult

_SHOWN = (
    "seconds_median", "success@1", "recall@10", "mrr", "must_coverage", "strict_accuracy", "citation_precision",
    "citation_recall", "answered", "refused", "abstention_f1", "confidence_auroc", "seconds_p95",
)  # fmt: skip


def write_sweep(folder: Path, result: SweepResult) -> Path:
    """Writes sweep.html and sweep.json into the folder and returns the first. Raises `RunUnwritable`."""
    files = {"sweep.html": sweep_html(result), "sweep.json": json.dumps(result.as_json(), indent=1) + "\n"}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as exc:
        raise RunUnwritable(f"The sweep could not be written to {folder} ({exc.strerror}); name another folder.") from exc
    return folder / "sweep.html"


def sweep_html(result: SweepResult) -> str:
    """The whole page."""
    sweep = result.sweep
    split = "all questions" if sweep.split == "all" else f"the {sweep.split} split"
    points = [(entry.seconds, entry.quality, entry.setting.named(sweep.keys), entry.pareto) for entry in reversed(result.tried)]
    parts = [
        f"<h1>Sweep: {len(result.tried)} settings</h1>",
        f"<p class=soft>{result.questions} questions of {split}, {escape(result.id)}</p>",
        "<p>Filled dots: no other setting is both better and faster (Pareto front).</p>",
        f'<div class="plots">{scatter(points, "Quality and time", "seconds a question, median", sweep.quality)}</div>',
        "<h2>Settings, best first</h2>" + _table(result),
    ]
    return page_html(f"Sweep {result.id}", parts)


def _table(result: SweepResult) -> str:
    keys, quality = result.sweep.keys, result.sweep.quality
    figures = [
        name
        for name in _SHOWN
        if name != quality and name in METRICS and any(entry.summary.get(name) is not None for entry in result.tried)
    ]
    head = "".join(f"<th>{escape(name)}" for name in (*keys, quality, "p (best)", *figures))
    rows = []
    for entry in result.tried:
        cells = [str(getattr(entry.setting, key)) for key in keys]
        cells += [f"{entry.quality:.4f}", p_text(entry.worse_than_best)]
        for name in figures:
            value = entry.summary.get(name)
            cells.append("" if value is None else f"{value:.3f}")
        mark = "●" if entry.pareto else ""
        rows.append(f"<tr><td>{mark}" + "".join(f"<td>{escape(cell)}" for cell in cells))
    about = "p (best): how likely the best setting's lead over this one is chance alone, by the paired permutation test."
    return f"<div class=scroll><table><tr><th>{head}{''.join(rows)}</table></div><p class=soft>{about}</p>"
