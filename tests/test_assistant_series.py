"""What a document counts up in its prose or headings is answered as a whole to who asks for all of it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.question import read_question
from assistant.ranker import Ranked
from assistant.series import series_of, whole_lists, whole_series
from assistant.units import units_of
from index.hit import Hit
from ingest.document import Document
from ingest.markdown import read_markdown
from ingest.passages import split

STEPS = """# Cloud security

Step one is Linux, and it takes eight weeks. Do not skip it.

Step two is networks. Read packets until you dream of them. This takes a month.

Step three: break something that is yours. Then mend it.

Nobody asks for certificates.
"""
PHASES = """# Embedded

## Phase 1: C on a small board

- Blink a light

## Phase 2: Interrupts

Write a driver.

## Phase 3: A product

- Solder it yourself

## Money

Juniors earn 40,000 euros.
"""
MOVES = """# Moving to data work

The move has four stages:

1. Learn SQL in the evenings.
2. Help the analysts of your company.
3. Build one report that is used.
4. Apply.

Bring coffee.

| Year | What is learnt |
|---|---|
| First | SQL |
| Second | statistics |
"""
TALK = """# Talk

Start with Linux, and I mean properly. Two months of evenings. Second, networking. It is always DNS. Only then containers.
"""


def document_of(text: str) -> Document:
    return read_markdown(text.encode(), "a.md")


def answer(text: str, asked: str, *chosen: str) -> list[str]:
    document = document_of(text)
    hits = [Hit(passage, rank, 0.5, 0.5, 0.5) for rank, passage in enumerate(split(document, limit=300), start=1)]
    found = {unit.text: Ranked(unit, 0.5, 0.5, np.zeros(1, np.float32)) for unit in units_of(hits, {"a.md": document})}
    question = read_question(asked)
    shown = whole_lists([found[text] for text in chosen], list(found.values()), question)
    return [each.unit.text for each in whole_series(shown, question)]


def shown(text: str) -> list[list[str]]:
    document = document_of(text)
    return [
        [document.text[m.part.start : m.part.end] for m in series.members]
        for series in series_of(document, [block.start for block in document.blocks])
    ]


def test_series_in_paragraphs_headings_and_sentences() -> None:
    assert shown(STEPS) == [
        [
            "Step one is Linux, and it takes eight weeks.",
            "Step two is networks. Read packets until you dream of them.",
            "Step three: break something that is yours.",
        ]
    ]
    assert shown(PHASES) == [["Phase 1: C on a small board", "Phase 2: Interrupts", "Phase 3: A product"]]
    assert shown(TALK) == [
        ["Start with Linux, and I mean properly.", "Second, networking. It is always DNS.", "Only then containers."]
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Then I slept. Then I ate. Then I left. Finally, I came back.\n",  # a story
        "Step 1 is easy. Step 2 is not.\n",  # two are no series
        "In week 9 you apply. Week 3 is hard. In week 1 you rest.\n",  # does not count up
        "# A\n\nPhase 1: a\n\n# B\n\nPhase 2: b\n\n# C\n\nPhase 3: c\n",  # sections apart
    ],
)
def test_what_is_no_series(text: str) -> None:
    assert shown(text) == []


def test_headings_that_are_numbered_twice_are_a_series() -> None:
    assert shown("# A\n\n## 1 Phase 1: C\n\nC.\n\n## 2 Phase 2\n\nRust.\n\n## 3. Phase 3: A product\n\nC.\n") == [
        ["1 Phase 1: C", "Rust.", "3. Phase 3: A product"]
    ]


def test_a_heading_that_is_its_number_alone_is_told_by_what_follows() -> None:
    assert shown("# A\n\n## Step 1\n\nLearn. Rest.\n\n## Step 2\n\n- Build\n\n## Step 3\n\nShip.\n") == [
        ["Learn.", "Build", "Ship."]
    ]


def test_prose_is_shown_as_a_whole_where_all_is_asked_for() -> None:
    some = ("Step one is Linux, and it takes eight weeks.", "This takes a month.")
    whole = ["\n".join(shown(STEPS)[0])]
    assert answer(STEPS, "What is the route step by step?", *some) == whole
    behind = ("Read packets until you dream of them.", "Step three: break something that is yours.")
    assert answer(STEPS, "What is the route step by step?", some[0], *behind) == whole  # what step two is, is left out
    assert answer(STEPS, "What is step two and how do I start?", *some) == list(some)
    assert answer(STEPS, "How many steps a minute?", *some) == list(some)
    assert answer(STEPS, "Why are networks part of the plan?", *some) == list(some)
    assert answer(STEPS, "What is the route step by step?", some[0]) == whole
    assert answer(STEPS, "How do the first three months of the plan go?", some[0]) == whole  # no step is named
    assert answer(STEPS, "What is the plan for the first step?", some[0]) == [some[0]]


def test_headings_of_what_an_answer_lacks_stand_between_what_it_has() -> None:
    some = ("Solder it yourself", "Blink a light")
    assert answer(PHASES, "The phases in order please", *some) == ["Blink a light", "Phase 2: Interrupts", "Solder it yourself"]


def test_who_asks_for_things_of_a_kind_is_shown_each_by_its_heading() -> None:
    doors = (
        "# In\n\n## Door 1: the desk\n\n- Reset passwords\n\n## Door 2\n\nMove sideways.\n\n## Door 3: school\n\nTwo years.\n"
    )
    assert shown(doors) == [["Door 1: the desk", "Move sideways.", "Door 3: school"]]
    some = ("Two years.", "Reset passwords")
    assert answer(doors, "what are the 3 doors into security", *some) == [
        "Door 1: the desk", "Reset passwords", "Move sideways.", "Door 3: school", "Two years.",
    ]  # fmt: skip
    for asked in ("what are the rooms of security", "which doors are cheap and how much do they cost"):
        assert answer(doors, asked, *some) == list(some)
    assert shown("Figure 1: a hut.\n\nFigure 2: a tree.\n\nFigure 3: both.\n") == []


@pytest.mark.parametrize(
    ("asked", "whole"),
    [("which certificates are worth it", True), ("which employers look at it", False), ("why these certificates", False)],
)
def test_a_list_of_the_things_asked_for_is_shown_whole(asked: str, whole: bool) -> None:
    text = "# Work\n\nOur three certificates:\n\n- Security+ for all\n- SC-200 for analysts\n- CEH for nobody\n"
    every = "Our three certificates:\nSecurity+ for all\nSC-200 for analysts\nCEH for nobody"
    assert answer(text, asked, "SC-200 for analysts") == [every if whole else "SC-200 for analysts"]


BLOCKS = """# The year

- Block A, weeks 1-6: Plaster. Casting and filling of models.
- Block B, weeks 7-14: Sockets. Test sockets are clear.
- Block C, weeks 15-21: Joints and feet.
"""


@pytest.mark.parametrize(
    "asked",
    ["give me the blocks with weeks", "what is done in each block", "the year block by block", "what kinds of block are there"],
)
def test_a_series_with_letters_is_shown_to_who_asks_for_its_blocks(asked: str) -> None:
    whole = [line.removeprefix("- ") for line in BLOCKS.splitlines()[2:]]
    assert shown(BLOCKS) == [whole]
    assert answer(BLOCKS, asked, whole[1]) == ["\n".join(whole)]


@pytest.mark.parametrize(
    "asked",
    ["how many blocks are there", "why are the blocks so long", "what is done in block B", "what of it (about: the blocks)"],
)
def test_who_asks_for_something_else_is_not_shown_the_series(asked: str) -> None:
    assert answer(BLOCKS, asked, "Block C, weeks 15-21: Joints and feet.") == ["Block C, weeks 15-21: Joints and feet."]


def test_months_are_shown_to_who_asks_for_them_and_not_for_a_span_of_time() -> None:
    text = "# Editing\n\nMonth one: watch. Month two: one program. Month three: sound. It is hard work.\n"
    months = "Month one: watch.\nMonth two: one program.\nMonth three: sound. It is hard work."
    for asked in ("half a year to learn editing, what each month?", "what do they teach in the three months"):
        assert answer(text, asked, "Month two: one program.") == [months]
    assert answer(text, "what can they teach in three months", "Month two: one program.") == ["Month two: one program."]
    assert shown("Appendix A: maps.\n\nAppendix B: tables.\n\nAppendix C: names.\n") == []


def test_a_series_too_long_to_show_is_shown_by_how_its_members_begin() -> None:
    long = BLOCKS.replace("Casting", "Casting " + "of models " * 80)
    begun = ["Block A, weeks 1-6: Plaster.", "Block B, weeks 7-14: Sockets.", "Block C, weeks 15-21: Joints and feet."]
    assert answer(long, "give me the blocks with weeks", "Block B, weeks 7-14: Sockets. Test sockets are clear.") == [
        "\n".join(begun)
    ]
    endless = BLOCKS.replace("Plaster.", "Plaster " + "of models " * 80 + ".")
    assert answer(endless, "give me the blocks", "Block C, weeks 15-21: Joints and feet.") == [
        "Block C, weeks 15-21: Joints and feet."
    ]


def test_the_best_unit_stays_beside_a_series_of_which_it_is_no_member() -> None:
    text = BLOCKS.replace("# The year", "# The year\n\nThe blocks are fun.")
    best, whole = "The blocks are fun.", "\n".join(shown(text)[0])
    some = (best, "Block C, weeks 15-21: Joints and feet.")
    assert answer(text, "are the blocks fun", *some) == [best, whole]
    steps = STEPS.replace("# Cloud security", "# Cloud security\n\nIt is fun.")
    assert answer(steps, "What is the route step by step?", "It is fun.", "This takes a month.") == ["\n".join(shown(steps)[0])]


def test_prose_is_looked_at_only_where_an_answer_stands() -> None:
    document = document_of(STEPS + "\n# Elsewhere\n\nNothing is counted here.\n")
    assert list(series_of(document, [document.text.index("Nothing")])) == []
    assert list(series_of(document, [document.text.index("Nobody")]))


def test_the_list_or_table_of_what_was_chosen_is_shown_whole_where_all_is_asked_for() -> None:
    item, other = "Build one report that is used.", "Bring coffee."
    row = "Year | What is learnt\nSecond | statistics"
    stages = "The move has four stages:\nLearn SQL in the evenings.\nHelp the analysts of your company.\n" + item + "\nApply."
    first = answer(MOVES, "What are the stages in order?", other, item, "Apply.")
    assert first == [other, stages]
    assert answer(MOVES, "What is the plan year by year?", row) == ["Year | What is learnt\nFirst | SQL\nSecond | statistics"]
    assert answer(MOVES, "What should I build?", item) == [item]
    assert answer(MOVES, "How many steps a minute?", item) == [item]
    assert len(answer(MOVES, "What is learnt in each year?", row)[0].splitlines()) == 3
    assert answer(MOVES, "Which reports are used each year?", item) == [item]
    long = MOVES.replace("Apply.", "Apply " + "again and again " * 60 + "until it works.")
    assert answer(long, "What are the stages in order?", item) == [item]
