"""What comes after the last answer: the next item of a list or of the list above it, and what was not said yet."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.ranker import Ranked
from assistant.sequel import next_item, unsaid, without_list
from assistant.units import units_of
from index.hit import Hit
from ingest.markdown import read_markdown
from ingest.passages import split

PLAN = """# Plan

## Week one is for tools

- Install the editor and the shell
- Learn the keys of both by heart

## Week two is for data

- Load a table and look at it

## Week three is for models

- Read one paper every week.
- Write down what you learnt.
"""


@pytest.fixture(scope="module")
def ranked() -> list[Ranked]:
    document = read_markdown(PLAN.encode(), "plan.md")
    hits = [Hit(passage, rank, 1 / rank, 0.5, 0.5) for rank, passage in enumerate(split(document), start=1)]
    return [Ranked(unit, 0.5, 0.5, np.zeros(1, np.float32)) for unit in units_of(hits, {document.id: document})]


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("Install the editor and the shell", "Learn the keys of both by heart"),
        ("Learn the keys of both by heart", "Week two is for data"),
        ("Week one is for tools", "Week two is for data"),
        ("Load a table and look at it", "Week three is for models"),
    ],
)
def test_the_next_item_is_beside_or_above_and_never_below(said: str, then: str, ranked: list[Ranked]) -> None:
    assert [each.unit.text for each in next_item(ranked, said)] == [then]


def test_nothing_comes_after_the_last_item(ranked: list[Ranked]) -> None:
    assert next_item(ranked, "Week three is for models") == []


def test_a_list_is_not_shown_again_when_one_of_it_is_asked_about(ranked: list[Ranked]) -> None:
    listing = "To do: [1]\n- Install the editor and the shell [2]\n- Learn the keys of both by heart [3]"
    left = [each.unit.text for each in without_list(ranked, "Learn the keys of both by heart", listing)]
    assert "Learn the keys of both by heart" in left
    assert not any("Install the editor" in text for text in left)
    assert "Load a table and look at it" in left
    assert without_list(ranked[:1], "Week two", "1. Week two [1]\n2. Week one [2]") == ranked[:1]


def test_nothing_is_said_twice(ranked: list[Ranked]) -> None:
    left = {
        each.unit.text for each in unsaid(ranked, "- Week one is for tools [1]\nAs they say: Read one paper every week. [2]")
    }
    assert "Write down what you learnt." in left
    assert "Week two is for data" in left
    assert not any("Week one is for tools" in text or "Read one paper" in text for text in left)
