"""How much of what a document counts up or lists a question asks for: all of it, or all of one kind of thing."""

from __future__ import annotations

import re

from assistant.question import Question
from assistant.standalone import apart
from index.number_words import CARDINALS
from index.terms import stem, words

_WHOLE = re.compile(
    r"\b(?:(?:phase|step|stage|stretche|part|level|milestone|season|month|week|year)s|routes?|roadmaps?|path(?:way)?s?|timeline"
    r"|plan|timetable|schedule|curriculum|in order|(?:what|which) order|order of|step by step|sequence"
    r"|(?P<by>day|month|week|year|season|phase) by (?P=by))\b",
    re.IGNORECASE,
)
_EACH = re.compile(r"\b(?:(?:each|every)\s+(?P<one>[^\W\d_]{3,})|(?P<by>[^\W\d_]{3,})\s+by\s+(?P=by))\b", re.IGNORECASE)
_KINDS = re.compile(r"\b(?:kind|type|sort)s?\s+of\s+(?P<thing>[^\W\d_]{3,})\b", re.IGNORECASE)
_SPAN = re.compile(  # "in three months" is a span of time, "the three months" are what is asked for
    rf"\b(?P<these>(?:the|all|which|what|these|those)\s+)?(?:(?:\d{{1,3}}|{'|'.join(CARDINALS)})\s+)?"
    r"(?:hours|days|weeks|months|years)\b",
    re.IGNORECASE,
)


def asks_for_all(question: Question) -> bool:
    """Whether an order and all that stands in it is asked for."""
    wants = question.wants
    amount = wants.number and not wants.items  # "how many steps a minute"
    whole = wants.order and not wants.reason and not amount and not question.brief
    return whole and bool(_WHOLE.search(question.content))


def each_asked(question: Question) -> set[str]:
    """The stems of what is asked about one by one: "what each month", "term by term"."""
    return (
        set() if _asks_otherwise(question) else {stem((m["one"] or m["by"]).lower()) for m in _EACH.finditer(question.content)}
    )


def kinds_asked(question: Question) -> set[str]:
    """The stems of what a question names in the plural, or asks the kinds of: "the blocks", "what types of lock".

    What is said of an earlier question, "how long is the second (about: what are the steps)", asks for nothing now.
    """
    if _asks_otherwise(question):
        return set()
    content = _SPAN.sub(lambda span: span[0] if span["these"] else "", apart(question.content)[0])
    plurals = {stem(word) for word in words(content) if word.endswith("s") and stem(word) != word}
    return plurals | {stem(match["thing"].lower()) for match in _KINDS.finditer(content)}


def asks_kinds(question: Question) -> bool:
    """Whether the kinds of something are asked for by that word: "types of designers"."""
    return bool(_KINDS.search(apart(question.content)[0]))


def _asks_otherwise(question: Question) -> bool:
    """Whether a question asks for something else about things than what they are: why, how much, how many."""
    wants = question.wants
    return wants.reason or wants.money or wants.number or question.brief
