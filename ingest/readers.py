"""Path or bytes in, document out: the table of readers by suffix, and what holds for all of them.

A reader takes bytes and a document id and returns a `Document`; its library is imported when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest.corpus import read_source
from ingest.document import Document
from ingest.errors import DocumentRefused, Refusal
from ingest.limits import check_characters, check_size
from ingest.sniff import check_type

_LARGE = 1024 * 1024  # bytes from which a document is read in the child process whatever its format


@dataclass(frozen=True, slots=True)
class Reader:
    """One format: how its bytes are read, and whether only in the child process that can be stopped."""

    name: str
    read: Callable[[bytes, str], Document]
    isolated: bool


def _markdown(data: bytes, document_id: str) -> Document:
    from ingest.markdown import read_markdown

    return read_markdown(data, document_id)


def _plain(data: bytes, document_id: str) -> Document:
    from ingest.plain import read_plain

    return read_plain(data, document_id)


def _html(data: bytes, document_id: str) -> Document:
    from ingest.html import read_html

    return read_html(data, document_id)


def _pdf(data: bytes, document_id: str) -> Document:
    from ingest.pdf import read_pdf

    return read_pdf(data, document_id)


def _docx(data: bytes, document_id: str) -> Document:
    from ingest.docx import read_docx

    return read_docx(data, document_id)


_MARKDOWN = Reader("Markdown", _markdown, isolated=False)
_TEXT = Reader("text", _plain, isolated=False)
_HTML = Reader("HTML", _html, isolated=True)
READERS = {
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".txt": _TEXT,
    ".text": _TEXT,
    ".html": _HTML,
    ".htm": _HTML,
    ".pdf": Reader("PDF", _pdf, isolated=True),
    ".docx": Reader("DOCX", _docx, isolated=True),
}


def reader_for(document_id: str) -> Reader:
    """The reader for the suffix of `document_id`; raises DocumentRefused (UNKNOWN_SUFFIX) where there is none."""
    suffix = PurePosixPath(document_id).suffix.lower()
    if suffix not in READERS:
        named = f"its suffix {suffix} is" if suffix else "it has no suffix, which is"
        reason = f"{named} not one that can be read ({' '.join(READERS)}); convert it or leave it out with .roadmapignore"
        raise DocumentRefused(document_id, Refusal.UNKNOWN_SUFFIX, reason)
    return READERS[suffix]


def read_document(path: Path, document_id: str) -> Document:
    """The document at `path`, known as `document_id` (POSIX path relative to the corpus).

    PDF, DOCX, HTML and large files are parsed in a child process within the budgets of `ingest.limits`.
    Raises DocumentRefused with a code for every file that cannot be indexed.
    """
    reader = reader_for(document_id)
    data = read_source(path, document_id)
    if reader.isolated or len(data) >= _LARGE:
        from ingest.isolation import parse_isolated

        return parse_isolated(data, document_id)
    return parse(data, document_id)


def parse(data: bytes, document_id: str) -> Document:
    """The document with these bytes, parsed in this process; raises DocumentRefused."""
    reader = reader_for(document_id)
    check_size(len(data), document_id)
    if not data.strip():
        raise DocumentRefused(document_id, Refusal.EMPTY, "it is empty; fill it or delete it")
    check_type(data, document_id)
    document = reader.read(data, document_id)
    if not document.text:
        raise DocumentRefused(document_id, Refusal.EMPTY, "it holds no visible text; fill it or delete it")
    check_characters(len(document.text), document_id)
    return document
