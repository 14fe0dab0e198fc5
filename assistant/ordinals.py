"""Numbers in a question: which thing they number, and the question with another number for it, or with the next one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.number_words import CARDINALS, ORDINALS
from index.terms import STOPWORDS, stem

_TOKEN = re.compile(r"[^\W_]+(?:[-'’+#./&]*[^\W_+#])*[+#]*", re.UNICODE)
ORDINAL = re.compile(
    rf"^(?:\d+(?:st|nd|rd|th)?|{'|'.join(ORDINALS)}|last|next|{'|'.join(CARDINALS)})$",
    re.IGNORECASE,
)
_STAGE = re.compile(
    r"^(?:phase|step|stage|part|level|day|week|month|year|semester|module|unit|lesson|chapter|section|round|point|number)$",
    re.IGNORECASE,
)

_RANGE = re.compile(r"\s*(?:-|–|—|to|and|until)\s*\d")


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    start: int
    end: int

    @property
    def content(self) -> bool:
        return self.text.lower().replace("’", "'") not in STOPWORDS


def tokens_of(text: str) -> list[Token]:
    """The words of a text, "F1" and "scikit-learn" among them, with their places."""
    return [Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def following(noun: str, question: str, by: int = 1) -> str | None:
    """The question with the next number for the only stage that it numbers; None where it numbers none, or another thing.

    `noun` is what the stage is called, or "one"; `by` is -1 for the number before. There is none before the first, and none
    beside a range ("month 5 to 9").

    >>> following("week", "what do I do in week 3?"), following("one", "the first step"), following("one", "in 3 months")
    ('what do I do in week 4?', 'the second step', None)
    """
    found = []
    for one, other in pairwise(tokens_of(question)):
        if other.text.isdigit() and _STAGE.match(one.text):
            found.append((one, other, str(int(other.text) + by)))
        elif one.text.lower() in ORDINALS and _STAGE.match(other.text):
            place = ORDINALS.index(one.text.lower()) + by
            found.append((other, one, ORDINALS[place] if 0 <= place < len(ORDINALS) else "0"))
    if len(found) != 1 or found[0][2] == "0" or _RANGE.match(question, found[0][1].end):
        return None
    stage, number, then = found[0]
    named = noun.lower() == "one" or stem(noun.lower()) == stem(stage.text.lower())
    return question[: number.start] + then + question[number.end :] if named else None


def renumbered(fragment: str, question: str) -> str | None:
    """The question with the fragment's number in the place of its own; None when they do not stand against each other.

    `step 14` stands for `step 9`, `the second month` for `the first month`, `E4` for `E1`, `10` for the only number there is.
    """
    mine, theirs = tokens_of(fragment), tokens_of(question)
    coded = [(own, other) for own in mine[:1] for other in theirs if len(mine) == 1 and _same_code(own.text, other.text)]
    if len(coded) == 1:
        return question[: coded[0][1].start] + mine[0].text + question[coded[0][1].end :]
    numbers = [token for token in mine if ORDINAL.match(token.text)]
    if len(numbers) != 1 or len([t for t in mine if t.content or t is numbers[0]]) > 3:
        return None
    number = numbers[0]
    named = [token for token in mine if token.content and token is not number]
    spots = [at for at, token in enumerate(theirs) if ORDINAL.match(token.text)]
    if not named and len(spots) == 1 and _how_said(number.text) == _how_said(theirs[spots[0]].text):
        return question[: theirs[spots[0]].start] + number.text + question[theirs[spots[0]].end :]
    nouns = {stem(token.text.lower()) for token in named}
    for at in spots:
        for noun in (theirs[near] for near in (at - 1, at + 1) if 0 <= near < len(theirs)):
            if stem(noun.text.lower()) not in nouns:
                continue
            if _how_said(number.text) == _how_said(theirs[at].text):
                return question[: theirs[at].start] + number.text + question[theirs[at].end :]
            whole = fragment[min(number.start, named[0].start) : max(number.end, named[-1].end)]
            return question[: min(noun.start, theirs[at].start)] + whole + question[max(noun.end, theirs[at].end) :]
    return None


def _how_said(number: str) -> str:
    return "figure" if number.isdigit() else "count" if number.lower() in CARDINALS else "place"


def _same_code(one: str, other: str) -> bool:
    """Whether two words differ in their number only: "E1" and "E4"."""
    letters, others = (re.match(r"([^\W\d_]{1,4})\d+$", word) for word in (one, other))
    return bool(letters and others and letters[1].lower() == others[1].lower() and one.lower() != other.lower())


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
    tokens = tokens_of(text)
    for one, other in pairwise(tokens):
        for number, noun in ((one, other), (other, one)):
            if ORDINAL.match(number.text) and noun.content and not ORDINAL.match(noun.text):
                yield stem(noun.text.lower()), one.start, other.end
