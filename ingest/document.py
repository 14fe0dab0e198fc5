"""What a reader produces: a document's clean text, with its sections and blocks as spans into that text.

All offsets are 0-based, half-open and count Unicode code points of `Document.text`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

_BETWEEN_CELLS = re.compile(r"(?:^|(?<= ))\|(?: |$)")
BlockKind = Literal["heading", "paragraph", "item", "header", "row", "code"]


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item, table row or piece of code.

    The span leaves out markers: bullets and numbers of list items stand in the text just before `start`.
    `header` is the header row of a table, `row` any other; cells are separated by ` | `.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0  # heading: 1 to 6; item: nesting depth, 0 for the outermost list; otherwise 0
    ordinal: int | None = None  # the number an item of an ordered list carries in the source
    page: int | None = None  # 1-based, for formats that have pages


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it up to the next heading of any level.

    `heading_path` is the breadcrumb: the titles of the enclosing headings, outermost first, own heading last. Text before
    the first heading is a section with an empty path.
    """

    heading_path: tuple[str, ...]
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is indexed, shown and quoted."""

    id: str  # corpus-relative POSIX path
    title: str
    text: str
    sections: tuple[Section, ...]  # in order, covering every block
    blocks: tuple[Block, ...]  # in order, not overlapping
    digest: str  # SHA-256 of the source bytes, hex
    meta: Mapping[str, object] = field(default_factory=dict)  # front matter, or what the format itself tells
    warnings: tuple[str, ...] = ()  # one sentence each, e.g. about a guessed encoding


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is retrieved as a whole.

    `text` is exactly the document's text at `spans`, joined by line breaks where there are several.
    """

    id: str
    document_id: str
    title: str
    heading_path: tuple[str, ...]
    page: int | None
    spans: tuple[tuple[int, int], ...]
    text: str

    @property
    def start(self) -> int:
        """Where its first span starts."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where its last span ends."""
        return self.spans[-1][1]


def cell_spans(row: str) -> list[tuple[int, int]]:
    """Start and end of each cell of a table row, as its text has them, which parts them by " | "; empty cells count.

    >>> [row[start:end] for row in ["A | | C|D |"] for start, end in cell_spans(row)]
    ['A', '', 'C|D', '']
    """
    edges = [(-1, 0), *((found.start(), found.end()) for found in _BETWEEN_CELLS.finditer(row)), (len(row), len(row))]
    return [(start, start + len(row[start:stop].rstrip())) for (_, start), (stop, _) in pairwise(edges)]
