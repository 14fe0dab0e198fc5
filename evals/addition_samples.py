"""Answers in the making, to learn from what adds to them: the units that are said, one that may be said next, whether it adds.

A unit adds when the answer then says a point that the item wants and that none of the units said before it says.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.additions import NAMES, Additions, Candidate
from assistant.compose import MAX_UNITS, Shape, addable, begin
from assistant.perceptron import Floats
from assistant.question import Question
from assistant.ranker import RERANKED, Ranked
from evals.items import EvalItem
from evals.matching import says_any

RIGHT, BEST = 0.4, 0.9  # of the answers, how many go on with a unit that adds; with that or the most relevant one; else any


def additions_of(
    item: EvalItem, question: Question, ranked: Sequence[Ranked], named: frozenset[str], generator: np.random.Generator
) -> tuple[Floats, NDArray[np.float32]]:
    """One answer grown unit by unit: a row, shape (n, len(NAMES)), for each unit that could come next, and whether it adds.

    How it goes on is drawn, so that there are answers that went wrong among them.
    """
    rows, adds = [np.zeros((0, len(NAMES)), np.float32)], [np.zeros(0, np.float32)]
    if not ranked or not item.must:
        return rows[0], adds[0]
    shape = Shape(question, ranked)
    others = [shape.candidate(unit, place) for place, unit in enumerate(ranked[:RERANKED])]
    known = {id(unit): place for place, unit in enumerate(ranked)}
    said = [shape.candidate(unit, known[id(unit)]) for unit in begin(ranked, question, named, shape)]
    additions = Additions(question, named)
    open_points = [points for points in item.must if not any(says_any(each.text, points) for each in said)]
    while len(said) < MAX_UNITS and (fitting := addable(others, said)):
        right = np.array([_says_one(other, open_points) for other in fitting])
        rows.append(additions.features(said, fitting))
        adds.append(right.astype(np.float32))
        drawn = generator.random()
        if drawn < RIGHT and right.any():
            at = int(generator.choice(np.flatnonzero(right)))
        elif drawn < BEST:
            at = int(np.argmax([other.ranked.relevance * other.ranked.value for other in fitting]))
        else:
            at = int(generator.integers(min(len(fitting), 10)))
        said.append(fitting[at])
        open_points = [points for points in open_points if not says_any(fitting[at].text, points)]
    return np.concatenate(rows), np.concatenate(adds)


def _says_one(other: Candidate, wanted: Sequence[Sequence[str]]) -> bool:
    return any(says_any(other.text, points) for points in wanted)
