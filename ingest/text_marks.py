"""A line in, what its first signs say out: bullets, numbers, the signs of headings, rules and mere decoration."""

from __future__ import annotations

import re

from ingest.text_lines import ROUND, Line, PhysicalLine, is_closed
from ingest.text_signs import is_titular

_BULLET = re.compile(
    r"(?:[-*+•‣◦▪▫●○■□·∙⁃›➢➤➔►✓✔]|[–—](?=\s+[A-Z\d])|o(?=\s{2,}|\s[A-Z]))\s+(?=\S)"
    rf"|[{ROUND}‣➢➤✓✔]\s*(?=[\w\"'“‘(])"  # these stand for nothing else, so that no space is needed
)
_ORDERED = re.compile(r"(?:(\d{1,3})[.)]|\((\d{1,3})\))\s+(?=\S)")
LETTERED = re.compile(r"(?:\(?[a-z]\)|[a-h]\.(?=\s+[A-Z])|\([ivx]{1,4}\)|[ivx]{1,4}\))\s+(?=\S)")
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?\s+(?=\S)")
HASHES = re.compile(r"(#{1,6})\s+(?=[^\s#])")
_EQUALS = re.compile(r"(={2,6})(?!=)")  # wiki text: == History ==
_FRAME = re.compile(r"(\*{2,}|~{3,}|-{3,}|\+{3,})(?=\s*[^\W_])")  # letters to many readers: *** NEWS ***
_UNDERLINE = re.compile(r"(=|-|~|\^|\*){3,}\Z")
DECORATION = re.compile(r"[\s*_=~#+.•·─━—–-]{3,}\Z")


def is_marked(text: str) -> bool:
    """Whether the line starts with a bullet, a number or a letter of a list, or the number of a section.

    >>> is_marked("- one"), is_marked("2) two"), is_marked("3.1 Three"), is_marked("four")
    (True, True, True, False)
    """
    return bool(_BULLET.match(text) or _ORDERED.match(text) or LETTERED.match(text) or _DECIMAL.match(text))


def without_mark(text: str) -> str:
    """The line without the mark of a list entry.

    >>> without_mark("-   one"), without_mark("2)  two"), without_mark("three")
    ('one', 'two', 'three')
    """
    found = _BULLET.match(text) or _ORDERED.match(text) or LETTERED.match(text)
    return text[found.end() :] if found else text


def is_amount(before: str, text: str) -> bool:
    """Whether a number that looks like that of a section goes on with the sentence: "which has / 1.4 million customers"."""
    found = _DECIMAL.match(text)
    return found is not None and text[found.end()].islower() and not is_closed(before) and not before.endswith(":")


def opened_line(physical: PhysicalLine) -> Line | None:
    """The logical line that this physical line starts, or None where it only decorates."""
    text, gap, indent = physical.raw, physical.gap, physical.indent
    if indent < 4 and (found := HASHES.match(text)):  # further in it is a comment of a program
        return Line("heading", text[found.end() :].rstrip("#").rstrip(), gap, indent, len(found[1]))
    if framed := framed_title(text):
        return Line("heading", framed[0], gap, indent, framed[1])
    if DECORATION.match(text):
        return None
    if found := _BULLET.match(text):
        return Line("item", text[found.end() :], gap, indent)
    if found := _ORDERED.match(text):
        return Line("ordered", text[found.end() :], gap, indent, ordinal=int(found[1] or found[2]))
    if LETTERED.match(text):
        return Line("item", text, gap, indent)
    return Line("text", text, gap, indent)


def framed_title(text: str) -> tuple[str, int] | None:
    """Title and level of a line between two runs of the same sign, or None; the level is 0 where the sign tells none.

    >>> framed_title("=== Use ==="), framed_title("*** NEWS ***"), framed_title("**Flour** and **water**")
    (('Use', 3), ('NEWS', 0), None)
    """
    if (found := _EQUALS.match(text)) and text.endswith(found[1]) and (title := text.strip("=").strip()):
        return title, len(found[1])
    if (found := _FRAME.match(text)) and text.endswith(found[1]):
        title = text.strip(found[1][0]).strip()
        if re.match(r"(?:BEGIN|END) [A-Z]", title):  # armour around a signature or a key
            return None
        return (title, 0) if found[1] not in title and is_titular(title.rstrip("!")) else None
    return None


def is_underlined(line: PhysicalLine, rule: PhysicalLine) -> bool:
    """Whether `rule` is drawn below the line, which makes it a heading."""
    text = line.raw
    return (
        bool(_UNDERLINE.match(rule.raw))
        and 2 <= len(text) <= 100
        and len(rule.raw) * 2 >= len(text)
        and "|" not in text
        and not DECORATION.match(text)
        and not _BULLET.match(text)
        and (not is_closed(text) or abs(len(rule.raw) - len(text)) <= 2)  # else a rule below the end of a paragraph
    )
