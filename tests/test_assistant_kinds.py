"""Sentences that each tell of one kind of a thing are a list to who asks for its kinds."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.kinds import with_kinds
from assistant.question import read_question
from assistant.ranker import Ranked
from assistant.series import LONGEST
from assistant.units import units_of
from index.hit import Hit
from ingest.markdown import read_markdown
from ingest.passages import split

KINDS = (
    "Residential locksmiths open homes.",
    "Commercial locksmiths live from contracts.",
    "Safe technicians open safes.",
    "Institutional locksmiths are employed by one owner.",
)
TEXT = f"""# Locks

Locks are old. Most locksmiths work alone.

{KINDS[0]} It pays. {KINDS[1]} {KINDS[2]} A safe technician is rare. Commercial locksmiths travel.

{KINDS[3]} They keep its keys.

## Designers

A game designer decides what the player can do. A level designer builds the spaces. The UX designer worries.

## Elsewhere

Old locksmiths retire.
"""


def answer(text: str, asked: str, *chosen: str) -> list[str]:
    document = read_markdown(text.encode(), "a.md")
    hits = [Hit(passage, rank, 0.5, 0.5, 0.5) for rank, passage in enumerate(split(document, limit=300), start=1)]
    found = {unit.text: Ranked(unit, 0.5, 0.5, np.zeros(1, np.float32)) for unit in units_of(hits, {"a.md": document})}
    return [each.unit.text for each in with_kinds([found[text] for text in chosen], read_question(asked))]


@pytest.mark.parametrize("asked", ["what kinds of locksmith are there", "types of locksmiths", "which locksmiths are there"])
def test_the_kinds_of_a_section_are_told_where_one_is(asked: str) -> None:
    assert answer(TEXT, asked, "Locks are old.", KINDS[3]) == ["Locks are old.", "\n".join(KINDS)]
    assert answer(TEXT, asked, KINDS[1], "They keep its keys.", KINDS[0]) == ["\n".join(KINDS), "They keep its keys."]


def test_kinds_in_the_singular_have_an_article() -> None:
    designers = TEXT.split("## Designers\n\n")[1].splitlines()[0]
    found = answer(TEXT, "what types of designer are there", "A level designer builds the spaces.")
    assert found == [designers.replace(". ", ".\n")]


def test_the_name_of_the_thing_is_none_of_its_kinds() -> None:
    text = TEXT.replace("A level", "A systems designer counts. A level")
    found = answer(text, "types of game designers", "A level designer builds the spaces.")
    assert found == ["A systems designer counts.\nA level designer builds the spaces.\nThe UX designer worries."]
    assert answer(text, "what do game designers do", "A level designer builds the spaces.") == [
        "A level designer builds the spaces."
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "what do commercial locksmiths do",
        "why do locksmiths specialise",
        "how much do locksmiths earn",
        "what kinds of safes are there",
    ],
    ids=("one kind", "reason", "amount", "another thing"),
)
def test_who_does_not_ask_for_them_is_not_told_all(asked: str) -> None:
    assert answer(TEXT, asked, KINDS[1]) == [KINDS[1]]


def test_two_kinds_and_kinds_told_at_length_are_no_list() -> None:
    asked = "what kinds of locksmith are there"
    assert answer(TEXT, asked, "Old locksmiths retire.") == ["Old locksmiths retire."]
    assert answer(TEXT.replace("Residential locksmiths", "All locksmiths"), asked, KINDS[1]) == [KINDS[1]]
    assert answer(TEXT.replace("open homes", "open homes " + "and doors " * LONGEST), asked, KINDS[1]) == [KINDS[1]]
