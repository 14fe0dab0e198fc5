"""Which documents a question names: "according to the ultimate roadmap", "in Merve Noyan's guide"."""

from __future__ import annotations

from collections.abc import Iterable

from index.terms import terms
from ingest.document import Document

_NAMES = ("author", "publisher", "source")  # front matter that says whose view a document is
MAX_SHARED = 2  # a pair of words that more titles share names none of them


class TitleIndex:
    """Pairs of neighbouring content words of titles and authors, with the documents that have them."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents: dict[tuple[str, str], set[str]] = {}
        for document in documents:
            names = [document.title, *(str(document.meta[key]) for key in _NAMES if document.meta.get(key))]
            for name in names:
                for pair in _pairs(name):
                    self._documents.setdefault(pair, set()).add(document.id)

    def named(self, question: str) -> frozenset[str]:
        """Ids of the documents that the question names by two neighbouring words of their title or author."""
        found: set[str] = set()
        for pair in _pairs(question):
            sharing = self._documents.get(pair, set())
            if len(sharing) <= MAX_SHARED:
                found |= sharing
        return frozenset(found)


def _pairs(text: str) -> set[tuple[str, str]]:
    found = terms(text)
    return set(zip(found, found[1:], strict=False))
