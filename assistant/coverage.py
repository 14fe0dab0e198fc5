"""The cover check: a calibrated probability that the retrieved evidence answers the question."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np

from assistant import interaction, judging
from assistant.perceptron import Floats, Perceptron, logit, read_perceptron
from assistant.question import Question
from assistant.ranker import LIMIT, Ranked
from assistant.signals import NAMES, holds
from index.hit import Hit
from index.search import Snapshot
from index.terms import terms

THRESHOLD = 0.65  # below it the documents do not cover the question
_SPREAD = 12  # units whose values and relevances are looked at together
FEATURES = (
    "best_value", "best_relevance", "second_value", "best_dense_unit", "best_cover", "best_rare_cover", "top_dense",
    "top_lexical_cover", "gap", "unknown_share", "asked_terms",
    "kind_missing", "money_missing", "joint_cover", "rarest_missing",
    *(f"{name}_{place}" for name in ("value", "relevance") for place in range(1, 5)), "value_sum", "relevance_sum",
    "log_value", "log_relevance",
    *(f"best_{name}" for name in NAMES),
    *(f"{kind}_{name}" for kind in ("best", "highest", "mean") for name in interaction.NAMES),
    *(f"{kind}_{name}" for name in judging.NAMES for kind in ("best", "mean", "highest", "second", "third", "sum")),
    "value_logit", "second_value_logit", "relevance_logit",
)  # fmt: skip


def cover_features(question: Question, ranked: Sequence[Ranked], hits: Sequence[Hit], snapshot: Snapshot) -> list[float]:
    """What the check looks at, in the order of `FEATURES`."""
    asked = list(dict.fromkeys(terms(question.content)))
    weights = {term: snapshot.lexical.rarity(term) for term in asked}
    total = sum(weights.values()) or 1.0
    unknown = sum(weight for term, weight in weights.items() if not snapshot.lexical.knows(term)) / total
    if not ranked or not hits:
        return [0.0] * len(FEATURES)
    best = ranked[0]
    top = list(ranked[:5])
    held = {term for r in ranked[:5] for term in terms(r.unit.text + " " + " ".join(r.unit.heading_path))}
    passage_terms = set(terms(hits[0].passage.text)) | set(terms(" ".join(hits[0].passage.heading_path)))
    return [
        best.value,
        max(r.relevance for r in top),
        ranked[1].value if len(ranked) > 1 else 0.0,
        max(float(r.signals[NAMES.index("dense_unit")]) for r in top),
        max(float(r.signals[NAMES.index("cover_with_path")]) for r in top),
        max(float(r.signals[NAMES.index("rare_cover")]) for r in top),
        max(hit.dense for hit in hits),
        sum(weight for term, weight in weights.items() if term in passage_terms) / total,
        hits[0].score - hits[min(4, len(hits) - 1)].score,
        unknown,
        min(len(asked), 12) / 12,
        *_missing(question, ranked[:3]),
        sum(weight for term, weight in weights.items() if term in held) / total,
        max((weight for term, weight in weights.items() if term not in held), default=0.0) / max(weights.values(), default=1.0),
        *_spread(ranked[:_SPREAD]),
        *(float(number) for number in best.signals),
        *_met(ranked),
        *_judged(ranked),
        *_logits(best.value, ranked[1].value if len(ranked) > 1 else 0.0, max(r.relevance for r in ranked[:_SPREAD])),
    ]


def _spread(ranked: Sequence[Ranked]) -> list[float]:
    """The four best values and relevances, their sums, and the logarithms of the best."""
    values = sorted((r.value for r in ranked), reverse=True)
    relevances = sorted((r.relevance for r in ranked), reverse=True)
    first = [[*numbers[:4], *[0.0] * (4 - len(numbers))] for numbers in (values, relevances)]
    logs = [float(np.log(numbers[0] + 1e-4)) for numbers in (values, relevances)]
    return [*first[0], *first[1], sum(values), sum(relevances), *logs]


def _met(ranked: Sequence[Ranked]) -> list[float]:
    """How the words of the question are met: by the best unit, by the one that does it best, by the best three together."""
    rows = np.stack([r.met for r in ranked if r.met.any()] or [ranked[0].met])
    return [float(number) for number in (*rows[0], *rows.max(axis=0), *rows[:3].mean(axis=0))]


def _judged(ranked: Sequence[Ranked]) -> list[float]:
    """What the cross-encoder says of the best unit, of the best three, at most, and of all that it read taken together."""
    rows = np.stack([r.judged for r in ranked if len(r.judged)] or [np.zeros(len(judging.NAMES), np.float32)])
    found: list[float] = []
    for logits in rows.T:
        highest = np.sort(logits)[::-1]
        second, third = (float(highest[min(place, len(highest) - 1)]) for place in (1, 2))
        total = float(np.logaddexp.reduce(logits))
        found += [float(logits[0]), float(logits[:3].mean()), float(highest[0]), second, third, total]
    return found


def _logits(*probabilities: float) -> list[float]:
    return [float(number) for number in logit(np.array(probabilities, np.float32))]


def _missing(question: Question, best: Sequence[Ranked]) -> tuple[float, float]:
    """The share of the kinds of thing asked for (number, time span, person, address) that the best units lack; and money."""
    wants = question.wants
    asked = [kind for kind in ("duration", "number", "link", "person") if getattr(wants, kind)]
    lacking = [kind for kind in asked if not any(holds(kind, r.unit.text) for r in best)]
    money = wants.money and not any(holds("money", r.unit.text) for r in best)
    return len(lacking) / max(1, len(asked)), float(money)


@cache
def _line() -> tuple[np.ndarray, float]:
    fields = json.loads((files("assistant") / "coverage_model.json").read_text(encoding="utf-8"))
    if fields["features"] != list(FEATURES):
        raise ValueError("coverage_model.json was trained on other features; run `python -m evals.train_evidence`.")
    return np.asarray(fields["weights"], np.float32), float(fields["bias"])


@cache
def _network() -> Perceptron:
    return read_perceptron("coverage_network.json", FEATURES, LIMIT)


def probability(features: Sequence[float]) -> float:
    """Calibrated probability, 0 to 1, that the documents answer the question."""
    weights, bias = _line()
    row = np.asarray(features, np.float32)
    return float(both(row @ weights + bias, _network()(row)[0]))


def both(line: Floats, network: Floats) -> Floats:
    """The probabilities that the mean of two logits gives: one of a logistic regression, `line`, and one of a network.

    The network tells better what is near and far from the question; the regression holds up better in documents of another
    kind. `network` are its probabilities.
    """
    return np.asarray(1 / (1 + np.exp(-(line + logit(network)) / 2)), np.float32)
