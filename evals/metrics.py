"""What is measured: one table with every figure's name, what it says, and whether the gate watches it.

The figures themselves come from `evals.retrieval`, `evals.answers` and `evals.abstention`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evals.retrieval import CUTOFFS

Family = Literal["retrieval", "answers", "abstention", "cost"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `per_question` ones are averaged over the questions that have them; the others need all questions at once."""

    name: str
    family: Family
    about: str
    per_question: bool = True
    gated: bool = False
    higher_is_better: bool = True
    unit: str = ""  # "" for shares from 0 to 1
    steady: bool = True  # whether the same questions have it whatever is answered; else refusing can raise it


def _first(k: int) -> str:
    return "first passage" if k == 1 else f"first {k} passages"


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        *(
            Metric(f"success@{k}", "retrieval", f"questions with evidence in the {_first(k)}", gated=k in (1, 5))
            for k in CUTOFFS
        ),
        *(Metric(f"recall@{k}", "retrieval", f"quotes found in the {_first(k)}", gated=k in (5, 10)) for k in CUTOFFS),
        Metric("mrr", "retrieval", "1 / rank of the first passage with evidence", gated=True),
        Metric("ndcg@10", "retrieval", "order of the first 10 passages", gated=True),
        Metric("must_coverage", "answers", "required points that the answer makes", gated=True),
        Metric("strict_accuracy", "answers", "answered with every required point and nothing forbidden", gated=True),
        Metric("clean", "answers", "answers without anything forbidden", gated=True),
        Metric("citation_precision", "answers", "citations that lie in the evidence", gated=True, steady=False),
        Metric("citation_recall", "answers", "sentences with a citation in the evidence", gated=True),
        Metric("evidence_cited", "answers", "quotes of which the citations show at least half", gated=True),
        Metric("citation_exactness", "answers", "citations that are exactly the document's words", gated=True, steady=False),
        Metric("supported", "answers", "sentences that the cited words support", gated=True, steady=False),
        Metric("answered", "abstention", "answerable questions that are answered", gated=True),
        Metric("refused", "abstention", "unanswerable questions that are refused", gated=True),
        Metric("abstention_precision", "abstention", "refusals that are right", per_question=False),
        Metric("abstention_recall", "abstention", "unanswerable questions that are refused", per_question=False),
        Metric("abstention_f1", "abstention", "harmonic mean of the two", per_question=False),
        Metric("false_refusal_rate", "abstention", "answerable questions refused", per_question=False, higher_is_better=False),
        Metric("confidence_auroc", "abstention", "chance that an answerable question has the higher one", per_question=False),
        Metric("risk_coverage_area", "abstention", "mean risk over all coverages", per_question=False, higher_is_better=False),
        Metric("confidence_ece", "abstention", "gap between confidence and truth", per_question=False, higher_is_better=False),
        Metric("crashed", "cost", "questions that ended in an error", higher_is_better=False),
        Metric("words_median", "cost", "words per answer", per_question=False, higher_is_better=False, unit="words"),
        Metric("seconds_median", "cost", "whole answer", per_question=False, higher_is_better=False, unit="s"),
        Metric("seconds_p95", "cost", "whole answer, 95th percentile", per_question=False, higher_is_better=False, unit="s"),
        Metric("first_token_median", "cost", "first words on the screen", per_question=False, higher_is_better=False, unit="s"),
    )
}

GATED: tuple[str, ...] = tuple(name for name, metric in METRICS.items() if metric.gated)
PER_QUESTION: tuple[str, ...] = tuple(name for name, metric in METRICS.items() if metric.per_question)
