"""Averages of a run: outcomes in, one figure per metric out; a question that has no such figure is left out of its average."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from evals.abstention import Judged, abstention_metrics
from evals.metrics import METRICS, PER_QUESTION
from evals.run import Outcome


def summarise(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """Every figure of `evals.metrics.METRICS`, in its order; None where no question has it."""
    values: dict[str, float | None] = {name: mean(values_of(outcomes, name)) for name in PER_QUESTION}
    judged = judgements(outcomes)
    if judged:
        values |= abstention_metrics(judged)
    sound = [outcome for outcome in outcomes if not outcome.error]
    words = [outcome.words for outcome in sound if outcome.words is not None]
    first = [outcome.first_token for outcome in sound if outcome.first_token is not None]
    seconds = [outcome.seconds for outcome in sound]
    values |= {
        "words_median": float(median(words)) if words else None,
        "seconds_median": median(seconds) if seconds else None,
        "seconds_p95": percentile(seconds, 95) if seconds else None,
        "first_token_median": median(first) if first else None,
    }
    return {name: values.get(name) for name in METRICS}


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float | None]]:
    """For each kind of question, alphabetically, the averages of the per-question figures."""
    kinds = sorted({outcome.item.kind for outcome in outcomes})
    return {kind: _means([outcome for outcome in outcomes if outcome.item.kind == kind]) for kind in kinds}


def values_of(outcomes: Sequence[Outcome], name: str) -> dict[str, float]:
    """Question id -> figure, for those that have it."""
    found = {}
    for outcome in outcomes:
        value = outcome.metrics.get(name)
        if value is not None:
            found[outcome.item.id] = value
    return found


def counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """How many questions each per-question figure rests on, zeros left out."""
    found = {name: len(values_of(outcomes, name)) for name in PER_QUESTION}
    return {name: count for name, count in found.items() if count}


def judgements(outcomes: Sequence[Outcome]) -> tuple[Judged, ...]:
    """What `evals.abstention` needs; none for a search-only run. A crash counts as the worst confidence there could be."""
    rows = []
    for outcome in outcomes:
        answerable = outcome.item.answerable
        confidence = outcome.record.get("confidence")
        if outcome.status == "searched":
            continue
        if outcome.error or not isinstance(confidence, int | float):
            rows.append(Judged(answerable, False, 0.0 if answerable else 1.0))
        else:
            rows.append(Judged(answerable, outcome.refused, float(confidence)))
    return tuple(rows)


def mean(values: Mapping[str, float]) -> float | None:
    """The average; None of nothing."""
    return fmean(values.values()) if values else None


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` percent of the values do not exceed (nearest rank).

    >>> percentile([1.0, 2.0, 3.0, 4.0], 50), percentile([1.0, 2.0, 3.0, 4.0], 95)
    (2.0, 4.0)
    """
    ordered = sorted(values)
    return ordered[max(math.ceil(share / 100 * len(ordered)), 1) - 1]


def _means(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    return {name: mean(values_of(outcomes, name)) for name in PER_QUESTION}
