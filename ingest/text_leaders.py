"""Lines such as "Analysis ........ 21 %" in, entries "Analysis: 21 %" out; those that end in a page's number stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

LEADERS = re.compile(r"(?:\s?\.){4,}\s*")
_PAGE = re.compile(r"[ivxlc]{1,7}|(?:[A-Z]?\d{1,3}[-–.])?\d{1,4}")
_LONGEST = 60  # characters of a value


def leader_entries(lines: Sequence[str]) -> list[str]:
    """One string a line: the entry, or an empty string where the line is none or stands in a table of contents.

    >>> leader_entries(["Time sheet", "Analysis ....... 21 %", "Meetings ....... 17 %"])
    ['', 'Analysis: 21 %', 'Meetings: 17 %']
    >>> leader_entries(["Preface ....... iv", "Analysis ....... 21"])
    ['', '']
    """
    pairs = [_pair(line) for line in lines]
    entries = [""] * len(lines)
    start = 0
    while start < len(pairs):
        stop = start
        while stop < len(pairs) and pairs[stop] is not None:
            stop += 1
        run = [pair for pair in pairs[start:stop] if pair is not None]
        if len(run) > 1 and not _are_pages([value for _, value in run]):
            entries[start:stop] = [f"{label}: {value}" for label, value in run]
        start = stop + 1
    return entries


def _pair(line: str) -> tuple[str, str] | None:
    found = LEADERS.search(line)
    if found is None:
        return None
    label, value = line[: found.start()].strip().removesuffix(":").rstrip(), line[found.end() :].strip()
    return (label, value) if label and 0 < len(value) <= _LONGEST and not LEADERS.search(value) else None


def _are_pages(values: Sequence[str]) -> bool:
    """Whether all values can be pages' numbers, and the plain ones among them never fall."""
    plain = [int(value) for value in values if value.isdecimal()]
    return all(_PAGE.fullmatch(value) for value in values) and all(one <= other for one, other in pairwise(plain))
