"""What is asked: a follow-up made standalone with the history, and what kind of answer would answer it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import shorten

from assistant.answer import Turn
from assistant.characters import whole
from assistant.context import Context
from assistant.follow_up import resolve
from assistant.orders import asked_for
from assistant.pointing import counted
from assistant.remarks import needs_an_answer, notice
from assistant.standalone import apart
from assistant.wording import only_courtesy, plain, without_courtesy
from index.titles import Mentions
from ingest.errors import RoadmapError

MAX_CHARACTERS = 2000


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
        "steps?|phases?|stages?|order|sequence|roadmap|path|plan|timeline|timetable|schedule|curriculum",
        r"(?:weeks?|months?) (?:one|two|three|\d)", r"(?P<each>day|week|month|year|season|step|phase) by (?P=each)",
        "first|next|then|after|before|start(?:ing)?|begin(?:ning)?|where do i",
        r"how (?:do|can|should|would) (?:i|you|one|someone)"
        r" (?:become|get|go|start|learn|build|approach|switch|move|change|transition|break)",
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
        "link|url|website|web ?page|address|site|resources?|tutorials?|docs?|documentation|repo(?:sitory)?",
        "(?:on|his|her|their|its) github|github (?:for|of|page)",
        r"where can i (?:find|get|read|watch|download|take)",
    ),
    "reason": (r"why|reasons?|purpose|benefits?|how come|what for|point of|matters?|important\w*|importance|advantages?",),
    "definition": (
        r"what(?:'s| is| does| do)\b(?!.*\b(?:difference|order|first|best)\b)", r"defin\w+|mean(?:s|ing)?|explain|stands? for",
        "what exactly|tell me about",
    ),
    "comparison": (r"diff?e?r\w*|diff|vs|versus|compar\w+|better|rather|instead|or|between",),
    "sources": (
        r"(?:both|two|each|all|other|different|several)\b.*\b(?:sources?|articles?|texts?|documents?|roadmaps?|guides?|authors?|notes?)",
        r"contradict\w*|disagree\w*|agree|versus|vs|sources|guides|authors|articles|opinions|by source",
        "different (?:things|answers|views)",
    ),
    "person": ("who(?:se|m)?|author|written by",),
}  # fmt: skip
_PATTERNS = {
    name: re.compile("|".join(rf"\b(?:{wording})\b" for wording in wordings), re.IGNORECASE)
    for name, wordings in _WORDINGS.items()
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready for retrieval.

    `content` is what is searched for: the standalone question in plain words, without the names of the documents that it
    asks ("according to ..."); `sources` are the ids of these documents.
    """

    asked: str
    standalone: str
    wants: Wants
    content: str
    sources: frozenset[str] = frozenset()
    after: str = ""  # what the conversation said last, when the question is what comes after it
    said: str = ""  # what was answered before, when the question is what else there is
    item: str = ""  # of a list that was shown, when the question is about it
    listing: str = ""  # the answer that shows that list
    brief: bool = False  # whether nothing is to be added to what answers by itself
    notice: str = ""  # what is said beside the answer, when the turn was about the last one


def read_question(asked: str, history: Sequence[Turn] = (), context: Context | None = None) -> Question:
    """Check the question and resolve it with the conversation so far, and with what the index knows of it.

    Raises:
        QuestionInvalid: as `checked`, and for a turn about an answer where there is none.
    """
    asked = checked(asked)
    spoken = without_courtesy(asked)
    if needs_an_answer(spoken) and not any(turn.role == "user" for turn in history):
        said = shorten(asked, 40, placeholder=" …")
        raise QuestionInvalid(f"There is no answer yet that “{said}” could be about: ask a question first.")
    resolution = resolve(asked_for(asked), history, context)
    standalone = whole(resolution.standalone)
    wanted = wants(apart(standalone)[0])  # what is said about an earlier question asks for nothing now
    return Question(
        asked, standalone, wanted, standalone,
        after=resolution.after, said=resolution.said, item=resolution.item, listing=resolution.listing,
        brief=resolution.brief, notice=notice(spoken),
    )  # fmt: skip


def aimed(question: Question, mentions: Mentions) -> Question:
    """The question with the documents it names as sources set apart from what it asks of them."""
    if not mentions.documents:
        return question
    wanted = replace(wants(apart(mentions.content)[0]), sources=question.wants.sources)
    return replace(question, content=mentions.content, sources=mentions.documents, wants=wanted)


def plainly(question: Question) -> Question:
    """The question with its content in plain words, and what it wants read off these."""
    content = plain(question.content)
    if content == question.content:
        return question
    wanted = replace(wants(apart(content)[0]), sources=question.wants.sources)
    return replace(question, content=content, wants=wanted)


def checked(asked: str) -> str:
    """The question with its white space evened out.

    Raises:
        QuestionInvalid: it is empty, longer than `MAX_CHARACTERS`, or says no more than thanks.
    """
    if len(asked) > MAX_CHARACTERS:
        raise QuestionInvalid(f"The question has {len(asked)} characters; ask it in at most {MAX_CHARACTERS}.")
    asked = " ".join(whole(asked).split())
    if not any(character.isalnum() for character in asked):
        raise QuestionInvalid("There is no question; type one.")
    if only_courtesy(asked):
        said = shorten(asked, 40, placeholder=" …")
        raise QuestionInvalid(f"There is no question in “{said}”: ask one, for example “What should I learn first?”.")
    return asked


def wants(question: str) -> Wants:
    """The kinds of answer the wording asks for.

    >>> wants("how long does it take?").duration
    True
    >>> wants("which tools should I learn").items
    True
    """
    return Wants(**{name: bool(pattern.search(question)) for name, pattern in _PATTERNS.items()}, count=counted(question))
