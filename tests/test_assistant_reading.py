"""Units that stand inside each other are read once, each at its own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import build, open_library, write_corpus

from assistant.reading import CHARACTERS, Reading, readings
from assistant.units import Unit, units_of

MARKDOWN = """# Plan

## Steps

Do them one after the other. Each takes a week. None can be left out. In this order:

1. Read the book
2. Solve the tasks
3. Build the thing

## Costs

| What | How much |
| --- | --- |
| Book | 30 euros |
| Tools | nothing |
"""


def units(folder: Path, text: str) -> list[Unit]:
    build(write_corpus(folder / "corpus", {"plan.md": text}), folder / "data")
    snapshot = open_library(folder / "data").snapshot()
    hits = snapshot.search_vector("plan", snapshot.embedder().embed_question("plan"), 20)
    return units_of(hits, snapshot.documents)


def said(reading: Reading, place: int) -> list[str]:
    return [reading.text[start:end] for start, end in reading.units[place]]


def quoted(unit: Unit) -> list[str]:
    return [unit.document.text[start:end] for start, end in unit.spans]


def test_every_unit_is_read_once_at_its_own_words(tmp_path: Path) -> None:
    found = units(tmp_path, MARKDOWN)
    assert {"sentence", "paragraph", "item", "list", "row", "table", "outline"} <= {unit.kind for unit in found}
    read = readings(found)
    assert sorted(place for reading in read for place in reading.units) == list(range(len(found)))
    for reading in read:
        for place in reading.units:
            assert said(reading, place) == quoted(found[place])


def test_a_sentence_an_item_and_a_row_are_read_in_what_they_are_part_of(tmp_path: Path) -> None:
    found = units(tmp_path, MARKDOWN)
    kept = [unit for unit in found if unit.kind in ("paragraph", "list", "table", "item", "row")]
    read = readings(kept)
    assert len(read) < len(kept) / 2
    item = next(at for at, unit in enumerate(kept) if unit.text == "Solve the tasks")
    (holder,) = (reading for reading in read if item in reading.units)
    assert "Read the book" in holder.text and "Build the thing" in holder.text


def test_the_nearest_headings_stand_in_front(tmp_path: Path) -> None:
    found = units(tmp_path, MARKDOWN)
    reading = next(r for r in readings(found) if "30 euros" in r.text)
    assert reading.text[: reading.headings_end] == "Plan > Costs: "


@pytest.mark.parametrize("words", [10, 30])
def test_what_stands_behind_the_limit_is_read_by_itself(tmp_path: Path, words: int) -> None:
    steps = "".join(f"{number}. {'again and ' * words}again\n" for number in range(1, 8))
    found = units(tmp_path, f"# Plan\n\nIn this order:\n\n{steps}8. the last\n")
    kept = [unit for unit in found if unit.kind == "list" or unit.text == "the last"]
    read = readings(kept)
    last = next(at for at, unit in enumerate(kept) if unit.text == "the last")
    holder = next(reading for reading in read if last in reading.units)
    assert said(holder, last) == ["the last"]
    assert all(len(reading.text) <= reading.headings_end + CHARACTERS for reading in read)
    assert len(read) == 2
