"""What is asked: a follow-up made standalone with the history, and what kind of answer would answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answer import Turn
from index.terms import terms, words
from index.titles import Mentions
from ingest.errors import RoadmapError

MAX_CHARACTERS = 2000

_ANAPHORA = frozenset(
    "it its that this those these they them their theirs one ones there he she his her same such both".split()
)
_OPENERS = re.compile(
    r"^\s*(?:and|but|or|so|then|also|ok(?:ay)?|what about|how about|what else|anything else|why|how so|how come|which one"
    r"|which of|and then|after that|before that|for how long|tell me more|more|go on|continue|e\.?g|for example|like what"
    r"|such as)\b",
    re.IGNORECASE,
)
_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7, "8th": 7, "last": -1, "final": -1,
}  # fmt: skip
_POINTS_AT = re.compile(
    rf"\b(?P<which>{'|'.join(_ORDINALS)})\s+(one|step|phase|point|item|option|part|thing|stage|bullet|of (them|these|those))\b",
    re.IGNORECASE,
)
_LIST_LINE = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.*?)\s*(?:\[\d+\]\s*)*$")


class QuestionInvalid(RoadmapError):
    """There is no question, or it is too long to be one."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What kind of answer a question asks for, read off its wording; several may hold at once."""

    items: bool  # a list of things
    order: bool  # steps, phases, a plan
    duration: bool
    money: bool
    number: bool
    link: bool
    reason: bool
    definition: bool
    comparison: bool
    person: bool
    sources: bool  # what several documents say
    count: int  # how many things are asked for ("the five steps"); 0 when no number is named


_THINGS = (
    "skills|tools|topics|subjects|libraries|frameworks|languages|projects|courses|platforms|concepts|metrics|areas|methods|techniques"
    "|algorithms|options|industries|companies|fields|trends|tips|things|factors|reasons|ways"
)
_WORDINGS = {
    "items": (
        r"what (?:are|were|r)", "which", "list", "name", "examples?", r"what (?:kinds?|types?|sorts?|all|else)", _THINGS,
        r"what\b.*\b(?:should|must|do|can|need|could)\b.*\b(?:i|you|we|one|they)",
    ),
    "order": (
        "steps?|phases?|stages?|order|sequence|roadmap|path|plan|timeline|schedule", r"(?:weeks?|months?) (?:one|two|three|\d)",
        "first|next|then|after|before|start(?:ing)?|begin(?:ning)?|where do i",
        r"how (?:do|can|should|would) (?:i|you|one|someone) (?:become|get|go|start|learn|build|approach)",
    ),
    "duration": (
        r"how (?:long|much time|many (?:hours|days|weeks|months|years)|fast|quick\w*)",
        "duration|months?|years?|weeks?|hours?|time",
    ),
    "money": (r"salar\w*|pay|paid|earn\w*|cost\w*|price\w*|money|income|wage\w*|fees?|dollars?|euros?|usd", "how much"),
    "number": (
        r"how (?:many|much|often|big|large|far|old|high)", r"what (?:percent\w*|share|number|year|date|age|rate|size)", "when",
    ),
    "link": (
        "link|url|website|web ?page|address|site|resources?|tutorials?|docs?|documentation|github|repo(?:sitory)?",
        r"where can i (?:find|get|read|watch|download|take)",
    ),
    "reason": (r"why|reasons?|purpose|benefits?|how come|what for|point of|matters?|important\w*|importance|advantages?",),
    "definition": (
        r"what(?:'s| is| does| do)\b(?!.*\b(?:difference|order|first|best)\b)", r"defin\w+|mean(?:s|ing)?|explain|stands? for",
        "what exactly|tell me about",
    ),
    "comparison": (r"differen\w+|differ|vs|versus|compar\w+|better|rather|instead|or|between",),
    "sources": (
        r"(?:both|two|each|all|other|different|several)\b.*\b(?:sources?|articles?|texts?|documents?|roadmaps?|guides?|authors?|notes?)",
        r"contradict\w*|disagree\w*|agree|versus|vs|sources", "different (?:things|answers|opinions|views)",
    ),
    "person": ("who(?:se|m)?|author|written by",),
}  # fmt: skip
_PATTERNS = {
    name: re.compile("|".join(rf"\b(?:{wording})\b" for wording in wordings), re.IGNORECASE)
    for name, wordings in _WORDINGS.items()
}
_COUNTS = {word: number for number, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)}
_COUNTED = re.compile(
    rf"\b(?P<count>{'|'.join(_COUNTS)}|[2-9]|1[0-9]|20)\s+(?:\w+\s+)?\w+s\b(?<!months)(?<!years)(?<!weeks)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready for retrieval.

    `content` is what is searched for: the standalone question without the names of the documents that it asks
    ("according to ..."); `sources` are the ids of these documents.
    """

    asked: str
    standalone: str
    wants: Wants
    follow_up: bool
    content: str
    sources: frozenset[str] = frozenset()


def read_question(asked: str, history: Sequence[Turn] = ()) -> Question:
    """Check the question and resolve it with the conversation so far.

    Raises:
        QuestionInvalid: it is empty or longer than `MAX_CHARACTERS`.
    """
    if len(asked) > MAX_CHARACTERS:
        raise QuestionInvalid(f"The question has {len(asked)} characters; ask it in at most {MAX_CHARACTERS}.")
    asked = " ".join(asked.split())
    if not any(character.isalnum() for character in asked):
        raise QuestionInvalid("There is no question; type one.")
    standalone = resolve(asked, history)
    return Question(asked, standalone, wants(standalone), standalone != asked, standalone)


def aimed(question: Question, mentions: Mentions) -> Question:
    """The question with the documents it names as sources set apart from what it asks of them."""
    if not mentions.documents:
        return question
    wanted = replace(wants(mentions.content), sources=question.wants.sources)
    return replace(question, content=mentions.content, sources=mentions.documents, wants=wanted)


def wants(question: str) -> Wants:
    """The kinds of answer the wording asks for.

    >>> wants("how long does it take?").duration
    True
    >>> wants("which tools should I learn").items
    True
    """
    counted = _COUNTED.search(question)
    count = 0 if counted is None else _COUNTS.get(counted["count"].lower()) or int(counted["count"])
    return Wants(**{name: bool(pattern.search(question)) for name, pattern in _PATTERNS.items()}, count=count)


def resolve(asked: str, history: Sequence[Turn]) -> str:
    """The question with what it leaves unsaid; unchanged when it stands alone.

    >>> resolve("and how long does it take?", [Turn("user", "How do I learn SQL?"), Turn("assistant", "...")])
    'and how long does it take? (about: How do I learn SQL?)'
    """
    before = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    if not before or not depends_on_history(asked):
        return asked
    pointed = _POINTS_AT.search(asked)
    replies = [turn.content for turn in history if turn.role == "assistant"]
    if pointed and replies:
        items = [match.group(1) for line in replies[-1].splitlines() if (match := _LIST_LINE.match(line))]
        at = _ORDINALS[pointed["which"].lower()]
        if -len(items) <= at < len(items):
            return f"{asked} (about: {_shorten(items[at], 160)})"
    earlier = resolve(" ".join(before[-1].split()), _before_last_question(history))
    return f"{asked} (about: {_shorten(earlier, 240)})"


def depends_on_history(asked: str) -> bool:
    """Whether a question points back: a pronoun, an opening such as "and", or too few words of its own."""
    spoken, own = words(asked), set(terms(asked))
    if _POINTS_AT.search(asked):
        return len(own) < 4  # "the first step" of something that is named stands alone
    if _OPENERS.search(asked):
        return len(own) < 6
    if any(word in _ANAPHORA for word in spoken) and len(own) < 5:
        return True
    return len(own) < 2 and len(spoken) < 6


def _before_last_question(history: Sequence[Turn]) -> Sequence[Turn]:
    last = max(index for index, turn in enumerate(history) if turn.role == "user" and turn.content.strip())
    return history[:last]


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit].rsplit(" ", 1)[0] + " …"
