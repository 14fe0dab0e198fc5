"""PDFs, made here: three columns, and boxes beside a column, are read one after the other."""

import pytest
from drawn_pdf import draw, kinds, lines, read
from reportlab.pdfgen.canvas import Canvas

WIDE = [
    "An apprentice works four days a week on a building site or in our own workshop,",
    "and spends the fifth day at the college in the town, where the other firms send",
    "their people as well. The first months go by with hand tools, since nobody who",
    "cannot plane a board by hand will ever set a machine so that it does, and since",
    "the wood is learned in no other way. After the winter come the machines, with a",
    "course on safety that everybody has to pass. Those who fail take it again after",
    "two weeks, and most of them pass then. In the summer the first roof is built as",
    "a group of five, with a master who answers questions and does not touch a tool.",
    "The second year is spent with a firm that you may choose from a list of thirty.",
]
BOX = ["At a glance", "Length: 24 months", "Places: 36", "Cost: nothing"]


def column(name: str, count: int = 14) -> list[str]:
    return [f"{'line' if number else 'Line'} {number:02d} of {name} goes on with" for number in range(count)]


def test_three_columns_are_read_one_after_the_other() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 60, 780, "The Workshop Letter of the Town", font="Helvetica-Bold", size=20)
        for x, name in ((60, "left"), (225, "middle"), (390, "right")):
            lines(canvas, x, 740, *column(name))
        lines(canvas, 60, 540, "Below the columns stands a line that runs over all of them and has its own end.")

    text = " ".join(read(draw(page)).text.split())
    order = ["Workshop Letter", *(each for name in ("left", "middle", "right") for each in column(name)), "Below the columns"]
    places = [text.index(each) for each in order]
    assert places == sorted(places)


def test_a_box_beside_a_column_stands_above_its_next_heading_and_tears_no_sentence() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 420, 760, BOX[0], font="Helvetica-Bold", size=9)
        lines(canvas, 420, 744.5, *BOX[1:], size=9)
        y = lines(canvas, 60, 765, *(line[:62] for line in WIDE[:5]))
        y = lines(canvas, 60, y, *WIDE[5:])
        y = lines(canvas, 60, y - 10, "What comes after", font="Helvetica-Bold", size=13)
        lines(canvas, 60, y - 4, *WIDE)

    found = [text for _, text in kinds(read(draw(page)))]
    assert "since the wood" not in found[0] and found[0].startswith("An apprentice") and found[0].endswith("of thirty.")
    assert found[1] == "At a glance" and "Places: 36" in " ".join(found[2:5])
    assert found.index("What comes after") > found.index("At a glance")


def test_bullets_that_are_drawn_after_the_text_of_the_page_part_no_column() -> None:
    def page(canvas: Canvas) -> None:
        for x, name in ((60, "left"), (225, "middle"), (390, "right")):
            y = lines(canvas, x, 740, *column(name))
            lines(canvas, x + 12, y, f"Ask for the rota of {name}.", f"Ask for the pay of {name}.")
        for x in (60, 225, 390):
            lines(canvas, x, y, "•", "•")

    found = kinds(read(draw(page)))
    items = [text for kind, text in found if kind == "item"]
    assert items == [f"Ask for the {what} of {name}." for name in ("left", "middle", "right") for what in ("rota", "pay")]


def test_rows_of_a_table_are_no_columns() -> None:
    def page(canvas: Canvas) -> None:
        y = lines(canvas, 60, 780, *WIDE)
        for number in range(9):
            for x, text in ((60, f"Role {number}"), (225, f"{number}6,400"), (390, f"in {number} years")):
                lines(canvas, x, y - 20 - 14 * number, text)

    rows = [text for kind, text in kinds(read(draw(page))) if kind in ("header", "row")]
    assert rows == [f"Role {number} | {number}6,400 | in {number} years" for number in range(9)]


def test_the_words_of_a_stretched_line_are_no_cells() -> None:
    def even(canvas: Canvas, y: float, text: str) -> None:
        words = text.split()
        widths = [canvas.stringWidth(word, "Helvetica", 10) for word in words]
        x, gap = 60.0, (190 - sum(widths)) / (len(words) - 1)
        for word, width in zip(words, widths, strict=True):
            canvas.drawString(x, y, word)
            x += width + gap

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        said = ["You learn to ask, instead", "of knowing how it must", "have been before they all", "came to see you about"]
        for number, text in enumerate(said):
            even(canvas, 700 - 12 * number, text)
        lines(canvas, 60, 652, "the lamp.")

    found = kinds(read(draw(page)))
    assert [kind for kind, _ in found] == ["paragraph"], found


NOTE = ["A rebate is the step that", "is cut along the edge of", "a board, so that another", "fits into it."]
SHORT = [
    "Why not? Because by then the eye has grown used to the board, and sees",
    "the rebate that it wants to see. Another pair of eyes finds what is wrong",
    "in ten seconds, which is why every piece goes to the next bench before it",
    "leaves the workshop.",
]


def noted(size: float, pitch: float) -> list[str]:
    """What is read of a page with NOTE of this size in the margin of a short paragraph, its lines `pitch` below each other."""

    def page(canvas: Canvas) -> None:
        y = lines(canvas, 200, 780, *(line[:72] for line in WIDE), size=10)
        for place, text in enumerate(NOTE):
            lines(canvas, 60, y - 8 - pitch * place, text, size=size)
        y = lines(canvas, 200, y - 8, *SHORT)
        lines(canvas, 200, y - 50, *(line[:72] for line in WIDE))

    return [text for _, text in kinds(read(draw(page)))]


def test_a_note_in_the_margin_of_a_short_paragraph_is_read_by_itself() -> None:
    found = noted(8, 10)
    assert " ".join(SHORT) in found and " ".join(NOTE) in found


@pytest.mark.parametrize(("size", "pitch"), [(10, 12), (8, 12)])
def test_what_shares_the_lines_of_a_short_paragraph_or_is_as_large_is_no_note(size: float, pitch: float) -> None:
    assert " ".join(NOTE) not in noted(size, pitch)


def test_a_note_stands_above_the_paragraph_that_goes_on_overleaf() -> None:
    def first(canvas: Canvas) -> None:
        lines(canvas, 60, 760, *NOTE, size=8)
        y = lines(canvas, 200, 765, *(line[:72] for line in WIDE), "The end.")
        lines(canvas, 200, y - 8, *(line[:72] for line in WIDE[:4]))

    def second(canvas: Canvas) -> None:
        lines(canvas, 200, 765, "and goes on overleaf, where it ends.", "")

    found = [text for _, text in kinds(read(draw(first, second)))]
    assert found[0].endswith("The end.") and found[1] == " ".join(NOTE)
    assert found[2].endswith("and goes on overleaf, where it ends.")
