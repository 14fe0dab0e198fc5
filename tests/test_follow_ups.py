"""Whole dialogues: what each turn leaves unsaid, what it corrects, and what has to be left behind."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from assistant.answer import REFUSAL, Turn
from assistant.follow_up import Resolution, resolve
from assistant.ordinals import following, renumbered
from assistant.phrases import parallel
from assistant.pointing import listed


class Table:
    """A context by hand: `places` are the phrases that may be replaced; every question goes on with the last."""

    def __init__(self, *places: str, goes_on: bool = True) -> None:
        self.places, self.ongoing = places, goes_on

    def goes_on(self, asked: str, before: str) -> bool:
        return self.ongoing

    def foreign(self, asked: str) -> bool:
        return False

    def topical(self, word: str) -> float:
        return 1.0

    def fits(self, phrase: str, others: Sequence[str]) -> list[float]:
        return [float(other in self.places) for other in others]


def told(*turns: str) -> list[Turn]:
    """Questions and answers in turn."""
    return [Turn("assistant" if at % 2 else "user", text) for at, text in enumerate(turns)]


def asked(*turns: str, places: Sequence[str] = ()) -> Resolution:
    """The last turn resolved; every question before it was answered with "So it is, as far as anybody here can tell."."""
    said = "So it is, as far as anybody here can tell."
    history = [turn for text in turns[:-1] for turn in (Turn("user", text), Turn("assistant", said))]
    return resolve(turns[-1], history, Table(*places))


@pytest.mark.parametrize(
    "before", ["what does P3 cost", "what does a pastry chef earn", "what after linux", "what do they earn"]
)
def test_a_verb_is_no_part_of_what_is_defined(before: str) -> None:
    assert asked(before, "when should i take them").standalone == f"when should i take them (about: {before})"


def test_it_is_what_came_after_what_was_asked() -> None:
    history = told("what comes after plain film?", "- Theatre: drapes and doses [1]\n- You hold the C-arm still. [2]")
    context = Table()
    assert resolve("how long does it take?", history, context).standalone == "how long does Theatre take?"
    assert resolve("how long is that part?", history, context).standalone == "how long is that part? (about: Theatre)"
    history += told("how long does it take?", "Six months, as a rule, and longer for those who sit. [1]")
    assert resolve("who closes it?", history, context).standalone == "who closes it? (about: Theatre)"
    sources = told("what comes after plain film?", "Guide A:\nTheatre [1]\n\nGuide B:\nCT [2]")
    assert resolve("how long does it take?", sources, context).standalone.endswith("(about: what comes after plain film?)")


def test_it_is_what_came_after_what_was_said_last() -> None:
    history = told("what are the phases?", "1. Plain film [1]", "and then?", "Theatre: drapes and doses, and much standing [1]")
    taken = resolve("how long does it take?", history, Table())
    assert taken.standalone == "how long does it take? (about: Theatre; what are the phases?)"


def test_of_a_long_story_its_question_is_taken_along() -> None:
    story = "I have been a nurse for years and worked nights for most of them. " * 5
    about = asked(f"{story}Can I still follow the plan? I have ten hours a week.", "how long does it take then?").standalone
    assert "Can I still follow the plan? I have ten hours a week." in about
    assert len(about) < 300


@pytest.mark.parametrize(
    ("before", "subject"),
    [
        ("whats docker", "docker"),
        ("whats domain adaptation", "domain adaptation"),
        ("explain explainability", "explainability"),
        ("whats mean squared error", "mean squared error"),
        ("what means overfitting", "overfitting"),
        ("what is git used for", "git"),
        ("what does a data engineer do", "data engineer"),
        ("what does sla stand for", "sla"),
    ],
)
def test_a_definition_is_read_word_by_word(before: str, subject: str) -> None:
    assert asked(before, "why do i need it").standalone == f"why do i need {subject}"
    assert asked("explainability matters", "why do i need it").standalone.endswith("(about: explainability matters)")


@pytest.mark.parametrize(
    "question",
    ["how do i get a dog", "what is a cnn", "why do i need communication", "tell me about kaggle", "how to cook rice"],
)
def test_a_short_question_that_names_what_it_asks_about_goes_on_with_nothing(question: str) -> None:
    assert asked("how do i learn sql", question).standalone == question


@pytest.mark.parametrize("question", ["how do i choose", "what if i only have 6", "my rows got multiplied twice again"])
def test_a_question_without_a_noun_of_its_own_may_go_on(question: str) -> None:
    assert asked("which path fits me", question).standalone == f"{question} (about: which path fits me)"


def test_whether_a_question_goes_on_is_asked_of_the_question_before_as_it_is_meant() -> None:
    heard: list[str] = []

    class Listening(Table):
        def goes_on(self, asked: str, before: str) -> bool:
            heard.append(before)
            return False

    resolve(
        "rows got multiplied in here twice", told("What is SQL?", "A language.", "why?", "Because of the data."), Listening()
    )
    assert heard == ["why? (about: What is SQL?)"]


def test_a_turn_without_a_question_is_passed_over() -> None:
    history = told("What is SQL?", "A language for data that lie in tables.", "thank you so much!", "There is no question.")
    assert resolve("why?", history, Table()).standalone == "why? (about: What is SQL?)"
    assert resolve("thanks!", history, Table()).standalone == "thanks!"


@pytest.mark.parametrize(
    "again",
    [
        "shorter please", "say it simpler", "i dont get it", "sorry i dont understand", "can you explain simpler", "eli5",
        "in simple words please", "what do you mean by that", "summarize", "repeat that",
    ],
)  # fmt: skip
def test_how_to_say_it_again_is_the_question_before(again: str) -> None:
    assert asked("What is SQL?", again).standalone == "What is SQL?"
    assert asked("What is SQL?", again, "why?").standalone == "why? (about: What is SQL?)"
    assert asked("What is SQL?", "and how long does it take?", again).standalone == "and how long does SQL take?"
    assert asked(again).standalone == again


def test_who_asks_for_it_shorter_gets_it_brief() -> None:
    assert asked("What is SQL?", "shorter please").brief
    assert not asked("What is SQL?", "repeat that").brief
    assert not asked("What is SQL?", "shorter please", "why?").brief


@pytest.mark.parametrize("begun", ["no i meant", "sorry i mean", "wait, I mean", "i meant"])
def test_a_correction_takes_the_place_of_what_it_corrects(begun: str) -> None:
    turns = ("what is overfitting", "how do i prevent it", f"{begun} underfitting")
    assert asked(*turns, places=["overfitting"]).standalone == "how do i prevent underfitting"


def test_what_says_nothing_itself_leaves_the_subject_as_it_was() -> None:
    turns = ("how do i learn sql", "why?", "which mistakes do people make with it")
    assert asked(*turns).standalone == "which mistakes do people make with it (about: how do i learn sql)"
    assert asked(*turns, "which books help them").standalone == (
        "which books help them (about: which mistakes do people make with it (about: how do i learn sql))"
    )
    assert asked(*turns, "which books help them", "who wrote them").standalone == (
        "who wrote them (about: which books help them (about: how do i learn sql))"
    )


@pytest.mark.parametrize(
    "question",
    [
        "is that enough to get a job", "how long will the whole thing take me", "how long all together", "do i even need one",
        "in germany?", "for someone with a phd?", "which is better for outliers", "what is easier", "is kubernetes harder",
        "why not matlab", "how many hours per week", "what abt healthcare", "which universities", "any podcasts?",
        "the cheapest?", "is 2 months realistic?", "are ten hours a week enough", "what mistakes should i avoid",
        "common mistakes", "which of the two roles is closer to software engineering?",
    ],
)  # fmt: skip
def test_it_points_back(question: str) -> None:
    said = told("how do i start this career", "Slowly, with a course and then a project of one's own.")
    assert resolve(question, said, Table(goes_on=False)).standalone == f"{question} (about: how do i start this career)"


@pytest.mark.parametrize(
    "question",
    [
        "what is better for beginners, R or Python", "which is the best gpu for deep learning", "do i need more data",
        "is that my model overfits a problem", "in which language is pandas written", "the best framework for graphs",
        "are 3 years of experience required for a job", "which mistakes do people make with sql",
    ],
)  # fmt: skip
def test_it_points_at_nothing(question: str) -> None:
    said = told("how do i start this career", "Slowly, with a course and then a project of one's own.")
    assert resolve(question, said, Table(goes_on=False)).standalone == question


@pytest.mark.parametrize(
    ("question", "fragment", "places", "expected"),
    [
        ("ml engineer or data scientist", "data engineer", ["data scientist"], "ml engineer or data engineer"),
        ("What does the F1 score mean?", "ROC AUC", ["F1", "score"], None),
        ("What does the F1 score mean?", "ROC AUC", ["F1 score"], "What does the ROC AUC mean?"),
        ("how does block B end", "block D", ["block B"], "how does block D end"),
        ("what does an analyst earn", "a nurse", ["analyst"], "what does an nurse earn"),
        ("beginner projects", "the advanced ones", ["beginner"], "advanced projects"),
        ("unsupervised learning", "reinforcement", ["learning"], None),
        ("which certifications are there", "google's course", ["certifications"], None),
        ("how much does kaggle cost", "in germany", ["kaggle"], None),
        ("what happens on monday in the course", "on friday", [], "what happens on friday in the course"),
        ("what is git", "git hooks", ["git"], None),
        ("the kestrel shows E1", "E4", [], "the kestrel shows E4"),
        ("tell me about the three passes", "the last one", ["passes"], None),
    ],
)  # fmt: skip
def test_a_name_is_put_where_its_like_stands_or_nowhere(
    question: str, fragment: str, places: list[str], expected: str | None
) -> None:
    assert parallel(fragment, question, Table(*places).fits) == expected


def test_a_name_takes_the_place_of_the_word_that_pointed_back() -> None:
    turns = ("how do i learn sql", "which mistakes do people make with it", "and pandas?")
    assert asked(*turns).standalone == "which mistakes do people make with pandas"
    assert asked("what is nlp", "which skills for that", "and for vision?").standalone == "which skills for vision"
    assert (
        asked("do i need calculus", "why?", "what about sql", places=["calculus"]).standalone == "why? (about: do i need sql)"
    )
    assert asked("pytorch or keras", "which of these is easier", "and jax?", places=["keras"]).standalone == (
        "which of these is easier (about: pytorch or jax)"
    )


def test_which_of_them_means_what_was_asked_before_too() -> None:
    turns = ("what is a cnn", "and rnn", "what are they used for", "which of the two should i learn first")
    assert asked(*turns, places=["cnn"]).standalone == f"{turns[-1]} (about: what is a cnn; what are rnn used for)"
    assert asked(*turns[:2], "which one is easier", places=["cnn"]).standalone.endswith("(about: what is a cnn; what is a rnn)")


def test_the_second_one_is_the_second_of_what_was_compared() -> None:
    history = told("supervised vs unsupervised learning", "- Clustering [1]\n- Regression [2]")
    assert resolve("give examples of the second one", history).item == "unsupervised learning"
    assert resolve("when does the latter matter", history).standalone.startswith("when does unsupervised learning matter")
    assert resolve("explain the second point", history).item == "Regression"


def test_another_place_is_one_in_the_same_list() -> None:
    turns = told(
        "which steps are there", "Data; models; release; care.", "what is done in the second one", "You train a model."
    )
    assert resolve("and in the third?", turns, Table()).standalone == "what is done in release (about: which steps are there)"


@pytest.mark.parametrize(
    ("reply", "count", "items"),
    [
        ("- Models [1]\n  - Trees [2]\n  - Nets [3]\n- Data [4]", 0, ["Models", "Data"]),
        ("- Models [1]\n  - Trees [2]\n  - Nets [3]", 0, ["Trees", "Nets"]),
        ("- A\n- B\nThen:\n- C\n- D\n- E", 3, ["C", "D", "E"]),
        (
            "Shadow: a model gets a copy, its answers are logged, and no user sees them. Canary: few see it.",
            0,
            ["Shadow", "Canary"],
        ),
        ("The model gets a copy of it all, its answers are logged, and no user sees them.", 0, []),
    ],
)
def test_the_items_are_those_of_the_list_that_was_asked_for(reply: str, count: int, items: list[str]) -> None:
    assert listed(reply, count) == items


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("what happens in week 3 of the plan", "and the week after?", "what happens in week 4 of the plan"),
        ("what is in phase 1", "the phase after that", "what is in phase 2"),
        ("what is the first step of it", "and the next one?", "what is the second step of it"),
        ("what do i do in month 2", "and then?", "what do i do in month 3"),
    ],
)
def test_what_comes_next_is_the_next_number(before: str, question: str, expected: str) -> None:
    assert asked(before, question).standalone == expected


def test_only_stages_are_counted_on() -> None:
    assert following("one", "which steps in python 3") is None
    assert following("one", "what are the 5 steps") is None
    assert following("phase", "week 3") is None
    assert renumbered("the third part", "how long is part 1 of the exam") == "how long is third part of the exam"


def test_what_comes_after_an_item_that_was_pointed_at() -> None:
    history = told(
        "which steps are there", "- Data [1]\n- Models [2]\n- Release [3]", "explain the second one", "Models learn."
    )
    resolution = resolve("and the one after that", history)
    assert resolution.item == "Release"
    assert resolution.standalone == "explain Release (about: which steps are there)"
    last = resolve("and then?", [*history, *told("and the one after that", "It goes out.")])
    assert last.after == "Release"
    assert last.standalone == "what comes after “Release”? (about: which steps are there)"


STEPS = told("which steps are there", "There are four: [1]\n1. Data: all of it [2]\n2. Models [3]\n3. Release [4]\n4. Care [5]")


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (["explain step 3"], "explain Release"),
        (["how long does step two take"], "how long does Models take"),
        (["step 3", "A model goes out.", "and the step before?"], "Models"),
        (["explain step 3", "A model goes out.", "which step comes next"], "explain Care"),
        (["explain step 3", "A model goes out.", "and the last step"], "explain Care"),
        (["explain step 3", "A model goes out.", "how long does step 1 take"], "how long does Data take"),
        (["and the step before?"], "Release"),
    ],
)
def test_a_step_is_one_of_the_list_that_was_shown(turns: list[str], expected: str) -> None:
    *before, question = turns
    assert resolve(question, [*STEPS, *told(*before)], Table()).standalone == f"{expected} (about: which steps are there)"


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("explain python 3", "1. Data [1]\n2. Models [2]\n3. Release [3]"),
        ("what is in phase 2", "1. Data [1]\n2. Models [2]"),
        ("what is the second step to become a nurse", "1. Data [1]\n2. Models [2]"),
        ("explain step 7", "1. Data [1]\n2. Models [2]"),
        ("explain step 2", "A model learns from data, and then it goes out."),
    ],
)
def test_what_the_shown_list_does_not_count_is_none_of_it(question: str, reply: str) -> None:
    assert resolve(question, told("which steps are there", reply), Table(goes_on=False)).standalone == question


@pytest.mark.parametrize(
    ("reply", "item"),
    [
        ("Phase | Months [1]\n- 1 Basics | 3 [2]\n- 2 Projects | 6 [3]", "Projects"),
        ("Phase 1: Basics [1] Phase 2: Projects [2]", "Phase 2: Projects"),
        ("Phase one is for the basics. [1] Then phase two: projects of your own. [2]", "phase two: projects of your own."),
        ("- Basics: three months [1]\n- Projects: six months [2]", "Projects"),
    ],
)
def test_members_are_numbered_in_many_ways(reply: str, item: str) -> None:
    assert resolve("how long is phase 2", told("which phases are there", reply)).item == item


def test_what_is_asked_about_a_member_stays_about_it() -> None:
    turns = [*STEPS, *told("explain step 3", "A model goes out.")]
    assert resolve("how long does it take", turns).item == "Release"
    assert resolve("which one is hardest", turns).item == ""


def test_what_comes_after_all_that_was_said_is_not_said_again() -> None:
    resolution = resolve("and then?", STEPS)
    assert resolution.after == "Care"
    assert resolution.said == STEPS[1].content


def test_more_leaves_out_all_that_was_said() -> None:
    history = told("how do i stay up to date", "Some tips: read papers. [1]", "more tips", "Go to meetings. [1]")
    resolution = resolve("tell me more", history)
    assert resolution.standalone == "how do i stay up to date"
    assert resolution.said == "Some tips: read papers. [1]\nGo to meetings. [1]"
    assert resolve("more python", history[:2]).standalone == "more python (about: how do i stay up to date)"


def test_a_switch_of_the_topic_is_announced_in_other_words_too() -> None:
    assert asked("What is SQL?", "ok switching topic, how do i deploy it").standalone == "how do i deploy it"


@pytest.mark.parametrize("reply", [" ", "[1]", "```", "", REFUSAL])
def test_an_answer_that_says_nothing_is_no_end(reply: str) -> None:
    assert resolve("and then?", told("What is SQL?", reply)).standalone.endswith("(about: What is SQL?)")


def test_no_turn_takes_long() -> None:
    history = told("What is SQL?", "A language for data that lie in tables.")
    began = time.process_time()
    for turn in (
        "a" * 950 + "-" * 950 + " it",
        "is " * 600 + "it",
        "thanks " * 280 + "x",
        "no " * 600 + "i mean x",
        "- it " * 390,
    ):
        resolve(turn, history, Table("SQL"))
    assert time.process_time() - began < 1.0
