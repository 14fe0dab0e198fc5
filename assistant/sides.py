"""What a question compares: the two things it names."""

from __future__ import annotations

import re

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


def compared(question: str) -> tuple[str, str] | None:
    """The words for the two things that a question compares, or None.

    >>> compared("What is the difference between precision and recall?")
    ('precision', 'recall')
    """
    for wording in _WORDINGS:
        if found := wording.search(question):
            first, second = frozenset(terms(found["first"])), frozenset(terms(found["second"]))
            if first and second and first != second and max(len(first), len(second)) <= MOST_TERMS:
                return found["first"], found["second"]
    return None


def sides(question: str) -> Sides | None:
    """The terms of the two things that a question compares, or None.

    >>> [sorted(side) for side in sides("What is the difference between precision and recall?")]
    [['precis'], ['recal']]
    """
    named = compared(question)
    return None if named is None else (frozenset(terms(named[0])), frozenset(terms(named[1])))
