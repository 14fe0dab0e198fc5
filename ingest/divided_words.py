"""Two lines in, one text out: words divided at a line's end mended, hyphens of compounds kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

_HYPHENS = "-\u2010\u00ad"
_WORD = re.compile(rf"[^\W\d_]+(?:[{_HYPHENS}][^\W\d_]+)*")
_DIVIDED = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]\Z")
_FOLLOWS = re.compile(r"[^\W\d_]+")
_LONGEST = 60  # letters of a first part; bounds the time that a line without spaces takes
# First parts that keep their hyphen, and those that are written together with what follows.
_OPEN = frozenset("self well cross high low long short real full half open end large small state one two three non so".split())
_CLOSED = frozenset("over under inter out back up down sub super hyper auto semi fore work data net soft hard".split())
_SECOND = frozenset("based driven specific friendly oriented aware related".split())  # parts that follow a hyphen
_LINKING = frozenset("of the to by in on and at for a".split())  # inside "state-of-the-art" and "day-to-day"


class Words:
    """The words of a document, which tell whether a hyphen at the end of a line divides a word or joins two."""

    def __init__(self, lines: Iterable[str], divides: bool = True) -> None:
        """`divides` says that the program which set the lines may have divided words at their ends."""
        self._divides = divides
        self._known: set[str] = set()
        self._parts: set[str] = set()  # "tree-" and "-based", of compounds that stand on one line
        self._joining = {"-"}  # signs that join words; another one at the end of a line can only divide
        divided = False
        for line in lines:
            written = _WORD.findall(line)
            self._joining.update(sign for word in written for sign in word if sign in _HYPHENS)
            found = [word.lower().translate({0x2010: "-"}) for word in written]
            cut = _divided(line) is not None
            whole = found[int(divided) : len(found) - int(cut)]
            self._known.update(whole)
            for compound in whole:
                first, hyphen, second = compound.partition("-")
                if hyphen:
                    self._parts.update((f"{first}-", f"-{second}"))
            divided = cut

    def mended(self, text: str, line: str) -> str | None:
        """The text with the line that follows it where a hyphen ends the text inside a word or between two, else None.

        >>> words = Words(["a state-of-the-art model"])
        >>> words.mended("Infor-", "mation"), words.mended("state-of-", "the-art"), words.mended("pre-", "and post-training")
        ('Information', 'state-of-the-art', None)
        >>> Words(["a cloud-based tool"]).mended("tree-", "based")
        'tree-based'
        >>> Words([], divides=False).mended("fine-", "tuned")
        'fine-tuned'
        >>> Words([], divides=False).mended("fine\u2010", "tuned")
        'finetuned'
        """
        divided, follows = _divided(text), _FOLLOWS.match(line)
        if not divided or not follows or follows[0] in ("and", "or"):
            return None
        inside = text[: divided.start()].endswith("-") and divided[1].lower() in _LINKING
        linked = line[follows.end() :].startswith("-") and follows[0].lower() in _LINKING
        keeps = text[-1] in self._joining and self._keeps(divided[1], follows[0], inside or linked)
        return (text if keeps else text[:-1]) + line

    def _keeps(self, before: str, after: str, compound: bool) -> bool:
        first, second = before.lower(), after.lower()
        if first + second in self._known:
            return False
        if not self._divides or after[0].isupper() or (len(before) > 1 and before[-2:].isupper()):
            return True
        if compound or f"{first}-{second}" in self._known or first in _OPEN or second in _SECOND:
            return True
        if (len(first) > 3 and f"{first}-" in self._parts) or (len(second) > 3 and f"-{second}" in self._parts):
            return True
        return first not in _CLOSED and min(len(first), len(second)) > 3 and {first, second} <= self._known


def _divided(text: str) -> re.Match[str] | None:
    return _DIVIDED.search(text, max(0, len(text) - _LONGEST))
