"""Runs a sweep: each setting is measured on the same questions, and nothing is computed twice.

Settings that agree on embedder and passage size share an index; those that differ in the threshold alone share every answer,
since the threshold only decides which of them are shown. Questions of several parts are the exception: it also decides which of
those are answered, so they are asked again. Nothing of the single runs is stored but their figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from assistant.answer import Answer, Mode, Turn
from assistant.verify import support
from evals.evaluate import choose_items
from evals.evidence import check_documents, check_quotes, locate
from evals.items import EvalItem, load_items
from evals.paired import p_text, sign_flip
from evals.run import Asked, Corpus, Outcome, run_items
from evals.summary import summarise, values_of
from evals.sweep import Setting, Sweep, SweepInvalid
from index.hit import Hit

Progress = Callable[[int, int], None]
COST = "seconds_median"


class Engine(Protocol):
    """Makes what a setting describes."""

    def open(self, setting: Setting) -> tuple[Asked, Corpus]:
        """An assistant that refuses nothing, and the index it asks."""
        ...

    def threshold(self, setting: Setting) -> float:
        """The least confidence with which this setting answers."""
        ...

    def parted(self, question: str, history: Sequence[Turn]) -> bool:
        """Whether what was opened last sees several parts in a question and holds each against the threshold."""
        ...


@dataclass(frozen=True, slots=True)
class Tried:
    """One setting and how it did."""

    setting: Setting
    summary: Mapping[str, float | None]
    quality: float
    seconds: float  # median a question
    worse_than_best: float  # p-value that the best setting is better by chance only; 1 for the best itself
    pareto: bool  # no other setting is both better and faster


@dataclass(frozen=True, slots=True)
class SweepResult:
    """All settings, best first."""

    id: str
    sweep: Sweep
    tried: tuple[Tried, ...]
    questions: int

    @property
    def text(self) -> str:
        """A table for a terminal."""
        name = self.sweep.quality
        lines = [f"{len(self.tried)} settings, {self.questions} questions; * no other setting is both better and faster", ""]
        lines.append(f"   {name:>16}  p(best)  seconds  setting")
        for entry in self.tried:
            mark = "*" if entry.pareto else " "
            shown = entry.setting.named(self.sweep.keys)
            lines.append(f" {mark} {entry.quality:16.4f}  {p_text(entry.worse_than_best):>7}  {entry.seconds:7.3f}  {shown}")
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """The same for programs, with every figure."""
        return {
            "id": self.id,
            "quality": self.sweep.quality,
            "split": self.sweep.split,
            "questions": self.questions,
            "settings": [
                {
                    "setting": {key: value for key, value in asdict(entry.setting).items() if value is not None},
                    "quality": entry.quality,
                    "seconds": entry.seconds,
                    "p_best": entry.worse_than_best,
                    "pareto": entry.pareto,
                    "figures": dict(entry.summary),
                }
                for entry in self.tried
            ],
        }


def run_sweep(
    sweep: Sweep, engine: Engine, item_files: Sequence[Path] = (), *, progress: Progress = lambda done, total: None
) -> SweepResult:
    """Measures every setting.

    Raises `SweepInvalid` where no question has the figure to be best at, and what `load_items`, `check_quotes` and the engine
    raise.
    """
    items = choose_items(load_items(item_files), sweep.split, sample=sweep.sample)
    groups: dict[tuple[object, ...], list[Setting]] = {}
    for setting in sweep.settings:
        groups.setdefault(setting.answers, []).append(setting)
    measured: list[tuple[Setting, tuple[Outcome, ...]]] = []
    for number, group in enumerate(groups.values()):
        measured += _measure(group, sweep, engine, items, lambda done, first=number: progress(  # type: ignore[misc]
            first * len(items) + done, len(groups) * len(items)
        ))  # fmt: skip
        if not values_of(measured[0][1], sweep.quality):
            raise SweepInvalid(
                f"None of the {len(items)} questions has “{sweep.quality}”; choose another figure, split or file."
            )
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return SweepResult(stamp, sweep, judge(measured, sweep.quality), len(items))


def _measure(
    group: Sequence[Setting], sweep: Sweep, engine: Engine, items: Sequence[EvalItem], progress: Callable[[int], None]
) -> list[tuple[Setting, tuple[Outcome, ...]]]:
    """The outcomes of settings that share their answers; `progress` is told the questions done."""
    asked, corpus = engine.open(group[0])
    check_documents(items, corpus.documents)
    located = locate(items, corpus.documents)
    check_quotes(items, located)
    mode: Mode = "write" if group[0].mode == "write" else "quote"
    remembered = Remembered(asked, engine.parted)
    measured: list[tuple[Setting, tuple[Outcome, ...]]] = []
    for setting in group:
        remembered.threshold = engine.threshold(setting)
        if sweep.search_only and measured:
            measured.append((setting, measured[0][1]))  # a search knows no threshold
            continue
        outcomes = run_items(
            items, located, remembered, corpus.documents, support, mode=mode, search_only=sweep.search_only,
            progress=None if measured else lambda done, total, name: progress(done) if done else None,
        )  # fmt: skip
        measured.append((setting, outcomes if sweep.search_only else _timed(outcomes)))
    return measured


class Remembered:
    """An assistant that answers each question once, whatever the threshold: below it the same answer is a refusal.

    One that has several parts is asked once for each threshold.
    """

    def __init__(self, asked: Asked, parted: Callable[[str, Sequence[Turn]], bool]) -> None:
        self.threshold = 0.0
        self._asked = asked
        self._parted = parted
        self._answers: dict[tuple[str, tuple[Turn, ...], float | None], Answer] = {}

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        """The answer, or the refusal that this threshold makes of it."""
        if self._parted(question, history):
            return self._once(question, history, mode, self.threshold)
        answer = self._once(question, history, mode, None)
        if answer.confidence >= self.threshold or answer.status == "not_covered":
            return answer
        return replace(answer, status="not_covered", sentences=(), citations=(), missing=())

    def _once(self, question: str, history: Sequence[Turn], mode: Mode, threshold: float | None) -> Answer:
        key = (question, tuple(history), threshold)
        if key not in self._answers:
            self._asked.threshold = threshold or 0.0
            self._answers[key] = self._asked.ask(question, history, mode=mode)
        return self._answers[key]

    def search(self, question: str, history: Sequence[Turn] = (), k: int = 10) -> tuple[str, tuple[Hit, ...]]:
        """As the assistant itself."""
        return self._asked.search(question, history, k)


def judge(measured: Sequence[tuple[Setting, tuple[Outcome, ...]]], quality: str) -> tuple[Tried, ...]:
    """The settings with their figures, best first; equally good ones by speed."""
    rows = []
    for setting, outcomes in measured:
        summary = summarise(outcomes)
        rows.append((setting, summary, values_of(outcomes, quality), summary[quality] or 0.0, summary[COST] or 0.0))
    rows.sort(key=lambda row: (-row[3], row[4]))
    front = pareto([(row[4], row[3]) for row in rows])
    best = rows[0][2]
    return tuple(
        Tried(setting, summary, value, seconds, _p(values, best), at in front)
        for at, (setting, summary, values, value, seconds) in enumerate(rows)
    )


def pareto(points: Sequence[tuple[float, float]]) -> frozenset[int]:
    """The places of the (cost, quality) points that no other point beats in one without losing in the other.

    >>> sorted(pareto([(1.0, 0.5), (2.0, 0.9), (3.0, 0.8), (0.5, 0.5)]))
    [1, 3]
    """
    front = set()
    for place, (cost, quality) in enumerate(points):
        beaten = any(c <= cost and q >= quality and (c < cost or q > quality) for c, q in points)
        if not beaten:
            front.add(place)
    return frozenset(front)


def _p(values: Mapping[str, float], best: Mapping[str, float]) -> float:
    return sign_flip([values[name] - best[name] for name in best if name in values], alternative="less")


def _timed(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """With the seconds that the answer took when it was made, not when it was remembered."""
    timed = []
    for outcome in outcomes:
        seconds = outcome.record.get("seconds")
        total = seconds.get("total") if isinstance(seconds, Mapping) else None
        timed.append(replace(outcome, seconds=total) if isinstance(total, float) else outcome)
    return tuple(timed)
