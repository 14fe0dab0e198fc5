"""What a unit adds to an answer beside the units chosen already: learned weights, trained by `python -m evals.train_evidence`.

How relevant a unit is by itself does not tell: the second best one often says what the best one said. What is weighed here is
the unit beside the chosen ones: which words of the question it meets better than they do, whether it goes on where they end or
comes from another document, how much room is left, and whether the best one already answers by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from math import log, log1p
from typing import get_args

import numpy as np

from assistant import interaction, judging
from assistant.perceptron import Floats, Perceptron, read_perceptron
from assistant.question import Question
from assistant.ranker import LIMIT, Ranked
from assistant.signals import SHOWN, holds, shown_kinds
from assistant.units import UnitKind
from index.terms import terms, words

LONG = 120  # words of a long answer; what is spent counts as a share of it
_KINDS: tuple[UnitKind, ...] = get_args(UnitKind)
_WANTED = (*SHOWN, "items", "order", "sources", "comparison", "reason", "definition", "person")
_FAR = 5000  # characters between two units, from which on they count as this far from each other
NAMES = (
    "relevance", "value", "place", "words", "parts", "met", *(f"is_{kind}" for kind in _KINDS), *interaction.NAMES,
    "judged", *judging.NAMES, "first_relevance", "first_value", "first_parts", *(f"first_is_{kind}" for kind in _KINDS),
    "relevance_to_best", "value_to_first", "like_first", *(f"{name}_to_first" for name in interaction.NAMES),
    *(f"{name}_to_first" for name in judging.NAMES),
    "same_document", "same_section", "sibling_section", "gap", "comes_after", "most_shared", "most_held",
    "asked_new", "asked_open", "asked_held", "terms_new", "words_gain", "words_most_gain", "words_open",
    "chosen", "documents", "spent", "spent_with_it", "lacking", "mends",
    "asked", "several_named", "one_named", "is_named", "count", *(f"wants_{name}" for name in _WANTED),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A unit as an answer would show it."""

    ranked: Ranked
    place: int  # 0-based, in the order of the ranker
    text: str  # what is shown of it
    words: int  # in `text`
    terms: frozenset[str]
    held: frozenset[str]  # which of the kinds asked for (a time span, an amount, an address, a number) it shows

    @classmethod
    def of(cls, ranked: Ranked, place: int, text: str, kinds: Collection[str]) -> Candidate:
        """The unit of which `text` is shown, with what is compared of it; `kinds` are those that the question asks for."""
        held = frozenset(kind for kind in kinds if holds(kind, text))
        return cls(ranked, place, text, len(words(text)), frozenset(terms(ranked.unit.text)), held)


@cache
def additions_model() -> Perceptron:
    """The weights: from features to the probability that a unit says something of the answer that was not said."""
    return read_perceptron("additions_model.json", NAMES, LIMIT)


class Additions:
    """Weighs what may be added to an answer of one question."""

    def __init__(self, question: Question, named: Collection[str]) -> None:
        """`named` are the ids of the documents that the question names."""
        self._asked = frozenset(terms(question.content))
        wants = question.wants
        self._kinds = frozenset(shown_kinds(wants))
        self._named = named
        self._question = (
            len(self._asked) / 10, len(named) > 1, len(named) == 1, float(wants.count),
            *(float(bool(getattr(wants, name))) for name in _WANTED),
        )  # fmt: skip
        self._known: dict[Candidate, Floats] = {}

    def features(self, chosen: Sequence[Candidate], others: Sequence[Candidate]) -> Floats:
        """One row for each of the others beside the chosen ones, which are at least one; shape (len(others), len(NAMES))."""
        if not others:
            return np.zeros((0, len(NAMES)), np.float32)
        own = np.stack([self._own(other) for other in others])
        return np.concatenate(
            [own, _to_first(chosen, others), self._beside(chosen, others), self._state(chosen, others)], axis=1
        )

    def _own(self, other: Candidate) -> Floats:
        """What is told of a unit by itself."""
        if other not in self._known:
            ranked = other.ranked
            self._known[other] = np.array(
                (
                    _logit(ranked.relevance), _logit(ranked.value), log1p(other.place), log1p(other.words),
                    len(ranked.unit.parts) / 5, bool(len(ranked.words_met)), *_kind(ranked), *ranked.met,
                    bool(len(ranked.judged)), *_judged(ranked),
                ), np.float32,
            )  # fmt: skip
        return self._known[other]

    def _beside(self, chosen: Sequence[Candidate], others: Sequence[Candidate]) -> Floats:
        """Where each of the others stands, and what it says, beside the chosen ones."""
        said = frozenset().union(*(each.terms for each in chosen))
        open_terms, asked = self._asked - said, len(self._asked) or 1
        known = [each.ranked.words_met for each in chosen if len(each.ranked.words_met)]
        met = np.max([words for words in known if len(words) == len(known[0])], axis=0) if known else np.zeros(0, np.float32)
        open_share = 1 - float(met.sum())
        rows = []
        for other in others:
            unit, own = other.ranked.unit, max(1, len(other.terms))
            near = [each.ranked.unit for each in chosen if each.ranked.unit.document.id == unit.document.id]
            gap = min((max(0, unit.start - each.end, each.start - unit.end) for each in near), default=_FAR)
            common = [len(other.terms & each.terms) for each in chosen]
            gains = _gains(other.ranked.words_met, met)
            rows.append((
                bool(near), any(each.heading_path == unit.heading_path for each in near),
                any(each.heading_path[:-1] == unit.heading_path[:-1] != each.heading_path for each in near),
                log1p(min(gap, _FAR)), any(each.end <= unit.start for each in near),
                max(common) / own, max(n / max(1, len(each.terms)) for n, each in zip(common, chosen, strict=True)),
                len(other.terms & open_terms) / asked, len(open_terms) / asked, len(other.terms & self._asked) / asked,
                len(other.terms - said) / 10,
                float(gains.sum()), float(gains.max(initial=0)), open_share,
            ))  # fmt: skip
        return np.array(rows, np.float32)

    def _state(self, chosen: Sequence[Candidate], others: Sequence[Candidate]) -> Floats:
        """How far the answer is, what it lacks, and what is asked."""
        documents = {each.ranked.unit.document.id for each in chosen}
        spent = sum(each.words for each in chosen)
        lacking = self._kinds - frozenset().union(*(each.held for each in chosen))
        state = (len(chosen), len(documents), spent / LONG)
        rows = [
            (
                *state, (spent + other.words) / LONG, len(lacking), len(lacking & other.held),
                *self._question[:3], other.ranked.unit.document.id in self._named, *self._question[3:],
            )
            for other in others
        ]  # fmt: skip
        return np.array(rows, np.float32)


def _to_first(chosen: Sequence[Candidate], others: Sequence[Candidate]) -> Floats:
    """The first unit of the answer, and how the others compare with it and with the most relevant one."""
    first = chosen[0].ranked
    best = max(max(each.ranked.relevance for each in chosen), 1e-6)
    told = (_logit(first.relevance), _logit(first.value), len(first.unit.parts) / 5, *_kind(first))
    rows = [
        (
            *told, ranked.relevance / best, log(ranked.value / max(first.value, 1e-6) + 1e-4),
            ranked.unit.kind == first.unit.kind, *((ranked.met - first.met) * bool(len(ranked.words_met))),
            *_compared(ranked, first),
        )
        for ranked in (other.ranked for other in others)
    ]  # fmt: skip
    return np.array(rows, np.float32)


def _gains(words: Floats, met: Floats) -> Floats:
    """By how much each word of the question is met better than before; nothing where that is not known."""
    return np.maximum(words - met, 0) if len(words) == len(met) else np.zeros(0, np.float32)


def _judged(ranked: Ranked) -> Floats:
    """What the cross-encoder said of a unit; zeros where it did not read it."""
    return ranked.judged if len(ranked.judged) else np.zeros(len(judging.NAMES), np.float32)


def _compared(ranked: Ranked, first: Ranked) -> Floats:
    """By how much it said more of a unit than of the first one; zeros where it did not read both."""
    return (_judged(ranked) - _judged(first)) * (bool(len(ranked.judged)) and bool(len(first.judged)))


def _kind(ranked: Ranked) -> tuple[bool, ...]:
    return tuple(ranked.unit.kind == kind for kind in _KINDS)


def _logit(probability: float) -> float:
    """The logit, -9.2 to 9.2, as these weights learned it; `assistant.perceptron.logit` bends towards its ends instead."""
    bounded = min(max(probability, 1e-4), 1 - 1e-4)
    return log(bounded / (1 - bounded))
