"""Instructions that follow each other in prose: who asks how to do something is told all of them, not the one nearest to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.units import Unit
from index.english import is_verb
from index.number_words import CARDINALS, ORDINALS
from index.terms import STOPWORDS
from ingest.document import Document
from ingest.quotable import Span, block_at, block_spans

LEAST = 3  # instructions that make a drill
ASKS_HOW = re.compile(
    r"\bhow (?:do(?:es)?|did|can|could|should|would|must|shall|to)\b|\bwhat (?:now|next|to do)\b|\bstep by step\b|\bchecklist\b"
    r"|\bwhat (?:should|must|shall)\b|\bwhat (?:do|can|would) (?:i|we|you|one|they|people) (?:\w+ )?do\b"
    r"|\b(?:steps|procedure|drill|routine|instructions)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\A(?:(?:(?:and|but|so|then|now|next|first|second|third|finally|last(?:ly)?|also|afterwards|after that|always|please|just"
    r"|only)\b,?\s+)+"
    r"|(?:if|when|once|after|before|as soon as|while|to)\b[^,.;:]{3,80},\s+)?"
    r"(?:(?P<not>do not|don['’]t|never)\s+)?",
    re.IGNORECASE,
)
_VERB = re.compile(r"(?P<verb>[^\W\d_]{2,})(?:[,.;!]|\s+(?P<behind>[\w'’]+))")
_PLAIN = frozenset(("do", "have", "be"))  # verbs that are stop words
_MADE_OF = frozenset(  # stop words behind a subject or a noun, not behind an order
    "is are was were am be been being has have had having do does did can could will would should may might must of i he she"
    " they we you who whom than".split()
)
_BEHIND = (STOPWORDS - _MADE_OF) | frozenset(("every", "another", "everything", "away", "back", "aloud", *CARDINALS, *ORDINALS))


def drill(unit: Unit) -> list[Span]:
    """The instructions in the paragraph of a unit of prose that has one of them or leads to them; none where they are few."""
    document = unit.document
    spans = block_spans(document, document.blocks[block_at(document, unit.start)])
    for first, last in _runs([at for at, span in enumerate(spans) if _is_instruction(document, span)]):
        run = spans[first : last + 1]
        if any(run[0][0] <= start < run[-1][1] for start, _ in unit.spans) or (first and spans[first - 1] in unit.spans):
            return run
    return []


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of so many places that at most one is left out between two of them."""
    breaks = [at for at, (one, other) in enumerate(pairwise(places), 1) if other - one > 2]
    for start, end in pairwise((0, *breaks, len(places))):
        if end - start >= LEAST:
            yield places[start], places[end - 1]


def _is_instruction(document: Document, span: Span) -> bool:
    """Whether a sentence begins with a verb in its plain form that no subject precedes and that is none itself."""
    text = document.text[span[0] : span[1]]
    opening = _OPENING.match(text)
    found = _VERB.match(text, opening.end() if opening else 0)
    if found is None or text.rstrip().endswith("?"):
        return False
    verb, behind = found["verb"].lower(), (found["behind"] or "").lower()
    if verb not in _PLAIN and (verb in STOPWORDS or not is_verb(verb)):
        return False
    named = behind[:1].isdigit() or (found["behind"] or "")[:1].isupper()
    return bool(opening and opening["not"]) or not behind or named or behind in _BEHIND
