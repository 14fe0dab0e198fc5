"""What speaks for an evidence unit answering a question: a row of numbers for each unit, in the order of `NAMES`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.numbered import Numbered, numbered, numbered_in, share_met
from assistant.question import Question, Wants
from assistant.units import Unit
from index.embedder import Vectors
from index.number_words import CARDINALS, LARGER
from index.search import Snapshot
from index.terms import terms, words

Signals = NDArray[np.float32]

_COUNT = rf"(?:\d[\d.,]*|{'|'.join((*CARDINALS, *LARGER))}|a few|several)"
_DURATION = re.compile(
    rf"\b{_COUNT}\s*(?:(?:[-–—]|to|or)\s*{_COUNT}\s*)?(?:hours?|days?|weeks?|months?|years?|yrs?)\b|\b(?:weeks?|months?) \d",
    re.I,
)
_MONEY = re.compile(r"[$€£]\s?\d|\b\d[\d,.]*\s?(?:dollars|euros|usd|eur|k\b)", re.I)
_NUMBER = re.compile(rf"\d|\b(?:{'|'.join((*CARDINALS[1:], *LARGER))}|dozen|hundred|thousand)\b", re.I)
_LINK = re.compile(r"https?://|\]\(")
_REASON = re.compile(
    r"\b(?:because|since|so that|therefore|thus|hence|due to|reason|in order to|allows?|enables?|helps?|makes?|lets?|leads? to"
    r"|crucial|essential|important|otherwise|prevents?|improves?|reduces?|needed|necessary)\b",
    re.I,
)
_DEFINES = re.compile(
    r"\b(?:is|are|was|were|means?|refers? to|stands? for|describes?|denotes?|called|defined as|consists? of)\b", re.I
)
_NAMED = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w-]+")
# Stems of words that say how something is asked for and not what it is about: most kinds of documents are asked with them.
ASKING = frozenset(
    """mani much long first second last next one two three five plan need take start begin end come go step learn peopl order
    per time say differ compar becom best better way studi good question use must level want number part roadmap guid accord
    name mean link path make know beginn ask happen give look topic find list call reason point thing read get recommend
    often like right text answer articl week month year hour day exact whole short follow tell show explain
    describ detail""".split()
)
_BEGINNING = 40  # characters of a part in which its first content word stands
FIRST_HITS = 10  # passages of which the share in a document tells how much the document is about the question
_STRUCTURES = ("list", "table", "outline", "plan")

_PLAIN = (
    "dense_unit", "dense_mean", "dense_lead", "dense_passage", "passage_score", "passage_lexical", "passage_rank",
    "passage_gap",
    "cover_unit", "cover_with_path", "cover_heading", "cover_lead", "cover_title", "cover_passage", "precision",
    "rare_cover", "pairs", "label_match", "defines_subject",
    "length", "parts", "position", "is_sentence", "is_paragraph", "is_item", "is_list", "is_row", "is_table",
    "is_heading", "is_outline", "is_plan", "ends_open",
    "items_structure", "items_single", "order_structure", "order_single", "duration", "no_duration", "money", "no_money",
    "number", "no_number", "link", "no_link", "reason", "definition", "comparison", "person", "ordered_parts", "named",
    "other_named", "dense_heading", "count_fits", "count_misses", "lead_ends_with_asked", "lead_counts_asked",
    "parts_begin_with_asked", "numbered_met", "numbered_missed", "numbered_above_met", "numbered_above_missed",
    "subject_unit", "subject_with_path", "subject_above", "subject_title", "subject_whole", "dense_title", "document_share",
    "document_gap",
)  # fmt: skip
_COMPARED = (
    "dense_unit", "dense_mean", "dense_lead", "dense_heading", "passage_score", "passage_lexical", "cover_unit",
    "cover_with_path", "cover_heading", "rare_cover", "pairs", "precision", "label_match", "subject_unit", "subject_with_path",
    "subject_above", "dense_title", "document_share",
)  # fmt: skip
NAMES = (*_PLAIN, *(f"{name}_below_best" for name in _COMPARED))  # the latter: minus the best unit's of the same question


SHOWN = ("duration", "money", "link", "number")  # kinds of thing that an answer to who asks for them shows
_KINDS = {"duration": _DURATION, "money": _MONEY, "number": _NUMBER, "link": _LINK, "person": _NAMED, "reason": _REASON}


def shown_kinds(wants: Wants) -> tuple[str, ...]:
    """Those of `SHOWN` that a question asks for, in that order."""
    return tuple(kind for kind in SHOWN if getattr(wants, kind))


@lru_cache(maxsize=16384)  # the same units are weighed for question after question
def holds(kind: str, text: str) -> bool:
    """Whether a text holds something of the kind that a question asks for."""
    return bool(_KINDS[kind].search(text))


@lru_cache(maxsize=8192)
def defined(text: str) -> frozenset[str] | None:
    """The terms in front of the verb of a definition; None where there is no such verb."""
    verb = _DEFINES.search(text)
    return frozenset(terms(text[: verb.start()])) if verb else None


_COUNTED = re.compile(rf"\b{_COUNT}\s+((?:[\w-]+\s+){{0,2}}[\w-]+)", re.I)


def _listed(unit: Unit, asked: Collection[str]) -> tuple[bool, bool, float]:
    """Whether a structure is a list of what is asked for: "... has four phases:", "Phase 1: ..."."""
    if unit.kind not in _STRUCTURES:
        return False, False, 0.0
    document = unit.document.text
    lead = document[unit.lead.start : unit.lead.end] if unit.lead else ""
    ends = terms(lead)[-1:]
    counted = {term for match in _COUNTED.finditer(lead) for term in terms(match[1])[-1:]}
    beginnings = [terms(document[part.start : part.end][:_BEGINNING])[:1] for part in unit.parts]
    begun = sum(bool(first) and first[0] in asked for first in beginnings) / len(beginnings)
    return bool(ends) and ends[0] in asked, bool(counted & set(asked)), begun


def _numbers(asked: Numbered, unit: Unit) -> tuple[float, bool, float, bool]:
    """How the unit, and what stands above it, meet the numbered things that are asked for, as `share_met`."""
    if not asked:
        return 0.0, False, 0.0, False
    lead = [unit.document.text[unit.lead.start : unit.lead.end]] if unit.lead else []
    above = frozenset(thing for text in (*unit.heading_path, *lead) for thing in numbered(text))
    return *share_met(asked, numbered_in(unit)), *share_met(asked, above)


Span = tuple[str, int, int]  # document id, start, end


def similarities(units: Sequence[Unit], question_vector: Vectors, snapshot: Snapshot) -> dict[Span, float]:
    """Cosine of the question to the quotable spans of the units' documents, from the vectors that the index holds."""
    documents = dict.fromkeys(unit.document.id for unit in units)
    return {
        (document_id, start, end): cosine
        for document_id in documents
        for (start, end), cosine in snapshot.sentence_cosines(document_id, question_vector).items()
    }


def signals(question: Question, units: Sequence[Unit], cosines: Mapping[Span, float], snapshot: Snapshot) -> Signals:
    """One row for each unit, shape (len(units), len(NAMES)); `cosines` as `similarities` gives them."""
    asked = terms(question.content)
    weights = {term: snapshot.lexical.rarity(term) for term in dict.fromkeys(asked)}
    total = sum(weights.values()) or 1.0
    rare = sorted(weights, key=lambda term: -weights[term])[:2]
    rare_total = sum(weights[term] for term in rare) or 1.0
    pairs = set(pairwise(asked))
    best = max((unit.hit.score for unit in units), default=1.0)
    term_sets: dict[str, frozenset[str]] = {}

    def terms_of(text: str) -> frozenset[str]:
        if text not in term_sets:
            term_sets[text] = frozenset(terms(text))
        return term_sets[text]

    def share(found: frozenset[str]) -> float:
        return sum(weight for term, weight in weights.items() if term in found) / total

    subject = {term: weight for term, weight in weights.items() if term not in ASKING} or weights
    subject_total = sum(subject.values()) or 1.0

    def subject_share(found: frozenset[str]) -> float:
        return sum(weight for term, weight in subject.items() if term in found) / subject_total

    hits = {unit.hit.passage.id: unit.hit for unit in units}
    first_hits = sorted(hits.values(), key=lambda hit: hit.rank)[:FIRST_HITS]
    held = Counter(hit.passage.document_id for hit in first_hits)
    best_of: dict[str, float] = {}
    for hit in hits.values():
        best_of[hit.passage.document_id] = max(hit.score, best_of.get(hit.passage.document_id, -1.0))
    # Cosine of the question to what begins a section: the heading that the units of the section stand under.
    beginnings = {(name, start): cosine for (name, start, _), cosine in reversed(list(cosines.items()))}
    named = question.sources or snapshot.titles.named(question.content)
    wants = question.wants
    numbers = numbered(question.content)
    rows = np.zeros((len(units), len(_PLAIN)), np.float32)
    for row, unit in enumerate(units):
        text = unit.text
        spans = [(unit.document.id, part.start, part.end) for part in unit.parts]
        near = [cosines[span] for span in spans if span in cosines] or [0.0]
        sequence = terms(text)
        own = frozenset(sequence)
        headings = terms_of(" ".join(unit.heading_path))
        nearest = terms_of(unit.heading_path[-1]) if unit.heading_path else frozenset()
        title = terms_of(unit.document.title)
        lead = terms_of(unit.document.text[unit.lead.start : unit.lead.end]) if unit.lead else frozenset()
        structure = unit.kind in _STRUCTURES
        first = unit.parts[0]
        labelled = first.label_end is not None and len(unit.parts) == 1
        label = terms_of(unit.document.text[first.start : first.label_end]) if labelled else frozenset()
        lead_cosine = cosines.get((unit.document.id, unit.lead.start, unit.lead.end), 0.0) if unit.lead else 0.0
        duration, money, link, number = (getattr(wants, kind) and holds(kind, text) for kind in SHOWN)
        told = defined(text)
        values = (
            max(near), sum(near) / len(near), lead_cosine, unit.hit.dense,
            unit.hit.score, unit.hit.lexical, 1 / unit.hit.rank, best - unit.hit.score,
            share(own), share(own | headings), share(nearest), share(lead), share(title),
            share(terms_of(unit.hit.passage.text)),
            len(own & weights.keys()) / (len(own) or 1),
            sum(weights[term] for term in rare if term in own | headings) / rare_total,
            len(pairs & set(pairwise(sequence))) / (len(pairs) or 1),
            share(label),
            share(told or frozenset()),
            np.log1p(len(words(text))) / 5, np.log1p(len(unit.parts)) / 3, min(unit.position, 10) / 10,
            unit.kind == "sentence", unit.kind == "paragraph", unit.kind == "item", unit.kind == "list", unit.kind == "row",
            unit.kind == "table", unit.kind == "heading", unit.kind == "outline", unit.kind == "plan",
            text.rstrip().endswith((":", "?")),
            wants.items and structure, wants.items and not structure,
            wants.order and structure, wants.order and not structure,
            wants.duration and duration, wants.duration and not duration,
            wants.money and money, wants.money and not money,
            wants.number and number, wants.number and not number,
            wants.link and link, wants.link and not link,
            wants.reason and holds("reason", text),
            wants.definition and (told is not None or bool(label)),
            wants.comparison and len(own & weights.keys()) > 1,
            wants.person and holds("person", text),
            structure and (first.ordinal is not None or unit.kind in ("outline", "plan")) and wants.order,
            unit.document.id in named, bool(named) and unit.document.id not in named,
            beginnings.get((unit.document.id, unit.section_start), 0.0), wants.count > 0 and len(unit.parts) == wants.count,
            wants.count > 1 and len(unit.parts) != wants.count,
            *_listed(unit, weights.keys()), *_numbers(numbers, unit),
            subject_share(own), subject_share(own | headings | title), subject_share(nearest | title), subject_share(title),
            subject.keys() <= own | headings | title, beginnings.get((unit.document.id, 0), 0.0),
            held[unit.document.id] / len(first_hits), best - best_of[unit.document.id],
        )  # fmt: skip
        rows[row] = values
    if not units:
        return np.zeros((0, len(NAMES)), np.float32)
    compared = rows[:, [_PLAIN.index(name) for name in _COMPARED]]
    return np.concatenate([rows, compared - compared.max(axis=0)], axis=1)
