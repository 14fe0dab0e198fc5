"""Slips of the keyboard set right before searching: an unknown word gives way to a known one that is nearly the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.lexical import LexicalIndex
from index.terms import STOPWORDS, stem, words
from ingest.document import Passage

LEAST_FOUND = 3  # passages that hold the known word: a rare one is as likely to be a slip itself
_WORD = re.compile(r"[^\W\d_]{5,}")
_LONG = 8  # letters from which two slips are forgiven instead of one


def corrected(question: str, lexical: LexicalIndex, passages: Sequence[Passage]) -> str:
    """The question with misspelt words replaced by the words of the documents that were most likely meant.

    Only words that no document holds are touched, and only by words that begin alike and differ in one edit (two in long
    words; optimal string alignment, so a swap of neighbours is one).
    """

    def known(match: re.Match[str]) -> str:
        word = match.group()
        lower = word.lower()
        term = stem(lower)
        if lower in STOPWORDS or lexical.knows(term):
            return word
        alike = [other for other in lexical.vocabulary(term[0]) if abs(len(other) - len(term)) <= 2]
        found = extract(term, alike, scorer=OSA.distance, score_cutoff=2 if len(word) >= _LONG else 1, limit=5)
        nearest = sorted((int(distance), -len(lexical.rows_with(other)), other) for other, distance, _ in found)
        for _, count, other in nearest:
            if -count >= LEAST_FOUND:
                return _as_written(other, passages[int(lexical.rows_with(other)[0])])
        return word

    return _WORD.sub(known, question)


def _as_written(term: str, passage: Passage) -> str:
    """A word of the passage whose stem is `term`."""
    text = " ".join((passage.text, passage.title, *passage.heading_path))
    return next((word for word in words(text) if stem(word) == term), term)
