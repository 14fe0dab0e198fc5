"""Questions of several parts: how they are taken apart, and what is said of a part that the documents do not cover."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.answer import Citation
from assistant.assistant import Assistant
from assistant.parts import answered_by, parts_of
from assistant.question import Question, wants
from index.embedder import TransformerEmbedder
from index.library import Library


def parts(content: str) -> list[str]:
    return [part.content for part in parts_of(Question(content, content, wants(content), content))]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is SQL?", []),
        ("Which skills and tools do I need?", []),
        ("Python and SQL, what do I learn first?", []),
        ("What is SQL and why do I need SQL joins?", ["What is SQL", "why do I need SQL joins"]),
        ("What do exams cost, how long are they?", ["What do exams cost", "how long are they (about: What do exams cost)"]),
        ("When a notebook and when a script?", ["When a notebook", "when a script (about: When a notebook)"]),
        ("what? why? when? where?", []),
        ("What is SQL, and how long does it take?", ["What is SQL", "how long does it take (about: What is SQL)"]),
        (
            "portfolio projects: how many and what kind, data science and llm",
            ["portfolio projects: how many", "what kind, data science and llm (about: portfolio projects)"],
        ),
        ("Which tests are first, and on what days?", ["Which tests are first", "on what days (about: Which tests are first)"]),
        ("is Hadoop worth my time and what can I read about Spark", ["is Hadoop worth my time", "what can I read about Spark"]),
        ("I am somebody who likes talks, how do I make a career of that", []),
        ("my server should write when a flow breaks, what do I install", []),
    ],
)  # fmt: skip
def test_a_question_is_taken_apart_where_it_asks_anew(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


def test_a_part_that_is_missing_is_named_with_what_it_is_about() -> None:
    question = "What is PyTorch and who invented it?"
    assert [part.asked for part in parts_of(Question(question, question, wants(question), question))] == [
        "What is PyTorch",
        "who invented PyTorch",
    ]


def test_each_part_wants_what_its_own_words_ask() -> None:
    first, second = parts_of(Question("q", "q", wants("q"), "Why does everybody learn Python, and how long does Python take?"))
    assert (first.wants.reason, first.wants.duration) == (True, False)
    assert (second.wants.reason, second.wants.duration) == (False, True)


def test_what_the_conversation_is_about_goes_with_every_part() -> None:
    asked = "what does statistics cost and how long does statistics take (about: the data analyst)"
    assert all(part.endswith("(about: the data analyst)") for part in parts(asked))


def test_nothing_is_quoted_for_a_part_that_is_not_covered(corpus_index: Path, embedder: TransformerEmbedder) -> None:
    """Neither a salary of somebody else nor what shares a word with the part."""
    assistant = Assistant(Library(corpus_index, lambda: embedder))
    alone = assistant.ask("How is a portfolio built?", mode="quote")
    answer = assistant.ask("How is a portfolio built, and what does a data engineer earn in Peru?", mode="quote")
    assert (answer.status, answer.missing) == ("partial", ("what does a data engineer earn in Peru",))
    assert {c.document_id for c in answer.citations} == {alone.citations[0].document_id}


def test_a_part_alone_answers_nothing_where_the_whole_is_far_from_the_documents(
    corpus_index: Path, embedder: TransformerEmbedder
) -> None:
    """ "How long did it take?" by itself would be answered with how long anything takes."""
    answer = Assistant(Library(corpus_index, lambda: embedder)).ask(
        "who wrote scikit-learn, and how long did it take?", mode="quote"
    )
    assert (answer.status, answer.sentences, answer.missing) == ("not_covered", (), ())


@pytest.mark.parametrize(
    ("asked", "quote", "heading", "answered"),
    [
        ("how much is the AWS security specialty exam", "300 dollars, valid for three years", "AWS Security Specialty", True),
        ("how much is the AWS security specialty exam", "300 dollars, valid for three years", "Azure", False),
        ("how much is the AWS security specialty exam", "The AWS security exam is hard.", "AWS", False),
        ("how long does it take (about: What is SQL)", "SQL takes four weeks.", "Databases", True),
        ("what is the AWS exam", "300 dollars for the AWS exam", "AWS", False),  # asks for no kind of figure
    ],
)
def test_a_part_that_a_quote_answers_is_not_missing(asked: str, quote: str, heading: str, answered: bool) -> None:
    citation = Citation(1, "a.md", "Certificates", (heading,), None, 0, len(quote), quote)
    assert answered_by(Question(asked, asked, wants(asked), asked), [citation]) is answered
