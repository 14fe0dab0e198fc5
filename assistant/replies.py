"""A question that a document asks itself stands with its answer: "Do I need a degree?" says nothing alone, nor does "No."."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.ranker import Ranked
from assistant.units import Part, Unit
from index.terms import words
from ingest.document import Document
from ingest.quotable import Span, block_at, block_spans

TELLING = 3  # words from which the answer says something without its question
SHORT = 6  # words from which it needs nothing of what follows it
_ALONE = ("sentence", "paragraph", "item", "heading")


def with_replies(chosen: Sequence[Ranked]) -> list[Ranked]:
    """The units, with what follows one that ends in a question, and the question before one that begins with a short answer.

    What follows is as much of a paragraph as says something. Nothing is added to questions of which another question
    follows: these are a list of them.
    """
    shown = {(each.unit.document.id, *span) for each in chosen for span in each.unit.spans}
    whole: list[Ranked] = []
    for each in chosen:
        unit = each.unit
        before = _question_before(unit)
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


def _asks(document: Document, span: Span) -> bool:
    return document.text[span[0] : span[1]].rstrip().endswith("?")


def _is_short(document: Document, span: Span) -> bool:
    return len(words(document.text[span[0] : span[1]])) < SHORT
