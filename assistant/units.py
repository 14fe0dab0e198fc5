"""Cuts retrieved passages into evidence units: the pieces an answer may be made of, each with its exact spans.

A unit is a sentence, a list item, a table row or a heading by itself, or one of the structures they form: a paragraph, a
whole list or table with its lead-in, the outline of a section, the outline with the lists under it (a plan).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index.hit import Hit
from index.number_words import CARDINALS, LARGER
from ingest.document import Block, Document
from ingest.quotable import block_sentences, block_spans

UnitKind = Literal["sentence", "paragraph", "item", "list", "row", "table", "heading", "outline", "plan", "code"]
ADDRESS = re.compile(r"\W*https?://\S+\W*")  # and nothing else
MAX_PARTS = 40  # a longer list is quoted up to here
ITEM_WORDS = 50  # from which the sentences of a list item may be quoted alone
COMMAND_LINES = 3  # up to which a piece of code is a step of a plan
_COUNT = rf"(?:\d[\d.,]*(?:st|nd|rd|th)?|{'|'.join((*CARDINALS, *LARGER))})"
_TIME = r"(?:minute|hour|h|day|week|month|quarter|year)s?"
_NUMBERED = re.compile(  # "Phase 2", "Months 8 to 12", "about 3-4 weeks", "2019"
    r"^(?:(?:phase|step|stage|part|level|module|unit)s?\s+[\divx]+(?:\s*[-–]\s*\d+)?"
    rf"|(?:(?:about|around|roughly|the|first|last|next)\s+){{0,2}}(?:{_TIME}\s+)?{_COUNT}"
    rf"(?:\s*(?:[-–—&]|to|and|or|until)\s*(?:{_TIME}\s+)?{_COUNT})?(?:\s*{_TIME})?)$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?P<label>[^:\n]{2,80}?)(?:\s*:|\s+[–—-])\s+\S")


@dataclass(frozen=True, slots=True)
class Part:
    """One quotable span of a unit; `label_end` is where an item's label ends ("**Pandas**: ..."), if it has one."""

    start: int
    end: int
    label_end: int | None = None
    ordinal: int | None = None
    depth: int = 0
    heading: bool = False
    code: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A candidate piece of an answer. `parts` are in document order; `lead` introduces them and is quoted with them."""

    kind: UnitKind
    document: Document
    heading_path: tuple[str, ...]
    parts: tuple[Part, ...]
    lead: Part | None
    hit: Hit
    position: int  # of its first block within the section, 0-based
    section_start: int  # where its section, and so its heading, begins

    @property
    def start(self) -> int:
        """First character quoted."""
        return min(self.parts[0].start, self.lead.start) if self.lead else self.parts[0].start

    @property
    def end(self) -> int:
        """Behind the last character quoted."""
        return self.parts[-1].end

    @property
    def text(self) -> str:
        """The words of the unit, lead-in first, a line for each part."""
        spans = ([self.lead] if self.lead else []) + list(self.parts)
        return "\n".join(self.document.text[p.start : p.end] for p in spans)

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """What is quoted when the unit is quoted whole."""
        return tuple((p.start, p.end) for p in ([self.lead] if self.lead else []) + list(self.parts))


def units_of(hits: Sequence[Hit], documents: Mapping[str, Document]) -> list[Unit]:
    """All units of the documents' blocks that the hits touch, without repeats, best hit first."""
    units: dict[tuple[str, UnitKind, tuple[tuple[int, int], ...]], Unit] = {}
    structures: dict[str, _Structure] = {}
    for hit in hits:
        document = documents[hit.passage.document_id]
        structure = structures.setdefault(document.id, _Structure(document))
        for unit in structure.units(hit):
            units.setdefault((document.id, unit.kind, unit.spans), unit)
    return list(units.values())


class _Structure:
    """How the blocks of one document belong together."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.blocks = document.blocks
        self._section_starts = [section.start for section in document.sections]
        self._starts = [block.start for block in document.blocks]
        self._parts: dict[tuple[int, int, int], Part] = {}  # by start and end of the block and depth: outlines share many
        self._made: set[tuple[UnitKind, int, int]] = set()  # structures met: each of their blocks leads to them

    def units(self, hit: Hit) -> Iterator[Unit]:
        for at in self._touched(hit):
            block = self.blocks[at]
            if block.kind == "paragraph":
                yield from self._paragraph(at, hit)
            elif block.kind == "item":
                yield self._unit("item", [self._part(block)], None, at, hit)
                if self.document.text.count(" ", block.start, block.end) >= ITEM_WORDS:
                    yield from self._sentences(block_sentences(self.document, block), at, hit, whole=False)
                yield from self._list(at, hit)
            elif block.kind in ("row", "header"):
                yield from self._table(at, hit)
            elif block.kind == "heading":
                yield self._unit("heading", [self._part(block)], None, at, hit)
                yield from self._outline(at, hit)
            else:
                yield self._code(at, hit)

    def _touched(self, hit: Hit) -> list[int]:
        spans = hit.passage.spans
        first = max(0, bisect_right(self._starts, min(start for start, _ in spans)) - 1)
        last = bisect_left(self._starts, max(end for _, end in spans))
        touched = []
        for at in range(first, last):
            block = self.blocks[at]
            if any(block.start < end and start < block.end for start, end in spans):
                touched.append(at)
        return touched

    def _paragraph(self, at: int, hit: Hit) -> Iterator[Unit]:
        block = self.blocks[at]
        spans = block_spans(self.document, block)
        following = self.blocks[at + 1].kind if at + 1 < len(self.blocks) else "heading"
        if following not in ("heading", "paragraph") and self.document.text[block.end - 1] == ":":
            spans = spans[:-1]  # the lead-in stands with its list or code, not alone
        yield from self._sentences(spans, at, hit)
        if following == "item":
            yield from self._list(at + 1, hit)
        elif following in ("header", "row"):
            yield from self._table(at + 1, hit)
        elif following == "code":
            yield self._code(at + 1, hit)

    def _sentences(self, spans: Sequence[tuple[int, int]], at: int, hit: Hit, *, whole: bool = True) -> Iterator[Unit]:
        """Each of the sentences, and two and three that follow each other; all of them together only where `whole`."""
        for count in (1, 2, 3) if whole else range(1, min(4, len(spans))):
            for first in range(len(spans) - count + 1):
                parts = [Part(*span) for span in spans[first : first + count]]
                yield self._unit("sentence" if count == 1 else "paragraph", parts, None, at, hit)

    def _list(self, at: int, hit: Hit) -> Iterator[Unit]:
        level = self.blocks[at].level
        first = self._list_end(at, level, -1)
        last = self._list_end(at, level, +1)
        if not self._new("list", first, level):
            return
        inside = self.blocks[first : last + 1]
        parts = [self._part(b) for b in inside if b.kind == "item" and b.level == level]
        if len(parts) > 1:
            parts += [self._part(b, depth=1) for b in inside if b.kind == "code"]
            yield self._unit("list", sorted(parts, key=lambda part: part.start), self._lead(first), first, hit)

    def _list_end(self, at: int, level: int, way: Literal[-1, 1]) -> int:
        """The first (`way` -1) or last item of the list that the item `at` is one of.

        What stands between two items belongs to the first of them where the second has the number that comes next, and
        where it is an address.
        """
        end = known = beyond = at
        addresses = 0  # behind the last item
        while 0 <= (beyond := beyond + way) < len(self.blocks):
            block = self.blocks[beyond]
            if block.kind == "heading" or (block.kind == "item" and block.level < level):
                break
            if block.kind != "item":
                addresses += bool(ADDRESS.fullmatch(self.document.text, block.start, block.end))
                continue
            ordinal, next_to = block.ordinal, self.blocks[known].ordinal
            follows = block.level == level and None not in (ordinal, next_to) and ordinal == (next_to or 0) + way
            if beyond != end + way * (1 + addresses) and not follows:
                break
            end, addresses = beyond, 0
            known = beyond if block.level == level else known
        return end

    def _table(self, at: int, hit: Hit) -> Iterator[Unit]:
        block = self.blocks[at]
        first = at
        while self.blocks[first].kind == "row" and first > 0 and self.blocks[first - 1].kind in ("row", "header"):
            first -= 1
        rows = [first]
        while rows[-1] + 1 < len(self.blocks) and self.blocks[rows[-1] + 1].kind == "row":
            rows.append(rows[-1] + 1)
        header = self._part(self.blocks[first]) if self.blocks[first].kind == "header" else None
        body = [self._part(self.blocks[row]) for row in (rows[1:] if header else rows)]
        if block.kind == "row":
            yield self._unit("row", [self._part(block)], header, at, hit)
        if len(body) > 1:
            yield self._unit("table", body, header, first, hit)

    def _outline(self, at: int, hit: Hit) -> Iterator[Unit]:
        """The heading's direct sub-headings; and the same for its parent, so that any one of them leads to all."""
        for top in {at, self._parent(at)} - {-1}:
            if not self._new("outline", top, 0):
                continue
            level = self.blocks[top].level
            children: list[int] = []
            for below in range(top + 1, len(self.blocks)):
                block = self.blocks[below]
                if block.kind == "heading":
                    if block.level <= level:
                        break
                    children.append(below)
            if not children:
                continue
            direct = min(self.blocks[child].level for child in children)
            children = [child for child in children if self.blocks[child].level == direct]
            if len(children) < 2:
                continue
            lead = self._part(self.blocks[top])
            yield self._unit("outline", [self._part(self.blocks[child]) for child in children], lead, top, hit)
            deep: list[Part] = []
            for child in children:
                deep.append(self._part(self.blocks[child]))
                for below in range(child + 1, len(self.blocks)):
                    block = self.blocks[below]
                    if block.kind == "heading" and block.level <= direct:
                        break
                    if (block.kind == "item" and block.level == 0) or self._is_command(block):
                        deep.append(self._part(block, depth=1))
            if len(children) < len(deep) <= MAX_PARTS:
                yield self._unit("plan", deep, lead, top, hit)

    def _is_command(self, block: Block) -> bool:
        return block.kind == "code" and self.document.text.count("\n", block.start, block.end) < COMMAND_LINES

    def _code(self, at: int, hit: Hit) -> Unit:
        """A piece of code, with the line that ends in a colon before it."""
        introduced = at > 0 and self.document.text[self.blocks[at - 1].end - 1] == ":"
        return self._unit("code", [self._part(self.blocks[at])], self._lead(at) if introduced else None, at, hit)

    def _new(self, kind: UnitKind, first: int, level: int) -> bool:
        """Whether a structure, told by its first block and the level of its parts, is met for the first time."""
        known = (kind, first, level) in self._made
        self._made.add((kind, first, level))
        return not known

    def _parent(self, at: int) -> int:
        for above in range(at - 1, -1, -1):
            if self.blocks[above].kind == "heading" and self.blocks[above].level < self.blocks[at].level:
                return above
        return -1

    def _lead(self, first: int) -> Part | None:
        """The line that introduces a list or code: the paragraph or item just before it, or the heading it stands under."""
        if first == 0:
            return None
        before = self.blocks[first - 1]
        if before.kind == "paragraph":
            return Part(*(block_spans(self.document, before) or [(before.start, before.end)])[-1])
        return self._part(before) if before.kind in ("heading", "item") else None

    def _part(self, block: Block, depth: int = 0) -> Part:
        key = (block.start, block.end, depth)
        if key not in self._parts:
            self._parts[key] = self._new_part(block, depth)
        return self._parts[key]

    def _new_part(self, block: Block, depth: int) -> Part:
        text = self.document.text[block.start : block.end]
        label = _LABEL.match(text) if block.kind == "item" else None
        if label and (_NUMBERED.match(label["label"]) or label["label"].count("[") != label["label"].count("]")):
            label = None  # "Phase 2" by itself says nothing; "[Week 5" is a part of a link
        label_end = block.start + label.end("label") if label else None
        return Part(block.start, block.end, label_end, block.ordinal, depth, block.kind == "heading", block.kind == "code")

    def _unit(self, kind: UnitKind, parts: Sequence[Part], lead: Part | None, at: int, hit: Hit) -> Unit:
        section = self.document.sections[max(0, bisect_right(self._section_starts, self.blocks[at].start) - 1)]
        position = bisect_left(self._starts, self.blocks[at].start) - bisect_left(self._starts, section.start)
        return Unit(kind, self.document, section.heading_path, tuple(parts[:MAX_PARTS]), lead, hit, position, section.start)
