"""A sentence that announces so many things stands with the sentences that tell them: "There are two reasons. One ..."."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.numbered import value_of
from assistant.ranker import Ranked
from assistant.units import Part, Unit
from index.terms import words
from ingest.quotable import block_at, block_spans

LONGEST = 120  # words of what is shown together
_ANNOUNCES = re.compile(
    r"\b(?:are|is|has|have|had|takes?|in|for|by|of)\s+(?P<count>two|three|four|five|six|[2-6])\s+(?:\w+\s+)?"
    r"(?:reasons|ways|things|rules|parts|kinds|sorts|types|questions|steps|stages|phases|causes|habits|points|mistakes|routes)\b"
    r"[^:;,.?!]*\.\s*\Z",
    re.IGNORECASE,
)


def with_announced(chosen: Sequence[Ranked]) -> list[Ranked]:
    """The units, those whose prose announces so many things with as many sentences behind it, of the same paragraph."""
    shown: list[Ranked] = []
    for each in chosen:
        whole = replace(each, unit=_whole(each.unit))
        shown = [other for other in shown if not _holds(whole.unit, other.unit)]
        if not any(_holds(other.unit, whole.unit) for other in shown):
            shown.append(whole)
    return shown


def _whole(unit: Unit) -> Unit:
    document = unit.document
    for part in unit.parts if unit.kind in ("sentence", "paragraph") else ():
        found = _ANNOUNCES.search(document.text, part.start, part.end)
        if found is None:
            continue
        block = document.blocks[block_at(document, part.start)]
        behind = [Part(*span) for span in block_spans(document, block) if span[0] >= part.end][: value_of(found["count"])]
        parts = tuple(sorted({own.start: own for own in (*behind, *unit.parts)}.values(), key=lambda own: own.start))
        if sum(len(words(document.text[own.start : own.end])) for own in parts) <= LONGEST:
            return replace(unit, kind="paragraph", parts=parts)
    return unit


def _holds(whole: Unit, unit: Unit) -> bool:
    return whole.document is unit.document and set(unit.spans) <= set(whole.spans)
