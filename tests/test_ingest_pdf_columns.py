"""PDFs, made here: which parts of a page stand in columns."""

from drawn_pdf import draw, lines, read
from reportlab.pdfgen.canvas import Canvas


def test_a_justified_line_is_not_cut_at_a_space_that_lies_over_the_gutter() -> None:
    left = [f"left line {number:02d} has words that fill the column" for number in range(20)]
    right = [f"right line {number:02d} has words that fill the column" for number in range(20)]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        x = 72.0
        for word in "on a building site or in our own workshop in the town of Ludlow and".split():
            canvas.drawString(x, 780, word)
            x += canvas.stringWidth(word, "Helvetica", 10) + 6.4
        lines(canvas, 72, 766, "spends the fifth day at the college.")
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            lines(canvas, 72, 740 - 12 * number, one)
            lines(canvas, 310, 740 - 12 * number, other)

    text = read(draw(page)).text
    assert "the town of Ludlow and spends the fifth day" in text
    assert text.index("left line 19") < text.index("right line 00")
