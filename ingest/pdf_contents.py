"""Paragraphs in, the entries of a table of contents out, and which of them say no more than the headings that they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from ingest.text_signs import is_contents_word

LEADERS = re.compile(r"(?<![.\s])(?:\s?\.){4,}\s*(?:\d{1,4}|[ivxl]{1,6})\s*\Z")
_NUMBERED = re.compile(r"[^\W\d_].*[\s.]\d{1,4}\Z")
_PAGE = re.compile(r"(?:\s?\.){2,}\s*\w{1,6}\Z|\s\d{1,4}\Z")
_SECTION = re.compile(r"\A[\d.]{1,6}\s+")
_LONGEST = 300  # characters of an entry


def contents_of(texts: Sequence[str], key: Callable[[str], str]) -> tuple[set[int], set[int]]:
    """Indexes of the entries of tables of contents, and of what is to be left out because it only names what follows.

    An entry ends with the number of its page behind a row of dots, or stands below a heading such as "Contents" and ends
    with a number or is said again later. A table most of whose entries are said again is left out with its heading: it would
    be found in place of what stands below the headings. `key` gives the form in which headings and entries are compared.
    """
    entries: set[int] = set()
    dropped: set[int] = set()
    keys = [key(text) for text in texts]
    later = Counter(keys)  # how often each is said from here on
    start = 0
    while start < len(texts):
        headed = is_contents_word(_SECTION.sub("", texts[start]))
        stop = start + headed
        later.subtract(keys[start:stop])
        numbered = _is_paged(texts, stop, headed)
        while stop < len(texts):
            # Among entries with the numbers of their pages the name of a part may have none.
            named = headed and later[keys[stop]] > 1 and (not numbered or _is_paged(texts, stop + 1, headed))
            if not named and not _is_paged(texts, stop, headed):
                break
            later[keys[stop]] -= 1
            stop += 1
        found = range(start + headed, stop)
        entries.update(found)
        known = sum(later[keys[number]] > 0 or later[key(_PAGE.sub("", texts[number]))] > 0 for number in found)
        if known >= 2 and known * 2 >= len(found):
            dropped.update(range(start, stop))
        if stop == start:
            later[keys[stop]] -= 1
            stop += 1
        start = stop
    return entries, dropped


def _is_paged(texts: Sequence[str], number: int, headed: bool) -> bool:
    text = texts[number] if number < len(texts) else ""
    return len(text) < _LONGEST and bool(LEADERS.search(text) or (headed and _NUMBERED.search(text)))
