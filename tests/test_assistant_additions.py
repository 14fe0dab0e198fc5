"""What a unit adds beside others: the numbers that are compared, and that the learned weights read them the right way round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant import interaction
from assistant.additions import NAMES, Additions, Candidate, additions_model
from assistant.compose import STRAY, Shape, choose, without_strays
from assistant.question import read_question
from assistant.ranker import Ranked
from assistant.signals import NAMES as SIGNALS
from assistant.units import Unit, units_of
from index.hit import Hit
from ingest.builder import DocumentBuilder
from ingest.document import Document
from ingest.passages import split

QUESTION = "How long do SQL and pandas take?"


def document(name: str, *paragraphs: str) -> Document:
    builder = DocumentBuilder()
    builder.add("heading", f"Title of {name}", level=1)
    for heading, text in zip(("One", "Two", "Three"), paragraphs, strict=False):
        builder.add("heading", heading, level=2)
        builder.add("paragraph", text)
    return builder.build(name, "0" * 64)


GUIDE = document("guide.md", "SQL is a language. SQL takes three weeks.", "Pandas is a library.")
OTHER = document("other.md", "Pandas takes two months.")


def sentence(text: str) -> Unit:
    passages = [passage for each in (GUIDE, OTHER) for passage in split(each, limit=300)]
    hits = [Hit(passage, rank, 0.5, 0.5, 0.5) for rank, passage in enumerate(passages, start=1)]
    documents = {each.id: each for each in (GUIDE, OTHER)}
    return next(unit for unit in units_of(hits, documents) if unit.kind == "sentence" and unit.text == text)


def ranked(text: str, words_met: tuple[float, ...], relevance: float = 0.5, value: float = 0.5) -> Ranked:
    met = np.full(len(interaction.NAMES), sum(words_met), np.float32)
    return Ranked(sentence(text), value, relevance, np.zeros(len(SIGNALS), np.float32), met, np.array(words_met, np.float32))


SAID = ranked("SQL takes three weeks.", (0.4, 0.5, 0.1), relevance=0.8, value=0.6)
REPEATED = ranked("SQL is a language.", (0.3, 0.5, 0.1))
NEW = ranked("Pandas takes two months.", (0.4, 0.1, 0.5))


def features(chosen: list[Ranked], other: Ranked, question: str = QUESTION) -> dict[str, float]:
    shape = Shape(read_question(question), chosen)
    said = [shape.candidate(each, place) for place, each in enumerate(chosen)]
    (row,) = Additions(read_question(question), frozenset()).features(said, [shape.candidate(other, len(chosen))])
    return dict(zip(NAMES, (round(float(number), 5) for number in row), strict=True))


def test_a_unit_gains_what_it_meets_better_than_all_that_is_said() -> None:
    found = features([SAID], NEW)
    assert found["words_gain"] == found["words_most_gain"] == pytest.approx(0.4)
    assert found["words_open"] == pytest.approx(0.0, abs=1e-5)
    assert features([SAID], REPEATED)["words_gain"] == 0
    assert features([SAID, NEW], NEW)["words_gain"] == 0


def test_a_unit_that_was_not_read_gains_nothing_that_is_known() -> None:
    unread = replace(NEW, met=np.zeros_like(NEW.met), words_met=np.zeros(0, np.float32))
    found = features([SAID], unread)
    assert (found["met"], found["words_gain"], found["mean_met_to_first"]) == (0, 0, 0)
    other = replace(NEW, words_met=np.array([0.9, 0.9], np.float32))  # of another part of the question, with other words
    assert features([SAID], other)["words_gain"] == 0
    assert np.isfinite(list(features([unread], NEW).values())).all()


def test_where_a_unit_stands_is_told_from_the_ones_that_are_said() -> None:
    same, sibling, other = (
        features([SAID], REPEATED),
        features([SAID], ranked("Pandas is a library.", ())),
        features([SAID], NEW),
    )
    assert (same["same_document"], same["same_section"], same["comes_after"]) == (1, 1, 0)
    assert (sibling["same_section"], sibling["sibling_section"], sibling["comes_after"]) == (0, 1, 1)
    assert (other["same_document"], other["same_section"], other["sibling_section"]) == (0, 0, 0)
    assert same["gap"] < sibling["gap"] < other["gap"]


def test_what_is_asked_for_and_lacking_is_mended_by_a_unit_that_shows_it() -> None:
    assert (features([SAID], NEW)["lacking"], features([SAID], NEW)["mends"]) == (0, 0)
    lacking = features([REPEATED], NEW)
    assert lacking["lacking"] == lacking["mends"] >= 1
    assert features([REPEATED], ranked("Pandas is a library.", ()))["mends"] == 0


def test_no_candidates_give_no_rows() -> None:
    said = [Candidate.of(SAID, 0, SAID.unit.text, ())]
    assert Additions(read_question(QUESTION), frozenset()).features(said, []).shape == (0, len(NAMES))


def test_the_weights_prefer_what_is_more_relevant_and_what_is_not_said_yet() -> None:
    shape = Shape(read_question(QUESTION), [])
    said = [shape.candidate(SAID, 0)]
    others = [NEW, replace(NEW, relevance=0.02, value=0.02), replace(NEW, unit=REPEATED.unit)]
    rows = Additions(read_question(QUESTION), frozenset()).features(said, [shape.candidate(other, 1) for other in others])
    chances = additions_model()(rows)
    assert chances.shape == (3, 1)
    assert chances[0, 0] > chances[1, 0]
    assert chances[0, 0] > chances[2, 0]


def test_an_answer_takes_the_unit_that_says_the_rest_and_leaves_what_says_nothing() -> None:
    hopeless = ranked("Pandas is a library.", (0.1, 0.1, 0.2), relevance=0.001, value=0.001)
    rows = [SAID, NEW, hopeless]
    question = read_question(QUESTION)
    chosen = choose(rows, question, frozenset(), Shape(question, rows))
    assert [each.unit.text for each in chosen] == ["SQL takes three weeks.", "Pandas takes two months."]


def test_a_document_that_has_nothing_nearly_as_good_adds_nothing_unless_several_are_asked_for() -> None:
    shape = Shape(read_question(QUESTION), [])
    weak = replace(NEW, value=0.5 * STRAY * SAID.value)
    said = [shape.candidate(each, 0) for each in (SAID, weak)]
    assert [each.ranked for each in without_strays(said)] == [SAID]
    better = replace(REPEATED, value=2 * STRAY * SAID.value, unit=replace(REPEATED.unit, document=weak.unit.document))
    said.append(shape.candidate(better, 0))
    assert [each.ranked for each in without_strays(said)] == [SAID, weak, better]  # its best counts
    rows = [SAID, replace(NEW, value=0.9 * STRAY * SAID.value)]
    for asked, named, count in (
        (QUESTION, (), 1),
        (QUESTION, {each.unit.document.id for each in rows}, 2),
        (f"{QUESTION} Do the sources disagree?", (), 2),
    ):
        question = read_question(asked)
        assert len(choose(rows, question, frozenset(named), Shape(question, rows))) == count, asked
