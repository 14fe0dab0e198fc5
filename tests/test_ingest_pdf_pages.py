"""PDFs, made here: what goes on from page to page. Running heads and feet, tables, contents, notes, words divided at line ends."""

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
        (["All decoder-only models fill a room to the ceil\u2010", "ing."], "All decoder-only models fill a room to the ceiling."),
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
