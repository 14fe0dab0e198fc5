"""A step of a drill, a denied reason and a caption are quoted with what tells what they only say is there."""

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

RESCUE = """# Rescue

Somebody hangs in the tree. This is the drill. Shout, and look for the cause. Send one to the road to call. Nobody else leaves.
If there is a second rope, climb on it. Come down slowly. After that the foreman writes a report.

Buy a harness. The shop sells three. Work in the trees pays well. Practice makes perfect. Machine learning is no help here.
"""
DRILL = (
    "Shout, and look for the cause.\nSend one to the road to call.\nNobody else leaves."
    "\nIf there is a second rope, climb on it.\nCome down slowly."
)
CRITIQUE = """# Critique

A film that is explained does not count. This is why people bring their failures. Cake is served.

Why they failed: not because of the sums. They added the freight. It rained.

Few leave, not because they like it, but because of the pay. It is paid on Fridays.
"""
STAGES = """# Ways

Table 1: The stages and their weeks.

| Stage | Weeks |
|---|---|
| Programming | 17 |
| Data | 14 |
| Serving | 24 |

The book list has grown. You pack your bag as follows.

- rope
- saw

The saw is new. These are cheap.
"""


def answer(text: str, question: str, *chosen: str) -> list[str]:
    document = read_markdown(text.encode(), "a.md")
    hits = [Hit(passage, rank, 0.5, 0.5, 0.5) for rank, passage in enumerate(split(document, limit=300), start=1)]
    found = {unit.text: Ranked(unit, 0.5, 0.5, np.zeros(1, np.float32)) for unit in units_of(hits, {"a.md": document})}
    shown = with_wholes([found[text] for text in chosen], list(found.values()), read_question(question))
    return [each.unit.text for each in shown]


@pytest.mark.parametrize("question", ["how do we get him down?", "he does not answer, what do i do now", "what are the steps"])
@pytest.mark.parametrize("step", ["This is the drill.", "Send one to the road to call.", "Come down slowly."])
def test_who_asks_how_is_told_all_instructions_of_a_drill(question: str, step: str) -> None:
    led = f"{step}\n" if step not in DRILL else ""
    assert answer(RESCUE, question, step) == [led + DRILL]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("who hangs there?", "Come down slowly."),
        ("why do we shout, and how do we climb?", "Come down slowly."),
        ("how do we get him down?", "Somebody hangs in the tree."),
        ("how do we get him down?", "Work in the trees pays well."),
    ],
)
def test_who_asks_something_else_or_is_told_no_instruction_is_not(question: str, sentence: str) -> None:
    assert answer(RESCUE, question, sentence) == [sentence]


def test_two_sentences_of_a_drill_are_joined_and_stand_once() -> None:
    before = "Somebody hangs in the tree.\nThis is the drill.\nShout, and look for the cause."
    shown = answer(RESCUE, "how do we get him down?", before, "Come down slowly.")
    assert shown == [f"Somebody hangs in the tree.\nThis is the drill.\n{DRILL}"]


def test_a_drill_at_length_is_left() -> None:
    long = RESCUE.replace("to call.", f"to call {'and call ' * LONGEST}.")
    assert answer(long, "how do we get him down?", "Come down slowly.") == ["Come down slowly."]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("This is why people bring their failures.",) * 2,  # what it points at is the part of `assistant.replies`
        ("Why they failed: not because of the sums.", "Why they failed: not because of the sums.\nThey added the freight."),
        ("Few leave, not because they like it, but because of the pay.",) * 2,
        ("Cake is served.",) * 2,
    ],
)
def test_who_asks_why_is_told_the_reason_behind_one_that_is_denied(sentence: str, told: str) -> None:
    assert answer(CRITIQUE, "why is that?", sentence) == [told]
    assert answer(CRITIQUE, "who is that?", sentence) == [sentence]


TABLE = "Stage | Weeks\nProgramming | 17\nData | 14\nServing | 24"


def test_a_caption_brings_its_table_and_a_lead_in_its_list() -> None:
    assert answer(STAGES, "what stages", "Table 1: The stages and their weeks.") == [
        "Table 1: The stages and their weeks.",
        TABLE,
    ]
    packing = answer(STAGES, "what do i pack", "You pack your bag as follows.")
    assert packing == ["You pack your bag as follows.", "rope\nsaw"]
    assert answer(STAGES, "what is new", "The book list has grown.") == ["The book list has grown."]


def test_a_caption_below_its_table_brings_it_too() -> None:
    below = STAGES.replace("Table 1: The stages and their weeks.\n", "").replace("The book", "Table 1: The stages.\n\nThe book")
    assert answer(below, "what stages", "Table 1: The stages.") == ["Table 1: The stages.", TABLE]


def test_the_row_of_the_most_is_told_by_all_rows() -> None:
    row = "Stage | Weeks\nServing | 24"
    assert answer(STAGES, "which stage is the longest?", row, "The saw is new.") == [TABLE, "The saw is new."]
    assert answer(STAGES, "how long is serving in the forest?", row) == [row]
