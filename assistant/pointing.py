"""Which item of the last answer a follow-up points at: "the second one", "number 3", "the other two"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.sides import compared
from index.number_words import CARDINALS
from index.terms import terms

MAX_ITEM_WORDS = 16  # a longer piece between two commas is a clause, not an item

_ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4,
    "5th": 4, "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7, "8th": 7, "ninth": 8, "9th": 8, "tenth": 9,
    "10th": 9, "last": -1, "final": -1, "latter": -1,
}  # fmt: skip
_HEADS = "one|step|phase|point|item|option|part|thing|stage|bullet|entry|method|kind|type|tip|reason|skill|tool|project|area"
_FOLLOWS = (
    r"is|are|was|does|do|did|for|in|about|takes?|means?|has|have|contains?|covers?|works?|matters?|costs?|again|better|good|and|or"
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
_LIST_LINE = re.compile(r"^(?P<indent>\s*)(?:[-*•]|\d+[.)])\s+(?P<text>.*)$")
_LABELLED = re.compile(r"^(?P<label>\w[\w+#/() -]{1,40}):\s+\S")
_BEGINS_CLAUSE = re.compile(r"^(?:its?|they|their|you|we|i|which|that|who|because|if|when|while|so|but)\b", re.IGNORECASE)
_SAYS = re.compile(rf"{_BEGINS_CLAUSE.pattern}|\b(?:is|are|was|were|has|have)\b", re.IGNORECASE)
_COUNTS = {word: number for number, word in enumerate(CARDINALS, 1) if number > 1}
_COUNTED = re.compile(
    rf"\b(?P<count>{'|'.join(_COUNTS)}|[2-9]|1[0-9]|20)\s+(?:\w+\s+)?\w+s\b(?<!months)(?<!years)(?<!weeks)", re.IGNORECASE
)
_MARKER = re.compile(r"\s*\[\d+\]")
_LABEL_END = re.compile(r"\s*\|\s*|:\s+|\s+[–—-]\s+")
_NUMBERING = re.compile(rf"(?:[^\W\d_]+\s+){{0,3}}(?:\d[\d\s–-]*|{'|'.join(CARDINALS)})", re.IGNORECASE)
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


def put_in(asked: str, question: str, reply: str) -> tuple[str, str] | None:
    """The question with the item's words in place of its number, and these words; None when there is no such item.

    It is an item of `reply`, the last answer, or one of the two things that `question`, the one before, compares.

    >>> put_in("and the second one?", "What is in it?", "- Mathematics [1]\\n- Programming [2]")
    ('and Programming?', 'Programming')
    >>> put_in("what is the latter for", "Flask or Django?", "Flask is small.")
    ('what is Django for', 'Django')
    """
    pointed, numbered, others = _place(asked), _NUMBERED.search(asked), _OTHERS.search(asked)
    items = listed(reply, counted(question))
    if others is not None and (pointed is None or others.start() <= pointed.start()):
        known = set(terms(others["known"] or ""))
        rest = ", ".join(item for item in items if known and not known & set(terms(item)))
        return (_replaced(asked, others, rest), rest) if rest and len(rest) < len(", ".join(items)) else None
    found = pointed or numbered
    if found is None:
        return None
    at = _ORDINALS[pointed["which"].lower()] if pointed else int(found["number"]) - 1
    if pointed and pointed["which"].lower() in ("former", "latter"):  # of two, and of no longer list
        items = list(compared(question) or (items if len(items) == 2 else ()))
    elif pointed and pointed["head"].strip().lower() in ("", "one") and at < 2:
        items = list(compared(question) or items)
    there = at < len(items) and (at >= 0 or pointed is not None)
    return (_replaced(asked, found, items[at]), items[at]) if items and there else None


def counted(question: str) -> int:
    """How many things a question asks for; 0 when it names no number.

    >>> counted("the five steps"), counted("name 3 tools"), counted("in six months")
    (5, 3, 0)
    """
    found = _COUNTED.search(question)
    return 0 if found is None else _COUNTS.get(found["count"].lower()) or int(found["count"])


def _place(asked: str) -> re.Match[str] | None:
    """Where the question names a place in a list; not where "last" is a verb or "first" says when."""
    for found in _POINTED.finditer(asked):
        if found["article"] or found["head"] or _BEGINNING.match(asked[: found.start()]):
            return found
    return None


def listed(reply: str, count: int = 0) -> list[str]:
    """The items of an answer: its list lines by their labels, or its labelled sentences, or its longest enumeration.

    Of several lists it is the one with `count` items; what is listed under an item is none.

    >>> listed("Three: clustering, dimensionality reduction and anomaly detection.")
    ['clustering', 'dimensionality reduction', 'anomaly detection']
    >>> listed("- Models\\n  - Trees\\n- Data"), listed("Flask: A small framework. Django: A large one.")
    (['Models', 'Data'], ['Flask', 'Django'])
    """
    lists: list[list[tuple[int, str]]] = [[]]
    for line in reply.splitlines():
        if match := _LIST_LINE.match(line):
            lists[-1].append((len(match["indent"]), match["text"]))
        elif lists[-1] and line.strip():
            lists.append([])
    shallow = [_shallowest(lines) for lines in lists if lines]
    if shallow:
        return next((items for items in shallow if len(items) == count), [item for items in shallow for item in items])
    sentences = [sentence.strip() for sentence in re.split(r"(?<=[.!?])\s+|\n", _MARKER.sub("", reply))]
    labelled = [match["label"] for sentence in sentences if (match := _LABELLED.match(sentence))]
    if len(labelled) > 1:
        return labelled
    return max((_enumerated(sentence.rstrip(".!?")) for sentence in sentences), key=len, default=[])


def _shallowest(lines: Sequence[tuple[int, str]]) -> list[str]:
    """The items at the least depth, or below a single one the items under it."""
    least = min(depth for depth, _ in lines)
    items = [label_of(text) for depth, text in lines if depth == least]
    under = [(depth, text) for depth, text in lines if depth > least]
    return _shallowest(under) if len(items) == 1 and under else items


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
    if ";" not in sentence and (_BEGINS_CLAUSE.match(pieces[0]) or any(_SAYS.search(piece.strip()) for piece in pieces[1:])):
        return []  # clauses
    return [piece.strip() for piece in pieces] if all(_short(p, MAX_ITEM_WORDS) for p in pieces) else []


def _short(piece: str, limit: int) -> bool:
    return 0 < len(piece.split()) <= limit


def label_of(line: str) -> str:
    """What a line of a list is about: what stands before a colon, dash or bar, as far as that is no mere "Step 3".

    >>> label_of("Label shift: the frequency of ..."), label_of("Step 3: Learn the shell (2 weeks) | Linux"), label_of("SQL")
    ('Label shift', 'Step 3: Learn the shell (2 weeks)', 'SQL')
    """
    text = _MARKER.sub("", line).replace("**", "")
    found = next((cut for cut in _LABEL_END.finditer(text) if not _NUMBERING.fullmatch(text[: cut.start()])), None)
    label = text[: found.start()] if found else text
    return label if 0 < len(label.split()) <= MAX_ITEM_WORDS else " ".join(line.split()[:MAX_ITEM_WORDS]).rstrip(",;")


def begins_with(reply: str) -> str:
    """What the first line of an answer is about; "" where that names a source: several differ.

    >>> begins_with("- SQL: four weeks [1]\\n- Git"), begins_with("Guide A:\\nSQL [1]")
    ('SQL', '')
    """
    first = next((line for line in reply.splitlines() if line.strip()), ":")
    item = _LIST_LINE.match(first)
    return "" if first.rstrip().endswith(":") else label_of(item["text"] if item else first.strip()).rstrip(" .")


def _replaced(asked: str, found: re.Match[str], item: str) -> str:
    before, after = asked[: found.start()].rstrip(), asked[found.end() :].lstrip()
    joint = "" if after[:1] in "?!.,;:)" else " "
    return f"{before} {item}{joint}{after}".strip()
