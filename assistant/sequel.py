"""Evidence that goes on from the last answer: the item after the one said last, and what was not said yet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.member import members, same_member
from assistant.pointing import label_of
from assistant.ranker import Ranked
from assistant.units import Part, Unit
from index.terms import terms

SAME = 0.6  # least share of the words said that an item must hold to be the one that was said
SENTENCE = 4  # words from which a part is found inside a line too
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_MARKER = re.compile(r"\s*\[\d+\]")
_ORDERED = ("list", "table", "outline", "plan", "item", "row", "heading")
_RISE = 0.5  # of the way to certainty that the item asked for is moved up


def next_item(ranked: Sequence[Ranked], said: str) -> list[Ranked]:
    """The item that follows `said` in a list, table or outline of these units; nothing when there is none.

    Behind the last item under another comes what follows that one; what stands under an item does not come after it.

    >>> next_item([], "Learn SQL.")
    []
    """
    wanted = set(terms(said))
    best: tuple[float, Ranked, Part] | None = None
    for candidate in ranked:
        unit = candidate.unit
        if not wanted or unit.kind not in _ORDERED:
            continue
        for at, part in enumerate(unit.parts):
            following = next((other for other in unit.parts[at + 1 :] if other.depth <= part.depth), None)
            held = set(terms(unit.document.text[part.start : part.end]))
            shared = len(wanted & held)
            if shared < SAME * len(wanted) or following is None:
                continue
            fit = shared / len(wanted) + shared / len(held) + (part.ordinal is not None)
            if best is None or fit > best[0]:
                best = fit, candidate, following
    if best is None:
        return []
    _, source, part = best
    alone = replace(source.unit, kind="row" if source.unit.kind == "table" else "item", parts=(part,), lead=None)
    certain = 1 - (1 - max(source.value, ranked[0].value)) * _RISE
    return [Ranked(alone, certain, max(certain, source.relevance), source.signals)]


def unsaid(ranked: Sequence[Ranked], said: str) -> list[Ranked]:
    """The units that say something new: most of their words are not in what was said, and none of their parts stands there."""
    held = set(terms(said))
    return [
        r
        for r in ranked
        if (own := set(terms(r.unit.text))) and len(own & held) < SAME * len(own) and not _stands_in(r.unit, said)
    ]


def without_list(ranked: Sequence[Ranked], item: str, listing: str) -> list[Ranked]:
    """The units but for those that show again the list of which `item` is one, or another one of it; all when none is left."""
    shown, whole = members(listing), _joined(listing)

    def again(unit: Unit) -> bool:
        parts = [_plain(unit.document.text[part.start : part.end]) for part in unit.parts]
        labels = [label_of(part) for part in parts if part in whole]
        met = {each for each in shown if any(same_member(label, each) for label in labels)}
        return len(met) > 1 or any(not same_member(each, item) for each in met)

    return [r for r in ranked if r.unit.kind not in _ORDERED or not again(r.unit)] or list(ranked)


def _stands_in(unit: Unit, said: str) -> bool:
    """Whether a part of a unit is a line of what was said, or, where it is longer, stands inside one."""
    lines, whole = {_plain(line) for line in said.splitlines()}, _joined(said)
    parts = [_plain(unit.document.text[start:end]) for start, end in unit.spans]
    return any(part in lines or (len(part.split()) >= SENTENCE and part in whole) for part in parts)


def _joined(said: str) -> str:
    return " ".join(_plain(line) for line in said.splitlines())


def _plain(line: str) -> str:
    """A line of an answer or of a document without its bullet and markers."""
    return " ".join(_MARKER.sub("", _BULLET.sub("", line)).split())
