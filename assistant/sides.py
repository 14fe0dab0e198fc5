"""What a question compares, and the words of the documents that say what each of the two is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.ranker import Ranked
from assistant.signals import defined
from assistant.units import Unit
from index.terms import terms

MOST_TERMS = 4  # of a thing that is compared; what has more is a clause
_END = r"(?:$|[?.!,;:()])"
_FIRST, _SECOND = (rf"(?P<{name}>[^?.!,;:()]{{1,60}}?)" for name in ("first", "second"))
_WORDINGS = tuple(
    re.compile(wording, re.IGNORECASE)
    for wording in (
        rf"\b(?:diff?e?r\w*|diff|compar\w+|choice|choose|distinction)\b.*?\b(?:between|of)\s+{_FIRST}\s+(?:and|or|vs\.?|versus)"
        rf"\s+{_SECOND}{_END}",
        rf"^(?:(?:what|how)\b[^?]*?\b(?:is|are|do|does)\s+|compare\s+)?{_FIRST}\s+(?:vs\.?|versus|compared (?:to|with)|or)"
        rf"\s+{_SECOND}{_END}",
        rf"\bhow\s+(?:do|does|are|is)\s+{_FIRST}\s+(?:and|differ(?:ent)? from)\s+{_SECOND}(?:\s+differ\w*)?{_END}",
        rf"^compare\s+{_FIRST}\s+(?:and|with|to)\s+{_SECOND}{_END}",
    )
)

Sides = tuple[frozenset[str], frozenset[str]]


def sides(question: str) -> Sides | None:
    """The terms of the two things that a question compares, or None.

    >>> [sorted(side) for side in sides("What is the difference between precision and recall?")]
    [['precis'], ['recal']]
    >>> sides("What is precision?") is None
    True
    """
    for wording in _WORDINGS:
        if found := wording.search(question):
            first, second = frozenset(terms(found["first"])), frozenset(terms(found["second"]))
            if first and second and first != second and max(len(first), len(second)) <= MOST_TERMS:
                return first, second
    return None


def definitions(ranked: Sequence[Ranked], compared: Sides) -> list[Ranked]:
    """The best two units that say what each of two things is; empty unless both have one.

    What the two names share may stand once or not at all: "supervised and unsupervised (learning)".
    """
    about = [(unit, named) for unit in ranked if (named := _named(unit.unit))]
    firsts, seconds = ([(unit, named - side) for unit, named in about if side <= named] for side in compared)
    pairs = [
        (first, second)
        for first, more in firsts
        for second, other in seconds
        if first is not second and (more == other or (more <= compared[1] and other <= compared[0]))
    ]
    return list(max(pairs, key=lambda pair: pair[0].value + pair[1].value, default=()))


def _named(unit: Unit) -> frozenset[str]:
    """The terms of what a unit says something about: its label, or what stands before the verb of its definition."""
    part = unit.parts[0]
    if len(unit.parts) != 1 or unit.kind not in ("item", "sentence", "row"):
        return frozenset()
    if part.label_end is not None:
        return frozenset(terms(unit.document.text[part.start : part.label_end]))
    return defined(unit.text) or frozenset()
