"""Questions: what is refused, what the conversation adds to them, and what kind of answer the wording asks for."""

from __future__ import annotations

import pytest

from assistant.answer import Turn
from assistant.question import MAX_CHARACTERS, QuestionInvalid, read_question, wants


@pytest.mark.parametrize("asked", ["", "  \n", "?!", "…", "\u200b"])
def test_a_question_without_a_letter_is_refused(asked: str) -> None:
    with pytest.raises(QuestionInvalid, match="type one"):
        read_question(asked)


def test_a_question_of_50000_characters_is_refused_with_the_limit() -> None:
    with pytest.raises(QuestionInvalid, match=f"50000 characters.*at most {MAX_CHARACTERS}"):
        read_question("why " * 12_500)
    assert read_question("a" * MAX_CHARACTERS).asked


def test_white_space_is_evened_out() -> None:
    assert read_question("  What\n is\tSQL? ").asked == "What is SQL?"


def test_a_follow_up_is_told_from_a_question_that_stands_alone() -> None:
    history = (Turn("user", "What are the phases of the roadmap?"), Turn("assistant", "- Mathematics [1]\n- Projects [2]"))
    follow_up = read_question("and how long does it take?", history)
    assert follow_up.asked == "and how long does it take?"
    assert follow_up.standalone == "and how long does it take? (about: What are the phases of the roadmap?)"
    unrelated = read_question("Which books are recommended for statistics?", history)
    assert unrelated.standalone == unrelated.asked


def test_what_is_wanted_is_read_off_the_follow_up_and_not_off_the_question_before_it() -> None:
    history = (Turn("user", "Why does a beginner need SQL?"), Turn("assistant", "Because data live in databases."))
    asked = read_question("and how long does it take?", history)
    assert asked.wants.duration
    assert not asked.wants.reason


def test_what_else_and_what_next_are_passed_on_to_the_choice_of_evidence() -> None:
    history = (Turn("user", "What are the phases?"), Turn("assistant", "- Mathematics [1]\n- Projects [2]"))
    assert read_question("what else?", history).said == history[1].content
    assert read_question("and after that?", history).after == "Projects"
    plain = read_question("What is SQL?", history)
    assert (plain.after, plain.said) == ("", "")


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("Which tools should I learn?", "items"),
        ("What are the phases?", "order"),
        ("how do i switch to ml", "order"),
        ("How long does it take?", "duration"),
        ("What does a data engineer earn?", "money"),
        ("How many projects are there?", "number"),
        ("Where can I find tutorials?", "link"),
        ("Why is statistics needed?", "reason"),
        ("What is overfitting?", "definition"),
        ("What is the difference between SQL and NoSQL?", "comparison"),
        ("whats the diffrence of the two", "comparison"),
        ("Who wrote the roadmap?", "person"),
    ],
)
def test_the_wording_tells_what_kind_of_answer_is_wanted(asked: str, kind: str) -> None:
    assert getattr(wants(asked), kind)


def test_who_names_github_does_not_ask_for_an_address() -> None:
    assert wants("is the roadmap on github").link
    assert not wants("what does github do for a team?").link


@pytest.mark.parametrize(
    ("asked", "count"), [("the five steps", 5), ("name 3 tools", 3), ("the steps", 0), ("in six months", 0)]
)
def test_the_number_of_things_asked_for_is_read(asked: str, count: int) -> None:
    assert wants(asked).count == count
