"""Text to the terms that lexical search and evidence scoring count: lower case, stemmed, without function words."""

from __future__ import annotations

import re
import threading
from collections import Counter
from functools import lru_cache

import Stemmer

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?(?:\+\+|#)?", re.UNICODE)  # keeps C++ and C# apart from C
STOPWORDS = frozenset(
    """a about above after again all also am an and any are as at be because been before being below between both but by can
    could did do does doing down during each few for from further get had has have having he her here hers him his how i if in
    into is it its itself just let me more most my myself no nor not now of off on once only or other our ours out over own
    please same she should so some such than that the their theirs them then there these they this those through to too
    under until up us very was we were what when where which while who whom why will with would you your yours im i'm i'd
    i've it's don't doesn't isn't aren't can't won't didn't what's that's there's let's s t d ll m re ve
    whats thats isnt arent dont doesnt didnt cant wont im ive id pls plz thx thanks
    ok okay hi hello hey lol btw vs versus acc wanna gonna gotta u ur ya etc whos anyway""".split()
)
_local = threading.local()  # a Stemmer must not be shared between threads


def words(text: str) -> list[str]:
    """Lower-case words in order, function words included.

    >>> words("Do I need C++ or R?")
    ['do', 'i', 'need', 'c++', 'or', 'r']
    """
    return list(_words(text))


def terms(text: str) -> list[str]:
    """Stemmed content words in order.

    >>> terms("What are the phases of the roadmaps?")
    ['phase', 'roadmap']
    """
    return list(_terms(text))


def term_counts(text: str) -> Counter[str]:
    """How often each of `terms(text)` stands there, in the order in which they come up; remembers nothing of the text."""
    return Counter(stem(word) for word in _words.__wrapped__(text) if word not in STOPWORDS)


@lru_cache(maxsize=8192)  # the same passages and their pieces are weighed for question after question
def _words(text: str) -> tuple[str, ...]:
    return tuple(match.group().replace("’", "'") for match in WORD.finditer(text.lower()))


@lru_cache(maxsize=8192)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _words(text) if word not in STOPWORDS)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Snowball English stem of one lower-case word."""
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    return str(_local.stemmer.stemWord(word))
