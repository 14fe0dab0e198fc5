"""Plain text in, its lines out as they stand there, without what is printed at the edges of pages; and what lines become.

A logical line is a paragraph, a list item, a table row or a heading that the text itself marks: `ingest.text_paragraphs` makes
them. What an unmarked short line means is left to `ingest.text_outline`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

LineKind = Literal["text", "item", "ordered", "row", "fact", "code", "heading", "question", "answer", "poster"]

ROUND = "•●◦▪■"  # bullets that are no other sign
# In a transcript what is heard may stand behind the end of a sentence: "So I left. [laughter]".
_CLOSED = re.compile(
    r"[.!?…;。！？][\"'”’»)\]*]*(?:\s[\[(](?:laughter|laughs|applause|cheers|cheering|music|pause)[\])])?\Z", re.IGNORECASE
)
# What shows nothing; a soft hyphen at the end of a line divides a word, which `ingest.divided_words` mends.
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|\xad(?![ \t]*[\r\n])|(?<!\\w)\xad")
_PAGE_FOOT = re.compile(r".{0,100}\[Page \d{1,4}\]\s*\Z|\s*(?:- ?)?(?:Page )?\d{1,4}(?: ?-| of \d{1,4})?\s*\Z", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """One logical line; `text` without its list mark."""

    kind: LineKind
    text: str
    gap: bool  # whether an empty line stands before it
    indent: int = 0
    level: int = 0  # of a heading that is marked as one
    ordinal: int | None = None
    cells: tuple[str, ...] = ()  # of a table row


@dataclass(slots=True)
class PhysicalLine:
    """One line that shows something, as it stands in the text."""

    text: str  # with its indentation, tabs expanded
    raw: str  # without indentation, tabs kept
    gap: bool
    indent: int
    entry: str = ""  # what the line says where dots lead from a name to a value


def is_closed(text: str) -> bool:
    """Whether the text ends like a sentence: with a full stop, or what stands for one, and closing quotes or brackets."""
    return bool(_CLOSED.search(text))


def visible(text: str) -> str:
    """The text without characters that show nothing, so that a line of them is empty and a mark stands where it seems to.

    >>> visible("\\ufeffOne\\n\\u200b\\n\\u200b- the syn\\xadtax")
    'One\\n\\n- the syntax'
    """
    return _UNSEEN.sub("", text)


def physical_lines(text: str) -> list[PhysicalLine]:
    """The lines that show something; a form feed and what is printed around it at the page's edges count as empty."""
    pages = re.sub(r"\r\n?|[\x0b\x85\u2028\u2029]", "\n", text).split("\f")
    lines: list[PhysicalLine] = []
    gap = False
    heads = Counter(_edge(page, 0) for page in pages[1:])
    for number, page in enumerate(pages):
        rows = page.split("\n")
        if len(pages) > 2:
            if number and heads[_edge(page, 0)] > 1 and sum(bool(row.strip()) for row in rows) > 2:
                rows = _without_edge(rows, 0)
            if rows and (foot := [row for row in rows if row.strip()]) and _PAGE_FOOT.match(foot[-1]):
                rows = _without_edge(rows, -1)
        for row in rows:
            if not row.strip():
                gap = True
                continue
            if lines and not gap and lines[-1].raw in ROUND:  # a bullet on a line of its own belongs to the next one
                lines[-1].text += f" {row.strip()}"
                lines[-1].raw += f" {row.strip()}"
                continue
            expanded = row.expandtabs(4).rstrip()
            lines.append(PhysicalLine(expanded, row.strip(), gap, len(expanded) - len(expanded.lstrip())))
            gap = False
        # A paragraph may run across the page's edge: the next line goes on where nothing closed this one.
        gap = bool(lines) and is_closed(lines[-1].text) if len(pages) > 1 else gap
    return lines


def _edge(page: str, end: int) -> str:
    """The outermost line that shows something, digits masked, since page numbers differ."""
    rows = [row for row in page.split("\n") if row.strip()]
    return re.sub(r"\d+", "#", " ".join(rows[end].split())) if rows else ""


def _without_edge(rows: list[str], end: int) -> list[str]:
    shown = [index for index, row in enumerate(rows) if row.strip()]
    if shown:
        rows = [*rows]
        rows[shown[end]] = ""
    return rows
