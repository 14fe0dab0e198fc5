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
