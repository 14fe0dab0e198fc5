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


def test_a_table_of_contents_that_names_the_headings_is_left_out() -> None:
    names = ["Aims of the course", "Means to these ends", "Ends that were met"]

    def contents(canvas: Canvas) -> None:
        lines(canvas, 72, 800, "A guide", font="Helvetica-Bold", size=20)
        lines(canvas, 72, 770, "Contents", font="Helvetica-Bold", size=14)
        for number, name in enumerate(names, start=1):
            lines(canvas, 72, 760 - 14 * number, f"{number} {name}" + (" . . . . . . . ." if number > 1 else ""))
            lines(canvas, 500, 760 - 14 * number, "2")

    def chapters(canvas: Canvas) -> None:
        for number, name in enumerate(names, start=1):
            lines(canvas, 72, 800 - 60 * number, f"{number} {name}", font="Helvetica-Bold", size=14)
            lines(canvas, 72, 780 - 60 * number, PROSE)

    found = kinds(read(draw(contents, chapters)))
    assert [text for kind, text in found if kind == "heading"] == [
        "A guide",
        *(f"{n} {name}" for n, name in enumerate(names, 1)),
    ]
    assert {text for kind, text in found if kind != "heading"} == {PROSE.strip()}


def test_a_heading_that_others_repeat_is_no_entry_of_the_contents_before_it() -> None:
    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 800, "Contents", font="Helvetica-Bold", size=14)
        y = lines(canvas, 72, y, "1 Exercises 1", "2 Exercises 1") - 20
        for number in (1, 2):
            y = lines(canvas, 72, y, f"{number} Exercises", font="Helvetica-Bold", size=14)
            y = lines(canvas, 72, y, PROSE) - 20

    headings = [text for kind, text in kinds(read(draw(page))) if kind == "heading"]
    assert headings == ["1 Exercises", "2 Exercises"]


def test_contents_without_page_numbers_end_where_the_text_begins() -> None:
    names = ["Aims of the course", "Means to these ends", "Ends that were met"]

    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 800, "Table of contents", font="Helvetica-Bold", size=14)
        y = lines(canvas, 72, y, *(f"\u2022 {name}" for name in names)) - 20
        for name in names:
            y = lines(canvas, 72, y, name, font="Helvetica-Bold", size=14)
            y = lines(canvas, 72, y, PROSE) - 20

    assert [text for _, text in kinds(read(draw(page)))] == [text for name in names for text in (name, PROSE.strip())]


def test_a_list_goes_on_at_its_level_on_a_page_with_another_margin() -> None:
    def left(canvas: Canvas) -> None:
        y = lines(canvas, 60, 780, PROSE)
        lines(canvas, 70, y, *(f"\u2022 the item with the letter {letter}" for letter in "abc"))

    def right(canvas: Canvas) -> None:
        y = lines(canvas, 120, 700, *(f"\u2022 another item, the letter {letter}" for letter in "def"))
        lines(canvas, 110, y, PROSE)

    items = [block.level for block in read(draw(left, right)).blocks if block.kind == "item"]
    assert items == [0] * 6


def test_a_footnote_follows_the_list_that_has_its_mark_and_loses_its_number() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, "\u2022 A survey of all of the engineers")
        lines(canvas, 72 + canvas.stringWidth("\u2022 A survey of all of the engineers"), 784, "1", size=6)
        lines(canvas, 72, 768, "\u2022 A table of what they do")
        lines(canvas, 72, 740, "What it is not", font="Helvetica-Bold", size=14)
        lines(canvas, 72, 720, *[PROSE] * 6)
        lines(canvas, 72, 60, "1 It was taken in March, and covered", "all who had been there for a year.", size=7)

    found = kinds(read(draw(page)))
    assert [kind for kind, _ in found] == ["item", "item", "paragraph", "heading", *["paragraph"] * (len(found) - 4)]
    assert found[2][1] == "It was taken in March, and covered all who had been there for a year."


def test_an_address_of_mail_goes_on_in_the_next_line() -> None:
    told = "Whoever finds such a fault in one of these many packages is asked to write to team@security."
    more = "debian.org as soon as may be, and to nobody else. What was told there stays with ann@a.org."
    assert read(draw(lambda c: lines(c, 72, 700, told, more, "and her friends."))).text == f"{told}{more} and her friends."


@pytest.mark.parametrize(("before", "after"), [("https:", "//a.org/data"), ("https://", "a.org/data")])
def test_an_address_that_is_a_link_on_each_of_two_lines_is_one(before: str, after: str) -> None:
    said, address = "The questions of all those people, and the answers that they gave to us, are at ", "https://a.org/data"

    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 700, said + before, f"{after}.")
        start, end = (canvas.stringWidth(text, "Helvetica", 10) for text in (said, said + before))
        canvas.linkURL(address, (72 + start, 698, 72 + end, 710))
        canvas.linkURL(address, (72, 686, 72 + canvas.stringWidth(after, "Helvetica", 10), 698))

    assert read(draw(page)).text == f"{said}{address}."
