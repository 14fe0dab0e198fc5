"""Phrases of a question: runs of content words, and the place where the words of a short follow-up fit into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.number_words import CARDINALS, ORDINALS
from index.terms import STOPWORDS, stem, terms

MAX_WORDS = 4  # of a phrase that another may replace
FITTING = 0.4  # least fit of a phrase that another replaces

_TOKEN = re.compile(r"[^\W_]+(?:[-'’+#./&]*[^\W_+#])*[+#]*", re.UNICODE)
_PLACES = (
    ("in", "on", "at", "during"),
    ("for",),
    ("with", "without"),
    ("by",),
    ("under",),
    ("to",),
    ("from",),
    ("of",),
    ("as",),
)
_PREPOSITION = re.compile(rf"^(?:{'|'.join(word for group in _PLACES for word in group)})\s", re.IGNORECASE)
_ORDINAL = re.compile(
    rf"^(?:\d+(?:st|nd|rd|th)?|{'|'.join(ORDINALS)}|last|next|{'|'.join(CARDINALS)})$",
    re.IGNORECASE,
)
_STAND_IN = re.compile(r"\s*\b(?:ones?)\W*$", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|an?|my|your)\s+", re.IGNORECASE)
_BEFORE_VERBS = frozenset("i you we they one to how".split())  # "how do I learn SQL", "how to learn SQL"; and "how long"
_BEFORE_NOUNS = frozenset("a an the my your".split())  # "to become a data engineer"

Fits = Callable[[str, Sequence[str]], Sequence[float]]
"""For each of several phrases how well the first one could stand in its place."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def content(self) -> bool:
        return self.text.lower().replace("’", "'") not in STOPWORDS


def content_phrases(text: str) -> list[tuple[int, int]]:
    """Spans of the longest runs of neighbouring content words, in order.

    >>> [("what is the F1 score of a model?")[a:b] for a, b in content_phrases("what is the F1 score of a model?")]
    ['F1 score', 'model']
    """
    spans: list[tuple[int, int]] = []
    run: list[_Token] = []
    for token in [*_tokens(text), _Token("the", len(text), len(text))]:
        if token.content and (not run or not text[run[-1].end : token.start].strip()):
            run.append(token)
            continue
        if run:
            spans.append((run[0].start, run[-1].end))
        run = [token] if token.content else []
    return spans


def parallel(fragment: str, question: str, fits: Fits) -> str | None:
    """The question with the part replaced that the fragment stands against; None when no part is like it.

    Parts are tried in this order: one with the same noun and another number ("level 0" for "level 2"), one behind the same
    preposition, the phrase that is most like it in meaning.

    >>> parallel("level 2", "What does level 0 mean?", lambda phrase, others: [0.0] * len(others))
    'What does level 2 mean?'
    """
    fragment = fragment.strip(" ?!.,;:")
    return renumbered(fragment, question) or _same_preposition(fragment, question) or _likest(fragment, question, fits)


def renumbered(fragment: str, question: str) -> str | None:
    """The question with the fragment's number in the place of its own; None when they do not stand against each other.

    `step 14` stands for `step 9`, `the second month` for `the first month`, `10` for the only number there is.
    """
    mine, theirs = _tokens(fragment), _tokens(question)
    numbers = [token for token in mine if _ORDINAL.match(token.text)]
    if len(numbers) != 1 or len([t for t in mine if t.content or t is numbers[0]]) > 3:
        return None
    nouns = {stem(t.text.lower()) for t in mine if t.content and t is not numbers[0]}
    spots = [at for at, token in enumerate(theirs) if _ORDINAL.match(token.text)]
    for at in spots:
        beside = [theirs[near] for near in (at - 1, at + 1) if 0 <= near < len(theirs)]
        if not nouns and len(spots) == 1 and numbers[0].text.isdigit() == theirs[at].text.isdigit():
            return question[: theirs[at].start] + numbers[0].text + question[theirs[at].end :]
        if nouns and any(stem(token.text.lower()) in nouns for token in beside):
            return question[: theirs[at].start] + numbers[0].text + question[theirs[at].end :]
    return None


def with_number_of(spoken: str, question: str) -> str:
    """The question, with what `spoken` numbers in the place of the same thing numbered otherwise.

    >>> with_number_of("and how long does the second phase take", "what do I learn in phase 1?")
    'what do I learn in second phase?'
    """
    for noun, start, end in _numbered(spoken):
        for other, first, last in _numbered(question):
            if noun == other:
                return question[:first] + spoken[start:end] + question[last:]
    return question


def _numbered(text: str) -> Iterator[tuple[str, int, int]]:
    """The stem of each noun that a number stands beside, and the span of both."""
    tokens = _tokens(text)
    for one, other in pairwise(tokens):
        for number, noun in ((one, other), (other, one)):
            if _ORDINAL.match(number.text) and noun.content and not _ORDINAL.match(noun.text):
                yield stem(noun.text.lower()), one.start, other.end


def _same_preposition(fragment: str, question: str) -> str | None:
    """`for regression tasks` for `for classification`, `on a server` for `in the cloud`."""
    match = _PREPOSITION.match(fragment)
    if match is None:
        return None
    alike = next(group for group in _PLACES if match.group().strip().lower() in group)
    following = [token for token in _tokens(question) if token.text.lower() in alike]
    if len(following) != 1:
        return None
    rest = _tokens(question[following[0].end :])
    end = following[0].end
    begun = False
    for token in rest:
        gap = question[end : following[0].end + token.start]
        if begun and (not token.content or re.search(r"[,;:.?!(]", gap)):
            break
        begun = begun or token.content
        end = following[0].end + token.end
    return question[: following[0].start] + fragment + question[end:] if begun else None


def _likest(fragment: str, question: str, fits: Fits) -> str | None:
    match = _PREPOSITION.match(fragment)
    bare = _ARTICLE.sub("", fragment[match.end() :] if match else fragment)
    bare = _STAND_IN.sub("", bare)
    if not terms(bare):
        return None
    spans = [span for span in _candidates(question) if not set(terms(question[slice(*span)])) & set(terms(bare))]
    if not spans:
        return None
    values = fits(bare, [question[start:end] for start, end in spans])
    best, (start, end) = max(zip(values, spans, strict=True), key=lambda pair: pair[0])
    return question[:start] + bare + question[end:] if best >= FITTING else None


def _candidates(question: str) -> list[tuple[int, int]]:
    """The parts that a name may replace: up to `MAX_WORDS` content words in a row, without a verb as far as that shows."""
    tokens = _tokens(question)
    spans = []
    for start, end in content_phrases(question):
        inside = [at for at, token in enumerate(tokens) if start <= token.start and token.end <= end]
        for at, first in enumerate(inside):
            if first and tokens[first - 1].text.lower() in _BEFORE_VERBS:
                continue
            for last in inside[at : at + MAX_WORDS]:
                following = tokens[last + 1].text.lower() if last + 1 < len(tokens) else ""
                if following not in _BEFORE_NOUNS:
                    spans.append((tokens[first].start, tokens[last].end))
    return spans


def _tokens(text: str) -> list[_Token]:
    return [_Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
