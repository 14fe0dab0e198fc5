"""Whether a question works: in a run, in the baseline, and which of them did there and do not now."""

from __future__ import annotations

from collections.abc import Mapping

from evals.baseline import Baseline
from evals.items import EvalItem
from evals.run import Outcome, Run


def works(outcome: Outcome) -> bool:
    """Whether the question is answered as it should be; of a search, whether evidence is among the passages found."""
    if outcome.error:
        return False
    if outcome.status == "searched":
        return not outcome.item.evidence or outcome.metrics.get("success@10") == 1.0
    return outcome.metrics.get(_decisive(outcome.item)) == 1.0 and outcome.metrics.get("clean") != 0.0


def worked(item: EvalItem, scores: Mapping[str, float], *, search_only: bool) -> bool:
    """Whether these scores of a baseline are those of a question that was answered, or found, as it should be.

    So it was where a figure is missing, as it is in the baseline of a search: nothing says that it failed.
    """
    if search_only:
        return not item.evidence or scores.get("recall@10", 1.0) > 0
    return scores.get(_decisive(item), 1.0) == 1.0 and scores.get("clean") != 0.0


def now_and_before(run: Run, baseline: Baseline, questions: set[str]) -> list[tuple[EvalItem, bool, bool]]:
    """Each of these questions with whether it works and whether it did in the baseline, where a figure there says so."""
    search_only = run.head.search_only
    rows = []
    for outcome in run.outcomes:
        item, scores = outcome.item, baseline.scores.get(outcome.item.id, {})
        if item.id in questions and ("recall@10" if search_only else _decisive(item)) in scores:
            rows.append((item, works(outcome), worked(item, scores, search_only=search_only)))
    return rows


def _decisive(item: EvalItem) -> str:
    """The figure of an answer that says whether it is right."""
    return "strict_accuracy" if item.answerable else "refused"
