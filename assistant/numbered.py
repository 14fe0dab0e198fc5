"""Numbered things: "week 10", "months 5-6", "phase two", "the third milestone", a table row "5" below the header "Phase"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.units import Unit
from index.number_words import CARDINALS, ORDINALS, VALUES
from index.terms import STOPWORDS, stem

Numbered = frozenset[tuple[str, int, int]]  # stem of the noun, "" for any noun of a sequence; first and last number

ROMAN = "i ii iii iv v vi vii viii ix x xi xii".split()
_VALUES = VALUES | {numeral: value for value, numeral in enumerate(ROMAN, 1)}
_SEQUENCE = frozenset(
    stem(noun)
    for noun in "phase step stage part level tier milestone module unit lesson chapter section quarter semester term sprint"
    " week month year day round block rule tip point project course track grade".split()
)
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(CARDINALS)}|{'|'.join(ROMAN)}|[a-h])"
_BEHIND = re.compile(
    rf"\b(?P<noun>[a-z]{{3,}})\.?\s+(?:no\.?\s*|#)?(?P<first>{_NUMBER})(?:\s*(?:[-–—/,&]|to|and|or|through|until)\s*(?P<last>{_NUMBER}))?"
    r"(?![\w%]|[.,]\d|\s*(?:hours?|hrs?|days?|weeks?|months?|years?|percent|euros?|dollars?|people|times|k)\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\b(?P<first>{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))(?:\s+(?P<noun>[a-z]{{3,}}))?\b", re.IGNORECASE
)
_CELLS = re.compile(r"\s+\|\s+|\t")
_LEADING = re.compile(rf"^(?P<first>{_NUMBER})(?:\s*(?:[-–—]|to|and)\s*(?P<last>{_NUMBER}))?$", re.IGNORECASE)


def numbered(text: str) -> Numbered:
    """The numbered things that a text names.

    >>> sorted(numbered("Weeks 3-5: take the second course"))
    [('cours', 2, 2), ('week', 3, 5)]
    """
    return frozenset((*_behind(text), *_before(text)))


def numbered_in(unit: Unit) -> Numbered:
    """Those that a unit's own words name; a cell is numbered by the header above it, an item by its place below its heading."""
    found = set(numbered(unit.text))
    first = unit.parts[0]
    if len(unit.parts) == 1 and first.ordinal is not None:
        nouns = _nouns(unit.heading_path[-1] if unit.heading_path else "")
        found |= {(noun, first.ordinal, first.ordinal) for noun in ("", *nouns)}
    if unit.kind == "row" and unit.lead is not None:
        text = unit.document.text
        headers = _CELLS.split(text[unit.lead.start : unit.lead.end])
        for header, cell in zip(headers, _CELLS.split(text[first.start : first.end]), strict=False):
            if (match := _LEADING.match(cell.strip())) is not None:
                found |= {(noun, *_range(match["first"], match["last"])) for noun in _nouns(header)}
    return frozenset(found)


def share_met(asked: Numbered, named: Numbered) -> tuple[float, bool]:
    """How much of what is named of the asked nouns is asked for, and whether something of them is named, but nothing asked.

    >>> share_met(numbered("week 2"), numbered("week 1, week 2"))
    (0.5, False)
    >>> share_met(numbered("week 3"), numbered("week 1"))
    (0.0, True)
    """
    alike = {thing for thing in named if any(_same_noun(thing[0], noun) for noun, _, _ in asked)}
    met = {
        (noun, first, last)
        for noun, first, last in alike
        if any(_same_noun(noun, other) and first <= end and start <= last for other, start, end in asked)
    }
    return (len(met) / len(alike), False) if met else (0.0, bool(alike))


def _same_noun(named: str, asked: str) -> bool:
    return named == asked or (asked == "" and named in _SEQUENCE)


def _behind(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _BEHIND.finditer(text):
        if match["first"] in ("a", "i"):
            continue  # "the level a beginner has", "the week i begin"
        noun = stem(match["noun"].lower())
        if noun in _SEQUENCE or (match["first"].isdigit() and match["noun"].lower() not in STOPWORDS):
            yield (noun, *_range(match["first"], match["last"]))


def _before(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _BEFORE.finditer(text):
        noun = (match["noun"] or "").lower()
        value = value_of(match["first"])
        if not noun or noun in STOPWORDS:
            yield "", value, value
        elif noun not in _VALUES:
            yield stem(noun), value, value


def _range(first: str, last: str | None) -> tuple[int, int]:
    start = value_of(first)
    end = value_of(last) if last else start
    return (start, end) if start <= end else (start, start)


def value_of(number: str) -> int:
    """The value of a number that stands in figures ("3", "3rd"), as a word, in Roman numerals, or as a letter from a to h.

    >>> value_of("3rd"), value_of("three"), value_of("iii"), value_of("c")
    (3, 3, 3, 3)
    """
    number = number.lower()
    digits = re.match(r"\d+", number)
    if digits is not None:
        return int(digits.group())
    return _VALUES.get(number) or ord(number) - ord("a") + 1


def _nouns(header: str) -> set[str]:
    return {stem(word.lower()) for word in re.findall(r"[A-Za-z]{3,}", header)} & _SEQUENCE
