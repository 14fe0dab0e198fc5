"""The recipe of the verifier: variants whose labels can be checked by hand, and a model that learns from them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from evals.claim_changes import CHANGES, Surroundings
from evals.claim_variants import REWORDINGS, labelled, variants
from evals.train_verifier import auroc, least_threshold

SENTENCE = "Ridge usually shrinks 12 coefficients before Lasso removes them, because the penalty is not zero."
AROUND = Surroundings(
    SENTENCE + " Dropout is a layer that drops units.",
    ("Gradients are clipped at every step, which keeps the training stable.", "Momentum is an average of gradients."),
    ("Adam", "Ridge"),
)
DOCUMENTS = {
    f"{n}.md": (
        f"Course {n} takes {n + 3} weeks. Its teachers are Anna and Bob. Every lesson is recorded, so nothing is lost. "
        "The tests are written before the code. Graphs usually help a reader more than tables. SQL is needed after Python."
    )
    for n in range(3)
}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("moved", {"after"}),
        ("scope", {"always"}),
        ("name", {"Adam"}),
        ("negation", {"is zero", "penalty is zero"}),
    ],
)
def test_a_change_puts_in_what_the_passage_does_not_say(kind: str, expected: set[str]) -> None:
    made = CHANGES[kind][1](SENTENCE, AROUND, random.Random(1))
    assert made is not None and made != SENTENCE
    assert any(words in made for words in expected)


@pytest.mark.parametrize("kind", sorted(CHANGES))
def test_no_change_gives_the_sentence_back(kind: str) -> None:
    for seed in range(20):
        assert CHANGES[kind][1](SENTENCE, AROUND, random.Random(seed)) != SENTENCE


@pytest.mark.parametrize("kind", sorted(REWORDINGS))
def test_a_rewording_keeps_the_figures(kind: str) -> None:
    for seed in range(20):
        made = REWORDINGS[kind](SENTENCE, AROUND, random.Random(seed))
        assert made is None or "12" in made


def test_both_labels_are_made_of_one_passage_and_the_same_seed_gives_the_same() -> None:
    claims = labelled(SENTENCE, AROUND, random.Random(0), "x")
    assert [claim.supported for claim in claims] == [True, False]
    assert {claim.passage for claim in claims} == {AROUND.passage}
    assert claims[1].sentence not in AROUND.passage
    once = variants(DOCUMENTS, 30, seed=4)
    assert once == variants(DOCUMENTS, 30, seed=4)
    assert {key for key, _ in once} == set(DOCUMENTS)
    assert 0.3 < np.mean([claim.supported for _, claim in once]) < 0.7


def test_too_little_text_gives_no_variants() -> None:
    assert variants({"a.md": "One short line."}, 10) == []


def test_the_threshold_is_the_lowest_with_the_precision() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    truth = np.array([True, True, False, True, False])
    assert least_threshold(scores, truth, 0.95) == pytest.approx(0.8)
    assert least_threshold(scores, truth, 0.75) == pytest.approx(0.6)
    assert least_threshold(scores, ~truth, 0.95) > 1
    assert auroc(scores, truth) == pytest.approx(5 / 6)
