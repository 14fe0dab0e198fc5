"""Slips of the keyboard set right before searching: an unknown word gives way to a known one that is nearly the same.

Words that the documents write in two are put so: "finetuning" where they have "fine-tuning".
"""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.english import is_english
from index.search import Snapshot
from index.terms import STOPWORDS, stem, words

LEAST_FOUND = 3  # passages that hold a word which no vocabulary lists: a rarer one is as likely to be a slip itself
PASSAGES = 20  # looked at for how a word is written
_WORD = re.compile(r"[^\W\d_]{5,}")
_ALIKE = str.maketrans("zc", "ss")  # "specialisation", "practise": other spellings of a word, and no other words
_SHORT = 2  # letters that each part of a word written in two has at least
_LONG = 8  # letters from which two slips are forgiven instead of one


def corrected(question: str, snapshot: Snapshot) -> str:
    """The question with misspelt words replaced by the words of the documents that were most likely meant.

    Touched are only words that no document holds and that are no words of the language, as far as a dictionary and the
    embedder's vocabulary know; a word that documents spell in another way is put in theirs. What replaces one begins alike and
    differs in one edit, in two if it is long (optimal string alignment: a swap of neighbours is one edit). Of two edits, or not
    in that vocabulary, a word must stand in several passages.
    """
    lexical = snapshot.lexical

    def as_meant(match: re.Match[str]) -> str:
        word = match.group()
        lower, term = word.lower(), stem(word.lower())
        lists = snapshot.embedder().lists
        if lower in STOPWORDS or lists(lower) or (not lexical.knows(term) and _in_two(lower, snapshot)):
            return word
        known = is_english(lower)
        edits = 2 if len(word) >= _LONG else 1
        if lexical.knows(term):  # "reinforcment" has the stem of "reinforcement"; so has "reinforces", which is no slip
            written = {form for form in _written(term, snapshot) if form[-2:] == lower[-2:]}
        else:
            alike = [other for other in lexical.vocabulary(term[:1]) if abs(len(other) - len(term)) <= 2]
            found = extract(term, alike, scorer=OSA.distance, score_cutoff=edits, limit=5)
            written = {
                form
                for other, _, _ in found
                for form in _written(other, snapshot)
                if len(lexical.rows_with(other)) >= LEAST_FOUND or (lists(form) and OSA.distance(form, lower) == 1)
            }
        meant = (form for form in written if (_same_word(lower, form) if known else _slipped(lower, form)))
        near = [(OSA.distance(form, lower), form) for form in meant]
        distance, form = min(near, default=(0, word))
        return form if 0 < distance <= edits else word

    return _WORD.sub(as_meant, question)


def parted(question: str, snapshot: Snapshot) -> str:
    """The question with words in two that no document holds and that the documents write in two."""

    def as_written(match: re.Match[str]) -> str:
        lower = match.group().lower()
        known = lower in STOPWORDS or snapshot.lexical.knows(stem(lower))
        return (not known and _in_two(lower, snapshot)) or match.group()

    return _WORD.sub(as_written, question)


def _same_word(word: str, other: str) -> bool:
    """Whether two words are one in British and American spelling: s and z, c and s, our and or, ll and l."""
    one, two = (each.translate(_ALIKE).replace("our", "or").replace("ll", "l") for each in (word, other))
    return one == two


def _in_two(word: str, snapshot: Snapshot) -> str:
    """The word as two, where passages write it with a hyphen, or several times with a space; else ""."""
    for at in range(_SHORT, len(word) - _SHORT + 1):
        first, second = word[:at], word[at:]
        rows = [set(snapshot.lexical.rows_with(stem(part)).tolist()) for part in (first, second) if part not in STOPWORDS]
        written = re.compile(rf"\b{first}([-\u2010 ])(\w+)", re.IGNORECASE)
        texts = [snapshot.passages[row].text for row in sorted(set.intersection(*rows))[:PASSAGES]] if rows else []
        joints = [joint for text in texts for joint, rest in written.findall(text) if stem(rest.lower()) == stem(second)]
        if len(joints) > joints.count(" ") or len(joints) > 1:
            return f"{first}-{second}"
    return ""


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
