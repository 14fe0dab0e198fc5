"""What says little by itself stands with what tells it: an announcement, a step of a drill, a denied reason, a caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.announced import announced
from assistant.captions import around, introduced
from assistant.grounds import grounds
from assistant.instructions import ASKS_HOW, drill
from assistant.question import Question
from assistant.ranker import Ranked
from assistant.standalone import apart
from assistant.units import Part, Unit
from index.english import is_superlative
from index.terms import words
from ingest.quotable import Span

LONGEST = 120  # words of the sentences that are shown together
_PROSE = {"sentence", "paragraph"}


def with_wholes(chosen: Sequence[Ranked], ranked: Sequence[Ranked], question: Question) -> list[Ranked]:
    """The units, each with what tells what it only says is there, as far as the question asks for it; nothing stands twice.

    The tables and lists that are shown for one of their rows or their caption are those of the ranked units.
    """
    spoken, brief = apart(question.content)[0], question.brief
    tellers = [announced]
    tellers += [grounds] if question.wants.reason and not brief else []
    tellers += [drill] if ASKS_HOW.search(spoken) and not question.wants.reason and not brief else []
    most = not brief and any(map(is_superlative, words(spoken)))
    shown: list[Ranked] = []
    for each in chosen:
        unit = each.unit
        for teller in tellers if unit.kind in _PROSE else ():
            unit = _with(unit, teller(unit))
        wholes = [(most and around(unit, ranked)) or unit]
        if not brief and (structure := introduced(unit, ranked)) is not None:
            wholes.append(structure)
        for whole in wholes:
            shown = _put(shown, replace(each, unit=whole))
    return shown


def _with(unit: Unit, spans: Sequence[Span]) -> Unit:
    """The unit with more sentences of its paragraph; as it is where that would be long."""
    whole = _joined(unit, [Part(*span) for span in spans])
    return whole if len(words(whole.text)) <= LONGEST else unit


def _joined(unit: Unit, others: Sequence[Part]) -> Unit:
    """The unit with more parts, in order; of those that share words the one that has more."""
    parts: list[Part] = []
    for part in sorted((*unit.parts, *others), key=lambda part: (part.start, -part.end)):
        if not parts or part.start >= parts[-1].end:
            parts.append(part)
    return replace(unit, kind="paragraph" if len(parts) > 1 else unit.kind, parts=tuple(parts))


def _put(shown: Sequence[Ranked], each: Ranked) -> list[Ranked]:
    """What is shown, with one more: in the place of what it holds, joined with the sentences that it has some of."""
    unit = each.unit
    met = [place for place, other in enumerate(shown) if _met(other.unit, unit)]
    if any(set(unit.spans) <= set(shown[place].unit.spans) for place in met):
        return list(shown)
    for place in met if unit.kind in _PROSE else ():
        unit = _joined(unit, shown[place].unit.parts)
    first = met[0] if met else len(shown)
    return [*shown[:first], replace(each, unit=unit), *(shown[at] for at in range(first, len(shown)) if at not in met)]


def _met(other: Unit, unit: Unit) -> bool:
    """Whether two units are prose that shares words, or one of them holds all of the other."""
    if other.document is not unit.document:
        return False
    if {other.kind, unit.kind} <= _PROSE:
        return any(a < d and c < b for a, b in other.spans for c, d in unit.spans)
    return set(other.spans) <= set(unit.spans) or set(unit.spans) <= set(other.spans)
