"""The member of a shown list that a follow-up names by kind and number, "step 3" or "the fourth rule", and those beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from assistant.ellipsis import WANTED
from assistant.numbered import value_of
from assistant.pointing import counted, label_of, listed
from index.number_words import CARDINALS, ORDINALS
from index.terms import stem, terms, words

LEAST = 2  # numbered pieces of an answer that make a list
OWN = 2  # content words that a follow-up may have beside it which are new in the conversation
_PLACE = rf"{'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)"
_NUMBER = rf"\d{{1,2}}|{'|'.join(CARDINALS)}"
_NAMED = (
    re.compile(
        rf"\b(?:the\s+)?(?P<kind>[a-z]{{3,}})\s+(?:no\.?\s*|number\s+|#)?(?P<number>{_NUMBER})\b(?!%|[.,]\d)", re.IGNORECASE
    ),
    re.compile(rf"\b(?:the\s+)?(?P<number>{_PLACE}|last|final)\s+(?P<kind>[a-z]{{3,}})\b", re.IGNORECASE),
)
_OF_WHAT = re.compile(r"\s+(?:to|of|in|into|from|towards?)\b", re.IGNORECASE)  # "the first step to become ..." needs no list
_ANY_KIND = frozenset(("step", "point", "item", "number"))  # what anybody calls the members of a numbered list
_PIECE = re.compile(
    rf"^\s*(?:[-*•]\s+)?(?:(?:and|then|so|in|the)\s+){{0,2}}(?:(?P<kind>[a-z]{{3,}})\s+)?(?P<number>{_NUMBER}|{_PLACE})"
    r"(?:\s+(?P<counted>[a-z]{3,})\s+(?:is|are)\b|(?(kind)\s+(?:is|are)\b|(?!))|\s*[.,:)|–—-]|(?=\s+(?-i:[A-Z])))\s*(?P<text>[^\W\d].*)$",
    re.IGNORECASE,
)
_BULLETS = re.compile(r"^[ \t]*[-*•]\s", re.MULTILINE)
_BETWEEN = re.compile(r"\n|\s*\[\d+\]\s*")


def names_member(asked: str) -> bool:
    """Whether a follow-up names something by a number and a kind, as "step 3" or "the fourth rule"."""
    return any(_things(asked))


def named_member(asked: str, question: str, reply: str) -> tuple[str, str] | None:
    """The follow-up with the words of the member that it names in its place, and these words; None when none is meant.

    `reply` is an answer that shows a list, `question` the one that it answers. One of them has to count such things: it says
    "rules", or an item begins with "Rule 4"; only a "step" may be of any numbered list.

    >>> named_member("explain rule two", "which rules are there", "1. Read it twice. [1]\\n2. Call: ask by phone. [2]")
    ('explain Call', 'Call')
    >>> named_member("explain python 2", "which rules are there", "1. Read it twice. [1]\\n2. Call. [2]") is None
    True
    """
    numbered = _numbered(reply)
    for found in _things(asked):
        kind, number = stem(found["kind"].lower()), found["number"].lower()
        alone = not any(stem(other["kind"].lower()) == kind for other in _things(question))
        if not alone or _OF_WHAT.match(asked, found.end()) or not _counts(kind, question, reply, numbered):
            continue
        own = {value: text for value, named, text in numbered if named in ("", kind)}
        shown = own if numbered else _unnumbered(question, reply)
        meant = shown.get(max(shown, default=0) if number in ("last", "final") else value_of(number), "")
        rest = WANTED.sub(" ", f"{asked[: found.start()]} {asked[found.end() :]}")
        if len(shown) >= LEAST and meant[:1].isalpha() and len(set(terms(rest)) - set(terms(f"{question} {reply}"))) <= OWN:
            return f"{asked[: found.start()]}{meant}{asked[found.end() :]}", meant
    return None


def beside(member: str, reply: str, by: int) -> str:
    """The words of what stands `by` places behind a member of the list that an answer shows; "" where nothing does.

    >>> beside("Models", "1. Data [1]\\n2. Models [2]\\n3. Release [3]", -1), beside("Data", "- Data [1]\\n- Models [2]", -1)
    ('Data', '')
    """
    shown = members(reply)
    places = [at for at, each in enumerate(shown) if same_member(each, member)]
    at = places[0] + by if places else -1
    return shown[at] if 0 <= at < len(shown) else ""


def same_member(one: str, other: str) -> bool:
    """Whether two texts name the same member, one of them with its number or kind: "3 Serving" and "Serving"."""
    one, other = one.casefold(), other.casefold()
    return one == other or one.endswith(f" {other}") or other.endswith(f" {one}")


def members(reply: str) -> list[str]:
    """The words of the members of the list that an answer shows, in its order."""
    return [text for _, _, text in _numbered(reply)] or listed(reply)


def last_numbered(reply: str) -> str:
    """The words of the last member of a numbered list that an answer shows; "" where it shows none."""
    return next((text for _, _, text in reversed(_numbered(reply))), "")


def _things(text: str) -> Iterator[re.Match[str]]:
    """Where a text names something by a number and a kind."""
    return chain.from_iterable(wording.finditer(text) for wording in _NAMED)


def _numbered(reply: str) -> list[tuple[int, str, str]]:
    """Number, stem of the kind ("" for a mere number) and words of the pieces of an answer that count up; few are none."""
    found: list[tuple[int, str, str]] = []
    for piece in _BETWEEN.split(reply):
        if match := _PIECE.match(piece):
            value, kind = value_of(match["number"]), match["kind"] or match["counted"] or ""
            label = label_of(piece[match.start("kind") :].strip() if match["kind"] else match["text"])
            if terms(label) and (not found or value > found[-1][0]):
                found.append((value, stem(kind.lower()), label))
    return found if len(found) >= LEAST else []


def _unnumbered(question: str, reply: str) -> dict[int, str]:
    """The members of a list without numbers by their places; none where the question asks for more or fewer things."""
    items, count = listed(reply) if _BULLETS.search(reply) else [], counted(question)
    return dict(enumerate(items, 1)) if count in (0, len(items)) else {}


def _counts(kind: str, question: str, reply: str, numbered: Sequence[tuple[int, str, str]]) -> bool:
    """Whether a question or its answer has several things of a kind, given by its stem."""
    leading = [piece for piece in reply.splitlines() if not re.match(r"\s*(?:[-*•]|\d+[.)])\s", piece)]
    several = {stem(word) for word in words(" ".join((question, *leading))) if word.endswith("s") and stem(word) != word}
    return kind in several or any(kind == own for _, own, _ in numbered) or (kind in _ANY_KIND and bool(numbered))
