"""A reason that is denied stands with the one that is given instead: "not because it is cheap." with the sentence behind it."""

from __future__ import annotations

import re

from assistant.units import Unit
from ingest.quotable import Span, block_at, block_spans

_DENIES = re.compile(r"\bnot\s+because\b(?!.{0,300}\b(?:but|rather)\b)", re.IGNORECASE | re.DOTALL)


def grounds(unit: Unit) -> list[Span]:
    """The sentence behind a unit that ends by denying a reason and gives no other; none behind others."""
    document, (start, end) = unit.document, unit.spans[-1]
    spans = block_spans(document, document.blocks[block_at(document, start)])
    if (start, end) not in spans[:-1] or not _DENIES.search(document.text[start:end]):
        return []
    return [spans[spans.index((start, end)) + 1]]
