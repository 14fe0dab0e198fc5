"""Markdown in, PDF out: A4 pages with bookmarks, page numbers, tables and empty boxes before the points of check lists."""

from __future__ import annotations

import io
from html import escape
from typing import Any

from printable_blocks import AUTHOR, LICENCE, Rows, Runs, column_shares, plain, read_blocks
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

_BLUE, _GREY, _PALE, _LINK = HexColor("#1f3a5f"), HexColor("#6b7280"), HexColor("#e5e9f0"), "#1d4ed8"
_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=15, spaceBefore=6, spaceAfter=6)
_LEAD = ParagraphStyle("lead", _BODY, keepWithNext=1)  # the sentence before a list stays with its first point
_ITEM = ParagraphStyle("item", _BODY, leftIndent=18, bulletIndent=3, spaceBefore=0, spaceAfter=3)
_BULLET = ParagraphStyle("bullet", _ITEM, bulletFontName="Symbol")  # in Helvetica the bullet has a code that few programs read
_BOXED = ParagraphStyle("boxed", _ITEM, keepWithNext=1)  # a check list stands on one page
_CELL = ParagraphStyle("cell", _BODY, fontSize=9, leading=12, spaceBefore=0, spaceAfter=0)
_SIZES = {1: 22, 2: 15, 3: 12}  # points, by heading level
_HEADINGS = {
    level: ParagraphStyle(
        f"heading {level}",
        fontName="Helvetica-Bold",
        fontSize=size,
        leading=size * 1.25,
        textColor=_BLUE,
        spaceBefore=size * 0.8,
        spaceAfter=size * 0.4,
        keepWithNext=1,
    )
    for level, size in _SIZES.items()
}


def pdf_of(markdown: str, source: str) -> bytes:
    """The PDF of a text; `source` is named in its properties."""
    blocks = read_blocks(markdown)
    title = plain(blocks[0].runs)
    story: list[Flowable] = []
    for block in blocks:
        text = _markup(block.runs)
        if block.kind == "heading":
            story.append(Paragraph(text, _HEADINGS[block.level]))
        elif block.kind == "paragraph":
            story.append(Paragraph(text, _LEAD if text.endswith(":") else _BODY))
        elif block.kind == "table":
            story += [_table(block.rows), Spacer(1, 8)]
        elif block.kind == "tick":
            story.append(_Tick(text, _BOXED))
        else:
            numbered = block.kind == "number"
            story.append(Paragraph(text, _ITEM if numbered else _BULLET, bulletText=f"{block.number}." if numbered else "•"))

    def footer(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN + 6, 12 * mm, f"{title} · {LICENCE}")
        canvas.drawRightString(A4[0] - _MARGIN - 6, 12 * mm, f"Page {document.page}")
        canvas.restoreState()

    margins = {"leftMargin": _MARGIN, "rightMargin": _MARGIN, "topMargin": 18 * mm, "bottomMargin": 22 * mm}
    properties = {"title": title, "author": AUTHOR, "subject": f"Made from {source}; {LICENCE}", "lang": "en"}
    file = io.BytesIO()
    # `invariant`: no time and no random id in the file
    _Bookmarked(file, pagesize=A4, invariant=1, **margins, **properties).build(story, onFirstPage=footer, onLaterPages=footer)
    return file.getvalue()


class _Bookmarked(SimpleDocTemplate):
    """A document whose headings are its outline."""

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802, reportlab's name
        style = getattr(flowable, "style", None)
        for level, heading in _HEADINGS.items():
            if style is heading:
                key = f"heading-{self.page}-{self.frame._y:.0f}"
                self.canv.bookmarkPage(key)
                self.canv.addOutlineEntry(flowable.getPlainText(), key, level - 1)


class _Tick(Paragraph):
    """A paragraph after an empty box: the outline of a black square, which stays a list mark when the text is copied."""

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.setLineWidth(0.7)
        box = self.canv.beginText(2, self.height - self.style.fontSize)
        box.setFont("ZapfDingbats", 11)
        box.setTextRenderMode(1)
        box.textOut("■")
        self.canv.drawText(box)
        self.canv.restoreState()
        super().draw()


def _markup(runs: Runs) -> str:
    """The runs in the small HTML that reportlab reads."""
    parts = []
    for run in runs:
        text = escape(run.text, quote=False)
        text = f'<font face="Courier">{text}</font>' if run.code else text
        text = f"<b>{text}</b>" if run.bold else text
        # The address is shown as well: on paper a link is only its words.
        address = f'<a href="{escape(run.url)}" color="{_LINK}">{escape(run.url)}</a>' if run.url else ""
        parts.append(f"{text} ({address})" if address else text)
    return "".join(parts)


def _table(rows: Rows) -> Table:
    head, *body = rows
    cells = [[Paragraph(f"<b>{_markup(runs)}</b>", _CELL) for runs in head]]
    cells += [[Paragraph(_markup(runs), _CELL) for runs in row] for row in body]
    everywhere = (0, 0), (-1, -1)
    style = [("LINEBELOW", *everywhere, 0.4, _GREY), ("VALIGN", *everywhere, "TOP"), ("BACKGROUND", (0, 0), (-1, 0), _PALE)]
    return Table(cells, [_WIDTH * share for share in column_shares(rows)], repeatRows=1, style=style)
