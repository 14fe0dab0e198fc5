"""What is said around a question goes; what is asked stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.question import QuestionInvalid, plainly, read_question
from assistant.wording import only_courtesy, plain, without_courtesy
from index.terms import terms


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("hi! which bootcamp do they recommend", "which bootcamp do they recommend"),
        ("could you please tell me how long SQL takes, thanks", "how long SQL takes"),
        ("i'd like to know why scaling matters lol", "why scaling matters"),
        ("quick question: is R needed?", "is R needed?"),
        ("wat do ppl use w/o a gpu", "what do people use without a gpu"),
        ("docker hrs?", "docker hours?"),
        ("is it 2 yrs or 6 wks", "is it 2 years or 6 weeks"),
        ("explain entropy in plain words please", "explain entropy"),
        ("abliteration?? never heard that word", "what is abliteration?"),
        ("I keep hearing about federated learning, what is that?", "what is federated learning?"),
        ("feature store - meaning", "what is feature store?"),
        ("never heard of pandas, what is it?", "what is pandas?"),
        ("what is sql, thank you so much", "what is sql"),
        ("great, and what is r", "and what is r"),
        ("random question: is it hard to learn R", "is it hard to learn R"),
        ("can u tell me what u need bc of the exam", "what you need because of the exam"),
    ],
)
def test_what_is_said_around_a_question_goes(question: str, left: str) -> None:
    assert plain(question) == left


@pytest.mark.parametrize(
    "question",
    [
        "How long does SQL take?",
        "what is n in statistics",
        "python or R first",
        "tell me more about pandas",
        "tell me about pandas",
        "Which job is right for me, meaning of life aside?",
        "and why is that?",
        "which tools for web/u-net models",
        "is it a good idea to learn SQL and R, what do they do",
        "well-known datasets",
        "Right-tailed tests in statistics",
        "just-in-time compilation with numba",
        "Basic question answering with BERT",
        "random question generation",
        "What is u in SVD",
        "what does BC mean",
        "Great Expectations: is it useful?",
        "nice but not needed skills",
        "please",
        "lol",
    ],
)
def test_what_is_asked_stays(question: str) -> None:
    assert plain(question) == question


@pytest.mark.parametrize(
    "spoken",
    [
        "thanks!",
        "ok",
        "hi there",
        "lol",
        "got it",
        "ok cool thanks a lot",
        "thank you very much :)",
        "perfect, that helps",
        "no",
    ],
)
def test_courtesy_alone_asks_nothing(spoken: str) -> None:
    assert only_courtesy(spoken)
    assert without_courtesy(spoken) == spoken
    with pytest.raises(QuestionInvalid, match=r"There is no question in “.*”: ask one"):
        read_question(spoken)


@pytest.mark.parametrize(
    "spoken", ["R?", "ok and pandas?", "more books", "why", "Great Expectations", "no free lunch", "hello world in C"]
)
def test_what_is_more_than_courtesy_asks_something(spoken: str) -> None:
    assert not only_courtesy(spoken)
    assert read_question(spoken).asked == spoken


def test_what_a_follow_up_is_about_stays() -> None:
    assert plain("and why pls? (about: how long does SQL take lol)") == "and why? (about: how long does SQL take lol)"


def test_what_is_wanted_is_read_off_the_plain_words() -> None:
    asked = read_question("abliteration?? never heard that word")
    assert not asked.wants.definition
    assert plainly(asked).wants.definition
    assert plainly(asked).standalone == asked.standalone


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("pls lol,?!-( )whatis xmeaning"), max_size=60))
def test_a_question_keeps_something_to_search_for(question: str) -> None:
    assert not terms(question) or terms(plain(question))


def test_no_question_takes_long() -> None:
    """Against a question of the same length without anything to take out, in processor time: a busy machine is no matter."""

    def seconds(question: str) -> float:
        began = time.process_time()
        plain(question)
        only_courtesy(question)
        return time.process_time() - began

    floor = max(seconds("abcd efgh " * 200), 1e-3)
    for part in (
        " ,",
        "please ",
        "lol ",
        "never heard of it ",
        "so ",
        "- ",
        "what is it ",
        "saw the ",
        "!!! huh ",
        "(thanks)",
        " - thanks",
        "hi ",
        "thank you ",
        ":) ",
    ):
        assert seconds((part * 1000)[:1990] + "x") < 100 * floor
