"""Sentences of a section that each tell of one kind of a thing: "Desk quants price ...", "Risk quants check ..."."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.extent import asks_kinds, kinds_asked
from assistant.question import Question
from assistant.ranker import Ranked
from assistant.series import LEAST, LONGEST
from assistant.units import Part
from index.number_words import CARDINALS, ORDINALS
from index.terms import STOPWORDS, stem, words
from ingest.document import Document
from ingest.quotable import Span, block_at, block_spans

MODIFIERS = 3  # words at most that tell one kind from another: "machine learning platform engineers"
_WORD = re.compile(r"[\w'’-]+")
_ARTICLES = ("a", "an", "the")
_NO_KINDS = STOPWORDS.union(CARDINALS, ORDINALS, "most many some other others few several both every each any all".split())


def with_kinds(chosen: Sequence[Ranked], question: Question) -> list[Ranked]:
    """The chosen units, one that tells of a kind of what is asked for replaced by a list of its section's sentences that do.

    Nothing is added to a question about one of the kinds: "what do risk quants do". In "types of game designers" it is a name
    of the thing.
    """
    asked, spoken = kinds_asked(question), set(words(question.content))
    for each in chosen if asked else ():
        document = each.unit.document
        kinds = _kinds(document, each.unit.start, asked)
        named = {kind for kind in kinds if set(kind.split()) <= spoken}
        spans = [span for kind, span in kinds.items() if kind not in named]
        held = [other for other in chosen if other.unit.document is document and any(_shares(span, other) for span in spans)]
        told = all(any(_shares(span, other) for other in held) for span in spans)
        if each not in held or told or len(spans) < LEAST or (named and not asks_kinds(question)):
            continue
        unit = replace(each.unit, kind="list", parts=tuple(Part(*span) for span in spans), lead=None)
        if len(words(unit.text)) <= LONGEST:
            shown = [replace(each, unit=unit) if other is held[0] else other for other in chosen]
            return [other for other in shown if other not in held]
    return list(chosen)


def _kinds(document: Document, start: int, asked: set[str]) -> dict[str, Span]:
    """The words for each kind and the first sentence that begins with it, of the paragraphs around a character.

    What stands between the first and the last and begins with a kind of something else is one of them: "Safe technicians ...".
    """
    first = last = block_at(document, start)
    while first > 0 and document.blocks[first - 1].kind == "paragraph":
        first -= 1
    while last < len(document.blocks) and document.blocks[last].kind == "paragraph":
        last += 1
    found: list[tuple[str, bool, Span]] = []
    for block in document.blocks[first:last]:
        for span in block_spans(document, block):
            begun = _WORD.findall(document.text, span[0], min(span[1], span[0] + 80))
            kind = _kind(begun, asked)
            if kind or _kind(begun[: MODIFIERS - 1], None):
                found.append((kind or " ".join(begun[: MODIFIERS - 1]).lower(), bool(kind), span))
    places = [at for at, (_, own, _) in enumerate(found) if own]
    if len({found[at][0] for at in places}) < LEAST:
        return {}
    kinds: dict[str, Span] = {}
    for kind, _, span in found[places[0] : places[-1] + 1]:
        kinds.setdefault(kind, span)
    return kinds


def _kind(begun: Sequence[str], asked: set[str] | None) -> str:
    """The words before what is asked for, or before any word in the plural, with which a sentence begins; "" for none."""
    article = bool(begun) and begun[0].lower() in _ARTICLES
    named = begun[1:] if article else begun
    for at in range(1, min(MODIFIERS + 1, len(named))):
        plural = named[at].islower() and named[at].endswith("s")
        if plural if asked is None else (plural or article) and stem(named[at].lower()) in asked:
            kind = [word.lower() for word in named[:at]]
            return "" if any(word in _NO_KINDS or word[0].isdigit() for word in kind) else " ".join(kind)
    return ""


def _shares(span: Span, ranked: Ranked) -> bool:
    return any(start < span[1] and span[0] < end for start, end in ranked.unit.spans)
