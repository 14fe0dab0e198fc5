"""A sentence that announces so many things stands with the sentences that tell them: "There are two reasons. One ..."."""

from __future__ import annotations

import re

from assistant.numbered import value_of
from assistant.units import Unit
from ingest.quotable import Span, block_at, block_spans

_ANNOUNCES = re.compile(
    r"\b(?:are|is|has|have|had|takes?|in|for|by|of)\s+(?P<count>two|three|four|five|six|[2-6])\s+(?:\w+\s+)?"
    r"(?:reasons|ways|things|rules|parts|kinds|sorts|types|questions|steps|stages|phases|causes|habits|points|mistakes|routes)\b"
    r"[^:;,.?!]*\.\s*\Z",
    re.IGNORECASE,
)


def announced(unit: Unit) -> list[Span]:
    """As many sentences as the first sentence of a unit that announces some counts, behind it in its paragraph."""
    document = unit.document
    for part in unit.parts:
        if found := _ANNOUNCES.search(document.text, part.start, part.end):
            block = document.blocks[block_at(document, part.start)]
            return [span for span in block_spans(document, block) if span[0] >= part.end][: value_of(found["count"])]
    return []
