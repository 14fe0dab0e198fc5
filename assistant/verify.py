"""Whether quoted words support a sentence: what a sentence adds, changes or denies makes it unsupported.

Deterministic and cheap. Figures, names and links must stand in the quotes, a negation or a stronger quantifier must not
appear or vanish, and most content words must be there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.terms import stem, terms, words

SUPPORTED = 0.6  # least support of a written sentence that is shown; 0.5 to 1 were tried on evals/claims.jsonl

_FIGURE = re.compile(r"\d[\d.,]*\d|\d")
_LINK = re.compile(r"https?://[^\s)\]>]+")
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b(?:[A-Z][\w+#-]*[A-Za-z+#]|[A-Z]{2,})\b")
_NEGATIONS = frozenset(
    "not no never none nothing neither nor without cannot can't don't doesn't isn't aren't won't shouldn't unnecessary"
    " unlike hardly rarely instead except".split()
)
_STRONG = frozenset(
    "all always every everyone only must required mandatory never entirely completely guarantees best most".split()
)
_NUMBER_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip


def support(sentence: str, quotes: Sequence[str]) -> float:
    """How well the quotes support the sentence, 0 to 1; 0 as soon as one hard fact differs.

    >>> support("SQL takes 3 weeks.", ["SQL takes 2 weeks."])
    0.0
    >>> support("Git is optional.", ["Git is not optional."])
    0.0
    >>> support("SQL is needed for databases.", ["SQL is needed to query databases."])
    1.0
    """
    quoted = "\n".join(quotes)
    if not _figures(sentence) <= _figures(quoted) or not _links(sentence) <= _links(quoted):
        return 0.0
    spoken, source = words(sentence), words(quoted)
    if not {stem(w) for w in _names(sentence)} <= {stem(w) for w in source}:
        return 0.0
    if bool(_NEGATIONS & set(spoken)) != bool(_NEGATIONS & set(_nearest(sentence, quotes))):
        return 0.0
    if _STRONG & set(spoken) - set(source):
        return 0.0
    claimed = {term for term in terms(sentence) if not term.isdigit()}  # figures were compared above, "70,000" with "70000"
    if not claimed:
        return 0.0
    held = {stem(word) for word in source}
    return len(claimed & held) / len(claimed)


def _nearest(sentence: str, quotes: Sequence[str]) -> list[str]:
    """The words of the quoted sentence that shares most with this one: its negations are the ones that count."""
    claimed = set(terms(sentence))
    candidates = [part for quote in quotes for part in re.split(r"(?<=[.!?;])\s+|\n", quote) if part.strip()]
    best = max(candidates, key=lambda part: len(claimed & set(terms(part))), default="")
    return words(best)


def _figures(text: str) -> set[str]:
    found = {match.group().replace(",", "") for match in _FIGURE.finditer(_LINK.sub(" ", text))}
    return found | {_NUMBER_WORDS[word] for word in words(text) if word in _NUMBER_WORDS and word != "one"}


def _links(text: str) -> set[str]:
    return {match.group().rstrip(".,;/") for match in _LINK.finditer(text)}


def _names(text: str) -> set[str]:
    return {part for match in _NAME.finditer(text) for part in words(match.group())}
