"""The smallest pieces of a passage that can be quoted by themselves: sentences, list items, table rows, headings, code."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from ingest.document import Block, Document, Passage
from ingest.sentences import sentence_spans

Span = tuple[int, int]  # offsets in the document's text


def block_spans(document: Document, block: Block) -> list[Span]:
    """The quotable spans of one block: the sentences of a paragraph, any other block as a whole."""
    return block_sentences(document, block) if block.kind == "paragraph" else [(block.start, block.end)]


def block_sentences(document: Document, block: Block) -> list[Span]:
    """The sentences of a block."""
    text = document.text[block.start : block.end]
    return [(block.start + start, block.start + end) for start, end in sentence_spans(text)]


def quotable_spans(document: Document, passage: Passage) -> list[Span]:
    """The quotable spans that lie inside the passage, in order; never empty: a passage without any is one itself."""
    found = list(_inside(document, passage))
    return found or [span for span in passage.spans if span[0] < span[1]]


def _inside(document: Document, passage: Passage) -> Iterator[Span]:
    for start, end in passage.spans:
        for block in document.blocks:
            if block.start < end and start < block.end:
                yield from ((s, e) for s, e in block_spans(document, block) if start <= s and e <= end)


def block_at(document: Document, offset: int) -> int:
    """The 0-based place of the last block that begins at or before an offset; 0 in front of them all."""
    return max(0, bisect_right(document.blocks, offset, key=lambda block: block.start) - 1)
