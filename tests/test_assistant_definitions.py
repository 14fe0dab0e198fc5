"""The words for each of two compared things: what says what it is, or else what speaks of it from the first word on."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.definitions import OPENING_SHARE, definitions
from assistant.ranker import Ranked
from assistant.sides import sides
from assistant.units import units_of
from index.hit import Hit
from ingest.markdown import read_markdown
from ingest.passages import split

ESSAY = """# Looms

Only then look at a loom. We took Arva for scarves and Tessel for rugs. Arva asks for short threads. The Tessel frame holds
long ones. If you later want more, buy another. A weaver counts threads, and a dyer counts colours. The dyer wears gloves.
"""


def quoted(question: str, values: dict[str, float] | None = None) -> list[str]:
    document = read_markdown(ESSAY.encode(), "a.md")
    hits = [Hit(passage, rank, 0.5, 0.5, 0.5) for rank, passage in enumerate(split(document, limit=300), start=1)]
    units = [
        Ranked(unit, (values or {}).get(unit.text, 0.5), 0.5, np.zeros(1, np.float32))
        for unit in units_of(hits, {"a.md": document})
    ]
    compared = sides(question)
    assert compared is not None
    return [each.unit.text for each in definitions(sorted(units, key=lambda each: -each.value), compared)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Arva or Tessel?", ["Arva asks for short threads.", "The Tessel frame holds long ones."]),
        ("a weaver vs a dyer", ["A weaver counts threads, and a dyer counts colours.", "The dyer wears gloves."]),
        ("Arva or Bobbin?", []),
        ("Arva now or later?", []),
    ],
)
def test_two_things_that_nothing_defines_are_told_by_what_begins_with_their_names(question: str, expected: list[str]) -> None:
    assert quoted(question) == expected


def test_what_is_far_from_the_question_tells_nothing_of_its_thing() -> None:
    assert quoted("Arva or Tessel?", {"Arva asks for short threads.": 0.9 * OPENING_SHARE * 0.5}) == []
