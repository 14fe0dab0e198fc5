"""A sentence or a quote as words: what each is (figure, name, content) and in which clause it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.claim_words import BOUNDARIES, CONTRASTS, HEDGES, NEGATIONS, STRONG, equivalents, opposites
from index.terms import STOPWORDS, stem

_TOKEN = re.compile(r"https?://[^\s)\]>]+|\d[\d.,]*\d%?|\d%?|[^\W\d_][^\W_]*(?:['’][^\W_]+)?(?:\+\+|#)?|[,;:()—–]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_NUMBER_WORDS = {
    word: str(number)
    for number, word in enumerate(
        """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
        nineteen twenty""".split(),
        start=2,
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "hundred": "100", "thousand": "1000", "million": "1000000"}
_PREFIX = 5  # letters that two words of one family share at least: "regularise", "regularisation"


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its lower-case form, its stem (of a figure its value) and where it stands; all counted from 0."""

    lower: str
    stem: str
    content: bool
    figure: bool
    special: bool  # a name, an acronym, an identifier
    clause: int
    part: int  # like clause, but counted at semicolons, contrasts and ends of sentences only
    sentence: int

    @property
    def rare(self) -> bool:
        """Whether another word in its place most likely says something else."""
        return self.special or self.figure or len(self.lower) >= 9


def read(text: str) -> list[Word]:
    """The words of a text in order."""
    found: list[Word] = []
    clause = part = 0
    for sentence, piece in enumerate(_SENTENCE_END.split(text)):
        clause, part = clause + 1, part + 1
        first = True
        for match in _TOKEN.finditer(piece):
            token = match.group()
            lower = token.lower().replace("’", "'")
            if token in ",;:()—–":
                clause, part = clause + 1, part + (token == ";")
                continue
            if lower in BOUNDARIES:
                clause, part = clause + 1, part + (lower in CONTRASTS)
            found.append(_word(token, lower, first, clause, part, sentence))
            first = False
    return found


def _word(token: str, lower: str, first: bool, clause: int, part: int, sentence: int) -> Word:
    value = figure(lower)
    keyword = len(token) > 1 and token.isupper() and lower in STOPWORDS  # the ON and WHERE of SQL, not on and where
    special = keyword or (not value and (any(c.isupper() for c in token[1:]) or (token[0].isupper() and not first)))
    silent = lower in STOPWORDS or lower in NEGATIONS or lower in BOUNDARIES or lower in HEDGES or lower in STRONG
    root = value or (token if keyword else stem(lower))
    return Word(lower, root, bool(value) or keyword or not silent, bool(value), special, clause, part, sentence)


def figure(lower: str) -> str:
    """The value of a number in digits or in letters, written one way; empty for every other word.

    >>> figure("70,000"), figure("5.0%"), figure("six"), figure("one")
    ('70000', '5', '6', '')
    """
    if lower[0].isdigit():
        bare = lower.replace(",", "").rstrip("%").rstrip(".")
        return bare.rstrip("0").rstrip(".") if bare.count(".") == 1 else bare
    return _NUMBER_WORDS.get(lower, "")


def kinship(left: Word, right: Word) -> float:
    """How much one word may stand for the other: 1 the same, 0.8 of one family, 0.6 equivalents, else 0."""
    if left.stem == right.stem:
        return 1.0
    if left.figure or right.figure:
        return 0.0
    if right.stem in equivalents().get(left.stem, ()):
        return 0.6
    if right.stem in opposites().get(left.stem, ()):
        return 0.0
    shared = _shared(left.lower, right.lower)
    return 0.8 if shared >= _PREFIX and shared >= 0.6 * min(len(left.lower), len(right.lower)) else 0.0


def _shared(left: str, right: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))


def stems(side: Sequence[Word]) -> frozenset[str]:
    """The stems of some words."""
    return frozenset(word.stem for word in side)
