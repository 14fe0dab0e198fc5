"""What the weights of additions learn from: a unit adds when it says a point that no unit before it said."""

from __future__ import annotations

import numpy as np
from test_assistant_additions import NEW, QUESTION, REPEATED, SAID

from assistant.additions import NAMES
from assistant.question import read_question
from evals.addition_samples import additions_of
from evals.items import EvalItem


def grown(*must: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    item = EvalItem("one", QUESTION, "fact", must=must)
    return additions_of(item, read_question(QUESTION), [SAID, REPEATED, NEW], frozenset(), np.random.default_rng(3))


def test_only_points_that_are_not_said_yet_are_to_be_learnt() -> None:
    rows, adds = grown(("three weeks",), ("two months", "eight weeks"))
    assert rows.shape == (len(adds), len(NAMES))
    beside_first = dict(zip(rows[:2, NAMES.index("same_document")], adds[:2], strict=True))
    assert beside_first == {1.0: 0.0, 0.0: 1.0}, "the other document says what is open; the same one says nothing new"
    assert set(adds[2:]) <= {0.0, 1.0}
    _, complete = grown(("three weeks",))
    assert not complete.any()


def test_an_item_without_points_teaches_nothing() -> None:
    rows, adds = grown()
    assert len(rows) == len(adds) == 0
