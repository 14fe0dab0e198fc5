"""PDFs, made here: headings, paragraphs, lists, page furniture, tags, and pages that cannot be read."""

import io
from collections.abc import Callable

import pytest
from drawn_pdf import PROSE, draw, flow, kinds, lines, raw, read
from pypdf import PdfReader, PdfWriter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import ListFlowable, Paragraph

from ingest.errors import DocumentRefused, Refusal

STYLES = getSampleStyleSheet()


def test_headings_by_size_paragraphs_joined_and_lists() -> None:
    document = read(
        flow(
            Paragraph("The Roadmap", STYLES["Heading1"]),
            Paragraph(PROSE * 4, STYLES["Normal"]),
            Paragraph("First phase", STYLES["Heading2"]),
            Paragraph(PROSE * 2, STYLES["Normal"]),
            ListFlowable(
                [Paragraph("Learn Python", STYLES["Normal"]), Paragraph(PROSE, STYLES["Normal"])], bulletType="bullet"
            ),
            Paragraph("Second phase", STYLES["Heading2"]),
            Paragraph(PROSE, STYLES["Normal"]),
        )
    )
    assert kinds(document) == [
        ("heading", "The Roadmap"),
        ("paragraph", (PROSE * 4).strip()),
        ("heading", "First phase"),
        ("paragraph", (PROSE * 2).strip()),
        ("item", "Learn Python"),
        ("item", PROSE.strip()),
        ("heading", "Second phase"),
        ("paragraph", PROSE.strip()),
    ]
    assert [section.heading_path for section in document.sections][1] == ("The Roadmap", "First phase")
    assert {block.page for block in document.blocks} == {1}


def test_a_running_foot_that_begins_and_ends_with_numbers_is_dropped_and_so_is_a_head_above_nothing() -> None:
    def page(number: int) -> Callable[[Canvas], object]:
        def on(canvas: Canvas) -> None:
            lines(canvas, 72, 810, "The Book of Learning")
            for row in range(20 if number != 3 else 0):
                lines(canvas, 72, 760 - 12 * row, f"On leaf {number} line {row} tells us something about the world.")
            lines(canvas, 72, 30, f"{number // 2 + 3}.{number % 3 + 1}. What the world does on its {number}th day {number + 4}")

        return on

    text = read(draw(*[page(number) for number in range(1, 8)])).text
    assert text.startswith("On leaf 1 line 0") and "Learning" not in text and "What the world does" not in text


def test_words_divided_at_line_ends_are_mended() -> None:
    document = read(
        draw(lambda c: lines(c, 72, 700, "This long sentence about engineer-", "ing goes on to the next line and over it."))
    )
    assert document.text == "This long sentence about engineering goes on to the next line and over it."


def test_running_heads_and_page_numbers_are_dropped() -> None:
    def page(number: int) -> Callable[[Canvas], object]:
        def on(canvas: Canvas) -> None:
            lines(canvas, 72, 810, "The Book of Learning")
            for row in range(20):
                lines(canvas, 72, 760 - 12 * row, f"Page {number} row {row} tells us something of interest about the world.")
            lines(canvas, 290, 30, str(number))

        return on

    text = read(draw(*[page(number) for number in (1, 2, 3, 4)])).text
    assert "The Book of Learning" not in text
    assert text.startswith("Page 1 row 0") and text.endswith("about the world.")


def test_a_paragraph_goes_on_over_the_page_break_and_keeps_its_first_page() -> None:
    first = draw(lambda c: lines(c, 72, 100, "This sentence starts on the first page of the paper and then"))
    second = draw(lambda c: lines(c, 72, 780, "goes on and ends on the second page of the same paper, as they do."))
    writer = PdfWriter()
    for data in (first, second):
        writer.append(io.BytesIO(data))
    out = io.BytesIO()
    writer.write(out)
    document = read(out.getvalue())
    assert len(document.blocks) == 1
    assert document.blocks[0].page == 1
    assert "and then goes on" in document.text


def test_the_outline_gives_levels_and_the_metadata_the_title() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setTitle("Beta, a guide")
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry("Alpha", "a", 0)
        canvas.addOutlineEntry("Beta", "a", 1)
        lines(canvas, 72, 780, "Alpha", font="Helvetica-Bold", size=12)
        lines(canvas, 72, 750, PROSE)
        lines(canvas, 72, 720, "Beta", font="Helvetica-Bold", size=12)
        lines(canvas, 72, 690, PROSE)

    document = read(draw(page))
    assert document.title == "Beta, a guide"
    assert [block.level for block in document.blocks if block.kind == "heading"] == [1, 2]


def test_a_title_of_which_no_word_is_in_the_text_is_not_the_documents() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setTitle("about:blank")
        lines(canvas, 72, 780, "Alpha", font="Helvetica-Bold", size=14)
        lines(canvas, 72, 750, PROSE)

    assert read(draw(page)).title == "Alpha"


def test_the_title_is_the_largest_heading_of_the_first_page_whatever_stands_above_it() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 790, "Career change", font="Helvetica-Bold", size=12)
        lines(canvas, 72, 760, "Hands and trades", font="Helvetica-Bold", size=20)
        lines(canvas, 72, 740, PROSE)

    assert read(draw(page)).title == "Hands and trades"


def test_list_items_that_headings_name_too_stay_items() -> None:
    def page(canvas: Canvas) -> None:
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry("Calculus", "a", 0)
        lines(canvas, 72, 780, "Subjects:")
        lines(canvas, 80, 765, "• Calculus")
        lines(canvas, 72, 740, "Calculus", font="Helvetica-Bold", size=14)
        lines(canvas, 72, 720, PROSE)

    assert [kind for kind, _ in kinds(read(draw(page)))] == ["paragraph", "item", "heading", "paragraph"]


def test_single_lines_far_apart_are_paragraphs_even_where_most_lines_are_such() -> None:
    long = "Machine learning is about models that learn from data, and about all of the people who build and use them."

    def page(canvas: Canvas) -> None:
        for place in range(12):
            lines(canvas, 72, 780 - 22 * place, f"Line number {'abcdefghijkl'[place]} of these:")
        lines(canvas, 72, 780 - 22 * 12, long, "Its second line.")

    found = kinds(read(draw(page)))
    assert len(found) == 13
    assert found[-1] == ("paragraph", f"{long} Its second line.")


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("is run with something that plans", "- a scheduler, here - and watched.", "plans - a scheduler, here - and watched."),
        ("is run, and the result of it is -", "1. So much for the first step.", "is - 1. So much for the first step."),
        ("is at https://example.org/watch?", "v=uAR4BhVCNbI&list=PL3", "https://example.org/watch?v=uAR4BhVCNbI&list=PL3"),
        ("is at https:", "//example.org/data.", "is at https://example.org/data."),
    ],
)
def test_dashes_minus_signs_and_cut_addresses_do_not_part_a_paragraph(first: str, second: str, whole: str) -> None:
    begun = f"The script of the model that a team hands you at the end of its work on it {first}"
    (found,) = kinds(read(draw(lambda canvas: lines(canvas, 72, 780, begun, second))))
    assert found[0] == "paragraph"
    assert found[1].endswith(whole)


def test_lettered_items_and_a_dash_inside_an_item() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, "Two questions:")
        lines(canvas, 80, 765, "(a)")
        lines(canvas, 98, 765, "What does a filter do, of all the methods that there are, to the features such as LDA")
        lines(canvas, 98, 753, "- a transformation - of a table?")
        lines(canvas, 80, 738, "(b) Why?")

    assert [kind for kind, _ in kinds(read(draw(page)))] == ["paragraph", "item", "item"]


def refusal(data: bytes) -> Refusal:
    with pytest.raises(DocumentRefused) as refused:
        read(data)
    assert str(refused.value).startswith("paper.pdf: ")
    return refused.value.code


def encrypted(user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(draw(lambda c: lines(c, 72, 700, "Protected words.")))))
    writer.encrypt(user, owner, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_password_is_refused_and_a_mere_restriction_is_not() -> None:
    assert refusal(encrypted("secret", "owner")) is Refusal.ENCRYPTED
    assert read(encrypted("", "owner")).text == "Protected words."


def test_pictures_of_text_are_refused_with_a_hint_at_text_recognition() -> None:
    data = draw(lambda c: c.rect(10, 10, 100, 100))
    assert refusal(data) is Refusal.NO_TEXT
    with pytest.raises(DocumentRefused, match="OCR"):
        read(data)


def test_pages_without_text_among_others_are_named() -> None:
    document = read(draw(lambda c: lines(c, 72, 700, "Some words."), lambda c: c.rect(10, 10, 100, 100)))
    assert document.warnings == ("Page 2 holds no text, perhaps pictures of text.",)


def test_blank_pages_are_not_named() -> None:
    def prepared(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setFillGray(0.5)
        canvas.restoreState()

    assert read(draw(lambda c: lines(c, 72, 700, "Some words."), prepared)).warnings == ()


def test_no_pages_too_many_pages_and_damage() -> None:
    out = io.BytesIO()
    PdfWriter().write(out)
    assert refusal(out.getvalue()) is Refusal.EMPTY
    assert refusal(b"%PDF-1.4\n%%EOF") is Refusal.CORRUPT
    assert refusal(b"%PDF-1.4\n1 0 obj\n<</Size 99999999999>>\nendobj\ntrailer <</Size 9999999999>>") is Refusal.CORRUPT
    writer = PdfWriter()
    for _ in range(2_001):
        writer.add_blank_page(10, 10)
    out = io.BytesIO()
    writer.write(out)
    assert refusal(out.getvalue()) is Refusal.LIMIT


def test_a_long_row_of_digits_is_read_like_any_text() -> None:
    digits = "7" * 60
    assert read(draw(lambda canvas: lines(canvas, 72, 700, digits + "."))).text == digits + "."


@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_cut_file_is_read_in_part_or_named_as_damaged(part: float) -> None:
    data = flow(*[Paragraph(PROSE * 5, STYLES["Normal"]) for _ in range(30)])
    try:
        assert "Machine learning" in read(data[: int(len(data) * part)]).text
    except DocumentRefused as refused:
        assert refused.code in (Refusal.CORRUPT, Refusal.EMPTY, Refusal.NO_TEXT)


def test_an_outline_that_loops_does_not_stop_the_reading() -> None:
    data = draw(lambda c: (c.bookmarkPage("a"), c.addOutlineEntry("Alpha", "a"), lines(c, 72, 700, "Words.")))
    reader = PdfReader(io.BytesIO(data))
    number = reader.trailer["/Root"]["/Outlines"]["/First"].indirect_reference.idnum
    looped = data.replace(b"/Title (Alpha)", b"/Next %d 0 R /Title (Alpha)" % number)
    assert read(looped).text == "Words."


def test_programs_keep_their_lines_and_indentation() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, 72, 780, PROSE[:90], "and it goes on for another line of text below it.")
        lines(canvas, 72, 740, "def score(rows):", "    return sum(rows)", font="Courier", size=9)
        lines(canvas, 72, 700, PROSE[:90], "and so does this one.")

    document = read(draw(page))
    assert [kind for kind, _ in kinds(document)] == ["paragraph", "code", "paragraph"]
    assert kinds(document)[1][1] == "def score(rows):\n    return sum(rows)"


@pytest.mark.parametrize(("producer", "word"), [("Skia/PDF m150", "decoder-only"), ("pdfTeX-1.40", "decoderonly")])
def test_programs_that_divide_no_words_leave_hyphens_where_they_belong(producer: str, word: str) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setProducer(producer)
        lines(
            canvas,
            72,
            780,
            "A paragraph about all of the models that people build and use every day, such as decoder-",
            "only ones.",
        )

    assert read(draw(page)).text.endswith(f"{word} ones.")


def test_compounds_keep_their_hyphen_and_other_hyphens_mend() -> None:
    texts = [
        "Good cross-functional teams and well-known people use self-",
        "contained notes, cross-",
        "functional reviews and care-",
    ]
    texts += ["fully typeset GPT-", "like models, hyphen\u2010", "ated by programs."]
    pdf = draw(lambda c: lines(c, 72, 700, *[text.replace("\u2010", "-") for text in texts]))
    assert read(pdf).text == (
        "Good cross-functional teams and well-known people use self-contained notes, cross-functional reviews and carefully "
        "typeset GPT-like models, hyphenated by programs."
    )


def test_a_footnote_does_not_part_the_paragraph_that_crosses_the_page() -> None:
    def first(canvas: Canvas) -> None:
        lines(canvas, 72, 130, *[f"Line {number} of the body text of this page of the paper, and" for number in range(3)])
        lines(canvas, 72, 60, "1 The note that stands at the foot of the page.", size=7)

    def second(canvas: Canvas) -> None:
        lines(
            canvas, 72, 780, "the end of the sentence that the first page began with so much care.", "More text follows here."
        )

    texts = [text for _, text in kinds(read(draw(first, second)))]
    assert texts[0].endswith("with so much care. More text follows here.")
    assert texts[1] == "1 The note that stands at the foot of the page."


def test_running_heads_that_differ_are_known_by_their_page_numbers() -> None:
    heads = [
        "4 Chapter One: Beginnings",
        "Beginnings of it all 5",
        "6 Chapter Two: Middle",
        "The middle part 7",
        "8 Chapter Two: Middle",
    ]

    def page(head: str) -> Callable[[Canvas], object]:
        def on(canvas: Canvas) -> None:
            lines(canvas, 72, 810, head)
            lines(canvas, 72, 740, *[f"Row {row} below {head[-3:]} says something about the world." for row in range(12)])

        return on

    text = read(draw(*map(page, heads))).text
    assert not any(head in text for head in heads)


def test_entries_of_a_table_of_contents_stand_on_lines_of_their_own() -> None:
    entries = [f"{name} {'. ' * 20}{number}" for number, name in enumerate(["Aims", "Means", "Ends"], start=3)]
    document = read(
        draw(lambda c: (lines(c, 72, 780, "Contents", font="Helvetica-Bold", size=14), lines(c, 72, 750, *entries)))
    )
    assert kinds(document)[1:] == [("item", "Aims … 3"), ("item", "Means … 4"), ("item", "Ends … 5")]


def tagged(content: bytes, tree: str) -> bytes:
    """A PDF of one page with a tree of tags; object 6 is the root of the tree, 7 and on its elements."""
    return raw(content, tree.encode().split(b"\n"), "/MarkInfo <</Marked true>> /StructTreeRoot 6 0 R")


def marked(number: int, role: str, x: float, y: float, text: str) -> bytes:
    return f"/{role} <</MCID {number}>> BDC BT /F1 10 Tf {x} {y} Td ({text}) Tj ET EMC\n".encode()


def test_tags_give_headings_lists_tables_and_the_order_of_reading() -> None:
    content = b"".join(
        [
            marked(5, "P", 320, 700, "The right column is read last."),
            marked(0, "H1", 72, 700, "A heading that looks like text"),
            marked(1, "LBody", 72, 680, "the first item,"),
            marked(2, "LBody", 72, 668, "the second item."),
            marked(3, "TD", 72, 650, "Python"),
            marked(4, "TD", 200, 650, "three months"),
            b"/Artifact BMC BT /F1 10 Tf 72 20 Td (Page 1 of the book) Tj ET EMC",
        ]
    )
    tree = """<</Type /StructTreeRoot /K [7 0 R 8 0 R 11 0 R 15 0 R]>>
<</S /H1 /Pg 3 0 R /K 0>>
<</S /L /K [9 0 R 10 0 R]>>
<</S /LI /Pg 3 0 R /K 1>>
<</S /LI /Pg 3 0 R /K [2]>>
<</S /Table /K 12 0 R>>
<</S /TR /K [13 0 R 14 0 R]>>
<</S /TD /Pg 3 0 R /K 3>>
<</S /TD /Pg 3 0 R /K <</Type /MCR /Pg 3 0 R /MCID 4>>>>
<</S /P /Pg 3 0 R /K 5>>"""
    assert kinds(read(tagged(content, tree))) == [
        ("heading", "A heading that looks like text"),
        ("item", "the first item,"),
        ("item", "the second item."),
        ("header", "Python | three months"),
        ("paragraph", "The right column is read last."),
    ]


@pytest.mark.parametrize(
    "tree",
    [
        "<</Type /StructTreeRoot /K 7 0 R>>\n<</S /P /Pg 3 0 R /K [7 0 R 6 0 R 0]>>",
        "<</Type /StructTreeRoot /RoleMap <</A /B /B /A>> /K 7 0 R>>\n<</S /A /Pg 3 0 R /K 0>>",
        "<</Type /StructTreeRoot /K 99 0 R>>",
        "<</Type /StructTreeRoot /K (text)>>",
        "<</Type /StructTreeRoot /K " + "[" * 90 + "]" * 90 + ">>",
        "7",
    ],
)
def test_damaged_tags_cost_nothing_but_themselves(tree: str) -> None:
    assert read(tagged(marked(0, "P", 72, 700, "Some words."), tree)).text == "Some words."
