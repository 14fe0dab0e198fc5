"""What a follow-up names itself: an answer that holds only what it is about is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import BREAD, RIVERS, write_corpus

from assistant.answer import Turn, answer_text
from assistant.assistant import Assistant
from assistant.own_words import own_words
from assistant.question import read_question
from assistant.xray import xray
from index.build import update
from index.embedder import EMBEDDER, TransformerEmbedder
from index.library import Library
from index.weights import digest_of
from ui.xray_data import xray_data

CAREER = """# Becoming a data engineer

The way takes about nine months of steady work.

## Salary of a data engineer

A junior data engineer earns 62,000 euros a year in Germany. A senior data engineer earns 90,000 euros.

## Databases

SQL is the language of relational databases. PostgreSQL is the best database to begin with.

## Toil of operations

Toil is manual work that repeats itself and can be automated. It should never take more than half of the week.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, embedder: TransformerEmbedder) -> Assistant:
    folder = tmp_path_factory.mktemp("own")
    corpus = write_corpus(folder / "corpus", {"career.md": CAREER, "bread.md": BREAD, "rivers.md": RIVERS})
    update(corpus, folder / "data", lambda: embedder, (embedder.id, digest_of(EMBEDDER)))
    return Assistant(Library(folder / "data", lambda: embedder))


def history(assistant: Assistant, question: str) -> tuple[Turn, Turn]:
    return Turn("user", question), Turn("assistant", answer_text(assistant.ask(question)))


@pytest.mark.parametrize("asked", ["what about cricket umpires instead", "do i need a phd for it"])
def test_what_no_document_holds_is_not_covered_by_what_it_is_about(asked: str, assistant: Assistant) -> None:
    said = history(assistant, "salary of a data engineer")
    assert assistant.ask(asked, said).status == "not_covered"


@pytest.mark.parametrize("asked", ["and a senior?", "is it in germany?", "how much in euros", "why?", "which databases"])
def test_what_is_held_is_answered_as_before(asked: str, assistant: Assistant) -> None:
    said = history(assistant, "salary of a data engineer")
    assert assistant.ask(asked, said).status == "answered"


def test_what_is_found_alone_is_answered_alone(assistant: Assistant) -> None:
    answer = assistant.ask("and toil?", history(assistant, "salary of a data engineer"))
    assert "manual work" in answer_text(answer)


def test_the_x_ray_names_the_words_that_nothing_holds(assistant: Assistant) -> None:
    answer = assistant.ask("what about cricket umpires instead", history(assistant, "salary of a data engineer"))
    looked = xray(answer, assistant.library.snapshot(), assistant.threshold)
    assert (looked.unheld, looked.alone) == (("cricket", "umpires"), "")
    assert "names “cricket” and “umpires” itself" in xray_data(answer, looked)["verdict"]
    by_itself = replace(looked, unheld=(), alone="and toil?")
    assert "“and toil?” was searched for by itself" in xray_data(answer, by_itself)["verdict"]


def test_own_words_are_names_that_the_subject_lacks(assistant: Assistant) -> None:
    snapshot = assistant.library.snapshot()

    def own(content: str) -> frozenset[str]:
        return own_words(replace(read_question("x"), content=content), snapshot)

    assert own("can I use Kaggle for it (about: which projects belong in a portfolio)") == {"kaggl"}
    assert own("how do I fix it (about: data drift)") == frozenset()
    assert own("which is easier (about: Flask or Django)") == frozenset()
    assert own("is there something smarter than that (about: grid search)") == frozenset()
    assert own("and on the harder side, middle level? (about: projects for beginners)") == frozenset()
    assert own("which piece do I build at the very start (about: what is RAG)") == frozenset()
    assert own("which libraries? (about: reinforcement learning)") == frozenset()
    assert own("and the projects? (about: which projects belong in a portfolio)") == frozenset()
    assert own("is it a tough read (about: which book about optimization)") == frozenset()  # the book may be "hard"
    assert own("can I use Kaggle") == frozenset()


def test_a_question_about_what_no_document_names_stands_alone(assistant: Assistant) -> None:
    before = history(assistant, "How much does a data engineer earn?")
    for asked in ("how much do welders earn in norway", "what do dentists earn in canada"):
        assert assistant.search(asked, before)[0] == asked
    assert "(about:" in assistant.search("how much does it grow until the seniors are there", before)[0]
    spoken = "it was paid in weeks until monday, and germany earns more, rude?"  # whose "it" is the salary
    assert "(about:" in assistant.search(spoken, before)[0]
