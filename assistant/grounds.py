"""A sentence that points at a reason stands with the one that tells it: "This is why." with the one before, for example."""

from __future__ import annotations

import re

from assistant.units import Unit
from ingest.quotable import Span, block_at, block_spans

_POINTS_BACK = re.compile(
    r"\A(?:and\s+)?(?:(?:this|that|these|those|which|it)\s+(?:is|was|are|were)\s+(?:\w+\s+)?(?:the\s+(?:\w+\s+)?reasons?|why)\b"
    r"|(?:that|this)['’]s\s+why\b|for\s+(?:this|that|these|those|the\s+same)\s+reasons?\b)",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\bnot\s+because\b(?!.{0,300}\b(?:but|rather)\b)", re.IGNORECASE | re.DOTALL)


def grounds(unit: Unit) -> list[Span]:
    """The sentence before a unit that begins with a mere "this is why", and the one behind a reason that is none."""
    document = unit.document
    spans = block_spans(document, document.blocks[block_at(document, unit.start)])
    first, last = ((part.start, part.end) for part in (unit.parts[0], unit.parts[-1]))
    found: list[Span] = []
    if first in spans[1:] and _POINTS_BACK.match(document.text[slice(*first)]):
        found.append(spans[spans.index(first) - 1])
    if last in spans[:-1] and _DENIES.search(document.text[slice(*last)]):
        found.append(spans[spans.index(last) + 1])
    return found
