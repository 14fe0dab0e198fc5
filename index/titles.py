"""Which documents a question names: "according to the ultimate roadmap", "in Merve Noyan's guide"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from index.terms import terms
from ingest.document import Document

_NAMES = ("author", "publisher", "source")  # front matter that says whose view a document is
MAX_SHARED = 2  # a word or pair of words that more titles share names none of them


class TitleIndex:
    """Words and pairs of neighbouring content words of titles and authors, with the documents that have them."""

    def __init__(self, documents: Iterable[Document], documents_with: Callable[[str], int]) -> None:
        """`documents_with` counts the documents whose text holds a term: a common word of a title names nothing."""
        self._documents: dict[tuple[str, ...], set[str]] = {}
        for document in documents:
            names = [document.title, *(str(document.meta[key]) for key in _NAMES if document.meta.get(key))]
            for name in names:
                for key in _keys(name):
                    self._documents.setdefault(key, set()).add(document.id)
        self._documents_with = documents_with

    def named(self, question: str) -> frozenset[str]:
        """Ids of the documents that the question names by words of their title or author."""
        found: set[str] = set()
        for key in _keys(question):
            sharing = self._documents.get(key, set())
            if 0 < len(sharing) <= MAX_SHARED and (len(key) > 1 or self._documents_with(key[0]) <= 2 * len(sharing)):
                found |= sharing
        return frozenset(found)


def _keys(text: str) -> set[tuple[str, ...]]:
    found = terms(text)
    return {(term,) for term in found} | set(pairwise(found))
