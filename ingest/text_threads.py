"""Logical lines in, the same lines out with the posts of a discussion told apart: who writes, and what the first one asks.

A post begins with a line of its own that names who wrote it: "ada (12 points)", "ada · 3 days ago", "Ada Lovelace OP". It
stands above the post as a heading does; what the one who began the discussion asks is a question, not an answer.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from ingest.text_lines import Line

_FEWEST = 3  # posts, two of them by the same writer
_FARTHEST = 12  # lines of the first post; what is longer is an article with comments, and its line a byline
_LONGEST = 300  # characters of a question
_UNIT = r"(?:minutes?|hours?|days?|weeks?|months?|years?|(?:min|hr|wk|mo|yr)s?\.?|[hdwmy])"
_SIGN = rf"(?:[\d.,]{{1,7}}k? (?:points?|upvotes?|votes?|likes?)|(?:\d{{1,3}}|an?) ?{_UNIT} ago|\[?OP\]?|edited)"
_POSTER = re.compile(
    r"(?:[↳└├] ?)?(?:(?:[Pp]osted|[Aa]sked|[Aa]nswered) by )?(?:u/|@)?"
    r"\[?([^\W\d_][\w.'’-]{1,30}(?: (?!OP\b)[A-Z][\w.'’-]{0,20}){0,2})\]?"
    rf"(?:[\s·•|,–—-]{{1,5}}\(?{_SIGN}\)?){{1,4}}\Z"
)


def poster(text: str) -> str:
    """The name of who wrote the post below a line; empty for any other line.

    >>> poster("ada_l (12 points) · 3 days ago"), poster("Posted by u/ada_l 2 years ago"), poster("I began 2 years ago")
    ('ada_l', 'ada_l', '')
    >>> poster("↳ u/ada_l [OP] · 3 mo. ago"), poster("[deleted] 2 yrs. ago")
    ('ada_l', 'deleted')
    """
    found = _POSTER.match(text) if len(text) <= 100 else None
    return found[1] if found else ""


def with_posts(lines: list[Line]) -> list[Line]:
    """The lines, in a discussion those that name a writer as "poster" and what its first writer asks as "question"."""
    named = {index: name for index, line in enumerate(lines) if line.kind == "text" and (name := poster(line.text))}
    if len(named) < _FEWEST or Counter(named.values()).most_common(1)[0][1] < 2:
        return lines
    first, second = list(named)[:2]
    if second - first > _FARTHEST:
        del named[first]
    asks = named.get(first, "")
    found = [replace(line, kind="poster") if index in named else line for index, line in enumerate(lines)]
    for start, stop in pairwise([*named, len(lines)]):
        for index in range(start + 1, stop) if asks and named[start] == asks else ():
            if found[index].kind == "text" and found[index].text.endswith("?") and len(found[index].text) <= _LONGEST:
                found[index] = replace(found[index], kind="question")
    return found
