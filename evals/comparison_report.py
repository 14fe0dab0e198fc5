"""Two runs as one page that needs nothing else: each figure's difference with its interval, then the questions that changed
with both answers side by side. Questions of the test split are counted and never shown."""

from __future__ import annotations

from html import escape
from pathlib import Path

from evals.compare import Comparison, MetricChange, QuestionChange, answer_of, describe
from evals.page import page_html
from evals.paired import p_text
from evals.plots import differences
from evals.run import Outcome
from evals.store import RunUnwritable


def write_comparison(folder: Path, comparison: Comparison) -> Path:
    """Writes comparison.html into the folder and returns it. Raises `RunUnwritable`."""
    path = folder / "comparison.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(comparison_html(comparison), encoding="utf-8", newline="\n")
    except OSError as exc:
        raise RunUnwritable(f"The comparison could not be written to {folder} ({exc.strerror}); name another folder.") from exc
    return path


def comparison_html(comparison: Comparison) -> str:
    """The whole page."""
    rows = [(change.name, change.difference, change.low, change.high) for change in comparison.metrics]
    settings = "".join(f"<li>{escape(line)}</li>" for line in comparison.settings)
    parts = [
        "<h1>Two runs compared</h1>",
        f"<p>A: {escape(describe(comparison.a))}<br>B: {escape(describe(comparison.b))}</p>",
        f"<p>What differs in how they were made:</p><ul>{settings}</ul>" if settings else "<p>Made in the same way.</p>",
        "<h2>Figures</h2>" + _table(comparison.metrics),
        f'<div class="plots">{differences(rows, "B minus A with 95 % bootstrap intervals")}</div>' if rows else "",
    ]
    for direction in ("worse", "better"):
        changed = [change for change in comparison.questions if change.direction == direction]
        shown = [change for change in changed if change.after.item.split == "dev"]
        hidden = len(changed) - len(shown)
        note = f"<p class=soft>{hidden} of the test split are not shown.</p>" if hidden else ""
        parts.append(f"<h2>{len(changed)} questions got {direction}</h2>{note}" + "".join(_question(c) for c in shown))
    for label, missing in (("A", comparison.only_a), ("B", comparison.only_b)):
        if missing:
            parts.append(f"<p>Only {label} has {len(missing)} of the questions, or has them in another wording.</p>")
    return page_html(f"{comparison.a.id} and {comparison.b.id}", parts)


def _table(changes: tuple[MetricChange, ...]) -> str:
    rows = "".join(
        f"<tr><td>{escape(change.name)}<td>{change.before:.3f}<td>{change.after:.3f}"
        f"<td class={_colour(change)}>{change.difference:+.3f}<td>{change.low:+.3f} to {change.high:+.3f}"
        f"<td>{escape(p_text(change.p))}"
        f"<td>{change.questions}<td>{change.better}<td>{change.worse}"
        for change in changes
    )
    head = "<th>figure<th>A<th>B<th>B−A<th>95 % interval<th>p<th>questions<th>better<th>worse"
    return f"<div class=scroll><table><tr>{head}{rows}</table></div>"


def _colour(change: MetricChange) -> str:
    if change.p >= 0.05:
        return "soft"
    return "good" if change.difference > 0 else "bad"


def _question(change: QuestionChange) -> str:
    item = change.after.item
    both = [outcome.metrics.get(change.name) for outcome in (change.before, change.after)]
    values = " → ".join("–" if value is None else f"{value:.2f}" for value in both)
    return (
        f"<details class=question open><summary>{escape(item.question)} <span class=tag>{escape(item.kind)}</span> "
        f"<span class=soft>{escape(item.id)}, {escape(change.name)} {values}</span></summary>"
        f"<div class=pair>{_side('A', change.before)}{_side('B', change.after)}</div></details>"
    )


def _side(label: str, outcome: Outcome) -> str:
    ranks = ", ".join(str(rank or "none") for rank in outcome.ranking.quotes)
    found = f"; evidence at rank {ranks}" if ranks else ""
    return (
        f"<div><p class=soft>{label}: {escape(outcome.status)}{found}, {outcome.seconds:.2f} s</p>"
        f"<div class=answer>{escape(answer_of(outcome))}</div></div>"
    )
