"""Abbreviations that the documents explain: "natural language processing (NLP)".

Found as Schwartz and Hearst do (2003, "A simple algorithm for identifying abbreviation definitions in biomedical text", Pacific
Symposium on Biocomputing 8, 451-462): each letter of what stands in brackets is looked for in the words before them, from the
last to the first, which has to begin a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from index.english import EVERYDAY, how_common
from index.terms import STOPWORDS, WORD

_SHORT = re.compile(r"(?<=[\w’'] )\((?P<short>[A-Za-z][A-Za-z0-9&/-]{1,9})\)")
_EXPLAINED = re.compile(r"\b(?P<short>[A-Z][A-Za-z0-9&/-]{1,9}) \((?P<words>[^\W\d_][^()\n]{3,80})\)")
# What people clip when they type; documents seldom do.
_CLIPPED = {
    "algo": "algorithm", "app": "application", "cert": "certificate", "config": "configuration", "dev": "developer",
    "doc": "document", "docs": "documentation", "exp": "experience", "h": "hours", "hr": "hours", "hw": "homework",
    "info": "information", "lib": "library", "libs": "libraries", "math": "mathematics", "maths": "mathematics",
    "prereq": "prerequisite", "prod": "production", "repo": "repository", "repos": "repositories", "req": "requirement",
    "stats": "statistics", "uni": "university", "viz": "visualization",
}  # fmt: skip
_BEFORE = 120  # characters before the brackets in which the words are looked for
_MORE_WORDS = 5  # how many words there may be more than letters


def abbreviations(texts: Iterable[str]) -> dict[str, str]:
    """The words that each abbreviation stands for, by the abbreviation in small letters; of several the usual ones.

    >>> abbreviations(["Natural language processing (NLP) and large language models (LLMs) are parts of it (AI)."])
    {'nlp': 'natural language processing', 'llm': 'large language models'}
    >>> abbreviations(["Learn SQL (Structured Query Language) and PCA (with scikit-learn)."])
    {'sql': 'structured query language'}
    """
    counts: dict[str, Counter[str]] = {}
    for text in texts:
        told = [(found["short"], text[max(0, found.start() - _BEFORE) : found.start()], "") for found in _SHORT.finditer(text)]
        told += [(found["short"], found["words"], found["words"].lower()) for found in _EXPLAINED.finditer(text)]
        for short, words, whole in told:
            short = short.removesuffix("s") if short[:-1].isupper() else short
            if sum(letter.isupper() for letter in short) > 1:
                meant = _meant(short.lower(), words)
                counts.setdefault(short.lower(), Counter()).update([meant] if meant and meant == (whole or meant) else [])
    return {short: max(meant, key=lambda words: meant[words]) for short, meant in counts.items() if meant}


def written_out(question: str, known: Mapping[str, str]) -> str:
    """The question with abbreviations and clipped words written out; what it holds in words already stays.

    >>> written_out("how much do ML engineers earn", {"ml": "machine learning"})
    'how much do machine learning engineers earn'
    >>> written_out("plotting libs, algos and prereqs for uni", {})
    'plotting libraries, algorithms and prerequisites for university'
    """

    def meant(found: re.Match[str]) -> str:
        word = found.group().lower()
        words = known.get(word) or known.get(word.removesuffix("s"), "")
        if found.group().islower() and how_common(word) >= EVERYDAY:
            words = ""  # "map" stands for itself, "MAP" does not
        clipped = _CLIPPED.get(word.removesuffix("s"), "")
        words = words or _CLIPPED.get(word) or (f"{clipped}s" if clipped else "")
        return words if words and words not in question.lower() else found.group()

    return WORD.sub(meant, question)


def _meant(short: str, before: str) -> str:
    words = [word for word in re.findall(r"[\w’'.-]+", before.lower()) if word.strip(".")]
    held = " ".join(words[-min(len(short) + _MORE_WORDS, 2 * len(short)) :])
    at = len(held)
    for place in range(len(short) - 1, -1, -1):
        if short[place].isalnum():
            at = _last(short[place], held, at, begins=place == 0)
            if at < 0:
                return ""
    meant = held[at:]
    words = meant.split()
    return meant if len(meant) > len(short) + 1 and short not in words and words[0] not in STOPWORDS else ""


def _last(letter: str, text: str, end: int, *, begins: bool) -> int:
    """Where a letter stands last before `end`, at the beginning of a word if asked for; -1 for nowhere."""
    at = text.rfind(letter, 0, end)
    while begins and at > 0 and text[at - 1].isalnum():
        at = text.rfind(letter, 0, at)
    return at
