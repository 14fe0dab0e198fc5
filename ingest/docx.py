"""DOCX in, document out: headings by their styles, lists with their numbering, tables, links. The archive is checked first."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import docx
from docx.exceptions import PythonDocxError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml.etree import XMLSyntaxError

from ingest.builder import DocumentBuilder, clean_inline
from ingest.document import Document
from ingest.docx_numbering import Numbering, value
from ingest.docx_text import is_bold, paragraph_text, parts, text_boxes
from ingest.errors import DocumentRefused, Refusal
from ingest.limits import check_characters, check_zip, too_much
from ingest.table_grid import Cell, grid
from ingest.text_signs import is_titular, mail_field

# What python-docx and lxml let through from damaged files.
_DAMAGE = (KeyError, ValueError, TypeError, IndexError, AttributeError, XMLSyntaxError, PythonDocxError)
_PLAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_OTHER_TYPES = re.compile(
    rb"application/vnd\.(?:ms-word\.(?:document|template)\.macroEnabled\.main"
    rb"|openxmlformats-officedocument\.wordprocessingml\.template\.main)\+xml"
)
_HEADING_STYLE = re.compile(r"heading\s*([1-9])\Z", re.IGNORECASE)
_HEAD = 10  # paragraphs in which a letter says what it is about
_WORD = re.compile(r"[^\W\d_]{3,}")
_CODE_STYLE = re.compile(r"\b(?:code|source|preformatted)\b", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc\s*(?:\d|heading)|table\s*of\s*figures)\Z", re.IGNORECASE)


def read_docx(data: bytes, document_id: str) -> Document:
    """The text of the DOCX body in reading order; headers, footers, comments and deleted text are left out.

    Raises DocumentRefused: LIMIT, UNSAFE_ZIP, UNSAFE_XML, ENCRYPTED, CORRUPT.
    """
    check_zip(data, document_id)
    _check_xml(data, document_id)
    try:
        source = docx.Document(io.BytesIO(_as_plain_document(data)))
    except (*_DAMAGE, zipfile.BadZipFile) as error:
        if isinstance(error, XMLSyntaxError) and "depth" in str(error):
            raise too_much(document_id, "its tables or lists are nested too deep") from error
        reason = f"it is no readable Word document ({type(error).__name__}); open it in Word and save it again as .docx"
        raise DocumentRefused(document_id, Refusal.CORRUPT, reason) from error
    builder = DocumentBuilder()
    body = _Body(builder, source, document_id)
    try:
        body.read()
    except _DAMAGE as error:
        reason = f"parts of it are damaged ({type(error).__name__}); open it in Word and save it again as .docx"
        raise DocumentRefused(document_id, Refusal.CORRUPT, reason) from error
    title, meta = _properties(source)
    if body.titled and set(_WORD.findall(title.casefold())).isdisjoint(body.words):
        title = ""  # that of a template
    title = title or ("" if body.titled else _subject(body.head))
    return builder.build(document_id, hashlib.sha256(data).hexdigest(), title=title, meta=meta)


def _subject(head: Sequence[str]) -> str:
    """What a letter or memo is about, as one of the lines next to each other says that tell who wrote it, to whom and when."""
    for told, group in groupby(head, key=lambda line: bool(mail_field(line))):
        lines = list(group)
        subject = next((line for line in lines if mail_field(line) == "subject"), None)
        if told and subject is not None and len(lines) > 1:
            return clean_inline(subject.partition(":")[2])
    return ""


def _properties(source: Any) -> tuple[str, dict[str, object]]:
    """Title and author that the document states, unless they are what programs put there by themselves."""
    try:
        properties = source.core_properties
        title, author = str(properties.title or ""), str(properties.author or "")
    except _DAMAGE:  # nothing of the text is lost with them
        return "", {}
    meta: dict[str, object] = {"author": author} if author and author != "python-docx" else {}
    return clean_inline(title) if title != "Word Document" else "", meta


def _check_xml(data: bytes, document_id: str) -> None:
    """Refuse parts that declare a document type or entities: Word writes none, attacks need them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            part = archive.read(name).replace(b"\0", b"")  # zeros: XML may be UTF-16
            if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
                reason = f"its part {name} declares XML entities, which documents have no use for; save it again in Word"
                raise DocumentRefused(document_id, Refusal.UNSAFE_XML, reason)


def _as_plain_document(data: bytes) -> bytes:
    """The archive with the content type of a plain document: macro files and templates hold the same text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in archive.namelist() else b""
        if not _OTHER_TYPES.search(types):
            return data
        rewritten = io.BytesIO()
        with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED) as copy:
            for name in dict.fromkeys(archive.namelist()):
                part = archive.read(name)
                copy.writestr(name, _OTHER_TYPES.sub(_PLAIN_TYPE.encode(), part) if name == "[Content_Types].xml" else part)
        return rewritten.getvalue()


class _Body:
    """A walk through the body of one document."""

    def __init__(self, builder: DocumentBuilder, source: Any, document_id: str) -> None:
        self.builder = builder
        self.source = source
        self.document_id = document_id
        self.numbering = Numbering(source)
        self.styles = {style.style_id: style for style in source.styles}
        self.level = 0  # of the last heading
        self.titled = False  # whether a style makes one of the headings a title
        self.head: list[str] = []  # the first paragraphs
        self.words: set[str] = set()  # of the text, in small letters
        self.characters = 0
        self.code: list[str] = []  # the lines of the program at hand

    def read(self) -> None:
        self._blocks(self.source.element.body)
        self._end_code()
        self._notes()

    def _blocks(self, root: Any) -> None:
        for element in parts(root, "w:p", "w:tbl"):
            if element.tag == qn("w:tbl"):
                self._end_code()
                self._table(element)
            else:
                self._paragraph(element)
                for box in text_boxes(element):
                    self._blocks(box)

    def _notes(self) -> None:
        """Footnotes and endnotes as items, in their order."""
        for kind in ("footnotes", "endnotes"):
            for related in self.source.part.rels.values():
                if related.is_external or not related.reltype.endswith("/" + kind):
                    continue
                root = parse_xml(related.target_part.blob)
                for number, note in enumerate(note for note in root if note.get(qn("w:type")) in (None, "normal")):
                    paragraphs = (paragraph_text(each, related.target_part.rels) for each in note.iter(qn("w:p")))
                    text = self._count(" ".join(filter(None, map(clean_inline, paragraphs))))
                    self.builder.add("item", text, ordinal=number + 1)

    def _end_code(self) -> None:
        if self.code:
            self.builder.add("code", "\n".join(self.code))
            self.code.clear()

    def _count(self, text: str) -> str:
        self.characters += len(text)
        self.words.update(_WORD.findall(text.casefold()))
        check_characters(self.characters, self.document_id)
        return text

    def _paragraph(self, element: Any) -> None:
        text = self._count(paragraph_text(element, self.source.part.rels))
        if not text.strip():
            return
        style = self._style(element)
        if _CONTENTS_STYLE.match(self._style_name(element)):
            return
        if style is not None and _CODE_STYLE.search(style.name or "") and not _heading_level(element, style):
            self.code.append(text)
            return
        self._end_code()
        marked = self.numbering.place(element, style)
        if level := _heading_level(element, style):
            self.level = level
            self.titled |= level == 1
            heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
            self.builder.add("heading", f"{marked[2]} {heading}" if marked is not None else heading, level=level)
        elif marked is not None:
            depth, ordinal, _ = marked
            self.builder.add("item", text, level=min(depth, 8), ordinal=ordinal)
        elif is_titular(text.strip()) and is_bold(element) and "](" not in text:
            self.builder.add("heading", text, level=min(6, self.level + 1))  # a heading in all but its style
        else:
            if len(self.head) < _HEAD:
                self.head.append(text.strip())
            self.builder.add("paragraph", text)

    def _style(self, element: Any) -> Any:
        return self.styles.get(_style_id(element))

    def _style_name(self, element: Any) -> str:
        style = self._style(element)  # a style that the document does not hold has but its id
        return (style.name if style is not None else "") or _style_id(element)

    def _table(self, table: Any) -> None:
        rows = [list(parts(row, "w:tc")) for row in parts(table, "w:tr") if row.find(f"{qn('w:trPr')}/{qn('w:del')}") is None]
        nested = any(cell.find(f".//{qn('w:tbl')}") is not None for cells in rows for cell in cells)
        if nested or max(map(len, rows), default=0) < 2:  # a table for layout: what stands in it is ordinary text
            for cells in rows:
                for cell in cells:
                    self._blocks(cell)
            return
        above: dict[int, str] = {}  # column -> text of the cell that reaches over rows
        grown = [list(self._cells(cells, above)) for cells in rows]
        self.builder.table(grid(grown))

    def _cells(self, cells: list[Any], above: dict[int, str]) -> Iterator[Cell]:
        column = 0
        for cell in cells:
            across = int(value(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}"), "1"))
            merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            if merge is not None and merge.get(qn("w:val")) != "restart":
                text = self._count(above.get(column, ""))
            else:
                above[column] = text = self._cell(cell)
            yield Cell(text, across=across)
            column += across

    def _cell(self, cell: Any) -> str:
        texts = (clean_inline(paragraph_text(paragraph, self.source.part.rels)) for paragraph in parts(cell, "w:p"))
        return self._count("; ".join(text for text in texts if text))


def _style_id(element: Any) -> str:
    found = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return str(found.get(qn("w:val"), "")) if found is not None else ""


def _heading_level(element: Any, style: Any) -> int:
    """1 to 6, or 0 for what is no heading; the style's outline level counts where its name says nothing."""
    outline = element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    for _ in range(10):  # styles are based on other styles
        if style is None:
            break
        name = style.name or ""
        if name.lower() == "title":
            return 1
        if found := _HEADING_STYLE.match(name):
            return min(6, int(found[1]))
        if outline is None:
            outline = style.element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
        style = style.base_style
    level = int(value(outline, "9"))
    return min(6, level + 1) if level < 9 else 0
