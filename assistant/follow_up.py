"""Follow-ups made standalone: what a question leaves unsaid is taken from the learner's earlier questions and the last answer.

Only the words of the conversation are used, never the documents that were found for an earlier turn. After a refusal only
the learner's own words count: nothing in the refusal can be pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer import REFUSAL, Turn
from assistant.context import Context
from assistant.orders import is_order
from assistant.phrases import parallel, renumbered, with_number_of
from assistant.pointing import points, put_in
from index.terms import terms, words

DEPTH = 4  # questions that a chain of follow-ups may reach back
SHORT = 5  # content words from which a question with a pronoun or an opener may stand alone
BRIEF = 6  # words up to which the last answer is what “that” means
REMARK = 2  # content words up to which a sentence beside the question is a remark on the last answer
LONGEST = 240  # characters of an earlier question that are taken along

_THANKS = (
    r"(?:(?:ok(?:ay)?|thanks?(?: a lot)?|thank you|thx|ty|great|cool|nice|got it|i see|alright|perfect|hm+)\b[\s,.!;:–—-]*)*"
)
_SWITCH = re.compile(
    rf"^\W*{_THANKS}(?:(?:an?|one|now|and|but)\s+)*"
    r"(?:(?:new|next|other|another|different|separate|unrelated)\s+(?:thing|topic|question|subject|matter)"
    r"|something\s+(?:else|new|different|completely different)|by the way|btw|unrelated)\b\s*(?:[:;.,!?–—-]+\s*)+",
    re.IGNORECASE,
)
_COURTESY = re.compile(rf"^\W*{_THANKS}", re.IGNORECASE)
_OPENER = re.compile(
    r"^\W*(?:(?:and|but|or|so|then|also|plus|what about|how about|what of|same(?: question)? for)\b[\s,:]*)+", re.IGNORECASE
)
_TRAILER = re.compile(r"[\s,]+(?:too|as well|also|then|though|instead)(?=\W*$)", re.IGNORECASE)
_WHY = re.compile(r"^\W*(?:(?:and|but|so)\s+)?(?:why(?: not| so)?|how come|how so|what for|for what)\b", re.IGNORECASE)
_MORE = re.compile(
    r"^\W*(?:(?:and|but|so|is|are|do you have)\W+)*(?:(?:(?:can you )?(?:tell|say|show|give)(?: me)? )?"
    r"(?:some |any |a bit )?more|go on|continue|keep going|others"
    r"|(?:there )?(?:any(?:thing)?|some(?:thing)?|what|which) (?:else|others?|other ones|more))"
    r"(?: (?:about|on) (?:it|that|this|them))?(?:\s+(?:please|pls))?\W*$",
    re.IGNORECASE,
)
_NEXT = re.compile(
    r"^\W*(?:(?:and|so|but|ok)\s+)*"
    r"(?:(?:what|which one|who)(?:'s| is| comes?| follows| happens| do i do| should i do| to do)?\s+)?"
    r"(?:after(?:wards?|\s+(?:that|this|it|those|them))|then|next(?: step| one)?)(?:\s+what)?\W*$",
    re.IGNORECASE,
)
_AUXILIARY = "is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|must|means?|works?|takes?|costs?|not"
_PREPOSITION = "of|for|with|without|in|on|at|from|to|by|than|like|about|after|before|into|over"
_PRONOUN = re.compile(
    r"\b(?:they|them|theirs?|its|mine|he|she|him|his|hers?|such an?|the same(?=\W*$)|ones|which of|both(?=\W*$)"
    r"|it(?!\W+(?:take|takes|is|be|make|makes|hard|ok|okay|important|possible|worth)\b[^.?!]*\b(?:to|that)\b)"
    rf"|(?:that|this|these|those)(?=\W*$|[.,;?!]|\s+(?:{_AUXILIARY}|{_PREPOSITION}|and|or|exactly|again|too|really|then|now)\b)|(?:these|those)\s+\w+ly\b"
    r"|(?:the|which|that|this|without|another|other|better) one|(?<!are )(?<!is )there(?=\W*$|[.,;?!]))(?!\w)",
    re.IGNORECASE,
)
_WH = r"what|which|who|whose|whom|when|where|why|how"
_DISLOCATED = re.compile(rf"^(?P<topic>.*?\w.*?)[\s,:;-]+(?:{_WH})\b", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"\b(?:{_AUXILIARY}|{_WH}|am|i|i'm|you|we|he|she|they|it|if|when|because|need|want|know|get|learn|use)\b", re.IGNORECASE
)
_WANTED = re.compile(
    r"\b(?:links?|urls?|websites?|sources?|resources?|tutorials?|courses?|books?|docs|documentation|examples?|hours?|days?|weeks?"
    r"|months?|years?|time|long|many|much|costs?|price|mistakes?|errors?|steps?|tools?|details?|give|show|any|some|read|watch|find|see"
    r"|list|please|pls|me|now|ones?|two|three|difference|order|take|takes|first|start|get|learn)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"^\W*(?:what(?:'s|s)?\s+(?:is|are|was|does|do|means?)?|tell me (?:more )?about|explain|define|describe)\s*"
    r"(?:an?\s+|the\s+)?(?P<subject>[\w+#./-]+(?:\s+(?!(?:in|of|and|or|to|you|i|we|is|are|does|do|for|mean|called)\b)[\w+#./-]+){0,3})"
    r"(?:\s+(?:mean|means|do|for|used for|good for|exactly|about))*\W*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=\w)")  # typed in small letters, as learners do
_SOMETHING = re.compile(r"^\W*(?:some|any)thing\s+(?:\w+er|more\s+\w+|less\s+\w+|similar|like\s+it)\W*$", re.IGNORECASE)
_STAND_IN = re.compile(r"\s+ones?(?=\W*$)", re.IGNORECASE)
_SIMPLE = frozenset(("it", "they", "them", "that", "this"))
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(?P<text>.*)$")
_MARKER = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Resolution:
    """A question that stands alone, and what the conversation asks of its answer."""

    standalone: str
    about: str = ""  # what the next follow-up is about; the whole of `standalone` when empty
    after: str = ""  # what was said last, when the question is what comes after it
    more: bool = False  # the question before is asked again for what was not said yet


def resolve(asked: str, history: Sequence[Turn], context: Context | None = None) -> Resolution:
    """The question with what it leaves unsaid; unchanged when it stands alone.

    Without a `context` a question that points back by no word is taken to stand alone, and no phrase is like another.

    >>> resolve("and how long does it take?", [Turn("user", "How do I learn SQL?"), Turn("assistant", "...")]).standalone
    'and how long does it take? (about: How do I learn SQL?)'
    """
    return _resolve(asked, history, context, DEPTH)


def _resolve(asked: str, history: Sequence[Turn], context: Context | None, depth: int) -> Resolution:
    switched = _SWITCH.match(asked)
    if switched is not None and terms(asked[switched.end() :]):
        return Resolution(asked[switched.end() :])
    last = max((at for at, turn in enumerate(history) if turn.role == "user" and turn.content.strip()), default=-1)
    if last < 0 or depth == 0:
        return Resolution(asked)
    before = " ".join(history[last].content.split())
    reply = "\n".join(turn.content for turn in history[last + 1 :] if turn.role == "assistant")
    refused = reply.startswith(REFUSAL)
    courtesy = _COURTESY.match(asked)
    spoken = (asked[courtesy.end() :] if courtesy else asked) or asked
    if is_order(spoken):
        return Resolution(asked)
    pointing = _pointing(spoken)
    marked = bool(pointing)
    if marked and context is not None and _says_much(pointing) and context.foreign(pointing):
        return Resolution(asked)
    if refused and _only_opens(spoken):
        return Resolution(asked)
    if not marked and _names_only(spoken) and (other := renumbered(spoken, before)) is not None:
        return Resolution(other)
    if not marked and (refused or context is None or not context.goes_on(spoken, before)):
        return Resolution(asked)
    resolved = _resolve(before, history[:last], context, depth - 1)
    earlier = with_number_of(spoken, _shorten(resolved.about or resolved.standalone))
    if not marked:
        return Resolution(f"{spoken} (about: {earlier})")
    return _completed(spoken, earlier, "" if refused else reply, context)


def _completed(spoken: str, earlier: str, reply: str, context: Context | None) -> Resolution:
    """A question that depends on `earlier`, the question before it, and on its answer, with both put in."""
    if _MORE.match(spoken):
        return Resolution(earlier, more=bool(reply))
    if _NEXT.match(spoken) and reply:
        said = _last_said(reply)
        return Resolution(f"what comes after “{_shorten(said)}”? (about: {earlier})", about=earlier, after=said)
    if any(map(points, _SENTENCE_END.split(spoken))) and (with_item := put_in(spoken, reply)) is not None:
        return Resolution(f"{with_item} (about: {earlier})")
    opener = _OPENER.match(spoken)
    fragment = _TRAILER.sub("", spoken[opener.end() :] if opener else spoken)
    if context is not None and _names_only(fragment):
        replaced = parallel(fragment, earlier, context.fits)
        if replaced is not None:
            return Resolution(replaced)
    pronoun = _PRONOUN.search(spoken)
    said = _MARKER.sub("", reply).strip(" .")
    if pronoun is not None and pronoun.group().lower() in ("that", "this") and 0 < len(words(said)) <= BRIEF:
        return Resolution(f"{spoken} (about: {said}; {earlier})", about=earlier)
    subject = _DEFINITION.match(earlier)
    if pronoun is not None and pronoun.group().lower() in _SIMPLE and subject is not None:
        return Resolution(f"{spoken[: pronoun.start()]}{subject['subject']}{spoken[pronoun.end() :]}")
    return Resolution(f"{spoken} (about: {earlier})")


def _says_much(spoken: str) -> bool:
    """Whether a question with a word that points back has a subject of its own: "will it rain in Hamburg"."""
    opener = _OPENER.match(spoken)
    return opener is None and not points(spoken) and len(terms(_WANTED.sub(" ", spoken))) > 2


def _only_opens(spoken: str) -> bool:
    """Whether an opening such as "and" is all that points back in a question with a subject of its own."""
    opener = _OPENER.match(spoken)
    rest = spoken[opener.end() :] if opener else ""
    return bool(_CLAUSE.search(rest)) and len(terms(_WANTED.sub(" ", rest))) > 1 and not _pointing(rest)


def _names_only(fragment: str) -> bool:
    """Whether a follow-up is no more than a name or a phrase to put in the place of another."""
    fragment = _STAND_IN.sub("", fragment)
    own = terms(_WANTED.sub(" ", fragment))
    return 0 < len(own) < SHORT and not (_CLAUSE.search(fragment) or _PRONOUN.search(fragment) or "," in fragment.strip(" ,"))


def _last_said(reply: str) -> str:
    """The last list item of an answer, or else its last sentence."""
    lines = [line for line in _MARKER.sub("", reply).strip().splitlines() if line.strip("` ")]
    item = _ITEM.match(lines[-1])
    return item["text"].strip() if item else re.split(r"(?<=[.!?])\s+", lines[-1].strip())[-1]


def _pointing(spoken: str) -> str:
    """What of a question points back: all of it, or one of two sentences beside a remark of a word or two; "" for nothing.

    Beside a longer sentence the other points at what that one says.
    """
    if _points_back(spoken):
        return spoken
    sentences = _SENTENCE_END.split(spoken)
    pairs = zip(sentences, reversed(sentences), strict=True) if len(sentences) == 2 else ()
    return next((sentence for remark, sentence in pairs if _is_remark(remark) and _points_back(sentence)), "")


def _is_remark(sentence: str) -> bool:
    return not sentence.endswith("?") and len(terms(_WANTED.sub(" ", sentence))) <= REMARK


def _points_back(spoken: str) -> bool:
    """Whether a sentence points back: a pronoun, an opening such as "and", an item's place, or nothing of its own."""
    own = terms(spoken)
    if _MORE.match(spoken) or _NEXT.match(spoken) or points(spoken) or not terms(_WANTED.sub(" ", spoken)):
        return True
    if _SOMETHING.match(spoken):
        return True
    why = _WHY.match(spoken)
    if why is not None:
        return not terms(spoken[why.end() :]) or (len(own) < SHORT and bool(_PRONOUN.search(spoken)))
    if _OPENER.match(spoken):
        return len(own) <= SHORT
    pronoun = _PRONOUN.search(spoken)
    if pronoun is not None and len(own) < SHORT:
        named = _DISLOCATED.match(spoken)  # "federated learning, what is that": it points at its own beginning
        return named is None or pronoun.start() < named.end() or not terms(named["topic"])
    fragment = _TRAILER.search(spoken) is not None and not _CLAUSE.search(spoken)
    return fragment and len(words(spoken)) < SHORT


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …"
