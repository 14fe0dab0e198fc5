"""What says nothing alone stands with its neighbour: "Do I need a degree?", "No.", and "Most fail that part."."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.ranker import Ranked
from assistant.units import Part, Unit
from index.terms import words
from ingest.document import Document
from ingest.quotable import Span, block_at, block_spans

TELLING = 3  # words from which the answer says something without its question
SHORT = 6  # words from which it needs nothing of what follows it
LONGEST = 30  # words of a sentence that is shown for what the next one points at
_THING = "(?:part|one|way|kind|sort|step|stage|point|place|reason|case|thing)s?"
_POINTS = re.compile(  # not "this guide", which is the whole document, nor "those who"
    r"(?:(?:and|but|so)\s)?(?:both|such|that(?!\s+said)|th(?:is|ese|ose)"
    r"(?!\s+(?:who|which|that|with|of|in|guide|article|page|roadmap|book|text|document|section|chapter|days)\b))\b"
    rf"|[^,;:]{{0,60}}?\b(?:this|that|these|those|such)\s+{_THING}\b",
    re.IGNORECASE,
)
_ALONE = ("sentence", "paragraph", "item", "heading")


def with_replies(chosen: Sequence[Ranked]) -> list[Ranked]:
    """The units, with what follows one that ends in a question, and the question before one that begins with a short answer.

    And with the sentence before the best one where that points at something: "Most fail that part.". What follows a question
    is as much of a paragraph as says something; nothing is added to questions of which another question follows: these are
    a list of them.
    """
    shown = {(each.unit.document.id, *span) for each in chosen for span in each.unit.spans}
    best = max(chosen, key=lambda each: each.value, default=None)
    whole: list[Ranked] = []
    for each in chosen:
        unit = each.unit
        before = _question_before(unit) or (_meant_before(unit) if each is best else None)
        for span, one in ((before, None), (None, each), *((span, None) for span in _replies_behind(unit))):
            if one is not None:
                whole.append(one)
            elif span is not None and not any(unit.document.id == d and s < span[1] and span[0] < e for d, s, e in shown):
                shown.add((unit.document.id, *span))
                whole.append(replace(each, unit=replace(unit, kind="sentence", parts=(Part(*span),), lead=None)))
    return whole


def _replies_behind(unit: Unit) -> Iterator[Span]:
    """The sentence or item behind a unit that ends in a question; where it is a mere "No, never.", its paragraph goes on."""
    document, spans = unit.document, unit.spans
    replied = len(spans) > 1 and _is_short(document, spans[-1]) and _asks(document, spans[-2])
    if unit.kind not in _ALONE or not (replied or _asks(document, spans[-1])):
        return
    at = block_at(document, unit.end - 1)
    for block in document.blocks[at : at + 2]:
        if block.kind in ("heading", "code") and block.start >= unit.end:
            return
        for span in block_spans(document, block):
            if span[0] >= unit.end:
                if _asks(document, span):
                    return
                yield span
                if not _is_short(document, span):
                    return
                replied = True
        if replied:
            return


def _question_before(unit: Unit) -> Span | None:
    """The question, in the same section or its heading, before a unit that begins with too few words to stand alone."""
    document, first = unit.document, unit.parts[0]
    short = len(words(document.text[first.start : first.end])) < TELLING
    if unit.kind not in ("sentence", "paragraph") or unit.lead is not None or not short:
        return None
    at = block_at(document, first.start)
    earlier = [span for block in document.blocks[max(0, at - 1) : at + 1] for span in block_spans(document, block)]
    last = max((span for span in earlier if span[1] <= first.start), default=None)
    return last if last is not None and _asks(document, last) else None


def _meant_before(unit: Unit) -> Span | None:
    """The sentence, short enough and of the same paragraph, before a unit that begins by pointing at what it says."""
    document, first = unit.document, unit.parts[0]
    prose = unit.kind in ("sentence", "paragraph") and unit.lead is None
    if not prose or not _POINTS.match(document.text, first.start, first.end):
        return None
    block = document.blocks[block_at(document, first.start)]
    last = max((span for span in block_spans(document, block) if span[1] <= first.start), default=None)
    return last if last is not None and len(words(document.text[slice(*last)])) <= LONGEST else None


def _asks(document: Document, span: Span) -> bool:
    return document.text[span[0] : span[1]].rstrip().endswith("?")


def _is_short(document: Document, span: Span) -> bool:
    return len(words(document.text[span[0] : span[1]])) < SHORT
