"""What a document counts up: lists, and series in headings or prose, "Phase 1 ...", "Step two is ...", "Second, ...".

Who asks for the order of their members, or for all, is shown all: the whole list or table of an item or row that was chosen,
the sentences that a series of prose begins with, or the headings of what an answer lacks. Such a series is no list, so its
members are chosen or left out one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.extent import asks_for_all, each_asked, kinds_asked
from assistant.numbered import ROMAN, numbered, value_of
from assistant.question import Question
from assistant.ranker import Ranked
from assistant.units import Part, Unit
from index.number_words import CARDINALS, ORDINALS
from index.terms import stem, terms, words
from ingest.document import Block, Document
from ingest.quotable import block_spans
from ingest.sentences import sentence_spans

LEAST = 3  # members of a series
VALUED = 2  # of them that say a number, from which "then" and "next" go on with it
SHORT = 6  # words below which a sentence is shown with the one after it
LONGEST = 150  # words of a series or list that is shown as a whole
_NOUNS = "phase|step|stage|part|level|day|week|month|year|quarter|term|semester|module|unit|stretch|leg|sprint|round"
_NUMBER = rf"\d{{1,3}}|{'|'.join((*CARDINALS, *ROMAN))}"
_LETTER = "(?-i:[A-H])"  # "Block A": a small "a" is a word
_ORDINAL = rf"{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)"
_MARK = re.compile(
    r"^(?:(?:and|then|so|but|now|finally|only),?\s+)?(?:(?:in|during|through|from|by|for|over)\s+)?(?:the\s+)?(?:"
    rf"(?P<noun>{_NOUNS})s?\s+#?(?P<number>{_NUMBER}|{_LETTER})\b"
    rf"|(?P<ordinal>{_ORDINAL})\s+(?P<counted>{_NOUNS}|thing|rule|reason)\b"
    r"|(?P<season>winter|spring|summer|autumn|fall)\b|(?P<first>(?:start|begin)\s+(?:with|by)\b)"
    r"|(?!(?:figure|table|listing|equation|page|version|appendix)\b)"
    rf"(?P<kind>[^\W\d_]{{3,}})\s+(?P<place>\d{{1,2}}|{'|'.join(CARDINALS)}|{_LETTER})(?:\s*[:.)–—]|,\s|\s+-\s|\Z)"
    rf"|(?P<adverb>{_ORDINAL})(?:ly)?\s*[,:]|(?P<next>next|then|after that|finally|lastly)\s*[,:]?\s)",
    re.IGNORECASE,
)
_AROUND = {"item": "list", "row": "table"}  # kinds of units, and of what they belong to
_NUMBERING = re.compile(r"\d+(?:\.\d+)*\.?\s+(?=[^\W\d])")
_FIRST_FEW = re.compile(rf"\b(?:first|last)\s+(?=(?:{_NUMBER})\b)", re.IGNORECASE)  # "the first three months" names no month


@dataclass(frozen=True, slots=True)
class Member:
    """One of a series: its extent in the document, and what is shown of it."""

    start: int
    end: int
    part: Part


@dataclass(frozen=True, slots=True)
class Series:
    """What counts up; `counts` is the stem of what is counted, "" for mere first, second, next."""

    counts: str
    headings: bool
    members: list[Member]

    def places(self, unit: Unit) -> set[int]:
        """The 0-based places of the members that a unit says something of."""
        starts = [start for start, _ in unit.spans]
        return {at for at, member in enumerate(self.members) if any(member.start <= start < member.end for start in starts)}

    def told(self, chosen: Sequence[Ranked], *, named: bool) -> set[int]:
        """The places of those that the units show: the words that a member begins with, or of a section, which needs not be
        `named`, anything."""
        if self.headings and not named:
            return {at for each in chosen for at in self.places(each.unit)}
        spans = [span for each in chosen for span in each.unit.spans]
        return {at for at, member in enumerate(self.members) if any(a <= member.part.start < b for a, b in spans)}


def whole_series(chosen: Sequence[Ranked], question: Question) -> list[Ranked]:
    """The chosen units, with all of a series that they have some of, where the question asks for all of it.

    That is for an order and for all, or for things of which it names the kind: "the three doors", "each month".
    """
    every, kinds = asks_for_all(question), each_asked(question) | kinds_asked(question)
    if not every and not kinds:
        return list(chosen)
    named = {noun for noun, _, _ in numbered(_FIRST_FEW.sub("", question.content))}
    for document in {each.unit.document.id: each.unit.document for each in chosen}.values():
        own = [each for each in chosen if each.unit.document is document]
        for series in series_of(document, [start for each in own for start, _ in each.unit.spans]):
            if not every and series.counts not in kinds:
                continue
            met = any(series.places(each.unit) for each in own)
            told = series.told(own, named=not every)
            if met and len(told) < len(series.members) and not named & {series.counts, ""}:
                return _completed(chosen, own, series, told, every=every)
    return list(chosen)


def whole_lists(chosen: Sequence[Ranked], ranked: Sequence[Ranked], question: Question) -> list[Ranked]:
    """The chosen units, an item or row replaced by its list or table, where the question asks for an order and for all.

    Or for things, where the list or table is one of them: "which certificates" below "Certificates:".
    """
    every, kinds = asks_for_all(question), each_asked(question)
    if question.wants.items:
        kinds |= kinds_asked(question)
    if not every and not kinds:
        return list(chosen)
    shown: list[Ranked] = []
    for each in chosen:
        around = [r.unit for r in ranked if r.unit.kind == _AROUND.get(each.unit.kind) and _holds(r.unit, each.unit)]
        asked = [unit for unit in around if every or kinds & _listed(unit)]
        short = [unit for unit in asked if len(words(unit.text)) <= LONGEST]
        whole = max(short, key=lambda unit: len(unit.text), default=each.unit)
        shown = [other for other in shown if whole is each.unit or not _holds(whole, other.unit)]
        if not any(_holds(other.unit, each.unit) for other in shown):
            shown.append(replace(each, unit=whole))
    return shown


def _listed(whole: Unit) -> set[str]:
    """The stem of the last word of a list's lead-in, or of the head of a table's first column."""
    lead = whole.document.text[whole.lead.start : whole.lead.end] if whole.lead else ""
    return set(terms(lead.split(" | ")[0] if whole.kind == "table" else lead)[-1:])


def _holds(whole: Unit, unit: Unit) -> bool:
    """Whether a list or table holds the beginning of another unit."""
    inside = any(start <= unit.start < end for start, end in whole.spans)
    return whole.kind in _AROUND.values() and whole.document is unit.document and inside


def _completed(chosen: Sequence[Ranked], own: Sequence[Ranked], series: Series, told: set[int], *, every: bool) -> list[Ranked]:
    """The chosen units, those of one document (`own`) with what they lack of a series.

    A series of prose stands alone, but behind the best unit where that is none of it and no order and all (`every`) is asked
    for. One that is too long is shown by how each member begins.
    """
    first = next(each for each in own if series.places(each.unit))
    if not series.headings:
        parts = tuple(member.part for member in series.members)
        unit = replace(first.unit, kind="list", parts=parts, lead=None)
        if len(words(unit.text)) > LONGEST:
            unit = replace(unit, parts=tuple(_begun(unit.document, part) for part in parts))
        best = max(own, key=lambda each: each.value)
        kept = [] if every or series.places(best.unit) else [best]
        return [*kept, replace(first, unit=unit)] if len(words(unit.text)) <= LONGEST else list(chosen)
    lacking = [
        replace(first.unit, kind="heading" if member.part.heading else "sentence", parts=(member.part,), lead=None)
        for at, member in enumerate(series.members)
        if at not in told
    ]
    whole = sorted([*own, *(replace(first, unit=unit) for unit in lacking)], key=lambda each: each.unit.start)
    at = next(place for place, each in enumerate(chosen) if each is own[0])
    return [*chosen[:at], *whole, *(each for each in chosen[at:] if each.unit.document is not first.unit.document)]


def _begun(document: Document, part: Part) -> Part:
    """The first sentence of a part, and the one after it where that is short."""
    text = document.text[part.start : part.end]
    ends = (end for _, end in sentence_spans(text))
    return replace(part, end=part.start + next((end for end in ends if len(words(text[:end])) >= SHORT), len(text)))


def series_of(document: Document, near: Sequence[int]) -> Iterator[Series]:
    """The series of a document: headings below the same one, and sentences or list items of one section, that begin alike.

    Of prose only those of the sections in which one of the characters `near` stands: a manual has thousands.
    """
    yield from _headings(document)
    first = 0
    for at, block in enumerate((*document.blocks, None)):
        if block is None or block.kind == "heading":
            inside = document.blocks[first:at]
            if inside and any(inside[0].start <= start < inside[-1].end for start in near):
                yield from _prose(document, inside)
            first = at + 1


def _headings(document: Document) -> Iterator[Series]:
    groups: dict[tuple[object, ...], list[tuple[int, int]]] = {}
    above: list[tuple[int, int]] = []  # level and place of the headings that enclose the next one
    for at, block in enumerate(document.blocks):
        if block.kind != "heading":
            continue
        while above and above[-1][0] >= block.level:
            above.pop()
        if mark := _mark(document.text[_named(document, block) : block.end]):
            groups.setdefault((mark[0], *above), []).append((at, mark[1] or 0))
        above.append((block.level, at))
    for (counts, *_), found in groups.items():
        if _counts_up([value for _, value in found]):
            yield Series(str(counts), True, [_section(document, at) for at, _ in found])


def _section(document: Document, at: int) -> Member:
    """What stands below a heading; shown is the heading, or where it says its number alone, what comes after it."""
    blocks, text = document.blocks, document.text
    start, end = blocks[at].start, blocks[at].end
    after = at + 1
    while after < len(blocks) and not (blocks[after].kind == "heading" and blocks[after].level <= blocks[at].level):
        after += 1
    name = _named(document, blocks[at])
    part, mark = Part(start, end, heading=True), _MARK.match(text[name:end])
    if mark and not text[name + mark.end() : end].strip(" .:") and at + 1 < after:
        part = Part(*block_spans(document, blocks[at + 1])[0])
    return Member(start, blocks[after - 1].end, part)


def _named(document: Document, heading: Block) -> int:
    """Where the words of a heading begin: "2 Phase 2: Data" is numbered twice."""
    number = _NUMBERING.match(document.text, heading.start, heading.end)
    return number.end() if number else heading.start


def _prose(document: Document, blocks: Sequence[Block]) -> Iterator[Series]:
    groups: dict[tuple[str, str], list[tuple[Block, Part, int | None]]] = {}
    for block in blocks:
        if block.kind not in ("paragraph", "item"):
            continue
        spans = block_spans(document, block)
        for place, (start, end) in enumerate(spans):
            if mark := _mark(document.text[start:end]):
                behind = spans[place + 1] if place + 1 < len(spans) else None
                short = len(words(document.text[start:end])) < SHORT
                if behind is not None and short and _mark(document.text[slice(*behind)]) is None:
                    end = behind[1]
                part = Part(start, end, ordinal=block.ordinal)
                groups.setdefault((block.kind, mark[0]), []).append((block, part, mark[1]))
    for (kind, counts), found in groups.items():
        values = [value for _, _, value in found]
        if counts == "" and sum(value is not None for value in values) < VALUED:
            continue  # "then ... then ...": a story
        if _counts_up(list(_running(values))):
            starts = [part.start for _, part, _ in found]
            ends = [*starts[1:], found[-1][0].end] if kind == "paragraph" else [block.end for block, _, _ in found]
            yield Series(counts, False, [Member(part.start, end, part) for (_, part, _), end in zip(found, ends, strict=True)])


def _running(values: Sequence[int | None]) -> Iterator[int]:
    """The values, each missing one as the number that comes next: what "then" and a season count as."""
    last = 0
    for value in values:
        last = value if value is not None else last + 1
        yield last


def _counts_up(values: Sequence[int]) -> bool:
    return len(values) >= LEAST and all(value < other for value, other in pairwise(values))


def _mark(text: str) -> tuple[str, int | None] | None:
    """The stem of what a text counts that begins like a member of a series, "" for mere first or next, and its number if any.

    >>> _mark("Then step two: learn SQL."), _mark("In spring you apply."), _mark("Second, networking."), _mark("Next: cloud.")
    (('step', 2), ('season', None), ('', 2), ('', None))
    """
    found = _MARK.match(text)
    if found is None:
        return None
    if found["noun"]:
        return stem(found["noun"].lower()), value_of(found["number"])
    if found["kind"]:
        return stem(found["kind"].lower()), value_of(found["place"])
    if found["counted"]:
        return stem(found["counted"].lower()), value_of(found["ordinal"])
    if found["season"]:
        return "season", None
    return "", 1 if found["first"] else value_of(found["adverb"]) if found["adverb"] else None
