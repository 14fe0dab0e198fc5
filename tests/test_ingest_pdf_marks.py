"""PDFs, made here: lists whose marks are told by their places, initials, labels with text set in."""

import pytest
from drawn_pdf import PROSE, draw, flow, kinds, lines, raw, read
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, Paragraph

STYLES = getSampleStyleSheet()


@pytest.mark.parametrize(("kind", "marks", "ordinals"), [("1", ["", "", ""], [1, 2, 3]), ("A", ["A ", "B ", "C "], [None] * 3)])
def test_numbers_and_letters_without_a_stop_that_count_up_mark_items(
    kind: str, marks: list[str], ordinals: list[int | None]
) -> None:
    texts = ["Read it all.", PROSE.strip(), "Go."]
    items = ListFlowable([Paragraph(text, STYLES["Normal"]) for text in texts], bulletType=kind)
    document = read(flow(Paragraph(PROSE, STYLES["Normal"]), items))
    assert kinds(document)[1:] == [("item", mark + text) for mark, text in zip(marks, texts, strict=True)]
    assert [block.ordinal for block in document.blocks[1:]] == ordinals


def test_numbers_in_the_first_column_of_a_table_and_of_headings_mark_no_items() -> None:
    def page(canvas: Canvas) -> None:
        for place, (first, second) in enumerate([("No", "Topic"), ("1", "Python"), ("2", "Trees"), ("3", "Words")]):
            lines(canvas, 72, 780 - 14 * place, first)
            lines(canvas, 95, 780 - 14 * place, second)
        for number in (1, 2):
            y = 700 - 60 * number
            lines(canvas, 72, y, f"{number}", font="Helvetica-Bold", size=14)
            lines(canvas, 92, y, "A heading", font="Helvetica-Bold", size=14)
            lines(canvas, 72, y - 16, PROSE)

    assert {kind for kind, _ in kinds(read(draw(page)))} == {"header", "row", "heading", "paragraph"}


@pytest.mark.parametrize("mark", ["\u274f", "\u2776", "\u2605"])
def test_a_sign_that_stands_before_several_lines_is_a_bullet(mark: str) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, "Bring with you:")
        for place, text in enumerate(["Boots that are worn in", "A card", "A pencil that you can find"]):
            canvas.setFont("ZapfDingbats", 10)
            canvas.drawString(72, 760 - 14 * place, mark)
            lines(canvas, 90, 760 - 14 * place, text)

    assert kinds(read(draw(page))) == [
        ("paragraph", "Bring with you:"),
        ("item", "Boots that are worn in"),
        ("item", "A card"),
        ("item", "A pencil that you can find"),
    ]


def test_what_the_bullet_of_a_font_without_names_is_read_as_is_a_bullet() -> None:
    texts = ["Boots that are worn in", "A card", "A pencil that you can find"]
    drawn = "".join(f"BT 72 {700 - 14 * at} Td (\\210) Tj 18 0 Td ({text}) Tj ET " for at, text in enumerate(texts))
    document = read(raw(f"/F1 10 Tf {drawn}".encode(), [], font="/Encoding /WinAnsiEncoding"))
    assert kinds(document) == [("item", text) for text in texts]


def test_boxes_of_brackets_in_a_column_of_their_own_are_bullets() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, "Before the visit:")
        for place, text in enumerate(["Room booked", "Forms in the binder", "Log signed", "Desk cleared"]):
            lines(canvas, 72, 760 - 18 * place, "[ ]")
            lines(canvas, 250, 760 - 18 * place, text)

        lines(canvas, 250, 670, "Freezer temperatures printed for the last three", "months")
        lines(canvas, 72, 664, "[ ]")

    found = kinds(read(draw(page)))
    assert [kind for kind, _ in found] == ["paragraph", *["item"] * 5]
    assert found[-1][1] == "Freezer temperatures printed for the last three months"


def test_a_large_initial_belongs_to_the_first_of_the_lines_beside_it() -> None:
    first = "n the workshop of the window makers in the oldest part of Aarhus the newest machine that they have is"
    second = "from 2023, and the newest of all the people who work there came to them in the spring of 2017"

    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 700, "I", font="Times-Roman", size=25)
        y = lines(canvas, 82, 712, first, second)
        lines(canvas, 72, y, "and likes it.")

    assert read(draw(page)).text == f"I{first} {second} and likes it."


@pytest.mark.parametrize("bold", [True, False])
def test_labels_with_text_set_in_are_items(bold: bool) -> None:
    texts = {"Year 1, autumn.": "COMP 101, MATH 110.", "Year 1, spring.": "COMP 102.", "Year 2, autumn.": "DATA 140."}

    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 780, PROSE)
        for label, text in texts.items():
            lines(canvas, 72, y - 14, label, font="Helvetica-Bold" if bold else "Helvetica")
            if bold:
                lines(canvas, 160, y - 14, "It is the first of these.")
            y = lines(canvas, 90, y - 26, text)

    first = " It is the first of these." if bold else ""
    assert kinds(read(draw(page)))[1:] == [("item", f"{label}{first} {text}") for label, text in texts.items()]


def test_paragraphs_whose_first_line_is_set_in_are_no_items() -> None:
    def page(canvas: Canvas) -> None:
        y = 780.0
        for name in ("Anna", "Berta", "Carla"):
            lines(canvas, 90, y, f"The work of {name} is to plan what all of the others will do on the next day, so that")
            y = lines(canvas, 72, y - 12, "The Company has work to do.")

    assert {kind for kind, _ in kinds(read(draw(page)))} == {"paragraph"}
