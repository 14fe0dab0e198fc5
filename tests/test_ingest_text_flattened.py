"""Plain text of tables that were copied cell by cell, a line each, and of lists that only look like such tables."""

import pytest

from ingest.plain import read_plain

LONG = "This is a paragraph that is long enough to be taken for one, since it goes on and ends in a full stop."


def shape(*lines: str) -> list[str]:
    """One string a block below the heading of a text that holds the lines between two paragraphs: its kind and its text."""
    text = f"Bakers\n\n{LONG}\n{LONG}\n\nWork\n\n{LONG}\n{LONG}\n\n" + "\n".join(lines) + f"\n\n{LONG}\n{LONG}\n"
    document = read_plain(text.encode(), "notes.txt")
    found = [f"{block.kind} {document.text[block.start : block.end]}" for block in document.blocks]
    return found[6:-2]


def test_a_name_and_an_amount_on_lines_of_their_own_are_a_row() -> None:
    shops = ["Town mills; old and new", "78%", "Bakeries", "15%", "Inns", "4%"]
    rows = ["row Town mills; old and new | 78%", "row Bakeries | 15%", "row Inns | 4%"]
    assert shape(*shops) == rows
    assert shape("Where they work, May 2023", *shops) == ["heading Where they work, May 2023", *rows]


def test_the_names_of_columns_above_such_rows_are_their_header() -> None:
    pay = ["Role", "Entry", "After five years", "Junior baker", "31,000", "38,500", "Miller", "$38,000", "$49,000 (or more)"]
    assert shape(*pay) == [
        *["header Role | Entry | After five years", "row Junior baker | 31,000 | 38,500"],
        "row Miller | $38,000 | $49,000 (or more)",
    ]
    trades = ["TRADE", "WORK", "PAY", "Baker", "Bakes bread at night.", "$55,960", "Miller", "Mills it by day.", "$43,150"]
    assert shape(*trades)[1:] == ["row Baker | Bakes bread at night. | $55,960", "row Miller | Mills it by day. | $43,150"]


def test_facts_most_of_which_are_amounts_are_told_of_their_names() -> None:
    facts = ["2023 Median Pay", "$47,230 per year", "$22.71 per hour", "School", "None", "Number of jobs", "9,140"]
    assert shape("Quick Facts", *facts, "Job outlook", "11% (much faster than average)") == [
        *["heading Quick Facts", "row 2023 Median Pay | $47,230 per year | $22.71 per hour", "row School | None"],
        *["row Number of jobs | 9,140", "row Job outlook | 11% (much faster than average)"],
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["Flour", "Water", "Salt", "Rye", "Wheat", "Oats"],
        ["Flour", "2", "Water", "Salt", "Rye", "4"],
        ["1969", "The mill burns", "1974", "A new mill", "1989", "It is sold"],
        ["Flour, 500 g", "Water, 300 g", "Salt, 10 g", "Yeast, 7 g", "Oil, 2 spoons", "Honey, 1 spoon"],
        [">>> bake(1)", "1.0", ">>> bake(2)", "2.0", ">>> bake(3)", "3.0"],
        ["Description", "1", "Mill the flour", "Knead the dough", "3", "Bake the bread"],
        ["Flour", "50%", "Water", "30%"],
        ["Files: icons", "9", "License: free", "Files: fonts", "13", "License: free", "Files: docs", "17", "License: none"],
    ],
)
def test_short_lines_that_no_amounts_part_evenly_are_no_table(lines: list[str]) -> None:
    assert not [line for line in shape(*lines) if line.startswith(("row", "header"))]


def test_a_header_of_years_in_a_table_with_bars_stays_a_header() -> None:
    assert shape("Trade | 2022 | 2023", "Baker | 1 | 2", "Miller | 3 | 4")[0] == "header Trade | 2022 | 2023"
