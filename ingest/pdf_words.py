"""Lines of one paragraph in, its text out: words divided at line ends mended, hyphens of compounds kept, links joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ingest.html import linked

_HYPHENS = "-\u2010\u00ad"
_WORD = re.compile(rf"[^\W\d_]+(?:[{_HYPHENS}][^\W\d_]+)*")
_DIVIDED = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]\Z")
_FOLLOWS = re.compile(r"[^\W\d_]+")
# First parts that keep their hyphen, and those that are written together with what follows.
_OPEN = frozenset("self well cross high low long short real full half open end large small state one two three non so".split())
_CLOSED = frozenset("over under inter out back up down sub super hyper auto semi fore work data net soft hard".split())
_LINKS = re.compile(r"\[([^\[\]]*)\]\((\S{1,500}?)\)(\s*)\[([^\[\]]*)\]\(\2\)")


class Words:
    """The words of a document, which tell whether a hyphen at the end of a line divides a word or joins two."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._known: set[str] = set()
        divided = False
        for line in lines:
            found = [word.lower().translate({0x2010: "-"}) for word in _WORD.findall(line)]
            cut = bool(_DIVIDED.search(line))
            self._known.update(found[int(divided) : len(found) - int(cut)])
            divided = cut

    def joined(self, lines: Sequence[str]) -> str:
        """The lines as one text.

        >>> words = Words(["A cross-validated score of the model,", "and a scoring of models."])
        >>> words.joined(["Cross-", "validated scor-", "ing of GPT-", "like mod-", "els"])
        'Cross-validated scoring of GPT-like models'
        """
        text = lines[0].rstrip() if lines else ""
        for line in lines[1:]:
            text = self._append(text, line.strip())
        return _with_links_joined(text)

    def _append(self, text: str, line: str) -> str:
        divided, follows = _DIVIDED.search(text), _FOLLOWS.match(line)
        if divided and follows:
            return (text if self._keeps(divided[1], follows[0]) else text[:-1]) + line
        broken = text.endswith(("/", "-", "_", ".", "=")) and "://" in text.rsplit(" ", 1)[-1] and not text.endswith(". ")
        goes_on = broken and bool(re.match(r"[a-z0-9_%?&=/#.-]", line)) and not (text.endswith(".") and " " in line[:3])
        return text + ("" if goes_on or not text else " ") + line

    def _keeps(self, before: str, after: str) -> bool:
        if after[0].isupper() or (len(before) > 1 and before[-2:].isupper()):
            return True
        first, second = before.lower(), after.lower()
        if first + second in self._known:
            return False
        if f"{first}-{second}" in self._known or first in _OPEN:
            return True
        return first not in _CLOSED and min(len(first), len(second)) > 3 and {first, second} <= self._known


def _with_links_joined(text: str) -> str:
    """The text with a link whole that was drawn in pieces or over several lines.

    >>> _with_links_joined("See [the](https://a.b) [book](https://a.b) and [https://c.d/e](https://c.d/ef) [f](https://c.d/ef).")
    'See [the book](https://a.b) and https://c.d/ef.'
    """
    if "](" not in text:
        return text
    text = re.sub(r"\s?\[\]\(\S{1,500}?\)", "", text)
    before = None
    while before != text:
        before, text = text, _LINKS.sub(lambda found: _one(found[1] + found[3] + found[4], found[2]), text)
    return text


def _one(label: str, address: str) -> str:
    bare = re.sub(rf"[{_HYPHENS}]\s|\s", "", label)
    whole = linked(bare, address)
    return whole if whole == address else f"[{label}]({address})"
