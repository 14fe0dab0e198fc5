"""Which item of the last answer a follow-up points at: "the second one", "number 3", "the other two"."""

from __future__ import annotations

import re

from index.terms import terms

MAX_ITEM_WORDS = 16  # a longer piece between two commas is a clause, not an item

_ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4,
    "5th": 4, "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7, "8th": 7, "ninth": 8, "9th": 8, "tenth": 9,
    "10th": 9, "last": -1, "final": -1, "latter": -1,
}  # fmt: skip
_HEADS = "one|step|phase|point|item|option|part|thing|stage|bullet|entry|method|kind|type|tip|reason|skill|tool|project|area"
_FOLLOWS = (
    r"is|are|was|does|do|did|for|in|about|takes?|means?|has|have|contains?|covers?|works?|again|better|good|and|or"
    r"|sounds?|looks?|seems?|too|please|pls|\w+ed"
)
_POINTED = re.compile(
    rf"\b(?P<article>(?:the|your|my|his|her|its|their)\s+)?(?P<which>{'|'.join(_ORDINALS)})\b"
    rf"(?P<head>(?:\s+(?:{_HEADS}))?(?:\s+of\s+(?:them|these|those|the\s+list|your\s+list|that\s+list))?)"
    rf"(?=\W*$|[?!.,;:)]|\s+(?:{_FOLLOWS})\b)",
    re.IGNORECASE,
)
_BEGINNING = re.compile(r"^\W*(?:(?:and|but|or|so|then|what about|how about|for|in|on|of|with)\b\W*)*$", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:\b(?:number|no\.?|nr\.?|item|point|option)\s*|#\s*)(?P<number>\d{1,2})\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"\bthe\s+(?:(?:two|three|four)\s+)?others?\b(?:\s+(?:ones?|two|three|four|kinds?|types?))?"
    r"(?P<besides>\s+(?:besides|than|except|apart from|but)\s+(?P<known>[^,.;?!]+))?",
    re.IGNORECASE,
)
_LIST_LINE = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.*?)\s*(?:\[\d+\]\s*)*$")
_MARKER = re.compile(r"\s*\[\d+\]")
_SEPARATOR = re.compile(r"\s*[,;]\s+(?:and\s+|or\s+)?")
_LAST_TWO = re.compile(r"\s+(?:and|or)\s+")


def points(asked: str) -> bool:
    """Whether the question points at an item by its place.

    >>> points("how long does the second one take?"), points("what is the first step to become a nurse?")
    (True, False)
    >>> points("how long does it last?"), points("what do I do first?")
    (False, False)
    """
    pointed = _place(asked)
    if pointed is not None:
        return len(terms(asked[: pointed.start()] + asked[pointed.end() :])) < 4
    return bool(_NUMBERED.search(asked) or _OTHERS.search(asked))


def put_in(asked: str, reply: str) -> str | None:
    """The question with the item's words in place of its number; None when the last answer has no such item.

    >>> put_in("and the second one?", "- Mathematics [1]\\n- Programming [2]")
    'and Programming?'
    """
    items = listed(reply)
    pointed, numbered, others = _place(asked), _NUMBERED.search(asked), _OTHERS.search(asked)
    if others is not None and (pointed is None or others.start() <= pointed.start()):
        known = set(terms(others["known"] or ""))
        rest = [item for item in items if known and not known & set(terms(item))]
        return _replaced(asked, others, ", ".join(rest)) if rest and len(rest) < len(items) else None
    found = pointed or numbered
    if found is None:
        return None
    at = _ORDINALS[pointed["which"].lower()] if pointed else int(found["number"]) - 1
    there = at < len(items) and (at >= 0 or pointed is not None)
    return _replaced(asked, found, items[at]) if items and there else None


def _place(asked: str) -> re.Match[str] | None:
    """Where the question names a place in a list; not where "last" is a verb or "first" says when."""
    for found in _POINTED.finditer(asked):
        if found["article"] or found["head"] or _BEGINNING.match(asked[: found.start()]):
            return found
    return None


def listed(reply: str) -> list[str]:
    """The items of an answer: its list lines by their labels, or else the longest enumeration in its sentences.

    >>> listed("Three: clustering, dimensionality reduction and anomaly detection.")
    ['clustering', 'dimensionality reduction', 'anomaly detection']
    """
    lines = [match.group(1) for line in reply.splitlines() if (match := _LIST_LINE.match(line))]
    if lines:
        return [_label(line) for line in lines]
    best: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n", _MARKER.sub("", reply)):
        items = _enumerated(sentence.strip().rstrip(".!?"))
        best = items if len(items) > len(best) else best
    return best


def _enumerated(sentence: str) -> list[str]:
    head, _, tail = sentence.rpartition(":")
    pieces = _SEPARATOR.split(tail.strip() if head else sentence)
    if len(pieces) < 2:
        pieces = _LAST_TWO.split(pieces[0], maxsplit=1)
        return [piece.strip() for piece in pieces] if len(pieces) == 2 and all(_short(p, 4) for p in pieces) else []
    if not re.search(r"[,;]\s+(?:and|or)\s", sentence):  # no comma before "and": the last piece is two items
        *front, last = pieces
        two = _LAST_TWO.split(last, maxsplit=1)
        pieces = [*front, *two] if all(_short(p, 4) for p in two) else pieces
        if len(pieces) == 2:
            return []  # a sentence with a comma in it
    return [piece.strip() for piece in pieces] if all(_short(p, MAX_ITEM_WORDS) for p in pieces) else []


def _short(piece: str, limit: int) -> bool:
    return 0 < len(piece.split()) <= limit


def _label(line: str) -> str:
    """`Label shift` of `Label shift: the frequency …` and of `Label shift | …`; the whole line when it has no label."""
    label = re.split(r"\s*\|\s*|:\s+|\s+[–—-]\s+", _MARKER.sub("", line).replace("**", ""), maxsplit=1)[0]
    return label if 0 < len(label.split()) <= MAX_ITEM_WORDS else " ".join(line.split()[:MAX_ITEM_WORDS])


def _replaced(asked: str, found: re.Match[str], item: str) -> str:
    before, after = asked[: found.start()].rstrip(), asked[found.end() :].lstrip()
    joint = "" if after[:1] in "?!.,;:)" else " "
    return f"{before} {item}{joint}{after}".strip()
