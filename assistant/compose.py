"""Ranked evidence in, the sentences and citations of a quoted answer out: which units, in what order, how much of each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from assistant.additions import Additions, Candidate, additions_model
from assistant.answer import Citation, Sentence
from assistant.definitions import definitions
from assistant.kinds import with_kinds
from assistant.neighbour import with_neighbour
from assistant.question import Question
from assistant.ranker import RERANKED, Ranked
from assistant.replies import with_replies
from assistant.series import whole_lists, whole_series
from assistant.sides import sides
from assistant.signals import holds, shown_kinds
from assistant.units import Part, Unit
from assistant.wholes import with_wholes
from index.terms import terms, words
from ingest.document import Block, Document, Section

BUDGET = 112  # words an answer should keep within; a structure that answers by itself may go beyond
PARTS_BUDGET = 180  # the same for a question of several parts
FULL_LIST = 90  # words up to which a list is quoted with its explanations; longer ones by their labels
DETAIL = 0.15  # relevance from which an item of such a list is quoted whole all the same
ADDS = 0.05  # least probability that a unit adds something to the answer
DEAR = 0.5  # power of a unit's words, and of `CHEAP` more, by which that probability is divided where several add something
CHEAP = 10
REPEAT = 0.6  # share of content words in common from which a unit repeats another
MAX_UNITS = 6
_ALL = re.compile(r"\b(?:all|every|each|overview|summary|whole|entire|complete|contents?)\b", re.IGNORECASE)
_NAMING = ("outline", "plan", "heading")  # kinds that name what there is: they answer who asks for steps or things
LEFT_OUT = 12  # words that an answer does not skip between two sentences of a paragraph
LEAST_WORDS = 3  # of a unit that is added: one of fewer says nothing beside the others
MAX_SOURCES = 3  # documents set side by side
KIND_SHARE = 0.02  # least share of the best value for a unit with the number or address that the best one lacks
SOURCE_SHARE = 0.3  # least value of another document's unit, as a share of the best one's
STRAY = 0.07  # the same for the best unit of a document that nobody asked for, added or not


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence-to-be: the words shown and the span of the unit's document that they rest on, 0-based and half-open."""

    text: str
    start: int
    end: int
    bullet: str = ""
    code: bool = False


Placed = TypeVar("Placed", Section, Block)
Place = tuple[str, int, int]  # document id, start, end


def compose(
    ranked: Sequence[Ranked], question: Question, named: frozenset[str] = frozenset(), wanted: Sequence[Ranked] = ()
) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The quoted answer that ranked evidence gives. `named` are the documents that the question names.

    `wanted` is the best evidence for each part of a question of several parts, for as long as the answer stays short.
    """
    shape = Shape(question, ranked)
    chosen = choose(ranked, question, named, shape, wanted)
    whole = with_kinds(whole_lists(chosen, ranked, question), question)
    chosen = with_neighbour(chosen, question) or whole_series(whole, question)
    return quote(with_replies(with_wholes(chosen, ranked, question)), shape)


class Shape:
    """How much of each part of a unit is shown, in the light of the question and of all the evidence."""

    def __init__(self, question: Question, ranked: Sequence[Ranked]) -> None:
        self.kinds = shown_kinds(question.wants)
        self._full_list = 0 if question.brief else FULL_LIST
        telling = [r.unit for r in ranked if r.unit.kind == "item" and r.relevance >= DETAIL and not question.brief]
        self._telling: set[Place] = {(unit.document.id, unit.start, unit.end) for unit in telling}

    def pieces(self, unit: Unit) -> list[Piece]:
        """Lead-in, then the parts; the items of a long list by their labels, but for those that tell what is asked."""
        shown: list[Piece] = []
        structure = unit.kind in ("list", "outline", "plan", "table")
        if unit.lead is not None:
            shown.append(_piece(unit, unit.lead, unit.lead.end, ""))
        long = structure and len(words(unit.text)) > self._full_list
        for part in unit.parts:
            bullet = "" if not structure or part.code else f"{part.ordinal}." if part.ordinal is not None else "-"
            end = part.label_end if long and part.label_end is not None and not self._tells(unit, part) else part.end
            shown.append(_piece(unit, part, end, "  " * part.depth + bullet if bullet else ""))
        return shown

    def words(self, unit: Unit) -> int:
        """How many words of a unit are shown."""
        return sum(len(words(piece.text)) for piece in self.pieces(unit))

    def candidate(self, ranked: Ranked, place: int) -> Candidate:
        """The unit as it would be shown; `place` is its 0-based one in the ranking."""
        text = "\n".join(piece.text for piece in self.pieces(ranked.unit))
        return Candidate.of(ranked, place, text, self.kinds)

    def _tells(self, unit: Unit, part: Part) -> bool:
        """Whether an item is evidence by itself, or holds what the question wants (a time span, say) behind its label."""
        if (unit.document.id, part.start, part.end) in self._telling:
            return True
        label, whole = unit.document.text[part.start : part.label_end], unit.document.text[part.start : part.end]
        return any(holds(kind, whole) and not holds(kind, label) for kind in self.kinds)


def choose(
    ranked: Sequence[Ranked], question: Question, named: frozenset[str], shape: Shape, wanted: Sequence[Ranked] = ()
) -> list[Ranked]:
    """The units an answer is made of: the best one, or what says what each of two compared things is; then what adds to it.

    Where several documents are asked for, by name or by wording, each of the best ones gives its best unit first. `named`
    are the documents that the question names. Elsewhere a document that has nothing nearly as good adds nothing. What only
    names what there is begins an answer to who asks for steps or things, or where there is nothing else. To a brief answer
    nothing is added.
    """
    if not ranked:
        return []
    if not (question.wants.order or question.wants.items or _ALL.search(question.content)):
        ranked = sorted(ranked, key=lambda each: each.unit.kind in _NAMING)
    chosen = begin(ranked, question, named, shape, wanted)
    if question.brief:
        return chosen
    known = {id(unit): place for place, unit in enumerate(ranked)}
    said = [shape.candidate(unit, known.get(id(unit), 0)) for unit in chosen]
    others = [
        shape.candidate(unit, place)
        for place, unit in enumerate(ranked[:RERANKED])
        if question.wants.order or unit.unit.kind not in _NAMING
    ]
    additions = Additions(question, named)
    while len(said) < MAX_UNITS and (fitting := addable(others, said)):
        chances = additions_model()(additions.features(said, fitting))[:, 0]
        worth = [chance / (other.words + CHEAP) ** DEAR for other, chance in zip(fitting, chances, strict=True)]
        best = max((at for at, chance in enumerate(chances) if chance >= ADDS), key=lambda at: worth[at], default=None)
        if best is None:
            break
        said.append(fitting[best])
    several = len(named) > 1 or question.wants.sources or wanted
    return arranged(said if several else without_strays(said))


def without_strays(said: Sequence[Candidate]) -> list[Candidate]:
    """Those of the documents whose best unit comes near the best of all: the others speak of something else."""
    best: dict[str, float] = {}
    for each in said:
        document = each.ranked.unit.document.id
        best[document] = max(each.ranked.value, best.get(document, 0.0))
    least = STRAY * max(best.values())
    return [each for each in said if best[each.ranked.unit.document.id] >= least]


def begin(
    ranked: Sequence[Ranked], question: Question, named: frozenset[str], shape: Shape, wanted: Sequence[Ranked] = ()
) -> list[Ranked]:
    """The units that an answer has in any case, as `choose`."""
    several = len(named) > 1 or question.wants.sources
    compared = sides(question.content) if len(named) < 2 and not wanted else None
    pair = definitions(ranked, compared) if compared else []
    chosen = list(wanted[:1]) or pair or (_one_of_each(ranked, named) if several else [ranked[0]])
    for part in wanted[1:]:
        long = sum(shape.words(kept.unit) for kept in (*chosen, part)) > PARTS_BUDGET
        if not long and not any(repeats(part.unit, kept.unit) for kept in chosen):
            chosen.append(part)
    if (told := _tells_more(ranked, chosen, shape)) is not None:
        chosen.append(told)
    return chosen


def addable(others: Sequence[Candidate], said: Sequence[Candidate]) -> list[Candidate]:
    """Those of the others that an answer of the units `said` has room for and that repeat none of them."""
    room = BUDGET - sum(each.words for each in said)
    return [
        other
        for other in others
        if LEAST_WORDS <= other.words <= room and not any(repeats(other.ranked.unit, each.ranked.unit) for each in said)
    ]


def _tells_more(ranked: Sequence[Ranked], chosen: Sequence[Ranked], shape: Shape) -> Ranked | None:
    """The best unit with the time span, amount or address asked for, where the chosen ones show nothing of the kind."""
    shown = "\n".join(piece.text for kept in chosen for piece in shape.pieces(kept.unit))
    lacking = [kind for kind in shape.kinds if not holds(kind, shown)]
    for candidate in ranked if lacking else ():
        if candidate.value < KIND_SHARE * chosen[0].value:
            return None
        short = shape.words(candidate.unit) <= BUDGET
        if short and any(holds(lacking[0], piece.text) for piece in shape.pieces(candidate.unit)):
            return candidate if not any(repeats(candidate.unit, kept.unit) for kept in chosen) else None
    return None


def _one_of_each(ranked: Sequence[Ranked], named: frozenset[str]) -> list[Ranked]:
    """The best unit of each document asked for: of the named ones, or else of the best few."""
    best: dict[str, Ranked] = {}
    for candidate in ranked:
        if len(named) < 2 or candidate.unit.document.id in named:
            best.setdefault(candidate.unit.document.id, candidate)
    first = next(iter(best.values()), ranked[0])
    kept = [r for r in best.values() if len(named) > 1 or r.value >= SOURCE_SHARE * first.value]
    return kept[:MAX_SOURCES] or [first]


def arranged(said: Sequence[Candidate]) -> list[Ranked]:
    """Best document first, each document's units in the order they stand in it.

    But where a time span, an amount, an address or a number is asked for, the section of the best unit that has it comes
    first, and the unit itself where it alone has it.
    """
    order: dict[str, int] = {}
    for each in said:
        order.setdefault(each.ranked.unit.document.id, len(order))
    telling = [each for each in said if each.held]
    first = telling[0].ranked if len(telling) == 1 else None
    section = telling[0].ranked.unit.section_start if telling else None
    chosen = [each.ranked for each in said]
    return unbroken(
        sorted(
            chosen,
            key=lambda r: (order[r.unit.document.id], r.unit.section_start != section, r is not first, r.unit.start),
        )
    )


def unbroken(chosen: Sequence[Ranked]) -> list[Ranked]:
    """The units with what a paragraph says between two of them, where that is short: nothing is cut out of its middle."""
    whole = list(chosen[:1])
    for before, after in pairwise(chosen):
        document, (start, end) = after.unit.document, (before.unit.end, after.unit.start)
        same = before.unit.document is document and {before.unit.kind, after.unit.kind} <= {"sentence", "paragraph"}
        if same and start < end and _at(start, document.blocks) is _at(end, document.blocks):
            left_out = document.text[start:end]
            if 0 < len(words(left_out)) <= LEFT_OUT:
                start, end = start + len(left_out) - len(left_out.lstrip()), end - len(left_out) + len(left_out.rstrip())
                whole.append(replace(before, unit=replace(before.unit, kind="sentence", parts=(Part(start, end),), lead=None)))
        whole.append(after)
    return whole


def repeats(unit: Unit, other: Unit) -> bool:
    """Whether a unit adds nothing to another one: it shares some of its text, or most of its content words."""
    if unit.document is other.document and any(a < d and c < b for a, b in unit.spans for c, d in other.spans):
        return True
    mine, theirs = set(terms(unit.text)), set(terms(other.text))
    if any(term[0].isdigit() for term in mine - theirs) and unit.document is not other.document:
        return False  # two sources that say the same with other figures differ
    return not mine or len(mine & theirs) / len(mine) >= REPEAT


def quote(chosen: Sequence[Ranked], shape: Shape) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The chosen units as verbatim sentences, each with its citation; several documents under their titles."""
    several = len({ranked.unit.document.id for ranked in chosen}) > 1
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for ranked in chosen:
        for piece in shape.pieces(ranked.unit):
            marker = len(citations) + 1
            citations.append(cite(ranked.unit.document, piece.start, piece.end, marker))
            attribution = ranked.unit.document.title if several else ""
            sentences.append(Sentence(piece.text, "quoted", (marker,), 1.0, piece.bullet, attribution, piece.code))
    return tuple(sentences), tuple(citations)


def cite(document: Document, start: int, end: int, marker: int) -> Citation:
    """The citation of an exact slice of a document."""
    section, block = _at(start, document.sections), _at(start, document.blocks)
    path, page = section.heading_path if section else (), block.page if block else None
    return Citation(marker, document.id, document.title, path, page, start, end, document.text[start:end], document.digest)


def _at(start: int, places: Sequence[Placed]) -> Placed | None:
    """The last of the places, which are in order, that begins at `start` or before."""
    return places[max(0, bisect_right(places, start, key=lambda place: place.start) - 1)] if places else None


def _piece(unit: Unit, part: Part, end: int, bullet: str) -> Piece:
    return Piece(unit.document.text[part.start : end], part.start, part.end, bullet, part.code)
