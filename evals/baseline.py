"""The committed baseline: what every question scored when someone last said "this is good", and how far it may fall.

It is a readable file on purpose: lowering it shows up in a review, with the reason beside it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from evals.items import EvalItem
from evals.metrics import GATED, METRICS
from evals.run import Run
from evals.store import RunUnwritable
from ingest.errors import RoadmapError

FORMAT = 1
_PLACES = 6  # decimals kept of a figure


class BaselineMissing(RoadmapError):
    """The gate was asked for, but there is no baseline to hold the run against."""


class BaselineInvalid(RoadmapError):
    """The baseline file cannot be used."""


class BaselinePartial(RoadmapError):
    """The baseline was to be replaced by a run that did not ask, measure, or get an answer to all that it holds."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far an average may fall before the gate fails.

    It fails when the fall is beyond `drop` and the paired test calls it more than chance (`p`), or when it is beyond
    `large_drop` and at least `questions` more questions got worse than better, whatever the test says: a set of forty questions
    is too small to prove that three lost ones are no accident, yet they are lost.
    """

    drop: float = 0.01
    p: float = 0.05
    large_drop: float = 0.05
    questions: int = 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """Scores by question, and what they were made with."""

    created: str
    commit: str
    reason: str
    models: Mapping[str, str]
    config: Mapping[str, object]
    documents: Mapping[str, str]  # document id -> digest
    items: Mapping[str, str]  # question id -> `EvalItem.digest`
    scores: Mapping[str, Mapping[str, float]]  # question id -> figure -> value, gated figures only
    tolerance: Tolerance = Tolerance()
    floors: Mapping[str, float] = field(default_factory=lambda: {"citation_exactness": 1.0})  # averages never to fall below

    def values_of(self, name: str, questions: set[str]) -> dict[str, float]:
        """Question id -> figure, for those of the questions that have it."""
        return {item: scores[name] for item, scores in self.scores.items() if item in questions and name in scores}


def default_baseline() -> Path:
    """Where the committed baseline is."""
    return Path(__file__).parent / "baseline.json"


def baseline_from(run: Run, *, reason: str, previous: Baseline | None = None) -> Baseline:
    """A baseline of this run; tolerance and floors are kept from the previous one."""
    scores = {}
    for outcome in run.outcomes:
        values = {name: outcome.metrics.get(name) for name in GATED}
        scores[outcome.item.id] = {name: kept(value) for name, value in values.items() if value is not None}
    head = run.head
    items = {outcome.item.id: outcome.item.digest for outcome in run.outcomes}
    made = Baseline(head.created, head.commit, reason, head.models, head.config, head.documents, items, scores)
    return made if previous is None else replace(made, tolerance=previous.tolerance, floors=previous.floors)


def check_whole(path: Path, items: Sequence[EvalItem], *, narrow: bool) -> None:
    """Whether a run of these questions can replace the baseline; `narrow` where it leaves out questions or figures on purpose.

    Raises `BaselinePartial`, and what `read_baseline` raises but for a missing one.
    """
    if narrow:
        raise BaselinePartial(
            "A baseline is a run of every question with every figure; update it without --split, --sample and --search-only."
        )
    try:
        held = read_baseline(path).items
    except BaselineMissing:
        return
    if lost := sorted({*held} - {item.id for item in items}):
        names = ", ".join(lost[:5]) + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
        raise BaselinePartial(
            f"The baseline {path} holds questions that are not asked ({names}); name their files with --items too, or take "
            "their lines out of it where they are gone for good."
        )


def update(path: Path, run: Run, reason: str) -> Path:
    """Makes the run the baseline, with the tolerance and floors of the last one.

    Raises `BaselinePartial` where a question ended in an error: it would be let off from then on,
    and `BaselineInvalid`, `RunUnwritable`.
    """
    if crashed := [outcome for outcome in run.outcomes if outcome.error]:
        names = ", ".join(outcome.item.id for outcome in crashed[:5]) + (" and more" if len(crashed) > 5 else "")
        raise BaselinePartial(
            f"The run is no baseline: {len(crashed)} of its questions ended in an error ({names}), the first with "
            f"{crashed[0].error}"
        )
    try:
        previous = read_baseline(path)
    except BaselineMissing:
        previous = None
    write_baseline(path, baseline_from(run, reason=reason, previous=previous))
    return path


def kept(value: float) -> float:
    """A figure as a baseline keeps it: what is held against one has to be rounded the same way, or a third got worse."""
    return round(value, _PLACES)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Writes the file, one question a line, sorted, and makes its folder where there is none. Raises `RunUnwritable`."""
    fields = {"format": FORMAT} | asdict(baseline)
    scores = fields.pop("scores")
    items = fields.pop("items")
    lines = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}" for name, value in fields.items()]
    questions = [f"    {json.dumps(item)}: {json.dumps({'digest': items[item], **scores[item]})}" for item in sorted(scores)]
    text = "{\n" + ",\n".join(lines) + ',\n  "questions": {\n' + ",\n".join(questions) + "\n  }\n}\n"
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)  # in one step: half a baseline would be none, and the old one gone
    except OSError as exc:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise RunUnwritable(f"The baseline {path} could not be written ({exc.strerror}); check the path.") from exc


def read_baseline(path: Path) -> Baseline:
    """The baseline of a file.

    Raises:
        BaselineMissing: there is no such file.
        BaselineInvalid: it is no baseline of this format, or names a figure that is not gated.
    """
    try:
        fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if fields.pop("format") != FORMAT:
            raise ValueError(f"this version reads format {FORMAT}")
        tolerance = Tolerance(**fields.pop("tolerance"))
        questions: dict[str, dict[str, Any]] = fields.pop("questions")
        items = {item: str(entry.pop("digest")) for item, entry in questions.items()}
        scores = {item: {name: float(value) for name, value in entry.items()} for item, entry in questions.items()}
        baseline = Baseline(**fields, items=items, scores=scores, tolerance=tolerance)
        wrong = [name for name, value in (asdict(tolerance) | dict(baseline.floors)).items() if not _is_number(value)]
        if wrong:
            raise ValueError(f"“{wrong[0]}” has to be a number")
        unknown = sorted({*baseline.floors} - {*METRICS})
        if unknown:
            raise ValueError(f"“{unknown[0]}” is no figure; there are: {', '.join(METRICS)}")
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise BaselineMissing(f"There is no baseline {path}; make one with `roadmap eval --update-baseline`.") from exc
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        hint = "mend it, or restore it from the last commit: a new one would begin with other tolerances and floors."
        raise BaselineInvalid(f"The baseline {path} cannot be used ({type(exc).__name__}: {exc}); {hint}") from exc
    return baseline


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
