"""PDF in, document out: the text of its pages with headings, lists and tables; pictures of text are refused, not guessed."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError, PyPdfError
from pypdfium2 import PdfDocument, PdfiumError

from ingest.builder import DocumentBuilder, clean_inline
from ingest.document import Document
from ingest.errors import DocumentRefused, Refusal
from ingest.limits import LIMITS, check_characters, too_much
from ingest.pdf_blocks import add_pdf_blocks, outline_key
from ingest.pdf_columns import PdfLine
from ingest.pdf_page import Link, begun_table, links_of, page_lines
from ingest.pdf_tags import PageTags, tags_of

# What the libraries let through from damaged files.
_DAMAGE = (
    PyPdfError, PdfiumError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, AssertionError,
    NotImplementedError, OSError,
)  # fmt: skip
_WORD = re.compile(r"[^\W_]{3,}")
# Browsers and word processors that divide no words unless they are told to.
_WHOLE_WORDS = re.compile(r"Skia|\bQt\b|LibreOffice|OpenOffice|Microsoft|WeasyPrint|Google", re.IGNORECASE)
# What a page says that draws nothing: how it would (the operators of the graphics and text state, ISO 32000-1, annex A).
_STATE = re.compile(
    rb"(?:\s*(?:[+-]?[\d.]+|/[^\s/()<>\[\]]+|[qQwJjMdigGkK]|cm|ri|gs|rg|RG|cs|CS|scn?|SCN?|BT|ET|Tf|T[cwzLrsmdD*])(?=\s|\Z))+\s*"
)
_EXPORT = "open it in a PDF program and export it again"
_OCR = "run text recognition (OCR) on it, for instance with ocrmypdf, and add the result"


def read_pdf(data: bytes, document_id: str) -> Document:
    """The text of the PDF; blocks carry their 1-based page.

    Raises DocumentRefused: ENCRYPTED, EMPTY (no pages), NO_TEXT (pages are pictures), LIMIT, CORRUPT.
    """
    reader = _open(data, document_id)
    builder = DocumentBuilder()
    with _shown(data, document_id) as shown:
        lines = list(_lines(reader, shown, builder, document_id))
    add_pdf_blocks(builder, lines, dict(_outline(reader)), divides=not _WHOLE_WORDS.search(_stated(reader, "producer")))
    title = _title(reader, {word for line in lines for word in _WORD.findall(line.text.casefold())})
    document = builder.build(document_id, hashlib.sha256(data).hexdigest(), title=title)
    letters = [char for char in document.text if not char.isspace()]
    if not letters:
        raise DocumentRefused(document_id, Refusal.NO_TEXT, f"its pages are pictures without text; {_OCR}")
    if sum("\ue000" <= char <= "\uf8ff" or char == "\ufffd" for char in letters) * 3 > len(letters):
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
        reason = f"it is damaged ({type(error).__name__}); {_EXPORT}"
        raise DocumentRefused(document_id, Refusal.CORRUPT, reason) from error
    if count == 0:
        raise DocumentRefused(document_id, Refusal.EMPTY, "it has no pages; export it again or delete it")
    if count > LIMITS.pages:
        raise too_much(document_id, f"it has {count:,} pages; the limit is {LIMITS.pages:,}")
    return reader


def _shown(data: bytes, document_id: str) -> PdfDocument:
    """The document as it is drawn."""
    try:
        return PdfDocument(data)
    except PdfiumError as error:
        raise DocumentRefused(document_id, Refusal.CORRUPT, f"it is damaged ({error}); {_EXPORT}") from error


def _lines(reader: PdfReader, shown: PdfDocument, builder: DocumentBuilder, document_id: str) -> Iterator[PdfLine]:
    """The lines of all pages; pages that cannot be read are named in a warning, unless all are."""
    failed: list[int] = []
    bare: list[int] = []
    characters = 0
    last: Exception | None = None
    tags = _tags(reader)
    begun: Sequence[float] = ()
    for number in range(1, len(shown) + 1):
        try:
            lines = _page(reader, shown, number, tags, begun)
        except LimitReachedError as error:
            raise too_much(document_id, f"page {number} unpacks to more data than a page may hold") from error
        except _DAMAGE as error:
            failed.append(number)
            last = error
            continue
        begun = begun_table(lines)
        if not lines and not _is_blank(reader, number):
            bare.append(number)
        characters += sum(len(line.text) for line in lines)
        check_characters(characters, document_id)
        yield from lines
    count = len(failed)
    if count and count == len(shown):
        reason = f"none of its pages can be read ({type(last).__name__}); {_EXPORT}"
        raise DocumentRefused(document_id, Refusal.CORRUPT, reason) from last
    if failed:
        builder.warnings.append(f"{_named(failed)} could not be read and {'is' if count == 1 else 'are'} missing.")
    if bare and characters:
        builder.warnings.append(f"{_named(bare)} hold{'s' if len(bare) == 1 else ''} no text, perhaps pictures of text.")


def _page(
    reader: PdfReader, shown: PdfDocument, number: int, tags: Mapping[int, PageTags], begun: Sequence[float]
) -> list[PdfLine]:
    """The lines of a page; raises LimitReachedError, and what the libraries raise for a damaged one."""
    links: list[Link] = []
    held: PageTags = {}
    try:
        entry = reader.pages[number - 1]
        if (content := entry.get_contents()) is not None:
            content.get_data()  # PDFium has no limit to what it unpacks
        held = tags.get(getattr(entry.indirect_reference, "idnum", 0), {})
        links = links_of(entry)
    except LimitReachedError:
        raise
    except _DAMAGE:  # what pypdf alone cannot read costs links and tags, not words
        pass
    page = shown[number - 1]
    try:
        return page_lines(page, number, held, links, begun)
    finally:
        page.close()


def _is_blank(reader: PdfReader, number: int) -> bool:
    """Whether nothing is drawn on a page: the left one before a chapter, say."""
    try:
        content = reader.pages[number - 1].get_contents()
        return content is None or _STATE.fullmatch(content.get_data()) is not None
    except _DAMAGE:
        return False


def _tags(reader: PdfReader) -> Mapping[int, PageTags]:
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
