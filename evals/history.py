"""Stored runs as rows for a chart and for tables, and the dev questions of one run in the order they are to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.metrics import METRICS
from evals.run import Outcome, Run, RunHead
from evals.summary import by_kind
from evals.working import works

HEADLINES = ("strict_accuracy", "refused", "citation_recall", "success@1", "mrr", "seconds_median")
CHARTED = ("strict_accuracy", "refused", "mrr")
KIND_FIGURES = (
    "success@1", "recall@10", "mrr", "must_coverage", "strict_accuracy", "citation_recall", "answered", "refused",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Context:
    """One passage that was retrieved for a question, and why."""

    rank: int
    document: str
    section: tuple[str, ...]
    text: str
    marks: tuple[tuple[int, int], ...]  # where the evidence stands in `text`, 0-based and half-open
    covers: bool  # whether it is the first to cover a quote
    cited: bool  # whether the answer cites words of it
    score: float
    dense: float
    lexical: float
    rerank: float | None


def series(heads: Sequence[RunHead], names: Sequence[str]) -> dict[str, list[float | str | None]]:
    """A column of run times, oldest first, and one for each figure; a run that lacks one of them is left out.

    Columns are named "run" and after the figures.
    """
    kept = [head for head in heads if all(head.summary.get(name) is not None for name in names)]
    columns: dict[str, list[float | str | None]] = {"run": [label(head)[:14] for head in kept]}
    for name in names:
        columns[name] = [head.summary.get(name) for head in kept]
    return columns


def label(head: RunHead) -> str:
    """The run's time and commit, short enough for an axis.

    >>> label(RunHead("r", "2025-01-31T10:20:30+00:00", False, "0123456789+", 1, "", {}, {}, {}))
    '01-31 10:20:30 0123456+'
    """
    commit = head.commit[:7] + ("+" if head.commit.endswith("+") else "")
    return f"{head.created[5:19].replace('T', ' ')} {commit}".strip()


def figures_of(head: RunHead, before: RunHead | None = None) -> list[dict[str, object]]:
    """A row for each figure of a run, with what it says, and the change since `before` where that has it."""
    rows: list[dict[str, object]] = []
    for name, metric in METRICS.items():
        value = head.summary.get(name)
        if value is None:
            continue
        earlier = before.summary.get(name) if before is not None else None
        row: dict[str, object] = {"figure": name, "value": value, "questions": head.counts.get(name)}
        if before is not None:
            row["change"] = None if earlier is None else value - earlier
        rows.append({**row, "about": metric.about + (f" ({metric.unit})" if metric.unit else "")})
    return rows


def kinds_of(run: Run) -> list[dict[str, object]]:
    """A row for each kind of question with its averages, test questions included, as totals are."""
    rows: list[dict[str, object]] = []
    kinds = by_kind(run.outcomes)
    shown = [name for name in KIND_FIGURES if any(figures[name] is not None for figures in kinds.values())]
    for kind, figures in kinds.items():
        count = sum(outcome.item.kind == kind for outcome in run.outcomes)
        rows.append({"kind": kind, "questions": count, **{name: figures[name] for name in shown}})
    return rows


def dev_outcomes(outcomes: Iterable[Outcome], *, kind: str = "", state: str = "", text: str = "") -> tuple[Outcome, ...]:
    """The dev questions of this kind and state ("works" or "fails") that hold the text; those that fail first."""
    wanted = " ".join(text.split()).casefold()
    found = [
        outcome
        for outcome in outcomes
        if outcome.item.split == "dev"
        and kind in ("", outcome.item.kind)
        and state in ("", "works" if works(outcome) else "fails")
        and wanted in f"{outcome.item.id} {outcome.item.question} {outcome.record.get('answer', '')}".casefold()
    ]
    return tuple(sorted(found, key=works))


def missed_points(outcome: Outcome) -> tuple[str, ...]:
    """What a right answer would have needed and this one lacks, one sentence each."""
    lines = []
    metrics = outcome.metrics
    if outcome.error:
        lines.append(f"It ended in an error: {outcome.error}")
    elif outcome.item.answerable and outcome.refused:
        lines.append("It was refused, though the documents answer it.")
    elif not outcome.item.answerable and metrics.get("refused") == 0:
        lines.append("It was answered, though the documents do not cover it.")
    if not outcome.error and not outcome.refused and metrics.get("must_coverage") not in (None, 1.0):
        lines.append("It leaves out required points.")
    if metrics.get("clean") == 0.0:
        lines.append("It says something that is forbidden.")
    for evidence, rank in zip(outcome.item.evidence, outcome.ranking.quotes, strict=True):
        if rank is None:
            lines.append(f"The search missed “{_short(evidence.quote)}”.")
    for evidence, shown in zip(outcome.item.evidence, outcome.cited, strict=False):
        if not shown and not outcome.error and not outcome.refused:
            lines.append(f"The citations do not show “{_short(evidence.quote)}”.")
    return tuple(lines)


def contexts_of(outcome: Outcome) -> tuple[Context, ...]:
    """The passages that were retrieved, best first."""
    contexts = outcome.record.get("contexts", ())
    citations = outcome.record.get("citations", ())
    assert isinstance(contexts, Sequence) and isinstance(citations, Sequence)
    found = []
    for context in contexts:
        cited = any(
            citation["document"] == context["document"]
            and any(start < citation["end"] and citation["start"] < end for start, end in context["spans"])
            for citation in citations
        )
        found.append(
            Context(
                rank=context["rank"],
                document=context["document"],
                section=tuple(context["section"]),
                text=context["text"],
                marks=evidence_marks(context, outcome),
                covers=context["rank"] in outcome.ranking.quotes,
                cited=cited,
                score=context["score"],
                dense=context["dense"],
                lexical=context["lexical"],
                rerank=context.get("rerank"),
            )
        )
    return tuple(found)


def evidence_marks(context: Mapping[str, object], outcome: Outcome) -> tuple[tuple[int, int], ...]:
    """Where the words of the evidence stand in a passage's text, merged and in order."""
    spans = context["spans"]
    assert isinstance(spans, Sequence)
    places = [
        place
        for evidence, own in zip(outcome.item.evidence, outcome.evidence, strict=True)
        if evidence.document_id == context["document"]
        for place in own
    ]
    marks: list[tuple[int, int]] = []
    offset = 0
    for start, end in spans:
        for low, high in sorted(places):
            left, right = max(start, low), min(end, high)
            if left >= right:
                continue
            mark = (offset + left - start, offset + right - start)
            if marks and mark[0] <= marks[-1][1]:
                marks[-1] = (marks[-1][0], max(marks[-1][1], mark[1]))
            else:
                marks.append(mark)
        offset += end - start + 1  # spans are joined by a line break
    return tuple(marks)


def _short(text: str, limit: int = 120) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
