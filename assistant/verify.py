"""Whether quoted words support a sentence: what a sentence adds, changes or denies makes it unsupported.

Figures, links and names must stand in the quotes, and what limits a statement there must be kept; what is left is weighed by
a small network over `claim_signals`, trained by `python -m evals.train_verifier`. It knows no facts and no synonyms beyond a
list of common ones: a far rewording is refused rather than believed. A natural-language-inference model, where one is set,
takes the network's place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from assistant.claim_alignment import initials_at
from assistant.claim_reading import Word, kinship, read, stems
from assistant.claim_scope import keeps_limits
from assistant.claim_signals import NAMES, claim_signals
from assistant.perceptron import Perceptron, read_perceptron

SUPPORTED = 0.9  # least support of a written sentence that is shown; what precision 0.95 takes on held-out dev claims
LIMIT = 4.0  # standard deviations from the mean beyond which a signal says no more
MOST_WORDS = 80  # longer "sentences" are refused unread

Entails = Callable[[str, str], float]  # (premise, sentence) -> probability that the premise entails the sentence

_LINK = re.compile(r"https?://[^\s)\]>]+")
_PAIR = re.compile(r"\b([\w+#-]+) and ([\w+#-]+)\b")


@cache
def claim_model() -> Perceptron:
    """The weights that come with the program: probability that a claim is supported, from `claim_signals`."""
    return read_perceptron("claim_model.json", NAMES, LIMIT)


def support(sentence: str, quotes: Sequence[str], *, entails: Entails | None = None) -> float:
    """How well the quotes support the sentence, 0 to 1; 0 as soon as a figure, link or name differs, or a limit is left out.

    >>> support("SQL takes 3 weeks.", ["SQL takes 2 weeks."])
    0.0
    >>> support("Git is not optional.", ["Python is fast. Git is not optional."])
    1.0
    """
    claim, quote = read(sentence), read("\n".join(quotes))
    if len(claim) > MOST_WORDS or not holds_facts(sentence, claim, "\n".join(quotes), quote):
        return 0.0
    if not _repeats(claim, quote):
        if not keeps_limits(claim, quote):
            return 0.0
        if entails is not None:
            return entails("\n".join(quotes), sentence)
    whole = _weigh(sentence, quotes)
    pair = _PAIR.search(sentence) if len(quotes) > 1 and whole < SUPPORTED else None
    if pair is None:
        return whole
    # "A and B are needed" rests on one quote that says it of A and one that says it of B
    halves = [sentence[: pair.start()] + pair[n] + sentence[pair.end() :] for n in (1, 2)]
    return max(whole, min(max(_weigh(half, [quote]) for quote in quotes) for half in halves))


def _weigh(sentence: str, quotes: Sequence[str]) -> float:
    claim, quote = read(sentence), read("\n".join(quotes))
    if _repeats(claim, quote):
        return 1.0
    return float(claim_model()(np.asarray([claim_signals(sentence, quotes)], np.float32))[0])


def holds_facts(sentence: str, claim: Sequence[Word], quoted: str, quote: Sequence[Word]) -> bool:
    """Whether the sentence has content, and every figure, link and name in it stands in the quotes."""
    known = stems(quote)
    content = [word for word in claim if word.content]
    return (
        any(word.stem in known for word in content)
        and _links(sentence) <= _links(quoted)
        and all(word.stem in known for word in claim if word.figure)
        and all(word.stem in known or _is_known(word, quote) for word in content if word.special)
    )


def _is_known(name: Word, quote: Sequence[Word]) -> bool:
    """Whether the quotes hold a form of a name, or the words that its letters stand for."""
    return any(kinship(name, word) for word in quote) or initials_at(name, quote) is not None


def _repeats(claim: Sequence[Word], quote: Sequence[Word]) -> bool:
    """Whether the sentence is, word by word, a whole sentence of the quotes."""
    said = [word.lower for word in claim]
    return any(
        said == [word.lower for word in quote if word.sentence == sentence] for sentence in {word.sentence for word in quote}
    )


def _links(text: str) -> set[str]:
    return {match.group().rstrip(".,;/") for match in _LINK.finditer(text)}
