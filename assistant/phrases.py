"""Phrases of a question: runs of content words, and the place where the words of a short follow-up fit into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.ellipsis import WANTED
from assistant.ordinals import ORDINAL, Token, renumbered, tokens_of
from index.terms import terms

MAX_WORDS = 4  # of a phrase that another may replace
FITTING = 0.4  # least fit of a phrase that another replaces

_PLACES = (
    ("in", "on", "at", "during"),
    ("after", "before", "until"),
    ("for",),
    ("with", "without"),
    ("by",),
    ("under",),
    ("to",),
    ("from",),
    ("of",),
    ("as",),
)
_JOINING = frozenset("in on at for with without from by".split())
_PREPOSITION = re.compile(rf"^(?:{'|'.join(word for group in _PLACES for word in group)})\s", re.IGNORECASE)
_STAND_IN = re.compile(r"\s*\b(?:ones?)\W*$", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|an?|my|your)\s+", re.IGNORECASE)
_BEFORE_VERBS = frozenset("i you we they one to how".split())  # "how do I learn SQL", "how to learn SQL"; and "how long"
_LIGHT_VERBS = frozenset("get have do be".split())  # they are no content words
_BEFORE_KINDS = frozenset("which what whose many much any other".split())
_BEFORE_NOUNS = frozenset("a an the my your".split())  # "to become a data engineer"
_DO = frozenset("do does did can could should will would must".split())  # "how does block B end": the last word is a verb
_ASKING = re.compile(r"\b(?:last|next|tips?|need|needed|tell|explain|pays?|worth|mean|means)\b", re.IGNORECASE)
_REFERENT = re.compile(
    r"\b(?:they|(?<!of )them|(?<!why is )(?<!why was )(?:that|this)(?: one)?|(?<!of )(?:these|those)"
    r"|it(?!\W+(?:takes?|is|be|makes?)\b[^.?!]*\b(?:to|that)\b))(?!\w)",
    re.IGNORECASE,
)

Fits = Callable[[str, Sequence[str]], Sequence[float]]
"""For each of several phrases how well the first one could stand in its place."""


def content_phrases(text: str) -> list[tuple[int, int]]:
    """Spans of the longest runs of neighbouring content words, in order.

    >>> [("what is the F1 score of a model?")[a:b] for a, b in content_phrases("what is the F1 score of a model?")]
    ['F1 score', 'model']
    """
    spans: list[tuple[int, int]] = []
    run: list[Token] = []
    for token in [*tokens_of(text), Token("the", len(text), len(text))]:
        if token.content and (not run or not text[run[-1].end : token.start].strip()):
            run.append(token)
            continue
        if run:
            spans.append((run[0].start, run[-1].end))
        run = [token] if token.content else []
    return spans


def named_terms(text: str) -> frozenset[str]:
    """The terms of the content words that are no verbs, as far as that shows.

    >>> sorted(named_terms("can I use a GPU for it, or how do I fix it"))
    ['gpu']
    """
    tokens = tokens_of(text)
    names = [token for at, token in enumerate(tokens) if token.content and not _no_name(tokens, at)]
    return frozenset(term for token in names for term in terms(token.text))


def parallel(fragment: str, question: str, fits: Fits, *, points_back: bool = False) -> str | None:
    """The question with the part replaced that the fragment stands against; None when no part is like it.

    Parts are tried in this order: one with the same noun and another number ("level 0" for "level 2"), one behind the same
    preposition, a phrase that has a word in common, what `points_back` to the conversation ("it"), the phrase that is most like
    it in meaning. A fragment that begins with a preposition the question has not stands against nothing in it.

    >>> parallel("level 2", "What does level 0 mean?", lambda phrase, others: [0.0] * len(others))
    'What does level 2 mean?'
    """
    fragment = _STAND_IN.sub("", fragment.strip(" ?!.,;:"))
    if (other := renumbered(fragment, question)) is not None:
        return other
    placed = _PREPOSITION.match(fragment)
    bare = _ARTICLE.sub("", fragment[placed.end() :] if placed else fragment)
    said = {token.text.lower() for token in tokens_of(bare)}
    own = set(terms(bare))
    if not own or all(map(ORDINAL.match, said)):
        return None
    if placed:
        return _same_preposition(fragment, placed.group().strip().lower(), question, fits)
    if said & _JOINING & {token.text.lower() for token in tokens_of(question)}:
        return None  # a phrase of several parts
    spans = _candidates(question)
    alike = [(a, b) for a, b in spans if own & set(terms(question[a:b])) and not _within(a, b, spans)]
    if any(set(terms(question[a:b])) <= own for a, b in alike):
        return None  # the same thing, named more closely
    if not alike and points_back and not any(map(ORDINAL.match, said)) and (pointing := _REFERENT.search(question)):
        return question[: pointing.start()] + bare + question[pointing.end() :]
    return _likest(bare, question, alike or spans, fits)


def _same_preposition(fragment: str, mine: str, question: str, fits: Fits) -> str | None:
    """`for regression tasks` for `for classification`, `on a server` for `in the cloud`, `for pandas` for `for that`."""
    group = next(group for group in _PLACES if mine in group)
    tokens = tokens_of(question)
    places = [
        place for at, token in enumerate(tokens) if token.text.lower() in group and (place := _placed(question, tokens, at))
    ]
    places = [(start, end) for start, end in places if question[start:end].lower().startswith(f"{mine} ")] or places
    if len(places) > 1:
        values = fits(fragment[len(mine) :].strip(), [question[start:end].split(" ", 1)[1] for start, end in places])
        places = [place for value, place in zip(values, places, strict=True) if value == max(values) > 0]
    return question[: places[0][0]] + fragment + question[places[0][1] :] if len(places) == 1 else None


def _placed(question: str, tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The span of a preposition, the token `at`, and what stands behind it: a name, or a word that points back."""
    if pointing := _REFERENT.match(question, tokens[at + 1].start) if at + 1 < len(tokens) else None:
        return tokens[at].start, pointing.end()
    end, begun = tokens[at].end, False
    for token in tokens[at + 1 :]:
        if begun and (not token.content or re.search(r"[,;:.?!(]", question[end : token.start])):
            break
        begun = begun or token.content
        end = token.end
    return (tokens[at].start, end) if begun else None


def _within(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b and (a, b) != (start, end) for a, b in spans)


def _likest(bare: str, question: str, spans: Sequence[tuple[int, int]], fits: Fits) -> str | None:
    spans = [span for span in spans if terms(_ASKING.sub("", WANTED.sub("", question[slice(*span)])))]
    if not spans:
        return None
    values = fits(bare, [question[start:end] for start, end in spans])
    best, (start, end) = max(zip(values, spans, strict=True), key=lambda pair: pair[0])
    return question[:start] + bare + question[end:] if best >= FITTING else None


def _candidates(question: str) -> list[tuple[int, int]]:
    """The parts that a name may replace: up to `MAX_WORDS` content words in a row, without a verb as far as that shows.

    A phrase with a figure, such as "F1 score", is replaced whole. The last word of a longer name is not replaced alone, nor is
    the kind of thing that "which" or "what" asks for.
    """
    tokens = tokens_of(question)
    spans = []
    for start, end in content_phrases(question):
        inside = [at for at, token in enumerate(tokens) if start <= token.start and token.end <= end]
        while inside and _no_name(tokens, inside[0]):
            del inside[0]
        if not inside or (inside[0] > 0 and tokens[inside[0] - 1].text.lower() in _BEFORE_KINDS):
            continue
        if len(inside) > 1 and _ends_in_verb(tokens, inside):
            del inside[-1]
        for at, first in enumerate(inside):
            for last in inside[at : at + MAX_WORDS]:
                behind = tokens[last + 1].text.lower() if last + 1 < len(tokens) else ""
                whole = first == inside[0] and last == inside[-1]
                part = not whole and (last == inside[-1] or any(map(str.isdigit, question[start:end])))
                if behind not in _BEFORE_NOUNS and not part:
                    spans.append((tokens[first].start, tokens[last].end))
    return spans


def _ends_in_verb(tokens: Sequence[Token], inside: Sequence[int]) -> bool:
    """Whether the last of neighbouring content words is a verb: "how does block B end", "what can a nurse at home earn"."""
    before = [token.text.lower() for token in tokens[: inside[0]] if token.text.lower() not in _BEFORE_NOUNS]
    behind = tokens[inside[-1] + 1].text.lower() if inside[-1] + 1 < len(tokens) else ""
    return behind not in _LIGHT_VERBS and (bool(_DO & set(before[-1:])) or (not behind and bool(_DO & set(before))))


def _no_name(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word is a verb as in "how do I learn", or one that asks: "explain"."""
    asking = not terms(_ASKING.sub("", WANTED.sub("", tokens[at].text)))
    return asking or (at > 0 and tokens[at - 1].text.lower() in _BEFORE_VERBS)
