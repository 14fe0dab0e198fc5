"""Plain text in, document out: articles, notes, and pages copied from the web, whose structure is only in their lines."""

from __future__ import annotations

import hashlib

from ingest.builder import DocumentBuilder
from ingest.document import Document
from ingest.encoding import decode
from ingest.text_blocks import TextBlock
from ingest.text_furniture import without_running_heads
from ingest.text_levels import assign_levels
from ingest.text_lines import visible
from ingest.text_outline import outline
from ingest.text_paragraphs import logical_lines
from ingest.text_signs import is_titular
from ingest.text_stamps import without_stamps

_NEAR = 8  # blocks from the beginning, among which a heading may be the title of the text


def read_plain(data: bytes, document_id: str) -> Document:
    """The text with its headings, lists and tables found, and every word of it in its order, save the subject of a mail.

    Left out is what surrounds a text: page numbers and running heads, a list of its own headings, the times of a transcript,
    and lines of a web page such as "Share" and "Read also: …" (`ingest.text_leftovers`). Bullets and signs such as "Q:" become
    structure.
    Raises DocumentRefused (BINARY, ENCODING) for bytes that are no text.
    """
    text, warnings = decode(data, document_id)
    builder = DocumentBuilder(warnings=list(warnings))
    blocks = outline(logical_lines(without_stamps(without_running_heads(visible(text)))))
    assign_levels(blocks)
    add_text_blocks(builder, blocks)
    return builder.build(document_id, hashlib.sha256(data).hexdigest(), title=_title(blocks, document_id))


def _title(blocks: list[TextBlock], document_id: str) -> str:
    """Empty where a heading near the beginning is the title, otherwise the short first line or the name of the file."""
    near = any(block.kind == "heading" for block in blocks[:_NEAR])
    if near or not any(block.kind == "heading" for block in blocks):
        return ""
    first = blocks[0].text.rstrip(",:;")
    if blocks[0].kind == "paragraph" and is_titular(first):
        return first
    return document_id.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def add_text_blocks(builder: DocumentBuilder, blocks: list[TextBlock]) -> None:
    """Append the blocks, table rows as whole tables, of which some have no header."""
    rows: list[list[str]] = []
    headed = True
    for block in blocks:
        if rows and block.kind != "row":
            builder.table(rows, headed=headed)
            rows = []
        if block.kind in ("header", "row"):
            headed = headed if rows else block.kind == "header"
            rows.append(list(block.cells))
        else:
            builder.add(block.kind, block.text, level=block.level, ordinal=block.ordinal)
    if rows:
        builder.table(rows, headed=headed)
