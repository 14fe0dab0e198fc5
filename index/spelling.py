"""Slips of the keyboard set right before searching: an unknown word gives way to a known one that is nearly the same."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.search import Snapshot
from index.terms import STOPWORDS, stem, words
from ingest.document import Passage

LEAST_FOUND = 3  # passages that hold the known word: a rare one is as likely to be a slip itself
_WORD = re.compile(r"[^\W\d_]{5,}")
_LONG = 8  # letters from which two slips are forgiven instead of one


def corrected(question: str, snapshot: Snapshot) -> str:
    """The question with misspelt words replaced by the words of the documents that were most likely meant.

    Touched are only words that no document holds and that the embedder's vocabulary does not list either (it lists the common
    words of the language). What replaces one begins alike and differs in one edit, in two if it is long (optimal string
    alignment: a swap of neighbours is one edit).
    """
    lexical = snapshot.lexical

    def meant(match: re.Match[str]) -> str:
        word = match.group()
        lower = word.lower()
        term = stem(lower)
        if lower in STOPWORDS or lexical.knows(term) or snapshot.embedder().lists(lower):
            return word
        alike = [other for other in lexical.vocabulary(term[:1]) if abs(len(other) - len(term)) <= 2]
        found = extract(term, alike, scorer=OSA.distance, score_cutoff=2 if len(word) >= _LONG else 1, limit=5)
        nearest = sorted((int(distance), -len(lexical.rows_with(other)), other) for other, distance, _ in found)
        held = [other for _, count, other in nearest if -count >= LEAST_FOUND]
        return _as_written(held[0], snapshot.passages[int(lexical.rows_with(held[0])[0])], lower) if held else word

    return _WORD.sub(meant, question)


def _as_written(term: str, passage: Passage, slip: str) -> str:
    """The word of the passage with this stem that is most like the slip."""
    text = " ".join((passage.text, passage.title, *passage.heading_path))
    written = {word for word in words(text) if stem(word) == term} or {term}
    return min(sorted(written), key=lambda word: OSA.distance(word, slip))
