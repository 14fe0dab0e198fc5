"""Follow-ups made standalone: what a question leaves unsaid is taken from the learner's earlier questions and the last answer.

Only the words of the conversation are used, never the documents that were found for an earlier turn. After a refusal only
the learner's own words count: nothing in the refusal can be pointed at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from assistant.answer import REFUSAL, Turn
from assistant.context import Context
from assistant.ellipsis import (
    AMONG,
    BESIDE,
    MORE,
    NEXT,
    PREVIOUS,
    PRONOUN,
    fragment_of,
    names_only,
    only_opens,
    pointing_back,
    says_all,
    says_much,
    says_nothing,
    sentences,
)
from assistant.member import beside, last_numbered, named_member, names_member
from assistant.orders import is_order
from assistant.ordinals import following, renumbered, with_number_of
from assistant.phrases import parallel
from assistant.pointing import begins_with, points, put_in
from assistant.remarks import remark
from assistant.sides import compared
from assistant.standalone import levels, with_about
from assistant.wording import only_courtesy, without_courtesy
from index.terms import terms, words

DEPTH = 4  # questions that a chain of follow-ups may reach back
BRIEF = 6  # words up to which the last answer is what “that” means, and its beginning put in for “it”
LONGEST = 240  # characters of an earlier question that are taken along

_SWITCH = re.compile(
    r"^\W*(?:(?:an?|one|now|and|but)\s+)*"
    r"(?:(?:new|next|other|another|different|separate|unrelated)\s+(?:thing|topic|question|subject|matter)"
    r"|something\s+(?:else|new|different|completely different)|by the way|btw|unrelated"
    r"|(?:switch|switching|change|changing)(?:\s+(?:the|of))?\s+(?:topic|subject))\b\s*(?:[:;.,!?–—-]+\s*)+",
    re.IGNORECASE,
)
_NO_NAME = "in|of|and|or|to|you|i|we|is|are|does|do|for"
_DEFINITION = re.compile(  # "what does it cost" is none, but for "mean", "do" and "stand for" at its end
    r"^\W*(?!what\s+(?:comes?|follows?)\b)(?!what\s+do(?:es)?\b(?!.{1,200}\b(?:means?|do|stand\s+for)(?:\s+exactly)?\W*$))"
    r"(?:what(?:'s|s)?\s+(?:(?:is|are|was|does|do|means)\s+)?|(?:tell me (?:more )?about|explain|define|describe)\s+)"
    rf"(?:an?\s+|the\s+)?(?P<subject>(?:(?!(?:{_NO_NAME}|after|before|with|about|at|on|from|they|he|she|it)\b)(?<!\w)[\w+#./-]+)"
    rf"(?:\s+(?!(?:{_NO_NAME}|mean|called|used|good|stand|stands)\b)[\w+#./-]+){{0,3}})"
    r"(?:\s+(?:mean|means|do|for|used for|good for|stands? for|exactly|about))*\W*$",
    re.IGNORECASE,
)
_PUTS_A_QUESTION = re.compile(
    r"(?:what|which|who|whose|where|when|why|how|is|are|do|does|did|can|could|should|will)\b", re.IGNORECASE
)
_OF_TWO = re.compile(r"\bthe\s+(?P<which>former|latter)\b(?:\s+one\b)?", re.IGNORECASE)
_PLACED_FIRST = re.compile(r"^\W*(?:in|on|at|for|with|without|as|by|to|from|of|under)\b", re.IGNORECASE)
_SIMPLE = frozenset(("it", "they", "them", "that", "this"))
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(?P<text>.*)$")
_MARKER = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Resolution:
    """A question that stands alone, and what the conversation asks of its answer."""

    standalone: str
    about: str = ""  # what the next follow-up is about; the whole of `standalone` when empty
    after: str = ""  # what was said last, when the question is what comes after it
    said: str = ""  # all that was answered to it, when it is asked again for what was not said yet
    beside: str = ""  # the question in which a word was replaced: "which of them" is about that one too
    item: str = ""  # of a list, when the question points at it
    brief: bool = False  # whether the answer is to be as short as it can be
    listing: str = ""  # the answer with that list


def resolve(asked: str, history: Sequence[Turn], context: Context | None = None) -> Resolution:
    """The question with what it leaves unsaid; unchanged when it stands alone.

    Without a `context` a question that points back by no word is taken to stand alone, and no phrase is like another.

    >>> resolve("and how long does it take?", [Turn("user", "How do I learn SQL?"), Turn("assistant", "...")]).standalone
    'and how long does it take? (about: How do I learn SQL?)'
    """
    return _resolve(asked, history, context, DEPTH)


def _resolve(asked: str, history: Sequence[Turn], context: Context | None, depth: int) -> Resolution:
    spoken = without_courtesy(asked)
    switched = _SWITCH.match(spoken)
    if switched is not None and terms(spoken[switched.end() :]):
        return Resolution(spoken[switched.end() :])
    *_, earlier, last = [-1, -1, *(at for at, turn in enumerate(history) if _is_question(turn))]
    wanted = remark(spoken)
    if wanted == "earlier" and earlier >= 0:
        last = earlier
    if last < 0 or depth == 0 or is_order(spoken) or only_courtesy(asked):
        return Resolution(asked)
    before = " ".join(history[last].content.split())
    reply = "\n".join(turn.content for turn in takewhile(lambda turn: turn.role == "assistant", history[last + 1 :]))
    refused = reply.startswith(REFUSAL)
    if wanted:
        return replace(_resolve(before, history[:last], context, depth - 1), brief=wanted == "brief")
    if not refused and names_member(spoken):
        resolved = _resolve(before, history[:last], context, depth - 1)
        if (member := _member(spoken, resolved, reply)) is not None:
            return replace(member, beside=resolved.beside)
    pointing = pointing_back(spoken)
    marked = bool(pointing)
    if marked and context is not None and says_much(pointing) and context.foreign(pointing):
        return Resolution(asked)
    if refused and only_opens(spoken):
        return Resolution(asked)
    if not marked and names_only(spoken) and (other := renumbered(spoken, before)) is not None:
        return Resolution(other)
    if not marked and (refused or says_all(spoken)):
        return Resolution(asked)
    resolved = _resolve(before, history[:last], context, depth - 1)
    if marked:
        completed = _completed(spoken, resolved, "" if refused else reply, context)
    elif context is not None and context.goes_on(spoken, resolved.standalone):
        completed = _with(spoken, _subject(resolved))
    else:
        return Resolution(asked)
    return replace(completed, beside=completed.beside or resolved.beside)


def _completed(spoken: str, resolved: Resolution, reply: str, context: Context | None) -> Resolution:
    """A question that depends on `resolved`, the question before it, and on its answer, with both put in."""
    earlier = with_number_of(spoken, _subject(resolved))
    more = MORE.match(spoken)
    if more and (not more["kind"] or set(terms(more["kind"])) & set(terms(f"{earlier} {reply}"))):
        return Resolution(earlier, said=f"{resolved.said}\n{reply}".strip())
    if (neighbour := _beside(spoken, resolved, reply)) is not None:
        return neighbour
    fragment = fragment_of(spoken)
    if resolved.item and names_only(fragment) and (placed := put_in(fragment, "", resolved.listing)) is not None:
        other = resolved.standalone.replace(resolved.item, placed[1])
        return Resolution(other, item=placed[1], listing=resolved.listing)
    pair = next(filter(None, map(compared, levels(earlier))), None)
    if pair is not None and (either := _OF_TWO.search(spoken)) is not None:
        both = _OF_TWO.sub(lambda place: pair[place["which"].lower() == "latter"], spoken)
        return replace(_with(both, earlier), item=pair[either["which"].lower() == "latter"], listing=reply)
    if any(map(points, sentences(spoken))) and (placed := put_in(spoken, levels(earlier)[0], reply)) is not None:
        return replace(_with(placed[0], earlier), item=placed[1], listing=reply)
    if names_only(fragment) and compared(fragment) and not _PLACED_FIRST.match(fragment):
        return Resolution(fragment)
    pattern = resolved.about if resolved.after else resolved.standalone
    if context is not None and names_only(fragment) and (replaced := _replaced(fragment, pattern, context)) is not None:
        return replaced
    pronoun = PRONOUN.search(spoken)
    said = _MARKER.sub("", reply).strip(" .")
    if pronoun is not None and pronoun.group().lower() in ("that", "this") and 0 < len(words(said)) <= BRIEF:
        return Resolution(with_about(spoken, f"{said}; {earlier}"), about=earlier)
    if pronoun is not None and (named := _said_beside(spoken, pronoun, resolved, reply)) is not None:
        return named
    subject = _DEFINITION.match(earlier)
    if pronoun is not None and pronoun.group().lower() in _SIMPLE and subject is not None:
        return Resolution(f"{spoken[: pronoun.start()]}{subject['subject']}{spoken[pronoun.end() :]}")
    if resolved.beside and AMONG.search(spoken):
        return _with(spoken, "; ".join(dict.fromkeys([*levels(resolved.beside), *levels(earlier)])))
    whole = _with(spoken, earlier)
    still = resolved.item and resolved.item in earlier and not AMONG.search(spoken)
    return replace(whole, item=resolved.item, listing=resolved.listing) if still else whole


def _member(spoken: str, resolved: Resolution, reply: str) -> Resolution | None:
    """A question with the member put in that it names, "step 3", of the last answer or of the list that was shown before it."""
    earlier = levels(_subject(resolved))[-1] if resolved.item else _subject(resolved)
    for listing in dict.fromkeys((resolved.listing, reply)):
        placed = named_member(spoken, resolved.standalone, listing)
        if placed is not None and resolved.item and listing == resolved.listing and names_only(fragment_of(spoken)):
            return _moved(resolved, placed[1])
        if placed is not None:
            return replace(_with(placed[0], earlier), item=placed[1], listing=listing)
    return None


def _moved(resolved: Resolution, member: str) -> Resolution:
    """The question about one member of a list, asked of another."""
    other = resolved.standalone.replace(resolved.item, member)
    return Resolution(other, about=resolved.about.replace(resolved.item, member), item=member, listing=resolved.listing)


def _beside(spoken: str, resolved: Resolution, reply: str) -> Resolution | None:
    """The question for what comes after or before what was asked about or said last; None for any other one.

    It is the member of a list beside the one that was asked about, the stage with the next number, or what the documents say
    beside what was said last.
    """
    then = NEXT.match(spoken)
    step = then or PREVIOUS.match(spoken)
    if step is None:
        return None
    by = 1 if then else -1
    if resolved.item and (member := beside(resolved.item, resolved.listing, by)):
        return _moved(resolved, member)
    if not resolved.after and not resolved.item:
        other = following(next(filter(None, step.groups()), "one"), resolved.standalone, by)
        if other is not None:
            return Resolution(other)
    earlier = levels(_subject(resolved))[-1] if resolved.item else _subject(resolved)
    if then and (said := resolved.item or _last_said(reply)):
        asked = with_about(f"what comes after “{_shorten(said)}”?", earlier)
        return Resolution(asked, about=earlier, after=said, said=reply, listing=resolved.listing or reply)
    if then or resolved.item:
        return None
    if resolved.after:
        return _with(resolved.after, earlier)
    member = beside(last_numbered(reply), reply, by)
    return replace(_with(member, earlier), item=member, listing=reply) if member else None


def _replaced(fragment: str, question: str, context: Context) -> Resolution | None:
    """The question with the fragment in the place of what it stands against: in its own words, or else in what it is about."""
    spoken, *about = levels(question)
    if (other := parallel(fragment, spoken, context.fits, points_back=bool(about))) is not None:
        named = PRONOUN.search(spoken) and not PRONOUN.search(other)  # what it was about is what the fragment replaces
        return Resolution(with_about(other, about[-1]) if about and not named else other, beside=question)
    if about and (other := parallel(fragment, about[-1], context.fits)) is not None:
        return replace(_with(spoken, other), beside=question)
    return None


def _with(spoken: str, earlier: str) -> Resolution:
    """The question with what it is about; when it names nothing itself, the next one is about the same."""
    return Resolution(with_about(spoken, earlier), about=earlier if says_nothing(spoken) else "")


def _subject(resolved: Resolution) -> str:
    """What a follow-up to a question is about: that question and the one that all began with, none between them."""
    spoken, *about = levels(resolved.about or resolved.standalone)
    return with_about(_shorten(spoken), _shorten(about[-1])) if about else _shorten(spoken)


def _is_question(turn: Turn) -> bool:
    """Whether a turn asks something that the next one may go on with: nothing hangs on what is said about an answer."""
    said = without_courtesy(turn.content)
    return turn.role == "user" and bool(said.strip()) and not only_courtesy(said) and not remark(said)


def _last_said(reply: str) -> str:
    """The last list item of an answer, or else its last sentence; "" when it says nothing.

    Where several documents are quoted, the last sentence is one that was added, and nothing comes after it.
    """
    lines = [line for line in _MARKER.sub("", reply).splitlines() if line.strip("` ")]
    if not lines:
        return ""
    item = _ITEM.match(lines[-1])
    if item:
        return item["text"].strip()
    views = sum(line.rstrip().endswith(":") and not _MARKER.search(line) for line in reply.splitlines())
    return "" if views > 1 else re.split(r"(?<=[.!?])\s+", lines[-1].strip())[-1]


def _said_beside(spoken: str, pronoun: re.Match[str], resolved: Resolution, reply: str) -> Resolution | None:
    """The question with what was answered for its "it", where that was asked to stand after or before something; else None."""
    asked = resolved.after or BESIDE.search(levels(resolved.standalone)[0])
    if not asked or pronoun.group().lower() not in ("it", "that", "this") or not (it := begins_with(reply)):
        return None
    about = f"{it}; {_subject(resolved)}" if resolved.after else it
    if pronoun.group().lower() == "it" and len(words(it)) <= BRIEF and not resolved.after:
        return Resolution(f"{spoken[: pronoun.start()]}{it}{spoken[pronoun.end() :]}", about=about)
    return Resolution(with_about(spoken, about), about=about)


def _shorten(text: str) -> str:
    """A text of at most `LONGEST` characters: of a story what it asks, and of the rest the end."""
    if len(text) <= LONGEST:
        return text
    told = sentences(text)
    asking = {at for at, each in enumerate(told) if each.rstrip().endswith("?") or _PUTS_A_QUESTION.match(each)}
    kept: list[int] = []
    for at in [*sorted(asking), *(at for at in reversed(range(len(told))) if asking and at not in asking)]:
        if len(" ".join(told[each] for each in (*kept, at))) > LONGEST:
            break
        kept.append(at)
    return " ".join(told[at] for at in sorted(kept)) or text[:LONGEST].rsplit(" ", 1)[0] + " …"


def defined_by(question: str) -> str:
    """The thing that a question asks the meaning of, as it names it; "" where it asks something else.

    >>> defined_by("What is PyTorch?"), defined_by("what does PyTorch cost")
    ('PyTorch', '')
    """
    definition = _DEFINITION.match(question)
    return definition["subject"] if definition else ""
