"""A question of several parts taken apart, so that each is answered, or said not to be covered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer import Citation
from assistant.follow_up import defined_by
from assistant.question import Question, wants
from assistant.signals import ASKING, holds, shown_kinds
from assistant.standalone import apart, with_about
from index.terms import terms, words

SUBJECT = 0.5  # of the words for what a part is about that a quote which answers it has, with its headings
MOST = 5  # parts a question is taken into; one with more is asked as a whole
_ASKS = r"(?:what(?:'?s)?|how|which|why|when|where(?:'?s)?|who(?:'?s)?|whom|whose)"
_LED = rf"(?:(?:with|in|on|for|at|by|from|to)\s+)?{_ASKS}"  # "in which order"
_BETWEEN = re.compile(rf"[?;]\s+|\s*,?\s*\b(?:and|but|or)\s+(?:also\s+)?(?={_LED}\b)|,\s*(?={_LED}\b)", re.IGNORECASE)
_ASKING = re.compile(rf"(?:^|[.:!–—]\s+|\s-\s+)(?:[\w'/-]+\s+){{0,2}}{_LED}\b", re.IGNORECASE)
_ASKING_FIRST = re.compile(rf"{_ASKING.pattern}|^(?:is|are|do|does|did|can|could|should|must|will|has|have)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?P<thing>it|they|them)\b|\b(?:its|their)\b", re.IGNORECASE)
_POINTING = frozenset("it its that this those these they them their there each one ones then he she his her".split())


def _topic(first: str) -> str:
    """What a question names before it asks, as in "SQL: how long does it take": "" for one that names nothing.

    >>> _topic("portfolio projects: how many"), _topic("how many projects - in all")
    ('portfolio projects', '')
    """
    named = re.split(r":\s|\s[-–—]\s", first, maxsplit=1)
    is_topic = len(named) > 1 and len(words(named[0])) <= 6 and not re.search(rf"\b{_ASKS}\b", named[0], re.IGNORECASE)
    return named[0] if is_topic and terms(named[0]) else ""


def answered_by(part: Question, citations: Sequence[Citation]) -> bool:
    """Whether one of the quotes holds what a part asks for by its kind, such as a sum of money, and speaks of its subject."""
    kinds = shown_kinds(part.wants)
    spoken, about = apart(part.content)
    subject = set(terms(spoken)) - ASKING or set(terms(about)) - ASKING

    def answers(quote: Citation) -> bool:
        spoken_of = set(terms(f"{quote.quote} {' '.join(quote.heading_path)} {quote.title}"))
        return all(holds(kind, quote.quote) for kind in kinds) and len(subject & spoken_of) >= SUBJECT * len(subject)

    return bool(kinds and subject) and any(map(answers, citations))


def _told(part: str, thing: str) -> str:
    """A part as it is told by itself, with what is meant in the place of a word that points at it.

    >>> _told("who invented it", "PyTorch"), _told("what are its costs", "PyTorch"), _told("how long", "")
    ('who invented PyTorch', "what are PyTorch's costs", 'how long')
    """
    return _THING.sub(lambda it: thing if it["thing"] else f"{thing}'s", part, count=1) if thing else part


def parts_of(question: Question) -> tuple[Question, ...]:
    """The parts of a question that asks for several things, each able to stand alone; empty for one that does not.

    >>> asked = Question("a", "a", wants("a"), "What is SQL, and how long does it take?")
    >>> [part.content for part in parts_of(asked)]
    ['What is SQL', 'how long does it take (about: What is SQL)']
    """
    spoken, about = apart(question.content)
    found = [part.strip(" ,?") for part in _BETWEEN.split(spoken)]
    asking = [part for at, part in enumerate(found) if (_ASKING if at else _ASKING_FIRST).search(part)]
    if not 2 <= len(asking) <= MOST or not any(map(terms, asking)):
        return ()
    topic = _topic(found[0])
    subject = topic or next((part for part in found if set(terms(part)) - ASKING), asking[0])
    parts = []
    for part in asking:
        enough = 1 if part is asking[0] else 2
        says_enough = len(set(terms(part))) >= enough and not _POINTING & set(words(part))
        alone = part is found[0] if topic else part is subject or says_enough
        content = part if alone else with_about(part, subject)
        told = part if alone else _told(part, topic or defined_by(subject))
        parts.append(replace(question, asked=told, content=content + about, wants=wants(part)))
    return tuple(parts)
