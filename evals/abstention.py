"""Abstention and calibration: what was refused and how confident the assistant was, for all questions at once.

Refusing is the positive class: precision is how many refusals were right, recall how many unanswerable questions were refused.
`confidence` is read as the probability that the documents cover the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10  # of equal width, for the calibration error


@dataclass(frozen=True, slots=True)
class Judged:
    """One question: whether it can be answered, whether it was refused, and the confidence that it is covered (0 to 1)."""

    answerable: bool
    refused: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions with a confidence from `low` to `high`: how many, their mean confidence, the share that is answerable."""

    low: float
    high: float
    count: int
    confidence: float
    answerable: float


def abstention_metrics(judged: Sequence[Judged]) -> dict[str, float | None]:
    """The family's figures over all questions; None where the questions cannot tell (no refusal, only one class).

    >>> rows = [Judged(True, False, .9), Judged(True, True, .3), Judged(False, True, .2), Judged(False, False, .6)]
    >>> {name: round(value, 3) for name, value in abstention_metrics(rows).items()}  # doctest: +NORMALIZE_WHITESPACE
    {'abstention_precision': 0.5, 'abstention_recall': 0.5, 'abstention_f1': 0.5, 'false_refusal_rate': 0.5,
     'confidence_auroc': 0.75, 'risk_coverage_area': 0.333, 'confidence_ece': 0.4}
    """
    refused = sum(row.refused for row in judged)
    unanswerable = sum(not row.answerable for row in judged)
    right = sum(row.refused and not row.answerable for row in judged)
    answerable = len(judged) - unanswerable
    confidence = [row.confidence for row in judged]
    labels = [row.answerable for row in judged]
    return {
        "abstention_precision": right / refused if refused else None,
        "abstention_recall": right / unanswerable if unanswerable else None,
        "abstention_f1": 2 * right / (refused + unanswerable) if refused + unanswerable else None,
        "false_refusal_rate": (refused - right) / answerable if answerable else None,
        "confidence_auroc": auroc(confidence, labels),
        "risk_coverage_area": area(risk_coverage(confidence, labels)),
        "confidence_ece": calibration_error(calibration(confidence, labels)),
    }


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """The chance that a true one scores above a false one, ties counting half. None when one class is missing.

    >>> auroc([0.9, 0.3, 0.3, 0.1], [True, True, False, False])
    0.875
    """
    from scipy.stats import rankdata

    positives = sum(labels)
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    ranks = rankdata(scores)
    total = float(sum(rank for rank, label in zip(ranks, labels, strict=True) if label))
    return (total - positives * (positives + 1) / 2) / (positives * negatives)


def risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> tuple[tuple[float, float], ...]:
    """(coverage, risk) for each threshold, most confident first (El-Yaniv and Wiener 2010).

    Coverage is the share of questions at or above the threshold, risk the share of those that is not right. Equal scores stand
    or fall together.

    >>> risk_coverage([0.9, 0.5, 0.5, 0.1], [True, True, False, False])
    ((0.25, 0.0), (0.75, 0.3333333333333333), (1.0, 0.5))
    """
    order = sorted(range(len(scores)), key=lambda index: -scores[index])
    points: list[tuple[float, float]] = []
    wrong = 0
    for count, index in enumerate(order, start=1):
        wrong += not right[index]
        if count == len(order) or scores[order[count]] != scores[index]:
            points.append((count / len(order), wrong / count))
    return tuple(points)


def area(curve: Sequence[tuple[float, float]]) -> float | None:
    """The mean risk over coverage from 0 to 1, each point holding for the questions it adds. None for no curve.

    >>> area([(0.5, 0.0), (1.0, 0.5)])
    0.25
    """
    if not curve:
        return None
    total, previous = 0.0, 0.0
    for coverage, risk in curve:
        total += (coverage - previous) * risk
        previous = coverage
    return total


def calibration(confidence: Sequence[float], labels: Sequence[bool]) -> tuple[Bin, ...]:
    """The bins of a reliability diagram that hold a question, lowest first; 1.0 belongs to the last."""
    bins: list[Bin] = []
    for number in range(BINS):
        inside = [
            (value, label)
            for value, label in zip(confidence, labels, strict=True)
            if min(int(min(max(value, 0.0), 1.0) * BINS), BINS - 1) == number
        ]
        if inside:
            count = len(inside)
            mean = sum(value for value, _ in inside) / count
            bins.append(Bin(number / BINS, (number + 1) / BINS, count, mean, sum(label for _, label in inside) / count))
    return tuple(bins)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """The expected calibration error (Naeini et al. 2015): the mean gap between confidence and truth, weighted by count."""
    total = sum(group.count for group in bins)
    return sum(group.count * abs(group.confidence - group.answerable) for group in bins) / total if total else None
