"""The blocks of one section in, runs of about the wanted length out: where a long section is cut, and what goes with a piece.

A list keeps its lead-in, a nested item its parents, a table row its header: they are repeated as spans before the piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.document import Block, Document
from ingest.sentences import sentence_spans

Span = tuple[int, int]  # offsets in the document's text
SLACK = 1.5  # a block, or what must not be cut apart, may outgrow the limit by this factor before it is cut all the same


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is not cut any further: a block with its marker, or a piece of an overlong one."""

    start: int
    end: int
    page: int | None
    context: tuple[Span, ...] = ()  # the lead-in, parent items or header row it needs to be understood
    glued: bool = False  # a cut before it would part it from its lead-in, parent item or header row
    depth: int = 0  # how much a cut before it tears apart: 0 a paragraph, 1 an item or row, 2 an item below an item


def line_start(text: str, block: Block) -> int:
    """Where the line of `block` starts, so that bullets and numbers are part of the passage."""
    return text.rfind("\n", 0, block.start) + 1


def cut(document: Document, blocks: Sequence[Block], limit: int) -> Iterator[tuple[int | None, tuple[Span, ...]]]:
    """A section's own blocks in runs of about `limit` characters, each with the lines it needs to be understood."""
    units = list(_units(document.text, blocks, limit))
    first = 0
    while first < len(units):
        stop = _stop(units, first, limit)
        piece = units[first:stop]
        context = tuple(span for span in piece[0].context if span[1] <= piece[0].start)
        if sum(end - start for start, end in context) > limit // 2:
            context = ()
        yield piece[0].page, (*context, (piece[0].start, piece[-1].end))
        first = stop


def _stop(units: list[_Unit], first: int, limit: int) -> int:
    """Index after the last unit of the run that starts at `first`."""
    start = units[first].start
    stop = first + 1
    while stop < len(units) and units[stop].end - start <= limit:
        stop += 1
    if stop == len(units) or units[-1].end - start <= limit * 1.2:
        return len(units)  # a short rest stays with the run instead of standing alone
    best = stop
    while best > first + 1 and units[best].glued:
        best -= 1
    if units[best].glued:  # nothing before it can be cut: rather a longer passage than a lead-in without its list
        best = stop
        while best < len(units) and units[best].glued and units[best].end - start <= limit * SLACK:
            best += 1
        return best if best == len(units) or not units[best].glued else stop
    for earlier in range(best, first, -1):  # rather between paragraphs or whole entries, where that leaves it half full
        if units[earlier - 1].end - start < limit // 2:
            break
        if not units[earlier].glued and units[earlier].depth < units[best].depth:
            best = earlier
    return best


def _units(text: str, blocks: Sequence[Block], limit: int) -> Iterator[_Unit]:
    lead: Span | None = None  # the line that introduces the list at hand
    parents: list[tuple[int, Span]] = []  # (level, line) of the items above the item at hand
    header: Span | None = None
    previous: Block | None = None
    for block in blocks:
        start = line_start(text, block)
        glued = previous is not None and previous.kind == "heading"
        context: list[Span] = []
        if block.kind == "item":
            if previous is None or previous.kind != "item":
                parents = []
                lead = _lead_in(text, previous)
                glued = glued or lead is not None
            elif previous.level < block.level:
                glued = True
            while parents and parents[-1][0] >= block.level:
                parents.pop()
            context = ([lead] if lead else []) + [line for _, line in parents]
            parents.append((block.level, (start, block.end)))
        elif block.kind == "row" and header:
            context = [header]
            glued = glued or (previous is not None and previous.kind == "header")
        else:
            header = (start, block.end) if block.kind == "header" else None
        depth = 1 + block.level if block.kind == "item" else int(block.kind == "row")
        pieces = _pieces(text, block, start, limit)
        for number, (begin, end) in enumerate(pieces):
            repeated = tuple(context) if end - begin <= limit else ()
            yield _Unit(begin, end, block.page, repeated, glued and number == 0, depth)
        previous = block


def _lead_in(text: str, block: Block | None) -> Span | None:
    """The last sentence of the paragraph before a list, where it introduces the list."""
    if block is None or block.kind != "paragraph" or not text[block.start : block.end].endswith(":"):
        return None
    start, end = sentence_spans(text[block.start : block.end])[-1]
    return block.start + start, block.start + end


def _pieces(text: str, block: Block, start: int, limit: int) -> list[Span]:
    """The block whole, or cut where lines or sentences end, at spaces where a sentence is too long, or else anywhere."""
    if block.end - start <= limit * SLACK:
        return [(start, block.end)]
    pieces: list[Span] = []
    begin = end = start
    for piece_start, piece_end in _steps(text, start, block.end, limit):
        if piece_end - begin > limit and end > begin:
            pieces.append((begin, end))
            begin = piece_start
        end = piece_end
    pieces.append((begin, end))
    return pieces


def _steps(text: str, start: int, end: int, limit: int) -> Iterator[Span]:
    """Spans of at most `limit` characters that cover every visible character from `start` to `end`."""
    for first, last in sentence_spans(text[start:end]):
        at, stop = start + first, start + last
        while stop - at > limit:
            space = text.rfind(" ", at + limit // 2, at + limit)
            cut = space if space > 0 else at + limit
            yield at, cut
            at = cut + 1 if space > 0 else cut
            while at < stop and text[at].isspace():
                at += 1
        if at < stop:
            yield at, stop
