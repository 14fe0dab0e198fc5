"""Places in a conversation: what stands before and after, the former and the latter, and the question within a story."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.answer import Turn
from assistant.follow_up import Resolution, resolve
from assistant.pointing import listed


def told(*turns: str) -> list[Turn]:
    """Questions and answers in turn."""
    return [Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(turns)]


def asked(*turns: str, replies: Sequence[str] = ()) -> Resolution:
    """The last turn resolved; the questions before it were answered with `replies`, or else with "So it is."."""
    said = [*replies, *["So it is, as far as anybody here can tell."] * len(turns)]
    return resolve(turns[-1], told(*(text for pair in zip(turns[:-1], said, strict=False) for text in pair)))


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("what is in week 5 of the plan", "ok and the one before?", "what is in week 4 of the plan"),
        ("what is in week 5 of the plan", "and in the week before that?", "what is in week 4 of the plan"),
        ("what is in phase 2", "the previous phase", "what is in phase 1"),
        ("what is the second step of it", "and before that?", "what is the first step of it"),
        ("what is in week 1", "and the week before?", "and the week before? (about: what is in week 1)"),
        ("how long is the first step", "and before that", "and before that (about: how long is the first step)"),
        ("what is in month 5 to 9", "and before that", "and before that (about: what is in month 5 to 9)"),
    ],
)
def test_what_comes_before_is_the_number_before(before: str, question: str, expected: str) -> None:
    assert asked(before, question).standalone == expected


def test_former_and_latter_are_the_two_things_that_were_compared() -> None:
    turns = ("ml engineer vs data scientist", "which of these earns more", "how do i switch from the latter to the former")
    replies = ("Both work with data. [1]", "- One [1]\n- Two [2]\n- Three [3]")
    switch = asked(*turns, replies=replies).standalone
    assert switch.startswith("how do i switch from data scientist to ml engineer (about: ")


def test_former_and_latter_are_of_two_and_of_no_longer_list() -> None:
    for count, expected in ((2, "how long for Two"), (3, "how long for the latter")):
        reply = "\n".join(f"- {item} [1]" for item in ("One", "Two", "Three")[:count])
        assert asked("which are there", "how long for the latter", replies=[reply]).standalone.startswith(expected)


def test_a_clause_is_no_item() -> None:
    assert listed("It depends on location, experience, and industry.") == []


def test_two_things_that_are_compared_stand_alone() -> None:
    assert asked("what does python cost", "thanks. and nextflow or snakemake").standalone == "nextflow or snakemake"
    assert asked("which metrics are there", "and for regression or ranking").standalone.endswith(
        "(about: which metrics are there)"
    )


def test_nothing_comes_after_what_another_document_adds() -> None:
    views = "Linear algebra:\nIt takes 30-50 hours. [1]\nLinear models:\nThey take 20-30 hours. [2]"
    about = "how long is linear algebra"
    assert asked(about, "and then?", replies=[views]).standalone == f"and then? (about: {about})"
    assert asked(about, "and then?", replies=["It takes a while. [1]"]).after == "It takes a while."


def test_of_a_long_story_the_question_is_taken_along() -> None:
    story = "I have been a nurse for eleven years and mostly worked at night. " * 6 + "I have six hours a week. Is that enough?"
    about = asked(story, "why?").standalone
    assert about.endswith("I have six hours a week. Is that enough?)")
    assert len(about) < 300
