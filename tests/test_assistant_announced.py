"""What announces so many things is quoted with them."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.question import read_question
from assistant.ranker import Ranked
from assistant.units import units_of
from assistant.wholes import LONGEST, with_wholes
from index.hit import Hit
from ingest.markdown import read_markdown
from ingest.passages import split

WAY = """# Conservators

The usual way has four steps. A degree comes first. A voluntary year follows. Then comes the master's course. Last you assist.
Nobody skips one.

There are two reasons: patience and money. Glue dries slowly.

It takes two years. The second is easier.
"""
LEAD = "The usual way has four steps."
STEPS = (LEAD, "A degree comes first.", "A voluntary year follows.", "Then comes the master's course.", "Last you assist.")


def answer(text: str, *chosen: str) -> list[str]:
    document = read_markdown(text.encode(), "a.md")
    hits = [Hit(passage, rank, 0.5, 0.5, 0.5) for rank, passage in enumerate(split(document, limit=300), start=1)]
    found = {unit.text: Ranked(unit, 0.5, 0.5, np.zeros(1, np.float32)) for unit in units_of(hits, {"a.md": document})}
    return [
        each.unit.text for each in with_wholes([found[text] for text in chosen], list(found.values()), read_question("And?"))
    ]


@pytest.mark.parametrize(
    "chosen",
    [(LEAD,), ("\n".join(STEPS[:2]),), (STEPS[2], LEAD), (LEAD, STEPS[4]), (LEAD, "\n".join(STEPS[3:]))],
    ids=("lead", "both", "before", "behind", "overlapping"),
)
def test_as_many_sentences_follow_as_are_announced_and_none_is_shown_twice(chosen: tuple[str, ...]) -> None:
    assert answer(WAY, *chosen) == ["\n".join(STEPS)]


def test_what_goes_on_behind_the_last_of_them_is_shown_with_them() -> None:
    behind = "\n".join((*STEPS[3:], "Nobody skips one."))
    assert answer(WAY, LEAD, behind) == ["\n".join((*STEPS, "Nobody skips one."))]


@pytest.mark.parametrize("alone", ["There are two reasons: patience and money.", "It takes two years.", "Nobody skips one."])
def test_what_tells_all_itself_or_announces_nothing_stays(alone: str) -> None:
    assert answer(WAY, alone, STEPS[1]) == [alone, STEPS[1]]


def test_what_is_announced_at_length_is_left() -> None:
    assert answer(WAY.replace("A degree", "A degree " + "of some kind " * LONGEST), LEAD) == [LEAD]
