"""Which words are English, by a dictionary that counted them."""

from __future__ import annotations

import re
from functools import cache

from spellchecker import SpellChecker

_PREFIX = re.compile(r"(?:co|de|dis|inter|mis|multi|non|out|over|pre|re|sub|super|un|under)(?=\w{4})")  # "subnets": no slip
_COMMON = 100  # times that the dictionary's source has a word which may stand behind such a prefix; "relase" is no "re-lase"
_PER_ING = 25  # times that a verb has its plain form for each time in -ing, at most; "paper" has it a thousand times
EVERYDAY = 10_000  # times that the dictionary's source has a word from which everybody uses it, for anything


def is_english(word: str) -> bool:
    """Whether a dictionary has the word, written small, or what stands behind a prefix such as re-, sub- or un-."""
    prefix = _PREFIX.match(word)
    return word in _english() or (prefix is not None and how_common(word[prefix.end() :]) >= _COMMON)


def how_common(word: str) -> int:
    """How often the dictionary's source has a word, written small; 0 for one that it does not know."""
    return _english().get(word, 0)


@cache
def _english() -> dict[str, int]:
    return dict(SpellChecker(language="en").word_frequency.items())


def is_verb(word: str) -> bool:
    """Whether a word, written small, is used as a verb in its plain form: its form in -ing is none of the rare ones.

    >>> is_verb("clip"), is_verb("write"), is_verb("paper"), is_verb("clipped")
    (True, True, False, False)
    """
    stem = word[:-1] if word.endswith("e") and not word.endswith(("ee", "oe", "ye")) else word
    forms = (f"{word[:-2]}ying",) if word.endswith("ie") else (f"{stem}ing", f"{word}{word[-1:]}ing")
    return _PER_ING * max(map(how_common, forms)) >= max(1, how_common(word))


def is_superlative(word: str) -> bool:
    """Whether a word, written small, says that something is the most of all: a form in -er stands beside its -est.

    >>> is_superlative("longest"), is_superlative("most"), is_superlative("forest")
    (True, True, False)
    """
    return word in ("most", "least", "best", "worst", "fewest") or (
        word.endswith("est") and how_common(f"{word[:-2]}r") >= _COMMON
    )
