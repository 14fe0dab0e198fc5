"""What stands inside a block of HTML: pictures that say something, raised marks and powers, the lines of a program."""

from __future__ import annotations

import re

from bs4.element import NavigableString, Tag

from ingest.builder import clean_inline
from ingest.html_noise import is_badge
from ingest.tex import tex_to_text

_RAISED_SIGNS = frozenset(["st", "nd", "rd", "th", "tm", "sm", "®", "©", "™", "℠", "*", "†", "‡"])


class Holder:
    """An open heading or link, asked once whether it holds words beside its pictures."""

    def __init__(self, tag: Tag) -> None:
        self._tag = tag
        self._worded: bool | None = None

    @property
    def worded(self) -> bool:
        if self._worded is None:
            self._worded = any(text.strip() for text in self._tag.strings)
        return self._worded


def caption(tag: Tag, title: Holder | None, link: Holder | None) -> str:
    """What an image says in words, where it is a link's only content or a whole caption; badges say nothing."""
    words = clean_inline(str(tag.get("alt", "")))
    if is_badge(str(tag.get("src", ""))) or not re.search(r"\w", words):
        return ""
    if title is not None and title.worded:
        return ""  # a logo beside the name
    if link is not None:
        return "" if link.worded else words
    if words.startswith("{\\displaystyle") or "math" in str(tag.get("class", "")):
        return f" {tex_to_text(words.removeprefix('{').removesuffix('}'))} "
    return f" {words} " if len(words.split()) >= 5 else ""


def only_text(tag: Tag) -> str:
    """The text of a tag that holds nothing else, but for a tag or two around it."""
    for _ in range(3):
        inner = tag.contents[0] if len(tag.contents) == 1 else None
        if not isinstance(inner, Tag):
            return inner.strip() if isinstance(inner, NavigableString) else ""
        tag = inner
    return ""


def is_mark(raised: str) -> bool:
    """Whether raised text is the mark of a footnote.

    >>> is_mark("[2]"), is_mark("[1, 3]"), is_mark("2")
    (True, True, False)
    """
    return bool(re.fullmatch(r"(?:\[\d{1,3}(?:[,–-] ?\d{1,3}){0,9}\])+", raised))


def is_power(raised: str) -> bool:
    """Whether raised text, where other text stands before it, is a power: no ending of a number, no sign of a brand.

    >>> is_power("2"), is_power("-1"), is_power("st"), is_power("TM"), is_power("note")
    (True, True, False, False, False)
    """
    return 0 < len(raised) <= 3 and raised.lower() not in _RAISED_SIGNS


def preformatted(tag: Tag) -> str:
    """The text of a `<pre>` with its lines."""
    for line_break in tag.find_all("br"):
        line_break.replace_with("\n")
    return tag.get_text()
