"""Blocks in, document out: assembles the clean text and every span into it, so that no reader counts characters itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from ingest.document import Block, BlockKind, Document, Section

_INVISIBLE = re.compile(
    # C0/C1 controls except tab and newline, soft hyphen, zero-width characters, bidi controls, BOM, lone surrogates, tag
    # characters, and the private planes, which mean nothing without the font that a program had in mind
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U0010ffff]"
)
_GLUED = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}
# Controls that stand where a program took Windows-1252 for Latin-1: quotes, dashes, bullets.
_MISREAD = {code: char for code in range(0x80, 0xA0) if (char := bytes([code]).decode("cp1252", "ignore"))}
_REPLACED = str.maketrans(_GLUED) | _MISREAD


_CONTENTS = frozenset(["contents", "table of contents"])  # a heading that names no document


def clean_inline(text: str) -> str:
    """The text on one line: NFC, no invisible characters, no typographic ligatures, single spaces.

    >>> clean_inline(" ef\ufb01cient\u200b   models\\n")
    'efficient models'
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text.replace("\r", "\n").translate(_REPLACED)))
    return " ".join(text.split())


@dataclass(slots=True)
class DocumentBuilder:
    """Collects blocks in reading order; `build` turns them into a `Document`."""

    blocks: list[Block] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        ordinal: int | None = None,
        page: int | None = None,
    ) -> None:
        """Append one block; text without any visible character is left out."""
        text = _clean_code(text) if kind == "code" else clean_inline(text)
        if not text:
            return
        marker = ""
        if kind == "item":
            marker = "  " * level + (f"{ordinal}. " if ordinal is not None else "- ")
        before = self._gap(kind) + marker
        start = self._length + len(before)
        self._parts += [before, text]
        self._length = start + len(text)
        self.blocks.append(Block(kind, start, self._length, level, ordinal, page))

    def table(self, rows: list[list[str]], *, pages: Sequence[int] = (), headed: bool = True) -> None:
        """Append a table, its first row as its header where it is `headed` and not empty. Rows without text are left out.

        `pages` holds the page of every row where there are pages.
        """
        lines = [" | ".join(clean_inline(cell) for cell in cells) for cells in rows]
        said = [(line, page) for line, page in zip_longest(lines, pages) if line.strip(" |")]
        # Right below another table only a header shows where the next begins.
        below = bool(self.blocks) and self.blocks[-1].kind in ("header", "row")
        headed = (headed and bool(lines) and bool(lines[0].strip(" |"))) or below
        for number, (line, page) in enumerate(said):
            self.add("header" if headed and number == 0 else "row", line, page=page)

    def _gap(self, kind: BlockKind) -> str:
        if not self.blocks:
            return ""
        last = self.blocks[-1].kind
        close = (kind == "item" and last == "item") or (kind == "row" and last in ("header", "row"))
        return "\n" if close else "\n\n"

    def build(self, document_id: str, digest: str, *, title: str = "", meta: Mapping[str, object] | None = None) -> Document:
        """The finished document; `title` falls back to the first heading, then to the file's name."""
        text = "".join(self._parts)
        if not title:
            heads = [b for b in self.blocks if b.kind == "heading" and text[b.start : b.end].casefold() not in _CONTENTS]
            first = next(iter(heads), None)
            if first and first.page is not None:  # a printed title may have a line in smaller type above it
                first = min((block for block in heads if block.page == first.page), key=lambda block: block.level)
            title = text[first.start : first.end] if first else document_id.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        return Document(
            id=document_id,
            title=clean_inline(title),
            text=text,
            sections=sections_of(text, self.blocks),
            blocks=tuple(self.blocks),
            digest=digest,
            meta=dict(meta or {}),
            warnings=tuple(self.warnings),
        )


def sections_of(text: str, blocks: list[Block]) -> tuple[Section, ...]:
    """Cut the document at its headings; each section carries the path of headings that enclose it."""
    sections: list[Section] = []
    path: list[tuple[int, str]] = []  # (level, heading)
    start, end, page = -1, -1, None
    for block in blocks:
        if block.kind == "heading":
            if start >= 0:
                sections.append(Section(tuple(h for _, h in path), start, end, page))
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, text[block.start : block.end]))
            start, page = block.start, block.page
        elif start < 0:
            start, page = block.start, block.page
        end = block.end
    if start >= 0:
        sections.append(Section(tuple(h for _, h in path), start, end, page))
    return tuple(sections)


def _clean_code(text: str) -> str:
    lines = [_INVISIBLE.sub("", line).rstrip().expandtabs(4) for line in text.splitlines()]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)
