"""Document in, passages out: the pieces that are embedded and found. Follows the headings; never rewrites a character.

A passage is a small section with all below it, several small neighbouring ones, or a run of whole blocks of a large one.
Outline passages come after them: the headings directly below a heading, so that "what are the phases?" finds its answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.document import Block, Document, Passage
from ingest.sentences import sentence_spans

Span = tuple[int, int]
_SLACK = 1.5  # a block, or what must not be cut apart, may outgrow the limit by this factor before it is cut all the same


@dataclass(slots=True)
class _Node:
    """A section with the sections below it; `first` and `stop` index its own blocks, heading included."""

    path: tuple[str, ...]
    first: int
    stop: int
    children: list[_Node] = field(default_factory=list)
    end: int = 0  # where the text of the whole subtree ends


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is not cut any further: a block with its marker, or a piece of an overlong one."""

    start: int
    end: int
    page: int | None
    context: tuple[Span, ...] = ()  # the lead-in, parent items or header row it needs to be understood
    glued: bool = False  # a cut before it would part it from its lead-in, parent item or header row
    depth: int = 0  # how much a cut before it tears apart: 0 a paragraph, 1 an item or row, 2 an item below an item


def split(document: Document, *, limit: int = 900) -> tuple[Passage, ...]:
    """The passages of `document` in reading order, then its outline passages; about `limit` characters each.

    Every block except headings without a body is inside at least one passage that is not an outline. Takes linear time.
    """
    if limit < 20:
        raise ValueError(f"limit must be at least 20 characters, not {limit}")
    if not document.blocks:
        return ()
    root = _tree(document)
    found: dict[tuple[Span, ...], Passage] = {}
    for path, page, spans in [*_pack(document, root, limit), *_outlines(document, root, limit)]:
        found.setdefault(spans, _passage(document, path, page, spans))
    return tuple(found.values())


def _passage(document: Document, path: tuple[str, ...], page: int | None, spans: tuple[Span, ...]) -> Passage:
    key = "\n".join([document.id, *(f"{start}-{end}" for start, end in spans)])
    return Passage(
        id=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        document_id=document.id,
        title=document.title,
        heading_path=path,
        page=page,
        spans=spans,
        text="\n".join(document.text[start:end] for start, end in spans),
    )


def _tree(document: Document) -> _Node:
    """The sections as a tree below a root that holds the text before the first heading."""
    blocks = document.blocks
    heads = [index for index, block in enumerate(blocks) if block.kind == "heading"]
    sections = [section for section in document.sections if section.heading_path]
    root = _Node((), 0, heads[0] if heads else len(blocks), end=blocks[-1].end)
    stack = [root]
    for section, first, stop in zip(sections, heads, [*heads, len(blocks)][1:], strict=True):
        del stack[max(1, len(section.heading_path)) :]
        node = _Node(section.heading_path, first, stop)
        stack[-1].children.append(node)
        stack.append(node)
        for open_node in stack:
            open_node.end = section.end
    return root


_Packed = tuple[tuple[str, ...], int | None, tuple[Span, ...]]


def _pack(document: Document, root: _Node, limit: int) -> Iterator[_Packed]:
    """Passages of the tree, without recursion: a document may nest as deeply as it likes."""
    pending: list[_Node | _Packed] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            yield node
            continue
        start = _line_start(document, document.blocks[node.first]) if node.first < len(document.blocks) else 0
        if node.end - start <= limit and not (node.path == () and len(node.children) > 1):
            yield _whole(document, node)
            continue
        parts: list[_Node | _Packed] = []
        run: list[_Node] = []
        own_end = document.blocks[node.stop - 1].end if node.stop > node.first else start
        has_body = any(block.kind != "heading" for block in document.blocks[node.first : node.stop])
        run_start: int | None = None  # of the own text that the first children may join
        if has_body and node.children and own_end - start <= limit // 2:
            run_start = start  # a short introduction
        elif has_body:
            parts += [(node.path, page, spans) for page, spans in _cut(document, node, limit)]
        for child in node.children:
            child_start = document.blocks[child.first].start
            begin = run_start if run_start is not None else (document.blocks[run[0].first].start if run else child_start)
            if (run or run_start is not None) and child.end - begin > limit:
                parts += _run(document, node, run, run_start)
                run, run_start = [], None
            if child.end - child_start > limit:
                parts.append(child)
            else:
                run.append(child)
        parts += _run(document, node, run, run_start)
        pending += reversed(parts)


def _whole(document: Document, node: _Node) -> _Packed:
    only = node
    while not _has_own(only) and len(only.children) == 1:  # the root of a document with one top heading
        only = only.children[0]
    block = document.blocks[node.first]
    return only.path, block.page, ((_line_start(document, block), node.end),)


def _has_own(node: _Node) -> bool:
    return node.stop > node.first


def _run(document: Document, parent: _Node, run: list[_Node], start: int | None) -> list[_Node | _Packed]:
    """One passage for the neighbours in `run`, together with the parent's own text where `start` is given."""
    blocks = document.blocks
    if start is None:
        while run and not any(block.kind != "heading" for block in blocks[run[-1].first : _last(run[-1]).stop]):
            run = run[:-1]  # headings without a body at the end of a run answer nothing
        if not run:
            return []
        if len(run) == 1:
            return [_whole(document, run[0])]
        return [(parent.path, blocks[run[0].first].page, ((blocks[run[0].first].start, run[-1].end),))]
    end = run[-1].end if run else blocks[parent.stop - 1].end
    return [(parent.path, blocks[parent.first].page, ((start, end),))]


def _last(node: _Node) -> _Node:
    while node.children:
        node = node.children[-1]
    return node


def _line_start(document: Document, block: Block) -> int:
    """Where the line of `block` starts, so that bullets and numbers are part of the passage."""
    return document.text.rfind("\n", 0, block.start) + 1


def _cut(document: Document, node: _Node, limit: int) -> Iterator[tuple[int | None, tuple[Span, ...]]]:
    """A section's own blocks in runs of about `limit` characters, each with the lines it needs to be understood."""
    units = list(_units(document, node, limit))
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
        while best < len(units) and units[best].glued and units[best].end - start <= limit * _SLACK:
            best += 1
        return best if best == len(units) or not units[best].glued else stop
    for earlier in range(best, first, -1):  # rather between paragraphs or whole entries, where that leaves it half full
        if units[earlier - 1].end - start < limit // 2:
            break
        if not units[earlier].glued and units[earlier].depth < units[best].depth:
            best = earlier
    return best


def _units(document: Document, node: _Node, limit: int) -> Iterator[_Unit]:
    blocks, text = document.blocks, document.text
    lead: Span | None = None  # the line that introduces the list at hand
    parents: list[tuple[int, Span]] = []  # (level, line) of the items above the item at hand
    header: Span | None = None
    previous: Block | None = None
    for block in blocks[node.first : node.stop]:
        start = _line_start(document, block)
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
    if block.end - start <= limit * _SLACK:
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


def _outlines(document: Document, root: _Node, limit: int) -> Iterator[_Packed]:
    """For every section with two or more headings directly below: its heading line and theirs."""
    blocks = document.blocks
    pending = [root]
    while pending:
        node = pending.pop()
        pending += reversed(node.children)
        if len(node.children) < 2:
            continue
        own = [(blocks[node.first].start, blocks[node.first].end)] if node.path else []
        lines = list(own)
        page = blocks[node.first].page if node.path else blocks[node.children[0].first].page
        for child in node.children:
            line = (blocks[child.first].start, blocks[child.first].end)
            if len(lines) > len(own) + 1 and sum(end - start + 1 for start, end in lines) + line[1] - line[0] > limit * _SLACK:
                yield node.path, page, tuple(lines)
                lines = list(own)
            lines.append(line)
        if len(lines) > len(own):
            yield node.path, page, tuple(lines)
