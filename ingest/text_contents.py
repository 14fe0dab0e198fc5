"""Lines in, the same lines without the list of the text's own headings that stands at its head."""

from __future__ import annotations

import re
from collections import Counter

from ingest.text_lines import Line, is_closed
from ingest.text_signs import LONGEST_HEADING, is_contents_word

_CHAPTER = re.compile(r"(?:chapter|appendix|part|section)\s+(?:\d{1,3}|[a-z]|[ivxl]{1,6})[.:]\s+(?=\S)|\d{1,2}\.\s+(?=\S)")
_PAGE_OF_ENTRY = re.compile(r" … \d{1,4}\Z")


def without_contents(lines: list[Line]) -> list[Line]:
    """The lines without a list of the text's own headings, which would be found in place of what stands below them."""
    start = next((index for index, line in enumerate(lines) if is_contents_word(line.text)), len(lines))
    counts = Counter(_entry_name(line) for line in lines[start + 1 :])
    spaced = any(line.gap for line in lines[1:])
    stop = start + 1
    while stop < len(lines) and _may_be_entry(lines[stop], spaced and stop > start + 1):
        if counts[_entry_name(lines[stop])] < 2 and not spaced:
            break  # without empty lines nothing but its repetition tells an entry from what follows the list
        counts[_entry_name(lines[stop])] -= 1
        stop += 1
    entries = {_entry_name(line) for line in lines[start + 1 : stop]}
    known = sum(counts[entry] > 0 for entry in entries)
    return lines[:start] + lines[stop:] if known >= 2 and known * 2 >= len(entries) else lines


def _entry_name(line: Line) -> str:
    """What a line of a list of contents names, without the dots and the number of a page."""
    name = " ".join(_PAGE_OF_ENTRY.sub("", line.text).split()).casefold()  # a heading may hold a space that does not break
    return _CHAPTER.sub("", name)


def _may_be_entry(line: Line, gap_ends: bool) -> bool:
    short = len(line.text) <= LONGEST_HEADING and (not is_closed(line.text) or line.text.endswith(("?", "*")))
    return line.kind in ("text", "item", "ordered") and short and not (gap_ends and line.gap)
