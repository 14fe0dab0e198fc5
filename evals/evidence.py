"""Where the evidence of an item stands: quotes and documents in, spans out; and whether a passage or citation covers them.

All judging is by spans of the document's text, so it holds whatever the documents are cut into.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from evals.items import EvalItem, Evidence
from ingest.document import Document
from ingest.errors import RoadmapError

Span = tuple[int, int]  # 0-based, half-open, in code points of `Document.text`

# Not compared: white space, what Markdown uses as marks, and bullets. A quote copied from the source of a Markdown file
# then fits the extracted text, and one that runs over a line break or over several list items fits too.
_MARKS = frozenset("*_`#|[]()<>~\\-•·‣◦–—\u00ad\u200b\u2060\ufeff")
_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "…": "..."})
_LINK_TARGET = re.compile(r"\]\([^()\s]*\)")  # of a link inside the corpus readers keep the label only
_HALF = 0.5  # of the shorter of the two has to be shared


class QuoteMissing(RoadmapError):
    """A quote given as evidence does not stand in its document, or the document is not there."""


@dataclass(frozen=True, slots=True)
class Located:
    """One piece of evidence with every place it stands at (a sentence may be repeated); empty when it is gone."""

    evidence: Evidence
    spans: tuple[Span, ...]
    problem: str = ""  # why there is no span


def locate(items: Sequence[EvalItem], documents: Mapping[str, Document]) -> dict[str, tuple[Located, ...]]:
    """For each item id, its evidence in order, with places or with what is wrong."""
    folded: dict[str, tuple[str, list[int]]] = {}
    return {item.id: tuple(_locate_one(evidence, documents, folded) for evidence in item.evidence) for item in items}


def rest_on(items: Sequence[EvalItem], documents: Container[str]) -> bool:
    """Whether at least one of the items rests on one of the documents, by id; also where none of them rests on any."""
    named = {evidence.document_id for item in items for evidence in item.evidence}
    return not named or any(name in documents for name in named)


def check_documents(items: Sequence[EvalItem], documents: Container[str]) -> None:
    """Raises `QuoteMissing` where the items rest on other documents altogether: no figure would say anything."""
    if not rest_on(items, documents):
        name = next(evidence.document_id for item in items for evidence in item.evidence)
        raise QuoteMissing(
            f"None of the documents that these questions rest on is in the index ({name} is the first); name a file of "
            "questions about its own documents with --items (evals/README.md, “Add an item”), or mend these."
        )


def check_quotes(items: Sequence[EvalItem], located: Mapping[str, tuple[Located, ...]]) -> None:
    """Raises `QuoteMissing` naming the first quote that is gone, and how many more are."""
    problems = [(item, place) for item in items for place in located[item.id] if not place.spans]
    if problems:
        item, place = problems[0]
        more = f" ({len(problems) - 1} more are gone)" if len(problems) > 1 else ""
        where = f"{item.origin}: " if item.origin else ""
        raise QuoteMissing(f"{where}item “{item.id}”: {place.problem}{more}; mend the item or the document.")


def fold(text: str) -> tuple[str, list[int]]:
    """The text without what is not compared, and for each character left its offset in `text`.

    >>> fold("**Learn** SQL")
    ('LearnSQL', [2, 3, 4, 5, 6, 10, 11, 12])
    """
    letters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        if character in _MARKS or character.isspace():
            continue
        same = character if character.isascii() else unicodedata.normalize("NFKC", character.translate(_SAME))
        for part in same:
            if part not in _MARKS and not part.isspace():
                letters.append(part)
                offsets.append(offset)
    return "".join(letters), offsets


def find_quote(quote: str, text: str, folded: tuple[str, list[int]] | None = None) -> tuple[Span, ...]:
    """Every place the quote stands at, whole words only, in order.

    >>> find_quote("of *art*", "A work of  art. Start of art.")
    ((7, 14), (22, 28))
    """
    letters, offsets = folded if folded is not None else fold(text)
    wanted, _ = fold(quote)
    if wanted not in letters:
        wanted, _ = fold(_LINK_TARGET.sub("]", quote))
    spans: list[Span] = []
    at = letters.find(wanted) if wanted else -1
    while at != -1:
        span = (offsets[at], offsets[at + len(wanted) - 1] + 1)
        if not cuts_a_word(text, *span):
            spans.append(span)
        at = letters.find(wanted, at + 1)
    return tuple(spans)


def cuts_a_word(text: str, start: int, end: int) -> bool:
    """Whether the span begins or ends inside a word of a script that puts spaces between words."""
    return any(0 < edge < len(text) and _in_word(text[edge - 1]) and _in_word(text[edge]) for edge in (start, end))


def covers(spans: Sequence[Span], place: Span) -> bool:
    """Whether the spans and the place share at least half of the shorter of the two.

    A long list cut into several passages is covered by each of them; a passage that only touches a quote is not enough.

    >>> covers([(0, 100)], (80, 110)), covers([(0, 100)], (95, 125)), covers([(100, 110)], (0, 400))
    (True, False, True)
    """
    length = min(sum(end - start for start, end in spans), place[1] - place[0])
    return length > 0 and shared(spans, place) >= _HALF * length


def shared(spans: Sequence[Span], place: Span) -> int:
    """How many characters of the place lie inside the spans, which do not overlap each other."""
    return sum(max(0, min(end, place[1]) - max(start, place[0])) for start, end in spans)


def _in_word(character: str) -> bool:
    return character.isalnum() and character < "\u2e80"  # from there on East Asian scripts, written without spaces


def _locate_one(evidence: Evidence, documents: Mapping[str, Document], folded: dict[str, tuple[str, list[int]]]) -> Located:
    document = documents.get(evidence.document_id)
    if document is None:
        return Located(evidence, (), f"the document {evidence.document_id} is not in the index")
    if document.id not in folded:
        folded[document.id] = fold(document.text)
    spans = find_quote(evidence.quote, document.text, folded[document.id])
    problem = "" if spans else f"“{evidence.quote}” does not stand in {evidence.document_id}"
    return Located(evidence, spans, problem)
