"""Which documents a question names, and what it asks of them: "according to the ultimate roadmap, which ...?"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.number_words import CARDINALS
from index.terms import STOPWORDS, WORD, stem
from ingest.document import Document, Passage

_NAMES = ("author", "publisher", "source")  # front matter that says whose view a document is
MAX_SHARED = 2  # a word or pair of words that more titles share names none of them
LEAST_LEFT = 2  # content words that a question keeps: a question made of a title's words asks about the matter, not the text

_NUMBERS = {word: str(number) for number, word in enumerate(CARDINALS, 1)}
_TEXTS = frozenset(
    """article articles author blog book document essay file guide guides page pages paper post posts report roadmap roadmaps
    source sources text texts tutorial website""".split()
)
_ASKS = frozenset("do does did is are has have was were can will would should".split())
_LINKS = frozenset("and or vs versus plus both than with to".split())  # between two sources
_SPLIT = re.compile(r"[,;:?!()\[\]\"“”—–+]|[.-]\s|\s-")


@dataclass(frozen=True, slots=True)
class Mentions:
    """The documents that a question names as sources, and the question without these names."""

    documents: frozenset[str]
    content: str


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    word: str
    term: str  # stemmed, numbers as figures; empty for a function word


class TitleIndex:
    """Words and pairs of neighbouring content words of titles and authors, with the documents that have them."""

    def __init__(
        self,
        documents: Iterable[Document],
        documents_with: Callable[[str], int],
        passages_with: Callable[[Iterable[str]], Sequence[Passage]],
    ) -> None:
        """What tells words in common use, which name nothing: the number of documents that hold a term, the passages with all
        of some terms.
        """
        self._documents_with = documents_with
        self._documents: dict[tuple[str, ...], set[str]] = {}
        for document in documents:
            names = [document.title, *(str(document.meta[key]) for key in _NAMES if document.meta.get(key))]
            for name in names:
                for key, _ in _keys(_tokens(name)):
                    self._documents.setdefault(key, set()).add(document.id)
        self._passages_with = passages_with

    def named(self, question: str) -> frozenset[str]:
        """Ids of the documents that the question names by words of their title or author."""
        return frozenset().union(*(sharing for sharing, _ in self._matches(_tokens(question))))

    def mentions(self, question: str) -> Mentions:
        """The documents named as sources, with the words that name them taken out of the question.

        Words of a title name a source when the wording sets them apart as one ("the ... article", "according to ...",
        "...: which", "(...)") and hardly another document uses them; else they are part of what is asked and stay.
        """
        tokens = _tokens(question)
        owners: dict[int, set[str]] = {}
        for sharing, places in self._matches(tokens):
            for place in places:
                owners.setdefault(place, set()).update(sharing)
        runs = [(first, last) for first, last in _runs(tokens, owners) if self._is_name(tokens, owners, first, last)]
        apart = [run for run in runs if _set_apart(question, tokens, *run)]
        if apart:  # "... or the other one": what is linked to a source is one too
            apart = [run for run in runs if run in apart or _linked(tokens, *run)]
        cut = {at for first, last in apart for at in range(first, last + 1)}
        left = {token.term for at, token in enumerate(tokens) if at not in cut and token.term}
        if not cut or len(left) < LEAST_LEFT:
            return Mentions(frozenset(), question)
        return Mentions(frozenset().union(*(owners.get(at, set()) for at in cut)), _without(question, tokens, apart))

    def _is_name(self, tokens: Sequence[_Token], owners: dict[int, set[str]], first: int, last: int) -> bool:
        """Whether a run is a name: called a text ("... article"), or never written in small letters within the documents."""
        run = tokens[first : last + 1]
        if any(token.word in _TEXTS and first + at not in owners for at, token in enumerate(run)):
            return True
        phrase = re.compile(r"\b" + r"[\W_]+".join(re.escape(token.word) for token in run))
        shared = self._passages_with([token.term for token in run if token.term])
        return not any(phrase.search(passage.text) for passage in shared)

    def _matches(self, tokens: Sequence[_Token]) -> Iterator[tuple[set[str], tuple[int, ...]]]:
        """For each key of the question that names documents: these, and the positions of its words."""
        for key, places in _keys(tokens):
            sharing = self._documents.get(key, set())
            if 0 < len(sharing) <= MAX_SHARED and (len(key) > 1 or self._documents_with(key[0]) <= 2 * len(sharing)):
                yield sharing, places


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for match in WORD.finditer(text):
        word = match.group().lower().replace("’", "'")
        bare = word.removesuffix("'s")
        term = "" if word in STOPWORDS else stem(_NUMBERS.get(bare, bare))
        tokens.append(_Token(match.start(), match.end(), bare, term))
    return tokens


def _keys(tokens: Sequence[_Token]) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Single content words and pairs of neighbours, with their positions."""
    content = [at for at, token in enumerate(tokens) if token.term]
    yield from (((tokens[at].term,), (at,)) for at in content)
    yield from (((tokens[a].term, tokens[b].term), (a, b)) for a, b in pairwise(content))


def _runs(tokens: Sequence[_Token], owners: dict[int, set[str]]) -> Iterator[tuple[int, int]]:
    """Stretches of title words, with the words for a text ("article") behind them."""
    at = 0
    while at < len(tokens):
        if at not in owners:
            at += 1
            continue
        last = at
        while last + 1 < len(tokens) and owners.get(at, set()) & owners.get(last + 1, set()):
            last += 1
        first = at
        while last + 1 < len(tokens) and tokens[last + 1].word in _TEXTS and last + 1 not in owners:
            last += 1
        yield first, last
        at = last + 1


def _set_apart(question: str, tokens: Sequence[_Token], first: int, last: int) -> bool:
    if any(tokens[at].word in _TEXTS for at in range(first, last + 1)):
        return True
    opening = question[tokens[first - 1].end : tokens[first].start] if first else ","
    closing = question[tokens[last].end : tokens[last + 1].start] if last + 1 < len(tokens) else ","
    if _SPLIT.search(opening) and _SPLIT.search(closing):
        return True
    if question[tokens[last].start : tokens[last].end].lower().replace("’", "'").endswith("'s"):
        return True
    before = [token.word for token in tokens[max(0, first - 3) : first] if token.word not in ("the", "this", "that", "to")]
    return bool(before) and before[-1] in ("according", "acc", "per", "regarding", "in", "by", "from")


def _linked(tokens: Sequence[_Token], first: int, last: int) -> bool:
    before = [token.word for token in tokens[max(0, first - 2) : first] if token.word not in ("the", "this", "that", "in")]
    after = tokens[last + 1].word if last + 1 < len(tokens) else ""
    return bool(before and before[-1] in _LINKS) or after in _LINKS


def _without(question: str, tokens: Sequence[_Token], runs: Sequence[tuple[int, int]]) -> str:
    kept, at = [], 0
    for first, last in runs:
        start = first
        while start and tokens[start - 1].word in ("the", "this", "that", "both"):
            start -= 1
        end = tokens[last].end
        kept.append(question[at : tokens[start].start])
        if start and tokens[start - 1].word in _ASKS:
            kept.append("it")  # "does the ... article name" -> "does it name"
        at = end
    kept.append(question[at:])
    text = " ".join("".join(kept).split())
    for _ in range(3):  # what led to a name and now leads to nothing
        text = re.sub(
            r"(?:\b(?:according to|acc\.? to|as in|in|by|from|of|per|regarding|and|or|vs\.?|versus"
            r"|what (?:do|does)(?: it)? (?:say|state|tell))\b|\+)\s*(?=[,.;:?!)]|$)",
            "",
            text,
            flags=re.IGNORECASE,
        )
        text = " ".join(re.sub(r"\(\s*[,;.]*\s*\)", "", text).split())
    text = re.sub(r"\s+([,.;:?!)])", r"\1", text)
    text = re.sub(r"[,;:]+(?=[?.!])", "", text)
    return re.sub(r"^[\s,;:.?!)–—-]+|[\s,;:(–—-]+$", "", " ".join(text.split()))
