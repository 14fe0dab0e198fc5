"""Turns about the last answer: they rest on it, nothing hangs on them, and what cannot be done is said."""

from __future__ import annotations

import time

import pytest

from assistant.answer import Turn
from assistant.follow_up import resolve
from assistant.question import QuestionInvalid, read_question
from assistant.remarks import notice, remark


def told(*questions: str) -> list[Turn]:
    """Questions, each answered with "A language for tables."."""
    return [turn for asked in questions for turn in (Turn("user", asked), Turn("assistant", "A language for tables. [1]"))]


@pytest.mark.parametrize(
    ("turn", "kind"),
    [
        ("source?", "origin"),
        ("and what is the source of that", "origin"),
        ("How do you know?", "origin"),
        ("why don’t you know", "origin"),
        ("who says that?", "origin"),
        ("where did you get that from?", "origin"),
        ("are you sure?", "origin"),
        ("sum up", "brief"),
        ("summarise everything", "brief"),
        ("can you please summarize the conversation so far", "brief"),
        ("tl;dr", "brief"),
        ("shorter please", "brief"),
        ("translate to german", "translated"),
        ("can you say that in spanish please", "translated"),
        ("auf deutsch bitte", "translated"),
        ("in simpler words", "reworded"),
        ("i dont get it", "reworded"),
        ("repeat that", "again"),
        ("what did you say before that", "earlier"),
    ],
)
def test_it_is_about_the_answer(turn: str, kind: str) -> None:
    assert remark(turn) == kind
    assert resolve(turn, told("What is SQL?")).standalone == "What is SQL?"


@pytest.mark.parametrize(
    "turn",
    [
        "how do you know that a model overfits", "translate a text with a transformer", "sources of training data",
        "where is it", "who wrote it", "in german?", "summary statistics", "sum up the gradients of two batches",
        "is that realistic", "give me a source for calculus", "do i need to speak german", "the answer to it",
    ],
)  # fmt: skip
def test_it_is_about_something_else(turn: str) -> None:
    assert not remark(turn)


@pytest.mark.parametrize("turn", ["source?", "how do you know?", "translate to german", "sum up", "repeat that", "eli5"])
def test_nothing_hangs_on_it(turn: str) -> None:
    assert resolve("why?", told("What is SQL?", turn)).standalone == "why? (about: What is SQL?)"
    more = resolve("tell me more", told("What is SQL?", turn))
    assert (more.standalone, more.said) == ("What is SQL?", "A language for tables. [1]")


def test_it_rests_on_what_was_answered_last() -> None:
    again = resolve("source?", told("What is SQL?", "more"))
    assert (again.standalone, again.said, again.brief) == ("What is SQL?", "A language for tables. [1]", False)
    assert resolve("sum up", told("What is SQL?")).brief
    assert resolve("what did you say before that", told("What is SQL?", "What is NumPy?")).standalone == "What is SQL?"


def test_what_cannot_be_done_to_an_answer_is_said() -> None:
    assert "translated" in read_question("ok, translate it to german", told("What is SQL?")).notice
    assert "other words" in read_question("in simpler words", told("What is SQL?")).notice
    assert "document" in notice("source?")
    assert not notice("shorter please")
    assert not read_question("why?", told("What is SQL?")).notice


@pytest.mark.parametrize("turn", ["continue", "tell me more", "sum up", "how do you know?", "translate to german"])
def test_without_an_answer_there_is_nothing_to_say(turn: str) -> None:
    with pytest.raises(QuestionInvalid, match=r"There is no answer yet that “.*” could be about"):
        read_question(turn)


def test_no_turn_takes_long() -> None:
    began = time.process_time()
    for turn in ("please " * 280, "it all of it " * 150, "and but so " * 180, "source " * 280, " " * 1900 + "x"):
        remark(turn)
    assert time.process_time() - began < 0.5
