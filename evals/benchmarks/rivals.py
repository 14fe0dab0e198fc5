"""Runs every contender in a process of its own, in turns, and sets the medians side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from evals.benchmarks.material import Material, write
from evals.benchmarks.task import Cut, Result, Step, Task
from index.embedder import EMBEDDER
from index.weights import verify
from ingest.errors import RoadmapError

OURS = "roadmap"
RIVALS = ("llamaindex", "langchain", "txtai")
NAMES = {OURS: "this project", "llamaindex": "LlamaIndex", "langchain": "LangChain", "txtai": "txtai"}
ADDITION = "\n\nA paragraph was added to this document after the index was built: quokkas live on Rottnest Island.\n"
ROOT = Path(__file__).resolve().parents[2]


class ContenderFailed(RoadmapError):
    """A contender's process ended with an error."""


def compare(
    material: Material,
    work: Path,
    python: Path | None,
    *,
    cut: Cut,
    rounds: int,
    contenders: Sequence[str] = (OURS, *RIVALS),
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, list[Result]]:
    """The results of each contender, one a round; each round begins with another one. `python` is that of the rivals.

    Raises:
        ContenderFailed: with the end of what it wrote.
        WeightsMissing, WeightsDamaged: the embedder was not pulled.
    """
    corpus = write(material, work / "corpus")
    weights = verify(EMBEDDER)
    results: dict[str, list[Result]] = {name: [] for name in contenders}
    for turn in range(rounds):
        shift = turn % len(contenders)
        for name in [*contenders[shift:], *contenders[:shift]]:
            folder = work / f"{turn}-{name}"
            folder.mkdir()
            data = folder / "data"
            data.mkdir()
            first = min(material.texts)
            task = Task(str(corpus), str(data), str(weights), cut, first, ADDITION, material.questions)
            results[name].append(_run(name, task, folder, sys.executable if name == OURS else str(python)))
            tell(f"round {turn + 1}, {NAMES[name]}: {json.dumps({**asdict(results[name][-1]), 'search': '...'})}")
    return results


def _run(name: str, task: Task, folder: Path, python: str) -> Result:
    given, gave = folder / "task.json", folder / "result.json"
    given.write_text(json.dumps(asdict(task)), encoding="utf-8")
    variables = {
        "PYTHONPATH": str(ROOT),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "true",
        "OMP_WAIT_POLICY": "PASSIVE",  # for all alike: threads that spin take the cores from each other
        "CUDA_VISIBLE_DEVICES": "",
    }
    command = [python, "-m", f"evals.benchmarks.contender_{name}", str(given), str(gave), str(time.time())]
    done = subprocess.run(command, env={**os.environ, **variables}, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode or not gave.is_file():
        raise ContenderFailed(f"{NAMES[name]} failed: {done.stderr.strip()[-800:]}")
    fields = json.loads(gave.read_text(encoding="utf-8"))
    steps = {step: Step(**fields[step]) for step in ("build", "change", "unchanged")}
    return Result(**{**fields, **steps, "search": tuple(fields["search"]), "answers": tuple(fields["answers"])})


def table(results: Mapping[str, Sequence[Result]]) -> str:
    """Medians over the rounds as a Markdown table, with how many times each took of ours."""
    figures: list[tuple[str, Callable[[Result], float], str, bool]] = [
        ("passages", lambda r: r.passages, "{:.0f}", False),
        ("characters of a passage found, median", lambda r: r.characters, "{:.0f}", False),
        ("first build, s", lambda r: r.build.wall, "{:.1f}", True),
        ("first build, CPU s", lambda r: r.build.cpu, "{:.1f}", True),
        ("first build, CPU ms a passage", lambda r: 1000 * r.build.cpu / r.passages, "{:.1f}", True),
        ("one document changed, s", lambda r: r.change.wall, "{:.2f}", True),
        ("nothing changed, s", lambda r: r.unchanged.wall, "{:.2f}", True),
        ("search, median, ms", lambda r: 1000 * median(r.search), "{:.1f}", True),
        ("search, p95, ms", lambda r: 1000 * _p95(r.search), "{:.1f}", True),
        ("peak memory, MB", lambda r: r.peak, "{:.0f}", True),
        ("answer in the first passage", lambda r: r.answers[0], "{:.3f}", False),
        ("answer in the first five", lambda r: r.answers[1], "{:.3f}", False),
    ]
    rows = ["| | " + " | ".join(NAMES[name] for name in results) + " |", "|---|" + "---:|" * len(results)]
    for label, figure, form, ratio in figures:
        cells: list[str] = []
        values = {name: median(figure(result) for result in own) for name, own in results.items()}
        for name, value in values.items():
            times = f" ({value / values[OURS]:.1f}×)" if ratio and name != OURS and values.get(OURS) else ""
            cells.append(form.format(value) + times)
        rows.append(f"| {label} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
