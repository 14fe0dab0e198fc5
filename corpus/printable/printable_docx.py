"""Markdown in, DOCX out: real styles, list numbering, hyperlinks and a table header that repeats on every page."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from printable_blocks import AUTHOR, DATE, LICENCE, Rows, Runs, column_shares, plain, read_blocks

_MARGIN = Mm(20)
_BOX_LIST = 90  # id of the list format with an empty box; the template's own ids are smaller
_BOX_FORMAT = f"""<w:abstractNum {nsdecls("w")} w:abstractNumId="{_BOX_LIST}"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>
<w:lvlText w:val="☐"/><w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr>
<w:rPr><w:rFonts w:ascii="Segoe UI Symbol" w:hAnsi="Segoe UI Symbol"/></w:rPr></w:lvl></w:abstractNum>"""


def docx_of(markdown: str, source: str) -> bytes:
    """The Word document of a text; `source` is named in its properties."""
    blocks = read_blocks(markdown)
    document = Document()
    _set_up(document)
    _describe(document, plain(blocks[0].runs), source)
    lists = document.part.numbering_part.element
    lists.insert(0, parse_xml(_BOX_FORMAT))
    boxes = lists.add_num(_BOX_LIST).numId
    list_id = before = 0
    for block in blocks:
        if block.kind == "table":
            _add_table(document, block.rows)
        elif block.kind == "heading":
            _write(document.add_heading(level=block.level), block.runs)
        elif block.kind == "number":
            if not list_id or block.number != before + 1:  # a list that goes on with the last number is the same list
                list_id = _new_list(document, block.number)
            before = block.number
            _write(_in_list(document.add_paragraph(style="List Number"), list_id), block.runs)
        elif block.kind == "tick":
            _write(_in_list(document.add_paragraph(style="List Bullet"), boxes), block.runs)
        else:
            paragraph = document.add_paragraph(style="Normal" if block.kind == "paragraph" else "List Bullet")
            paragraph.paragraph_format.keep_with_next = True if plain(block.runs).endswith(":") else None
            _write(paragraph, block.runs)
    file = io.BytesIO()
    document.save(file)
    return _undated(file)


def _set_up(document: Any) -> None:
    """A4 with narrow margins, and lists with a little space between their points."""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = _MARGIN
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(10.5)
    for name in ("List Number", "List Bullet"):
        style = document.styles[name]
        style.paragraph_format.space_after = Pt(4)
        for tight in style.element.pPr.findall(qn("w:contextualSpacing")):
            style.element.pPr.remove(tight)


def _describe(document: Any, title: str, source: str) -> None:
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by, properties.language = title, AUTHOR, AUTHOR, "en"
    properties.comments, properties.revision = f"Made from {source}; {LICENCE}", 1
    properties.created = properties.modified = DATE


def _write(paragraph: Any, runs: Runs, *, bold: bool = False) -> None:
    for run in runs:
        written = paragraph.add_run(run.text)
        written.bold = True if run.bold or bold else None
        if run.code:
            written.font.name = "Consolas"
        if run.url:
            written.font.underline = True
            link = OxmlElement("w:hyperlink")
            link.set(qn("r:id"), paragraph.part.relate_to(run.url, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
            link.append(written._r)
            paragraph._p.append(link)


def _new_list(document: Any, start: int) -> int:
    """The id of a new list in the format of `List Number` that begins with `start`."""
    lists = document.part.numbering_part.element
    usual = document.styles["List Number"].element.pPr.numPr.numId.val
    template = next(each.abstractNumId.val for each in lists.num_lst if each.numId == usual)
    added = lists.add_num(template)
    added.add_lvlOverride(0).add_startOverride(start)
    return int(added.numId)


def _in_list(paragraph: Any, list_id: int) -> Any:
    place = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    place.get_or_add_ilvl().val, place.get_or_add_numId().val = 0, list_id
    return paragraph


def _add_table(document: Any, rows: Rows) -> None:
    table = document.add_table(0, len(rows[0]), style="Table Grid")
    table.autofit = False
    widths = [round((Mm(210) - 2 * _MARGIN) * share) for share in column_shares(rows)]
    for index, row in enumerate(rows):
        for cell, runs, width in zip(table.add_row().cells, row, widths, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = Pt(2)
            _write(cell.paragraphs[0], runs, bold=index == 0)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.add_paragraph()


def _undated(file: io.BytesIO) -> bytes:
    """The archive with the same time on every entry."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            entry = zipfile.ZipInfo(name, DATE.timetuple()[:6])
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3  # 3: the same on every system
            copy.writestr(entry, archive.read(name))
    return fixed.getvalue()
