"""Citations of several documents in, the different figures they give for what was asked out.

Precision comes first. A figure counts when the question asks for its kind, the sentence or its own heading names everything
that the question is about, and the document gives no other figure of that kind for it; two count as different when their ranges
lie apart and neither sentence limits what it says in a way that the other does not ("part-time", "for beginners").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.answer import Citation, Position
from assistant.compose import cite
from assistant.figures import Figure, FigureKind, figures
from assistant.ranker import Ranked
from index.terms import terms, words

LOOKED_AT = 40  # units of evidence
LEAST_RELEVANCE = 0.07  # of a unit of another document whose figure is set beside
_WORDINGS: tuple[tuple[FigureKind, str], ...] = (
    ("hours", "how many hours"),
    ("duration", "how long|how much time|how many (?:days|weeks|months|years)|how fast|how quickly"),
    ("money", "how much (?:money|does|do|is|are|can|will|would)|salar(?:y|ies)|what (?:does|do) .* (?:cost|earn|pay)|price"),
    ("percentage", r"what (?:percent\w*|share|rate)|how many percent"),
)
_ASKS = tuple((kind, re.compile(rf"\b(?:{wording})\b", re.IGNORECASE)) for kind, wording in _WORDINGS)
_COUNTED = re.compile(r"\bhow many (?:[\w-]+ ){0,2}?(?P<thing>[\w-]+s)\b", re.IGNORECASE)
_UNSAID = frozenset(  # what only asks, or says of everything that it takes time or money
    terms(
        "long time much many hours days weeks months years take takes last cost costs earn earns pay pays paid price money "
        "salary get go become becomes learn study need require required average usually typically percent percentage share "
        "rate fast quickly make makes expect spend one people person someone there have has"
    )
)
_LIMITS = frozenset(
    "full-time part-time fulltime parttime beginner beginners complete basics basic fundamentals fundamental advanced expert "
    "experienced experience senior junior entry mid intern internship if unless without with already background degree "
    "intensive bootcamp bootcamps first second third phase step stage minimum maximum extra another additional "
    "previous previously not remote freelance total".split()
)
_WORD = re.compile(r"[\w-]+")


def disagreement(
    question: str, citations: tuple[Citation, ...], ranked: Sequence[Ranked] = ()
) -> tuple[tuple[Citation, ...], tuple[Position, ...]]:
    """The citations, and one position a document where at least two documents lie apart, in the order of the citations.

    Besides what is cited it looks at the evidence that was found, `ranked`: what says the same with another figure is left out
    of an answer as a repeat. Where that differs from what is cited, a citation of it is added.
    """
    asked = _asked(question)
    subject = _subject(question, asked[1]) if asked else frozenset()
    if asked is None or not subject or not citations:
        return citations, ()
    initials = _initials(question)
    stated: dict[str, list[tuple[Citation, Figure]]] = {}
    for citation in (*citations, *_uncited(citations, ranked)):
        if _is_about(citation, subject, initials):
            stated.setdefault(citation.document_id, []).extend((citation, f) for f in figures(citation.quote, *asked))
    single = [told[0] for told in stated.values() if len({(f.low, f.high) for _, f in told}) == 1]
    found: list[Position] = []
    cited = list(citations)
    for citation, figure in single:
        if not any(figure.apart(other) and _limits(citation) == _limits(elsewhere) for elsewhere, other in single):
            continue
        if not citation.marker:
            citation = replace(citation, marker=max(known.marker for known in cited) + 1)
            cited.append(citation)
        found.append(Position(citation.marker, " ".join(citation.quote[figure.start : figure.end].split())))
    return tuple(cited), tuple(found)


def _uncited(citations: Sequence[Citation], ranked: Sequence[Ranked]) -> Iterator[Citation]:
    """The single sentences, items and rows among the evidence that are not cited, best first, with the marker 0."""
    seen = {(citation.document_id, citation.start) for citation in citations}
    for candidate in ranked[:LOOKED_AT]:
        unit = candidate.unit
        if unit.kind in ("sentence", "item", "row") and candidate.relevance >= LEAST_RELEVANCE:
            part = unit.parts[0]
            if (unit.document.id, part.start) not in seen:
                seen.add((unit.document.id, part.start))
                yield cite(unit.document, part.start, part.end, 0)


def _asked(question: str) -> tuple[FigureKind, str] | None:
    """The kind of figure that is asked for, and what is counted where it is a count."""
    kinds = [kind for kind, pattern in _ASKS if pattern.search(question)]
    if kinds:
        return kinds[0], ""
    counted = _COUNTED.search(question)
    return ("count", counted["thing"].lower()) if counted else None


def _subject(question: str, counted: str) -> frozenset[str]:
    """What the figure is asked about, as terms, without the words that only ask."""
    return frozenset(terms(question)) - _UNSAID - frozenset(terms(counted))


def _is_about(citation: Citation, subject: frozenset[str], initials: Mapping[str, frozenset[str]]) -> bool:
    """Whether the sentence and its own heading name all of it; the initials of its words will do ("ML")."""
    said = f"{citation.heading_path[-1] if citation.heading_path else citation.title} {citation.quote}"
    held = {*terms(said), *_initials(said)}
    for word in words(said):
        held |= initials.get(word, frozenset())
    return subject <= held


def _initials(text: str) -> dict[str, frozenset[str]]:
    """What two to four words in a row are written as for short, with the terms it stands for."""
    all_words = words(text)
    return {
        "".join(word[0] for word in all_words[at : at + length]): frozenset(terms(" ".join(all_words[at : at + length])))
        for length in (2, 3, 4)
        for at in range(len(all_words) - length + 1)
    }


def _limits(citation: Citation) -> frozenset[str]:
    return frozenset(_WORD.findall(citation.quote.lower())) & _LIMITS
