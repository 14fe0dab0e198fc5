"""Document in, passages out: the pieces that are embedded and found. Follows the headings; never rewrites a character.

A passage is a small section with all below it, several small neighbouring ones, or a run of whole blocks of a large one.
Outline passages come after them: the headings directly below a heading, so that "what are the phases?" finds its answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.document import Document, Passage
from ingest.passage_cuts import SLACK, Span, cut, line_start


@dataclass(slots=True)
class _Node:
    """A section with the sections below it; `first` and `stop` index its own blocks, heading included."""

    path: tuple[str, ...]
    first: int
    stop: int
    children: list[_Node] = field(default_factory=list)
    end: int = 0  # where the text of the whole subtree ends


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
        start = line_start(document.text, document.blocks[node.first]) if node.first < len(document.blocks) else 0
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
            parts += [(node.path, page, spans) for page, spans in cut(document, document.blocks[node.first : node.stop], limit)]
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
    return only.path, block.page, ((line_start(document.text, block), node.end),)


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
            if len(lines) > len(own) + 1 and sum(end - start + 1 for start, end in lines) + line[1] - line[0] > limit * SLACK:
                yield node.path, page, tuple(lines)
                lines = list(own)
            lines.append(line)
        if len(lines) > len(own):
            yield node.path, page, tuple(lines)
