"""Learned weights that turn a unit's signals into how well it answers: trained by `python -m evals.train_evidence`.

Three stages: all units by their signals; the best two dozen again, by how their words meet the question's as well; the best few
of these a third time, by what the cross-encoder says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from assistant import interaction, judging
from assistant.interaction import Met
from assistant.perceptron import Floats, Perceptron, logit, read_perceptron
from assistant.signals import NAMES, Signals
from assistant.units import Unit

LIMIT = 5.0  # standard deviations from the mean beyond which a signal says no more
RERANKED = 24  # units of the first stage that the second looks at; with 16 and 8 fewer answers were complete
JUDGED = 10  # units of the second stage that the third looks at
FEATURES = (
    *NAMES, *interaction.NAMES, *(f"{name}_below_best" for name in interaction.NAMES), "value", "relevance",
    "value_below_best", "relevance_below_best",
)  # fmt: skip
JUDGING = (*FEATURES, *judging.NAMES, *(f"{name}_below_best" for name in judging.NAMES))
_UNMET = np.zeros(len(interaction.NAMES), np.float32)
_NO_WORDS = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit with what the ranker expects of it, each 0 to 1.

    `value` is how much of a complete and concise answer the unit is by itself; `relevance` how much of its text is evidence.
    """

    unit: Unit
    value: float
    relevance: float
    signals: Floats
    met: Floats = field(default_factory=_UNMET.copy)  # in the order of `interaction.NAMES`; 0 for all but the best few
    words_met: Floats = field(default_factory=_NO_WORDS.copy)  # a row of `interaction.Met.words`; empty for all but those
    judged: Floats = field(default_factory=_NO_WORDS.copy)  # in the order of `judging.NAMES`; empty for all but the best few


@cache
def evidence_model() -> Perceptron:
    """The weights of the first stage: value and relevance from `signals`."""
    return read_perceptron("evidence_model.json", NAMES, LIMIT)


@cache
def reranking_model() -> Perceptron:
    """The weights of the second stage: the same two from `reranking_features`."""
    return read_perceptron("reranking_model.json", FEATURES, LIMIT)


@cache
def judging_model() -> Perceptron:
    """The weights of the third stage: the same two from `judging_features`."""
    return read_perceptron("judging_model.json", JUDGING, LIMIT)


def rank(units: list[Unit], signals: Signals) -> list[Ranked]:
    """The units with their expected value and relevance, best value first."""
    if not units:
        return []
    scores = evidence_model()(signals)
    ranked = [Ranked(u, float(v), float(r), row) for u, (v, r), row in zip(units, scores, signals, strict=True)]
    return in_order(ranked)


def rerank(ranked: Sequence[Ranked], met: Met) -> list[Ranked]:
    """The ranked units, as many of the first as `met` tells of weighed anew with their interactions with the question."""
    if not len(met.rows):
        return list(ranked)
    return weighed_again(ranked, met, reranking_model()(reranking_features(ranked, met.rows)))


def weighed_again(ranked: Sequence[Ranked], met: Met, scores: Floats) -> list[Ranked]:
    """The ranked units in their new order, the first with the values and relevances `scores`, shape (n, 2)."""
    again = [
        replace(r, value=float(value), relevance=float(relevance), met=row, words_met=words)
        for r, (value, relevance), row, words in zip(ranked, scores, met.rows, met.words, strict=False)
    ]
    return in_order([*again, *ranked[len(again) :]])


def to_judge(ranked: Sequence[Ranked]) -> list[Ranked]:
    """The units that the third stage looks at: the best few of those that the second did."""
    return [r for r in ranked if len(r.words_met)][:JUDGED]


def judge(ranked: Sequence[Ranked], judged: Signals) -> list[Ranked]:
    """The ranked units, those `to_judge` weighed anew with what the cross-encoder says of each, a row of `judged`."""
    if not len(judged):
        return list(ranked)
    return judged_again(ranked, judged, judging_model()(judging_features(to_judge(ranked), judged)))


def judged_again(ranked: Sequence[Ranked], judged: Signals, scores: Floats) -> list[Ranked]:
    """The ranked units in their new order, those `to_judge` with the values and relevances `scores`, shape (n, 2)."""
    first = to_judge(ranked)
    known = {id(r) for r in first}
    again = [
        replace(r, value=float(value), relevance=float(relevance), judged=row)
        for r, (value, relevance), row in zip(first, scores, judged, strict=True)
    ]
    return in_order([*again, *(r for r in ranked if id(r) not in known)])


def judging_features(first: Sequence[Ranked], judged: Signals) -> Signals:
    """What the third stage looks at, shape (len(first), len(JUDGING)): what the second does, its finding, and `judged`."""
    met = np.stack([r.met for r in first])
    return np.concatenate([reranking_features(first, met), judged, judged - judged.max(axis=0)], axis=1)


def reranking_features(ranked: Sequence[Ranked], met: Signals) -> Signals:
    """What the second stage looks at, shape (len(met), len(FEATURES)): its own signals and what the stage before it found."""
    found = logit(np.array([(r.value, r.relevance) for r in ranked[: len(met)]], np.float32))
    signals = np.stack([r.signals for r in ranked[: len(met)]])
    return np.concatenate([signals, met, met - met.max(axis=0), found, found - found.max(axis=0)], axis=1)


def in_order(ranked: Sequence[Ranked]) -> list[Ranked]:
    """Best value first; the order of the documents decides between equal ones."""
    return sorted(ranked, key=lambda r: (-r.value, r.unit.document.id, r.unit.start))
