"""Evidence that goes on from the last answer: the item after the one said last, and what was not said yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.ranker import Ranked
from assistant.units import Part
from index.terms import terms

SAME = 0.6  # least share of the words said that an item must hold to be the one that was said
_ORDERED = ("list", "table", "outline", "plan", "item", "row", "heading")
_RISE = 0.5  # of the way to certainty that the item asked for is moved up


def next_item(ranked: Sequence[Ranked], said: str) -> list[Ranked]:
    """The units with the item that follows `said` in a list, table or outline put first; unchanged when there is none.

    >>> next_item([], "Learn SQL.")
    []
    """
    wanted = set(terms(said))
    best: tuple[float, Ranked, Part] | None = None
    for candidate in ranked:
        unit = candidate.unit
        if not wanted or unit.kind not in _ORDERED:
            continue
        for part, following in zip(unit.parts, unit.parts[1:], strict=False):
            held = set(terms(unit.document.text[part.start : part.end]))
            shared = len(wanted & held)
            if shared < SAME * len(wanted) or following.depth < part.depth:
                continue
            fit = shared / len(wanted) + shared / len(held) + (part.ordinal is not None)
            if best is None or fit > best[0]:
                best = fit, candidate, following
    if best is None:
        return list(ranked)
    _, source, part = best
    alone = replace(source.unit, kind="row" if source.unit.kind == "table" else "item", parts=(part,), lead=None)
    certain = 1 - (1 - max(source.value, ranked[0].value)) * _RISE
    return [Ranked(alone, certain, max(certain, source.relevance), source.signals)]


def unsaid(ranked: Sequence[Ranked], answer: str) -> list[Ranked]:
    """The units of which the last answer does not hold most already."""
    held = set(terms(answer))
    return [r for r in ranked if (own := set(terms(r.unit.text))) and len(own & held) < SAME * len(own)]
