"""What comes after or before something is looked up in the order of the document."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.neighbour import SHOWN, with_neighbour
from assistant.question import Question, read_question
from assistant.ranker import Ranked
from assistant.standalone import with_about
from assistant.units import units_of
from index.hit import Hit
from ingest.markdown import read_markdown
from ingest.passages import split

GUIDE = """# Northgate guide

## 1 Phase 1: Programming

Learn Python until you can write a program of 300 lines. Use Git from the first day.

## 2 Phase 2: Data

Real data is dirty. You learn pandas and SQL.

## 3 Phase 3: Mathematics

- Vectors
- Derivatives

## How to apply

1. Fill in the form
2. Write a letter
3. Come to a bench day

Step four of the night is sleep. Step five is coffee. Step six: run.
"""
PYTHON = "Learn Python until you can write a program of 300 lines."


def answer(text: str, asked: str, *chosen: str) -> list[str]:
    return answer_to(text, read_question(asked), *chosen)


def answer_to(text: str, question: Question, *chosen: str) -> list[str]:
    document = read_markdown(text.encode(), "a.md")
    hits = [Hit(passage, rank, 0.5, 0.5, 0.5) for rank, passage in enumerate(split(document, limit=300), start=1)]
    found = {unit.text: Ranked(unit, 0.5, 0.5, np.zeros(1, np.float32)) for unit in units_of(hits, {"a.md": document})}
    return [each.unit.text for each in with_neighbour([found[text] for text in chosen], question)]


def test_the_next_section_is_that_behind_the_one_that_names_the_thing_or_holds_the_answer() -> None:
    data = "2 Phase 2: Data\nReal data is dirty.\nYou learn pandas and SQL."
    assert answer(GUIDE, "what comes after programming?", PYTHON) == [data, PYTHON]
    assert answer(GUIDE, "What should I learn after Python in the evening track?", PYTHON) == [
        data,
        PYTHON,
    ]  # no heading says it
    assert answer(GUIDE, "what is before mathematics?", PYTHON) == [data, PYTHON]
    assert answer(GUIDE, "what comes next after data", PYTHON, "You learn pandas and SQL.") == [
        "3 Phase 3: Mathematics", "Vectors\nDerivatives", PYTHON, "You learn pandas and SQL.",
    ]  # fmt: skip


def test_the_next_item_of_a_numbered_list_and_the_next_sentence_of_a_series() -> None:
    assert answer(GUIDE, "what comes after the letter", "Write a letter")[0] == "Come to a bench day"
    assert answer(GUIDE, "what comes before the letter", "Write a letter", "Fill in the form") == [
        "Fill in the form",
        "Write a letter",
    ]
    sleep = "Step four of the night is sleep."
    assert answer(GUIDE, "What comes after sleep?", sleep) == ["Step five is coffee.", sleep]


@pytest.mark.parametrize(
    "asked",
    [
        "What do I need to have ready before my first day?",
        "What happens after I send my letter?",
        "Why does Python come before data?",
        "what comes after the last phase, mathematics",  # nothing does
        "what comes before programming?",
        "What comes after cooking?",  # nobody names it, and the best unit stands in no phase
    ],
)
def test_nothing_is_next_to_what_is_no_place_in_an_order(asked: str) -> None:
    assert answer(GUIDE, asked, "Write a letter") == []


def test_what_goes_on_from_the_last_answer_is_not_gone_on_from_again() -> None:
    question = replace(read_question("what comes after programming?"), after="Step five is coffee.")
    assert answer_to(GUIDE, question, PYTHON) == []
    about = with_about("what comes after programming", "how do I become an engineer")
    assert answer(GUIDE, about, PYTHON)[1:] == [PYTHON]


def test_of_a_long_section_only_its_beginning_is_shown() -> None:
    long = GUIDE.replace(
        "Real data is dirty.", "Real data is dirty. " + "It has to be cleaned by hand, and that takes long. " * 9
    )
    first, *_ = answer(long, "what comes after programming?", PYTHON)
    assert first.startswith("2 Phase 2: Data\nReal data is dirty.")
    assert len(first.split()) <= SHOWN
