"""Two runs side by side: what changed on the questions both answered, how sure that is, and which questions changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evals.metrics import PER_QUESTION
from evals.paired import Alternative, bootstrap_interval, p_text, sign_flip
from evals.run import Outcome, Run, RunHead
from evals.summary import values_of

# What decides whether a question got better: the first of these that differs. Rankings count only where answers are alike.
_VERDICT = ("strict_accuracy", "refused", "must_coverage", "clean", "citation_recall", "mrr", "recall@10")


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One figure on the questions that both runs have it for: B minus A, with its 95 % interval and p-value."""

    name: str
    questions: int
    before: float
    after: float
    low: float
    high: float
    p: float
    better: int  # questions on which B is higher
    worse: int

    @property
    def difference(self) -> float:
        """B minus A, both averaged over the same questions."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """One question whose verdict differs, with both outcomes."""

    name: str  # of the figure that decided
    direction: Literal["better", "worse"]
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B against run A."""

    a: RunHead
    b: RunHead
    metrics: tuple[MetricChange, ...]
    questions: tuple[QuestionChange, ...]  # worse first
    only_a: tuple[str, ...]  # ids of questions that B did not ask, or asks otherwise
    only_b: tuple[str, ...]
    settings: tuple[str, ...]  # what differs in how the two were made, one line each

    @property
    def text(self) -> str:
        """The comparison for a terminal; questions of the test split only as a count."""
        lines = [f"A  {describe(self.a)}", f"B  {describe(self.b)}", *(f"   {line}" for line in self.settings), ""]
        lines.append(f"{'':20} {'A':>7} {'B':>7} {'B-A':>8}   95 % interval       p    n  better worse")
        for change in self.metrics:
            interval = f"[{change.low:+.3f}, {change.high:+.3f}]"
            lines.append(
                f"{change.name:20} {change.before:7.3f} {change.after:7.3f} {change.difference:+8.3f}   {interval:17}"
                f" {p_text(change.p):>6} {change.questions:4d} {change.better:7d} {change.worse:5d}"
            )
        for direction in ("worse", "better"):
            lines += ["", *self._questions(direction)]
        for label, missing in (("A", self.only_a), ("B", self.only_b)):
            if missing:
                lines.append(f"Only {label} has {len(missing)} of the questions, or has them in another wording.")
        return "\n".join(lines)

    def _questions(self, direction: str) -> list[str]:
        changed = [change for change in self.questions if change.direction == direction]
        shown = [change for change in changed if change.after.item.split == "dev"]
        hidden = f" ({len(changed) - len(shown)} of the test split are not listed)" if len(shown) < len(changed) else ""
        lines = [f"{len(changed)} questions got {direction}{hidden}"]
        for change in shown:
            values = f"{_shown(change.before, change.name)} -> {_shown(change.after, change.name)}"
            lines.append(f"- {change.after.item.id}: {change.after.item.question}   [{change.name} {values}]")
            lines += [f"    {label}: {_short(answer_of(o))}" for label, o in (("A", change.before), ("B", change.after))]
        return lines

    def as_json(self) -> dict[str, object]:
        """The same for programs, answers in full."""
        return {
            "a": self.a.id,
            "b": self.b.id,
            "settings": list(self.settings),
            "metrics": [
                {
                    "name": change.name, "questions": change.questions, "a": change.before, "b": change.after,
                    "difference": change.difference, "low": change.low, "high": change.high, "p": change.p,
                    "better": change.better, "worse": change.worse,
                }
                for change in self.metrics
            ],
            "questions": [
                {
                    "id": change.after.item.id, "question": change.after.item.question, "metric": change.name,
                    "direction": change.direction, "a": answer_of(change.before), "b": answer_of(change.after),
                }
                for change in self.questions
                if change.after.item.split == "dev"
            ],
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
        }  # fmt: skip


def compare_runs(a: Run, b: Run) -> Comparison:
    """B against A, on the questions that both asked in the same wording with the same expectations."""
    first = {outcome.item.id: outcome for outcome in a.outcomes}
    second = {outcome.item.id: outcome for outcome in b.outcomes}
    common = [name for name in first if name in second and first[name].item.digest == second[name].item.digest]
    metrics = []
    for name in PER_QUESTION:
        before, after = values_of([first[i] for i in common], name), values_of([second[i] for i in common], name)
        change = metric_change(name, before, after)
        if change is not None:
            metrics.append(change)
    changes = [question_change(first[name], second[name]) for name in common]
    found = sorted(
        (change for change in changes if change is not None),
        key=lambda change: (change.direction != "worse", change.after.item.id),
    )
    return Comparison(
        a=a.head,
        b=b.head,
        metrics=tuple(metrics),
        questions=tuple(found),
        only_a=tuple(name for name in first if name not in common),
        only_b=tuple(name for name in second if name not in common),
        settings=differences(made_with(a.head), made_with(b.head)),
    )


def metric_change(
    name: str, before: Mapping[str, float], after: Mapping[str, float], *, alternative: Alternative = "two-sided"
) -> MetricChange | None:
    """The change of one figure from values by question id; None when no question has it in both."""
    common = [question for question in before if question in after]
    if not common:
        return None
    changes = [after[question] - before[question] for question in common]
    low, high = bootstrap_interval(changes)
    return MetricChange(
        name=name,
        questions=len(common),
        before=sum(before[question] for question in common) / len(common),
        after=sum(after[question] for question in common) / len(common),
        low=low,
        high=high,
        p=sign_flip(changes, alternative=alternative),
        better=sum(change > 0 for change in changes),
        worse=sum(change < 0 for change in changes),
    )


def question_change(before: Outcome, after: Outcome) -> QuestionChange | None:
    """What changed on one question; None when nothing did that matters."""
    for name in _VERDICT:
        first, second = before.metrics.get(name), after.metrics.get(name)
        if first is not None and second is not None and first != second:
            return QuestionChange(name, "better" if second > first else "worse", before, after)
    return None


def made_with(head: RunHead) -> dict[str, object]:
    """Everything of a head that a person might have changed, nested."""
    return {"models": dict(head.models), "config": dict(head.config), "documents": dict(head.documents)}


def differences(before: Mapping[str, object], after: Mapping[str, object], path: str = "") -> tuple[str, ...]:
    """One line for each value that differs, with its dotted name.

    >>> differences({"config": {"k": 10, "weight": 0.6}}, {"config": {"k": 10, "weight": 0.0}})
    ('config.weight: 0.6 -> 0.0',)
    """
    lines: list[str] = []
    for key in sorted({*before, *after}):
        first, second = before.get(key), after.get(key)
        name = f"{path}{key}"
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            lines += differences(first, second, f"{name}.")
        elif first != second:
            lines.append(f"{name}: {'-' if first is None else first} -> {'-' if second is None else second}")
    return tuple(lines)


def describe(head: RunHead) -> str:
    """One line: id, commit, number of documents, models."""
    models = ", ".join(head.models.values())
    parts = (head.id, f"commit {head.commit[:10] or 'unknown'}", f"{len(head.documents)} documents", models)
    return " · ".join(part for part in parts if part)


def answer_of(outcome: Outcome) -> str:
    """The answer's text, the error, or the first passage's heading of a search."""
    if outcome.error:
        return f"(error) {outcome.error}"
    answer = outcome.record.get("answer")
    if isinstance(answer, str):
        return answer
    return f"evidence at rank {', '.join(str(rank or 'none') for rank in outcome.ranking.quotes)}"


def _shown(outcome: Outcome, name: str) -> str:
    value = outcome.metrics.get(name)
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def _short(text: str, limit: int = 300) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
