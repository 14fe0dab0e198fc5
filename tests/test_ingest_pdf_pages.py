"""PDFs, made here: what goes on from page to page. Running heads and feet, tables, contents, notes, divided words."""

from collections.abc import Callable

import pytest
from drawn_pdf import PROSE, draw, flow, kinds, lines, read
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table

from ingest.divided_words import Words
from ingest.pdf_words import joined

STYLES = getSampleStyleSheet()


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (
            ["All decoder-only models fill it to the ceil\u2010", "ing."],
            "All decoder-only models fill it to the ceiling.",
        ),
        (["All decoder\u2010only models are fine\u2010", "tuned."], "All decoder\u2010only models are fine\u2010tuned."),
    ],
)
def test_a_sign_that_joins_no_words_divides_them_at_line_ends_whatever_the_program(texts: list[str], whole: str) -> None:
    assert joined(texts, Words(texts, divides=False)) == whole


def test_the_rows_of_a_table_have_their_pages_and_its_header_stands_once() -> None:
    rows = [["Course", "Hours"], *([f"Course {number}", f"{number + 10}"] for number in range(60))]
    document = read(flow(Paragraph(PROSE, STYLES["Normal"]), Table(rows, colWidths=[200, 80], repeatRows=1)))
    found = kinds(document)
    assert [kind for kind, _ in found] == ["paragraph", "header", *["row"] * 60]
    assert (document.blocks[2].page, document.blocks[-1].page) == (1, 2)


def test_a_running_foot_in_two_parts_is_dropped_where_columns_part_it() -> None:
    def page(number: int, columns: bool) -> Callable[[Canvas], object]:
        def on(canvas: Canvas) -> None:
            for row in range(20):
                lines(canvas, 72, 760 - 12 * row, f"Row {row} of page {number} is as long as its column")
                if columns:
                    lines(canvas, 310, 760 - 12 * row, f"Right {row} on page {number} is as long as its column")
            lines(canvas, 72, 40, "The Training Company of the North")
            lines(canvas, 480, 40, f"Page {number} of 4")

        return on

    text = read(draw(page(1, True), page(2, False), page(3, False), page(4, False))).text
    assert "Right 19 on page 1" in text
    assert "Training Company" not in text
    assert "of 4" not in text


def test_the_last_lines_of_two_columns_are_no_furniture() -> None:
    def page(tree: str) -> Callable[[Canvas], object]:
        def on(canvas: Canvas) -> None:
            for x, name in ((72, "left"), (310, "right")):
                lines(canvas, x, 760, *(f"The {name} line {row} of {tree} fills all of its column" for row in range(20)))

        return on

    text = read(draw(page("an oak"), page("an elm"))).text
    assert text.count("line 19 of") == 4


def test_lists_in_two_columns_begin_at_the_same_level() -> None:
    def page(canvas: Canvas) -> None:
        for x, name in ((72, "left"), (310, "right")):
            y = lines(canvas, x, 740, f"What the people on the {name} hand side do all day")
            lines(canvas, x, y, *(f"\u2022 They do the work of the {name} with number {row}, again" for row in range(8)))

    items = [block.level for block in read(draw(page)).blocks if block.kind == "item"]
    assert items == [0] * 16
