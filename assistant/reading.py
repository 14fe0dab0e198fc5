"""The texts in which units are read: one for all units that stand inside each other, so that no word is read twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.units import Unit
from index.embedder import Span

CHARACTERS = 400  # of a text, after its headings
HEADINGS = 2  # of its heading path, the nearest


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of the longest of some units, below its headings.

    `units` gives for each unit inside, by its 0-based place, the half-open spans of its words in `text`; those of the headings,
    which stand in front and belong to all, are not among them.
    """

    text: str
    headings_end: int
    units: dict[int, tuple[Span, ...]]


def readings(units: Sequence[Unit]) -> list[Reading]:
    """The fewest texts that hold every unit, long ones first; what stands behind the limit of a text has a text of its own."""
    found: list[tuple[str, dict[Span, int], Reading]] = []  # document, where each span of it stands in the text
    for place in sorted(range(len(units)), key=lambda at: (-sum(end - start for start, end in units[at].spans), at)):
        unit = units[place]
        for document_id, places, reading in found:
            if document_id == unit.document.id and (inside := _inside(unit.spans, places, reading)):
                reading.units[place] = inside
                break
        else:
            headings = " > ".join(unit.heading_path[-HEADINGS:]) + ": "
            places, end = {}, len(headings)
            for span in unit.spans:
                places[span] = end
                end += span[1] - span[0] + 1
            text = headings + unit.text
            limit = len(headings) + CHARACTERS
            spans = tuple((at, at + span[1] - span[0]) for span, at in places.items() if at < limit)
            found.append((unit.document.id, places, Reading(text[:limit], len(headings), {place: spans})))
    return [reading for _, _, reading in found]


def _inside(spans: Sequence[Span], places: dict[Span, int], reading: Reading) -> tuple[Span, ...]:
    """Where the spans of a document stand in the reading; empty when one of them does not."""
    inside = []
    for start, end in spans:
        at = next((at + start - first for (first, last), at in places.items() if first <= start and end <= last), None)
        if at is None or at + end - start > len(reading.text):
            return ()
        inside.append((at, at + end - start))
    return tuple(inside)
