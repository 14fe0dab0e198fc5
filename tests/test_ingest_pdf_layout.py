"""PDFs, made here: what stands where on a page. Letters, spaces, columns, tables, links, and what is drawn around text."""

import pytest
from drawn_pdf import PROSE, draw, flow, kinds, lines, raw, read
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table

STYLES = getSampleStyleSheet()


def test_two_columns_are_read_one_after_the_other_however_they_were_drawn() -> None:
    left = [f"left line {number:02d} has words that fill the column" for number in range(20)]
    right = [f"right line {number:02d} has words that fill the column" for number in range(20)]

    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, "A Title Across Both Columns of the Page", font="Helvetica-Bold", size=16)
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            lines(canvas, 72, 740 - 12 * number, one)
            lines(canvas, 310, 740 - 12 * number, other)

    text = read(draw(page)).text
    assert text.startswith("A Title Across Both Columns of the Page")
    assert text.index("left line 19") < text.index("right line 00")


def test_columns_of_short_items_and_some_prose_are_no_table() -> None:
    prose = [
        "Most people need about three months for this",
        "when they study for an hour on every single day,",
        "and those with a job beside it take twice as long,",
        "as long as they keep at it to the very end of it.",
    ]
    items = ["Variables", "Functions", "Classes", "Files", "Testing"]

    def page(canvas: Canvas) -> None:
        for x, phase in ((72, "Python"), (310, "Statistics")):
            y = lines(canvas, x, 740, f"Phase {phase}", font="Helvetica-Bold", size=14)
            y = lines(canvas, x, y - 6, *prose)
            lines(canvas, x, y - 6, *(f"\u2022 {item} of {phase}" for item in items))

    text = " ".join(read(draw(page)).text.split())
    assert " ".join(prose) in text
    assert text.index("Testing of Python") < text.index("Phase Statistics")


def test_text_in_a_narrow_box_goes_on_whatever_its_lines_begin_with() -> None:
    boxed = [
        "Dark chocolate is melted at fifty degrees, cooled to",
        "\u00b0C 28 and worked by hand for half an hour or so; a",
        "\u00a34 slab of it is enough for ten.",
    ]

    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 740, *([PROSE] * 4))
        lines(canvas, 72, y - 20, *boxed)

    assert " ".join(boxed) in read(draw(page)).text


def test_a_number_in_brackets_at_the_start_of_a_line_keeps_its_stop() -> None:
    def page(canvas: Canvas) -> None:
        y = lines(canvas, 72, 740, *([PROSE] * 3))
        width = canvas.stringWidth("(20)", "Helvetica", 10)
        canvas.drawString(72, y, "(20)")
        canvas.drawString(72 + width, y, ";")
        canvas.drawString(72 + width + canvas.stringWidth("; ", "Helvetica", 10), y, "most lose theirs on hygiene.")

    assert "(20); most" in read(draw(page)).text


def test_tables_come_out_with_their_cells() -> None:
    rows = [["Step", "What to do", "Months"], ["1", "Learn Python", "3"], ["2", "Build a project", "2"], ["3", "Apply", "1"]]
    document = read(flow(Paragraph(PROSE, STYLES["Normal"]), Table(rows, colWidths=[60, 200, 80])))
    assert kinds(document)[1:] == [
        ("header", "Step | What to do | Months"),
        ("row", "1 | Learn Python | 3"),
        ("row", "2 | Build a project | 2"),
        ("row", "3 | Apply | 1"),
    ]


def test_links_keep_their_address() -> None:
    document = read(flow(Paragraph('Read <a href="https://a.org/book">the good book</a> today.', STYLES["Normal"])))
    assert document.text == "Read [the good book](https://a.org/book) today."


def test_several_links_in_one_stroke_keep_their_words_and_addresses() -> None:
    def page(canvas: Canvas) -> None:
        text = "Learn Python, R and Julia: each has its uses."
        lines(canvas, 72, 780, text)
        for word, address in (("Julia", "https://julia.org/"), ("R", "https://r.org/"), ("Python", "https://python.org/")):
            left = 72 + canvas.stringWidth(text[: text.index(f" {word}") + 1], "Helvetica", 10)
            canvas.linkURL(address, (left, 778, left + canvas.stringWidth(word, "Helvetica", 10), 790))

    assert read(draw(page)).text == (
        "Learn [Python](https://python.org/), [R](https://r.org/) and [Julia](https://julia.org/): each has its uses."
    )


def test_the_row_with_the_longest_words_is_a_row_like_its_neighbours() -> None:
    rows = [("School", "Programme"), ("Leeds", "Machine Learning"), ("Massachusetts Institute", "Languages"), ("York", "Law")]

    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for place, (first, second) in enumerate(rows):
            gap = 111 - canvas.stringWidth(first, "Helvetica", 10)
            canvas._code.append(f"BT /F1 10 Tf 72 {780 - 15 * place} Td [({first}) {-gap * 100:.0f} ({second})] TJ ET")
        lines(canvas, 72, 700, PROSE)

    assert [kind for kind, _ in kinds(read(draw(page)))] == ["header", "row", "row", "row", "paragraph"]


def test_bullets_may_be_drawn_and_dots_elsewhere_mark_nothing() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, "What to learn first:")
        for y, text in ((760, "Python for programs"), (745, "SQL for tables"), (730, "Git for versions")):
            canvas.circle(80, y + 3, 1.5, fill=1)
            lines(canvas, 90, y, text)
        canvas.circle(92, 713, 1.5, stroke=1, fill=0)
        lines(canvas, 102, 710, "branches")
        lines(canvas, 72, 680, "Then practise")
        canvas.circle(141, 683, 1.5, fill=1)
        lines(canvas, 147, 680, "every day, for many months, until it is easy for you.")

    document = read(draw(page))
    assert kinds(document) == [
        ("paragraph", "What to learn first:"),
        ("item", "Python for programs"),
        ("item", "SQL for tables"),
        ("item", "Git for versions"),
        ("item", "branches"),
        ("paragraph", "Then practise every day, for many months, until it is easy for you."),
    ]
    assert [block.level for block in document.blocks if block.kind == "item"] == [0, 0, 0, 1]


@pytest.mark.parametrize("upright", [True, False])
def test_ruled_tables_keep_cells_of_several_lines_together(upright: bool) -> None:
    rows = [["Project", "What it is", "Uses"], ["Images", "A model that sorts pic-", "Python"], ["Words", "A chatbot", "NLTK"]]

    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 790, PROSE)
        for place, (first, second, third) in enumerate(rows):
            y = 760 - 40 * place
            lines(canvas, 74, y, first)
            lines(canvas, 114, y, second, *(["tures into kinds"] if place == 1 else []))
            lines(canvas, 224, y, third)
        canvas.line(114, 719, 210, 719)  # an underline is no rule of the table
        for y in (775, 735, 695, 655):
            canvas.line(72, y, 300, y)
        for x in (72, 112, 222, 300) if upright else ():
            canvas.line(x, 775, x, 655)
        lines(canvas, 72, 630, PROSE)

    assert kinds(read(draw(page))) == [
        ("paragraph", PROSE.strip()),
        ("header", "Project | What it is | Uses"),
        ("row", "Images | A model that sorts pictures into kinds | Python"),
        ("row", "Words | A chatbot | NLTK"),
        ("paragraph", PROSE.strip()),
    ]


def test_rules_around_prose_and_in_drawings_make_no_table() -> None:
    def page(canvas: Canvas) -> None:
        canvas.rect(70, 700, 480, 100)  # a box around a paragraph
        lines(canvas, 74, 780, PROSE)
        for x in range(70, 550, 40):  # the grid of a chart, with a word at its edge
            canvas.line(x, 400, x, 600)
        for y in range(400, 601, 40):
            canvas.line(70, y, 550, y)
        lines(canvas, 75, 405, "months")
        for y in (300, 270, 240, 210):  # rules between paragraphs
            canvas.line(70, y, 550, y)
            lines(canvas, 74, y - 15, PROSE)

    assert {kind for kind, _ in kinds(read(draw(page)))} == {"paragraph"}


def test_damaged_drawing_costs_nothing() -> None:
    def page(canvas: Canvas) -> None:
        canvas._code.append("1 2 m (x) 3 l 1 2 3 re h f 5 l S 1 0 0 1 0 0 cm")
        lines(canvas, 72, 780, PROSE)

    assert kinds(read(draw(page))) == [("paragraph", PROSE.strip())]


def test_words_of_lines_set_tight_stay_apart_and_letters_spaced_out_together() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, "Trees", font="Courier")  # whose space is 600 wide
        canvas._code.append("BT /F2 10 Tf 72 700 Td [(Machine) -213 (learning) -213 (mo) 20 (dels)] TJ ET")
        canvas._code.append("BT /F2 10 Tf 72 660 Td [(T) -220 (R) -220 (E) -220 (E) -220 (S)] TJ ET")

    assert read(draw(page)).text == "Trees\n\nMachine learning models\n\nTREES"


def test_a_letter_that_leans_over_its_width_takes_no_space_away() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Times-Roman", 10)
        name = canvas._doc.getInternalFontName("Times-Roman")
        canvas._code.append(f"BT {name} 10 Tf 72 700 Td [(Most of) -170 (the parts of) -20 (f)] TJ ET")

    assert read(draw(page)).text == "Most of the parts off"


def test_what_closes_behind_a_slanted_word_stands_next_to_it() -> None:
    def page(canvas: Canvas) -> None:
        x = 72.0
        for font, text, gap in (
            ("Times-Roman", "The form", 3.0),
            ("Times-Italic", "option", 1.6),
            ("Times-Roman", ", and no other", 0),
        ):
            canvas.setFont(font, 10)
            canvas.drawString(x, 700, text)
            x += canvas.stringWidth(text, font, 10) + gap

    assert read(draw(page)).text == "The form option, and no other"


def test_an_address_that_found_no_room_does_not_move_the_margin() -> None:
    long = "A paragraph about models that learn from data, and about the people who build and use them daily."

    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, "https://example.org/" + "a-long-way-to-go/" * 6)
        lines(canvas, 72, 750, *[long] * 15)

    assert len(read(draw(page)).blocks) == 2


def test_a_number_drawn_apart_from_its_item_numbers_it() -> None:
    def page(canvas: Canvas) -> None:
        for place, text in enumerate(["Learn Python", "Build something"], start=1):
            lines(canvas, 72, 780 - 15 * place, f"{place}.")
            lines(canvas, 80.5, 780 - 15 * place, text)

    assert [(block.kind, block.ordinal) for block in read(draw(page)).blocks] == [("item", 1), ("item", 2)]


def test_text_outside_the_page_is_left_out() -> None:
    document = read(
        draw(lambda c: (lines(c, 72, 700, "Inside the page."), lines(c, 72, -300, "Outside"), lines(c, 3000, 700, "Far")))
    )
    assert document.text == "Inside the page."


def test_raised_numbers_are_powers_or_marks_of_footnotes() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(72, 700, "An area of 5 km")
        x = 72 + canvas.stringWidth("An area of 5 km")
        canvas.setFont("Helvetica", 6)
        canvas.drawString(x, 704, "2")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(x + 4, 700, " was measured.")
        end = x + 4 + canvas.stringWidth(" was measured.")
        canvas.setFont("Helvetica", 6)
        canvas.drawString(end, 704, "12")

    assert read(draw(page)).text == "An area of 5 km^2 was measured."


def mapped(content: str, *codes: str) -> bytes:
    """A page in a font whose codes mean what `codes` say, as in "<41> <D83DDE80>" (PDF 32000-1, 9.10.3)."""
    table = f"1 begincodespacerange <00> <FF> endcodespacerange {len(codes)} beginbfchar {' '.join(codes)} endbfchar"
    stream = f"<</Length {len(table)}>>\nstream\n{table}\nendstream".encode()
    return raw(f"BT /F1 10 Tf 72 700 Td {content} ET".encode(), [stream], font="/ToUnicode 6 0 R")


def test_ligatures_and_letters_beyond_the_first_plane_are_read_and_unknown_ones_left_out() -> None:
    codes = ["<41> <D83DDE80>", "<42> <00660066>", "<43> <FFFD>", *(f"<{code:02x}> <{code:04x}>" for code in range(0x61, 0x7B))]
    assert read(mapped("[(A) -300 (eBect) -300 (of) -300 (C) -300 (coBee)] TJ", *codes)).text == "🚀 effect of coffee"


def test_where_a_ligature_drawn_by_itself_ends_is_no_space() -> None:
    codes = ["<42> <00660069>", *(f"<{code:02x}> <{code:04x}>" for code in range(0x61, 0x7B))]
    strokes = "(the) Tj 18 0 Td (B) Tj 7.8 0 Td (rst) Tj 15 0 Td (term) Tj"  # the box of B is 6.67 wide
    assert read(mapped(strokes, *codes)).text == "the first term"


@pytest.mark.parametrize(
    ("matrix", "start"), [("0 1 -1 0", "500 100"), ("0 -1 1 0", "90 700"), ("-1 0 0 -1", "500 100")], ids=["up", "down", "over"]
)
def test_a_page_whose_text_is_turned_reads_like_any_other(matrix: str, start: str) -> None:
    title = f"BT /F1 18 Tf {matrix} {start} Tm (The roadmap) Tj ET "
    text = f"BT /F1 10 Tf {matrix} {start} Tm 0 -30 Td (Learn Python) Tj 0 -12 Td (and more.) Tj 0 -24 Td (Build.) Tj ET"
    assert kinds(read(raw((title + text).encode(), []))) == [
        ("heading", "The roadmap"),
        ("paragraph", "Learn Python and more."),
        ("paragraph", "Build."),
    ]


def test_a_table_with_three_rules_has_a_row_for_each_first_cell() -> None:
    rows = [
        ("Course", "About", "Fee"),
        ("Basics", "All that is needed", "none"),
        ("", "in the beginning", ""),
        ("Models", "Trees", "90"),
    ]

    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 790, PROSE)
        for place, row in enumerate(rows):
            for x, cell in zip((72, 120, 230), row, strict=True):
                lines(canvas, x, 760 - 12 * place - 6 * bool(place), cell)
        for y in (771, 754, 712):
            canvas.line(72, y, 300, y)
        lines(canvas, 72, 680, PROSE)

    assert kinds(read(draw(page)))[1:-1] == [
        ("header", "Course | About | Fee"),
        ("row", "Basics | All that is needed in the beginning | none"),
        ("row", "Models | Trees | 90"),
    ]


def test_a_header_on_a_shaded_ground_needs_no_rule_above_it() -> None:
    rows = [("Week", "Topic"), ("1", "Python"), ("2", "Statistics"), ("3", "Models")]

    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 790, PROSE)
        canvas.setFillGray(0.9)
        canvas.rect(72, 734, 200, 16, stroke=0, fill=1)
        canvas.setFillGray(0)
        for place, row in enumerate(rows):
            for x, cell in zip((76, 140), row, strict=True):
                lines(canvas, x, 738 - 16 * place, cell)
            canvas.line(72, 734 - 16 * place, 272, 734 - 16 * place)
        lines(canvas, 72, 640, PROSE)

    assert kinds(read(draw(page)))[1:3] == [("header", "Week | Topic"), ("row", "1 | Python")]


def test_a_line_under_words_and_the_space_behind_them_parts_no_row() -> None:
    def page(canvas: Canvas) -> None:
        for place, (first, second) in enumerate([("Name", "Link"), ("pandas", "Open in"), ("numpy", "Open in")]):
            y = 760 - 30 * place
            lines(canvas, 74, y, first)
            lines(canvas, 134, y, second, *(["Colab"] if place else []))
            canvas.line(134, y - 1, 134 + canvas.stringWidth(second + " ", "Helvetica", 10), y - 1)
        for y in (772, 742, 712, 682):
            canvas.line(72, y, 300, y)
        for x in (72, 132, 300):
            canvas.line(x, 772, x, 682)

    assert kinds(read(draw(page))) == [
        ("header", "Name | Link"),
        ("row", "pandas | Open in Colab"),
        ("row", "numpy | Open in Colab"),
    ]


def test_links_keep_to_their_letters_and_words_of_two_fonts_stay_apart() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 700, "(GPTQ/EXL2) as in the")
        for start, end, address in [(1, 5, "https://a.org/g"), (6, 10, "https://a.org/e")]:
            left, right = (72 + canvas.stringWidth("(GPTQ/EXL2)"[:at], "Helvetica", 10) for at in (start, end))
            canvas.linkURL(address, (left, 698, right, 710))
        lines(canvas, 73.3 + canvas.stringWidth("(GPTQ/EXL2) as in the", "Helvetica", 10), 700, "book", font="Courier")

    assert read(draw(page)).text == "([GPTQ](https://a.org/g)/[EXL2](https://a.org/e)) as in the book"


@pytest.mark.parametrize(("x", "titles"), [(300, 1), (260, 2)])
def test_a_title_goes_on_behind_its_colon_on_the_line_below_where_both_are_centred(x: int, titles: int) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 18)
        canvas.drawCentredString(300, 780, "From the Flour to the Loaf:")
        canvas.drawCentredString(x, 758, "A Year of Bread")
        lines(canvas, 72, 730, PROSE, PROSE)

    headings = [text for kind, text in kinds(read(draw(page))) if kind == "heading"]
    assert " ".join(headings) == "From the Flour to the Loaf: A Year of Bread"
    assert len(headings) == titles
