"""PDFs, made here: tables without rules, told by where their words stand."""

from collections.abc import Sequence

import pytest
from drawn_pdf import PROSE, draw, kinds, lines, read
from reportlab.pdfgen.canvas import Canvas

Row = Sequence[str]


def table(canvas: Canvas, y: float, xs: Sequence[float], rows: Sequence[Row], pitch: float = 18, **face: float | str) -> float:
    """Draw the rows, each `pitch` below the one before; the height of the next one."""
    for row in rows:
        for x, cell in zip(xs, row, strict=True):
            lines(canvas, x, y, cell, **face)  # type: ignore[arg-type]
        y -= pitch
    return y


def test_a_bold_header_whose_first_cell_is_empty_is_no_heading() -> None:
    """Nor does a row become one whose words leave little room between its cells."""
    rows = [
        ("During training", "24,300 and a room in the college", "nothing"),
        ("In the first year", "31,400", "26,900"),
        ("After ten years", "45,000 with nights", "37,500"),
        ("Leave", "27 days", "29 days"),
    ]

    def page(canvas: Canvas) -> None:
        xs = (72, 146, 72 + canvas.stringWidth(rows[0][1], "Helvetica", 10) + 80)
        y = lines(canvas, 72, 780, PROSE)
        y = table(canvas, y - 20, xs, [("", "Paramedic", "Technician")], font="Helvetica-Bold", size=11)
        table(canvas, y, xs, rows)

    assert kinds(read(draw(page)))[1:] == [
        ("header", "| Paramedic | Technician"),
        *(("row", " | ".join(row)) for row in rows),
    ]


@pytest.mark.parametrize("across", [True, False])
def test_a_header_at_the_foot_of_a_page_heads_the_rows_on_the_next(across: bool) -> None:
    rows = [("Serious event", "Sponsor", "24 hours"), ("Deviation", "Log", "next visit"), ("Lost sample", "Both", "2 days")]
    xs = (72, 220, 380)

    def first(canvas: Canvas) -> None:
        y = lines(canvas, 72, 780, *([PROSE] * 3))
        table(canvas, y - 20, xs, [("What", "To whom", "Within")], font="Helvetica-Bold", size=11)

    def second(canvas: Canvas) -> None:
        table(canvas, 780, xs, rows)
        for x in (70, 210, 370, 500) if across else ():
            canvas.line(x, 794, x, 740)
        for y in (794, 776, 758, 740) if across else ():
            canvas.line(70, y, 500, y)
        lines(canvas, 72, 700, PROSE)

    assert kinds(read(draw(first, second)))[1:5] == [
        ("header", "What | To whom | Within"),
        *(("row", " | ".join(row)) for row in rows),
    ]


def test_a_heading_above_a_table_whose_words_stand_apart_stays_a_heading() -> None:
    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 780, *([PROSE] * 3))
        for x, word in ((72, "From"), (130, "school"), (200, "leaver"), (265, "to"), (300, "chartered")):
            lines(canvas, x, y - 20, word, font="Helvetica-Bold", size=14)
        table(canvas, y - 45, (72, 220, 380), [("One", "Two", "Three")] * 3)

    assert kinds(read(draw(page)))[1] == ("heading", "From school leaver to chartered")


STAGES = [
    ("Level", "Years", "Pay band,\neuros", "What the panel\nlooks for"),
    ("One", "0 to 2", "38,000 to\n45,500", "Changes a pipeline\nwith help from others"),
    ("Two", "2 to 4", "46,000 to\n58,000", "Owns three pipelines\nand answers for them"),
    ("Three", "5 and\nmore", "59,000 to\n74,000", "Designs a domain"),
]
READ = [" | ".join(cell.replace("\n", " ") for cell in row) for row in STAGES]


@pytest.mark.parametrize("middle", [True, False], ids=["centred", "top"])
def test_cells_of_several_lines_without_rules_are_those_of_rows(middle: bool) -> None:
    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 790, PROSE)
        for place, row in enumerate(STAGES):
            for x, cell in zip((72, 130, 190, 270), row, strict=True):
                parts = cell.split("\n")
                lines(canvas, x, y - 30 - 34 * place - (6 * (2 - len(parts)) if middle else 0), *parts)
        lines(canvas, 72, y - 190, PROSE)

    assert kinds(read(draw(page))) == [
        ("paragraph", PROSE.strip()),
        ("header", READ[0]),
        *(("row", row) for row in READ[1:]),
        ("paragraph", PROSE.strip()),
    ]


def test_cells_without_rules_may_be_empty() -> None:
    rows = [("Course", "Hours", "Date"), ("Practice", "12", ""), ("Shipping", "", "May"), ("Phlebotomy", "8", "June")]

    def page(canvas: Canvas) -> None:
        table(canvas, 780, (72, 180, 260), rows)
        lines(canvas, 72, 640, PROSE)

    assert kinds(read(draw(page)))[:4] == [
        ("header", "Course | Hours | Date"),
        ("row", "Practice | 12 |"),
        ("row", "Shipping | | May"),
        ("row", "Phlebotomy | 8 | June"),
    ]


def test_words_of_a_header_that_touch_are_parted_where_the_columns_are() -> None:
    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 780, PROSE) - 20
        lines(canvas, 72, y, "Years", font="Helvetica-Bold")
        lines(canvas, 200, y, "Security analystResearch coordinator", font="Helvetica-Bold")
        for place, (first, second, third) in enumerate([("0-1", "77,000", "47,000"), ("2-4", "94,000", "55,500")] * 2, start=1):
            lines(canvas, 72, y - 18 * place, first)
            lines(canvas, 245, y - 18 * place, second)
            lines(canvas, 340, y - 18 * place, third)

    assert kinds(read(draw(page)))[1:3] == [
        ("header", "Years | Security analyst | Research coordinator"),
        ("row", "0-1 | 77,000 | 47,000"),
    ]


def test_lists_and_contents_are_no_tables_of_wrapped_cells() -> None:
    def page(canvas: Canvas) -> None:
        for place in range(4):
            lines(canvas, 72, 780 - 32 * place, "\u2022")
            lines(canvas, 100, 780 - 32 * place, "An item that goes on over the end of", "its line to the next one.")
        for place, title in enumerate(["How to begin", "Where to look for", "Whom to ask"]):
            y = lines(canvas, 72, 600 - 32 * place, f"{place + 1}.1")
            lines(canvas, 100, y + 12, title, f"help {'. ' * 20}")
            lines(canvas, 300, y, str(place + 3))

    assert {kind for kind, _ in kinds(read(draw(page)))} == {"item"}


def test_wide_spaces_above_each_other_in_prose_part_no_rows() -> None:
    """A line of justified text may have one by chance, and the lines below it narrower ones at the same place."""

    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 780, *([PROSE] * 3))
        for first, gap, second in (
            ("mauris.", 12, "Nam arcu libero"),
            ("sectet", 6, "id, vulputate"),
            ("augue eu", 6, "neque"),
        ):
            left = 120 - canvas.stringWidth(first, "Helvetica", 10)
            canvas._code.append(f"BT /F1 10 Tf {left:.1f} {y:.1f} Td [({first}) {-gap * 100} ({second})] TJ ET")
            y -= 12
        lines(canvas, 72, y, *([PROSE] * 3))

    assert {kind for kind, _ in kinds(read(draw(page)))} == {"paragraph"}


def test_a_running_head_above_a_table_is_none_of_its_rows() -> None:
    def page(canvas: Canvas) -> None:
        for x, part in ((66, "5.2."), (86, "FONT MAPPINGS"), (237, "CHAPTER 5."), (299, "FONTS AND ENCODINGS")):
            lines(canvas, x, 800, part)
        rows = [
            ("Character Collection", "Family", "Description"),
            ("Japan1", "Ryumin", "printers"),
            ("Korea1", "HY", "readers"),
        ]
        y = table(canvas, 760, (72, 173, 329), rows)
        lines(canvas, 72, y - 20, PROSE)

    assert kinds(read(draw(page)))[:2] == [
        ("paragraph", "5.2. FONT MAPPINGS CHAPTER 5. FONTS AND ENCODINGS"),
        ("header", "Character Collection | Family | Description"),
    ]


PAY = [("Item", "Cost", "Paid by"), ("Course", "3,950", "the employer, in\nmost cases"), ("Books", "410", "the employer")]
HELD = [("header", "Item | Cost | Paid by"), ("row", "Course | 3,950 | the employer, in most cases")]


def framed(canvas: Canvas, top: float, rows: Sequence[Row], height: float = 30) -> float:
    """Draw the rows in a grid of rules, from the height `top` down; the height below it."""
    xs, bottom = (70, 210, 300, 500), top - height * len(rows)
    for place, row in enumerate(rows):
        for x, cell in zip(xs, row, strict=False):
            lines(canvas, x + 4, top - height * place - 12, *cell.split("\n"))
        canvas.line(xs[0], top - height * place, xs[-1], top - height * place)
    canvas.line(xs[0], bottom, xs[-1], bottom)
    for x in xs:
        canvas.line(x, bottom, x, top)
    return bottom


def over_pages(rows: Sequence[Row], above: Sequence[str] = ()) -> list[tuple[str, str]]:
    """What is read of the table PAY at the foot of a page, and of `rows` on the next one, below the lines `above`."""

    def first(canvas: Canvas) -> None:
        lines(canvas, 72, 810, "A survey of pay")
        lines(canvas, 72, 780, *([PROSE] * 3))
        framed(canvas, 150, PAY)
        lines(canvas, 290, 30, "1")

    def second(canvas: Canvas) -> None:
        lines(canvas, 72, 810, "A survey of pay")
        y = lines(canvas, 72, 790, *above)
        lines(canvas, 72, framed(canvas, y, rows) - 20, *([PROSE] * 2))
        lines(canvas, 290, 30, "2")

    return kinds(read(draw(first, second)))


@pytest.mark.parametrize("row", [("Repeat", "155", "12"), ("Repeat", "155", "")])
def test_the_last_row_of_a_table_alone_on_the_next_page_is_one_of_its_rows(row: Row) -> None:
    found = over_pages([row])
    assert found[1:5] == [*HELD, ("row", "Books | 410 | the employer"), ("row", " | ".join(row).strip())]
    assert found[5][0] == "paragraph"


def test_a_row_that_the_page_breaks_is_one_row() -> None:
    found = over_pages([("", "", "and, for the second\nbook, the apprentice"), ("Repeat", "155", "12")])
    last = [("row", "Books | 410 | the employer and, for the second book, the apprentice"), ("row", "Repeat | 155 | 12")]
    assert found[1:5] == [*HELD, *last]


def test_a_row_without_a_name_that_goes_on_with_no_sentence_stays_a_row() -> None:
    assert over_pages([("", "95", "The employer"), ("Repeat", "155", "12")])[4] == ("row", "| 95 | The employer")


def test_a_frame_below_text_of_the_next_page_is_no_row_of_the_table() -> None:
    found = over_pages([("Name", "Date", "Signature")], above=["What follows is a form.", "It is to be signed.", ""])
    assert [kind for kind, _ in found].count("row") == 2
    assert "Name Date Signature" in found[-2][1]
