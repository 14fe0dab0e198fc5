"""PDF in, document out: the text of its pages with headings, lists and tables; pictures of text are refused, not guessed."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
from collections.abc import Iterator, Set
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError

from ingest.builder import DocumentBuilder, clean_inline
from ingest.document import Document
from ingest.errors import DocumentRefused, Refusal
from ingest.limits import LIMITS, check_characters, too_much
from ingest.pdf_blocks import add_pdf_blocks, outline_key
from ingest.pdf_columns import PdfLine
from ingest.pdf_page import PageReader, part_cells
from ingest.pdf_tags import Tag, tags_of

# What pypdf lets through from damaged files besides its own errors.
_DAMAGE = (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, AssertionError, OSError)
_WORD = re.compile(r"[^\W_]{3,}")
_LAID_OUT = 300  # pages; telling cells apart reads each of them a second time
# Browsers and word processors that divide no words unless they are told to.
_WHOLE_WORDS = re.compile(r"Skia|\bQt\b|LibreOffice|OpenOffice|Microsoft|WeasyPrint|Google", re.IGNORECASE)
_OCR = "run text recognition (OCR) on it, for instance with ocrmypdf, and add the result"


def read_pdf(data: bytes, document_id: str) -> Document:
    """The text of the PDF; blocks carry their 1-based page.

    Raises DocumentRefused: ENCRYPTED, EMPTY (no pages), NO_TEXT (pages are pictures), LIMIT, CORRUPT.
    """
    reader = _open(data, document_id)
    builder = DocumentBuilder()
    lines = list(_lines(reader, builder, document_id))
    add_pdf_blocks(builder, lines, dict(_outline(reader)), divides=not _WHOLE_WORDS.search(_stated(reader, "producer")))
    title = _title(reader, {word for line in lines for word in _WORD.findall(line.text.casefold())})
    document = builder.build(document_id, hashlib.sha256(data).hexdigest(), title=title)
    shown = [char for char in document.text if not char.isspace()]
    if not shown:
        raise DocumentRefused(document_id, Refusal.NO_TEXT, f"its pages are pictures without text; {_OCR}")
    if sum("\ue000" <= char <= "\uf8ff" or char == "\ufffd" for char in shown) * 3 > len(shown):
        raise DocumentRefused(document_id, Refusal.NO_TEXT, f"its fonts do not say which letters they show; {_OCR}")
    return document


def _open(data: bytes, document_id: str) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        # Files that only restrict printing or copying open with the empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentRefused(document_id, Refusal.ENCRYPTED, "it is protected by a password; save it without one")
        count = len(reader.pages)
    except (DependencyError, FileNotDecryptedError) as error:
        reason = "it is encrypted in a way that cannot be opened here; save it without encryption"
        raise DocumentRefused(document_id, Refusal.ENCRYPTED, reason) from error
    except LimitReachedError as error:
        raise too_much(document_id, "opening it unpacks more data than a document may hold") from error
    except _DAMAGE as error:
        reason = f"it is damaged ({type(error).__name__}); open it in a PDF program and export it again"
        raise DocumentRefused(document_id, Refusal.CORRUPT, reason) from error
    if count == 0:
        raise DocumentRefused(document_id, Refusal.EMPTY, "it has no pages; export it again or delete it")
    if count > LIMITS.pages:
        raise too_much(document_id, f"it has {count:,} pages; the limit is {LIMITS.pages:,}")
    return reader


def _lines(reader: PdfReader, builder: DocumentBuilder, document_id: str) -> Iterator[PdfLine]:
    """The lines of all pages; pages that cannot be read are named in a warning, unless all are."""
    failed: list[int] = []
    bare: list[int] = []
    characters = 0
    last: Exception | None = None
    pages = PageReader(_tags(reader))
    for number, page in enumerate(reader.pages, start=1):
        try:
            lines = pages.lines(page, number)
        except LimitReachedError as error:
            raise too_much(document_id, f"page {number} unpacks to more data than a page may hold") from error
        except _DAMAGE as error:
            failed.append(number)
            last = error
            continue
        if not lines:
            bare.append(number)
        elif number <= _LAID_OUT and lines[0].tag is None:
            with contextlib.suppress(*_DAMAGE):  # without it table rows stay lines of text
                part_cells(lines, page)
        characters += sum(len(line.text) for line in lines)
        check_characters(characters, document_id)
        yield from lines
    count = len(failed)
    if count and count == len(reader.pages):
        reason = f"none of its pages can be read ({type(last).__name__}); open it in a PDF program and export it again"
        raise DocumentRefused(document_id, Refusal.CORRUPT, reason) from last
    if failed:
        builder.warnings.append(f"{_named(failed)} could not be read and {'is' if count == 1 else 'are'} missing.")
    if bare and characters:
        builder.warnings.append(f"{_named(bare)} hold{'s' if len(bare) == 1 else ''} no text, perhaps pictures of text.")


def _tags(reader: PdfReader) -> dict[int, dict[int, Tag]]:
    try:
        return tags_of(reader.trailer["/Root"])
    except (*_DAMAGE, RecursionError):  # without tags the structure is told from the looks of the page
        return {}


def _named(pages: list[int]) -> str:
    """
    >>> _named([3]), _named([1, 2, 5])
    ('Page 3', 'Pages 1, 2, 5')
    """
    shown = ", ".join(map(str, pages[:8])) + (f" and {len(pages) - 8} more" if len(pages) > 8 else "")
    return f"Page{'s' if len(pages) > 1 else ''} {shown}"


def _outline(reader: PdfReader) -> Iterator[tuple[str, int]]:
    """Titles of the PDF's own outline with their 1-based depth, at most a thousand."""
    try:
        pending: list[tuple[Any, int]] = [(entry, 1) for entry in reversed(reader.outline)]
    except (*_DAMAGE, RecursionError):  # an outline that loops or points nowhere is only a loss of levels
        return
    for _ in range(1_000):
        if not pending:
            return
        entry, depth = pending.pop()
        if isinstance(entry, list):
            pending += [(each, depth + 1) for each in reversed(entry)]
        elif key := outline_key(str(getattr(entry, "title", ""))):
            yield key, depth


def _stated(reader: PdfReader, name: str) -> str:
    """What the PDF says of itself: its title, the program that made it."""
    try:
        return clean_inline(str(getattr(reader.metadata, name, None) or ""))
    except (*_DAMAGE, RecursionError):
        return ""


def _title(reader: PdfReader, words: Set[str]) -> str:
    """The title that the PDF states, unless it is what programs put there by themselves: none of its words is in the text."""
    title = _stated(reader, "title")
    made = re.search(r"\.\w{2,4}\Z|^Microsoft|^untitled|^[a-z]+:\S+\Z|^\W*\Z", title, re.IGNORECASE) or len(title) > 200
    return "" if made or words.isdisjoint(_WORD.findall(title.casefold())) else title
