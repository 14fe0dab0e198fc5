"""Slips of the keyboard set right before searching: an unknown word gives way to a known one that is nearly the same."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.search import Snapshot
from index.terms import STOPWORDS, stem, words

LEAST_FOUND = 3  # passages that hold the known word: a rare one is as likely to be a slip itself
PASSAGES = 20  # looked at for how a word is written
_WORD = re.compile(r"[^\W\d_]{5,}")
_PLURAL = ("s", "rs", "ers")  # "takers": of a listed word, and so no slip
_LONG = 8  # letters from which two slips are forgiven instead of one


def corrected(question: str, snapshot: Snapshot) -> str:
    """The question with misspelt words replaced by the words of the documents that were most likely meant.

    Touched are only words that no document holds and that the embedder's vocabulary does not list either (it lists the common
    words of the language). What replaces one begins alike and differs in one edit, in two if it is long (optimal string
    alignment: a swap of neighbours is one edit).
    """
    lexical = snapshot.lexical

    def as_meant(match: re.Match[str]) -> str:
        word = match.group()
        lower, term = word.lower(), stem(word.lower())
        lists = snapshot.embedder().lists
        if lower in STOPWORDS or lists(lower):
            return word
        edits = 2 if len(word) >= _LONG else 1
        if lexical.knows(term):  # "reinforcment" has the stem of "reinforcement"; so has "reinforces", which is no slip
            written = {form for form in _written(term, snapshot) if form[-2:] == lower[-2:]}
        elif any(lower.endswith(end) and lists(lower.removesuffix(end)) for end in _PLURAL):
            return word
        else:
            alike = [other for other in lexical.vocabulary(term[:1]) if abs(len(other) - len(term)) <= 2]
            found = extract(term, alike, scorer=OSA.distance, score_cutoff=edits, limit=5)
            held = (other for other, _, _ in found if len(lexical.rows_with(other)) >= LEAST_FOUND)
            written = {form for other in held for form in _written(other, snapshot)}
        near = [(OSA.distance(form, lower), form) for form in written if _slipped(lower, form)]
        distance, form = min(near, default=(0, word))
        return form if 0 < distance <= edits else word

    return _WORD.sub(as_meant, question)


def _slipped(word: str, meant: str) -> bool:
    """Whether one may be typed for the other; other words differ in their ends ("pager", "page") or in a letter, if short."""
    if sorted(word) == sorted(meant):
        return True
    return word[-1] == meant[-1] and (len(word) >= _LONG - 1 or len(word) != len(meant))


def _written(term: str, snapshot: Snapshot) -> set[str]:
    """The words with this stem that the first few passages with it hold."""
    rows = snapshot.lexical.rows_with(term)[:PASSAGES].tolist()
    texts = (" ".join((p.text, p.title, *p.heading_path)) for p in (snapshot.passages[row] for row in rows))
    return {word for text in texts for word in words(text) if stem(word) == term}
