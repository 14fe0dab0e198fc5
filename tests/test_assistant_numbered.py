"""Numbered things in questions and documents, and how a unit meets those that are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import build, open_library, write_corpus

from assistant.answer import Turn
from assistant.assistant import ask_of
from assistant.follow_up import resolve
from assistant.numbered import numbered, numbered_in, share_met
from assistant.signals import NAMES, holds, signals, similarities
from assistant.units import Unit, units_of
from index.search import Snapshot

PLAN = """# Training year

## Phase B: Tools

Weeks 5-8: learn the tools.

Month two is for practice.

| Phase | Months | Topic |
| --- | --- | --- |
| 3 | 5-6 | Warehouses |
| 4 | 7 | Cloud |

## Steps

1. Read the book
2. Solve the tasks
3. Build the thing
"""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder: Path = tmp_path_factory.mktemp("numbered")
    build(write_corpus(folder / "corpus", {"plan.md": PLAN}), folder / "data")
    return open_library(folder / "data").snapshot()


def units(snapshot: Snapshot) -> list[Unit]:
    hits = snapshot.search_vector("plan", snapshot.embedder().embed_question("plan"), 20)
    return units_of(hits, snapshot.documents)


def unit(snapshot: Snapshot, ending: str) -> Unit:
    return min((u for u in units(snapshot) if u.text.endswith(ending)), key=lambda u: len(u.text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what is week 10 in the 26 week syllabus", {("week", 10, 10)}),
        ("and year two?", {("year", 2, 2)}),
        ("Phase B - one provider (March to May)", {("phase", 2, 2)}),
        ("what comes in part iv", {("part", 4, 4)}),
        ("which tools in the third", {("", 3, 3)}),
        ("the 2nd year", {("year", 2, 2)}),
        ("Weeks 9–12", {("week", 9, 12)}),
        ("months 5 and 6", {("month", 5, 6)}),
        ("Level 0", {("level", 0, 0)}),
        ("it takes 3 months", set()),
        ("within 6 months, 20 percent more", set()),
        ("first two weeks", set()),
        ("the level a beginner has", set()),
        ("section 2.5", set()),
        ("step 4 to 2", {("step", 4, 4)}),
    ],
)
def test_what_is_numbered_is_read(text: str, found: set[tuple[str, int, int]]) -> None:
    assert numbered(text) == found


def test_a_cell_is_numbered_by_its_header_and_an_item_by_its_place(snapshot: Snapshot) -> None:
    assert {("phase", 3, 3), ("month", 5, 6)} <= numbered_in(unit(snapshot, "Warehouses"))
    assert {("step", 2, 2), ("", 2, 2)} <= numbered_in(unit(snapshot, "Solve the tasks"))


def test_what_is_named_beside_the_asked_counts_against_it() -> None:
    assert share_met(numbered("week 2"), numbered("week 1, week 2, week 3")) == (pytest.approx(1 / 3), False)
    assert share_met(numbered("week 4"), numbered("week 1, month 4")) == (0, True)
    assert share_met(numbered("week 4"), numbered("weeks 1-6, weeks 7-9")) == (0.5, False)
    assert share_met(numbered("week 4"), numbered("a plan")) == (0, False)
    assert share_met(numbered("the third"), numbered("Milestone 3")) == (1, False)


@pytest.mark.parametrize(
    ("question", "ending"),
    [
        ("what do I do in week 7", "learn the tools."),
        ("what is the second month for", "practice."),
        ("topic of phase 4", "Cloud"),
        ("what is step 3", "Build the thing"),
    ],
)
def test_only_the_asked_number_is_met(question: str, ending: str, snapshot: Snapshot) -> None:
    asked = ask_of(question, (), snapshot)
    found = units(snapshot)
    vector = snapshot.embedder().embed_question(asked.content)
    rows = signals(asked, found, similarities(found, vector, snapshot), snapshot)
    met = rows[:, NAMES.index("numbered_met")]
    missed = rows[:, NAMES.index("numbered_missed")]
    assert met[found.index(unit(snapshot, ending))] == 1
    assert all(not m or not o for m, o in zip(met, missed, strict=True))
    assert 1 <= sum(met == 1) <= 2


def test_a_section_under_a_numbered_heading_is_met_above(snapshot: Snapshot) -> None:
    found = units(snapshot)
    place = found.index(unit(snapshot, "practice."))
    for question, name in (("what is in phase B", "numbered_above_met"), ("what is in phase A", "numbered_above_missed")):
        asked = ask_of(question, (), snapshot)
        vector = snapshot.embedder().embed_question(asked.content)
        rows = signals(asked, found, similarities(found, vector, snapshot), snapshot)
        assert rows[place, NAMES.index(name)] == 1
        assert rows[:, [NAMES.index(n) for n in NAMES if n.startswith("numbered_above")]].sum(axis=1).max() == 1


@pytest.mark.parametrize(
    ("asked", "before", "standalone"),
    [
        ("tier 2?", "what does a tier 1 analyst earn", "what does a tier 2 analyst earn"),
        ("step 4", "which tools are in step 2 of the plan", "which tools are in step 4 of the plan"),
        ("how long is phase 2", "what is in phase 1", "how long is phase 2"),
        ("python 3?", "how do I learn SQL", "python 3?"),
    ],
)
def test_a_bare_number_stands_for_the_number_before_it(asked: str, before: str, standalone: str) -> None:
    assert resolve(asked, [Turn("user", before), Turn("assistant", "It says so.")]).standalone == standalone


@pytest.mark.parametrize("kind, text", [("number", "It failed nineteen times."), ("duration", "It took fifteen months.")])
def test_numbers_above_twelve_are_read_as_words_too(kind: str, text: str) -> None:
    assert holds(kind, text)
