"""What a document has after or before something: "what comes after Python in the plan?"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.ellipsis import BESIDE
from assistant.question import Question
from assistant.ranker import Ranked
from assistant.series import Member, series_of
from assistant.standalone import apart
from assistant.units import Part, Unit
from index.terms import terms, words
from ingest.document import Document
from ingest.quotable import block_spans

_WHERE = re.compile(r"\s+(?:in|on|of|at|for|from|according|per|within|by)\s.*$", re.IGNORECASE | re.DOTALL)
SHOWN = 60  # words of what is shown of a neighbour


def with_neighbour(chosen: Sequence[Ranked], question: Question) -> list[Ranked]:
    """What the question asks for that comes after or before something, and then the chosen units; none where it asks for none.

    It is the next member of a series of the best unit's document, or of a numbered list: next to the one that names the thing,
    or else in whose section the best unit names it. What goes on from the last answer is found already (`assistant.sequel`).
    """
    asked = BESIDE.search(apart(question.content)[0])
    wanted = set(terms(_WHERE.sub("", asked["thing"]))) if asked else set()
    if asked is None or not wanted or not chosen or question.brief or question.after:
        return []
    first = chosen[0].unit
    named = wanted <= set(terms(first.text))
    for members, sections in _rows(first.document, [start for start, _ in first.spans]):
        held = [set(terms(first.document.text[each.part.start : each.part.end])) for each in members]
        places = [at for at, own in enumerate(held) if wanted <= own]
        places = places or [
            at for at, each in enumerate(members) if sections and named and each.start <= first.start < each.end
        ]
        at = places[0] + (1 if asked["side"].lower() == "after" else -1) if places else -1
        if 0 <= at < len(members):
            rest = [each for each in chosen if not members[at].start <= each.unit.start < members[at].end]
            return [*(replace(chosen[0], unit=unit) for unit in _shown(first, members[at])), *rest]
    return []


def _rows(document: Document, near: Sequence[int]) -> Iterator[tuple[Sequence[Member], bool]]:
    """What stands in an order in a document: its series, and its numbered lists; and whether they are sections."""
    for series in series_of(document, near):
        yield series.members, series.headings
    items: list[Member] = []
    for block in (*document.blocks, None):
        if block is not None and block.kind == "item" and block.ordinal is not None and block.level == 0:
            items.append(Member(block.start, block.end, Part(block.start, block.end, ordinal=block.ordinal)))
        elif block is None or block.kind != "item":
            if len(items) > 1:
                yield items, False
            items = []


def _shown(unit: Unit, member: Member) -> Iterator[Unit]:
    """The first sentences of a member of the document of `unit`, its heading included; what is a list there is one here."""
    for kind, parts in groupby(_beginning(unit.document, member), key=lambda found: found[0]):
        yield replace(unit, kind="list" if kind == "item" else "paragraph", parts=tuple(part for _, part in parts), lead=None)


def _beginning(document: Document, member: Member) -> Iterator[tuple[str, Part]]:
    """The kind of the block that it is from, "text" where that is no list, and the part; `SHOWN` words altogether."""
    room = SHOWN
    for block in document.blocks:
        if member.start < block.end and block.start < member.end:
            for start, end in block_spans(document, block):
                if member.start <= start < member.end:
                    room -= len(words(document.text[start:end]))
                    if room < 0 and start > member.start:
                        return
                    part = Part(start, end, ordinal=block.ordinal, depth=block.level if block.kind == "item" else 0)
                    yield "item" if block.kind == "item" else "text", replace(part, heading=block.kind == "heading")
