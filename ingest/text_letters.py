"""Logical lines in, the same lines out with the letters of a column told from the answers: "Dear Ada, ...", "Dear reader, ...".

A letter stands above its answer as a question does, so its greeting goes as the sign "Q:" does.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

from ingest.text_lines import Line

_GREETING = re.compile(r"Dear ([A-Z][\w.'’-]{0,30}(?: [\w.'’-]{1,30}){0,5})[,:!]?\Z")
_FEWEST = 3  # letters to the same one, each with an answer to somebody else
_LONGEST = 300  # characters of a question


def with_letters(lines: list[Line]) -> list[Line]:
    """The lines; in a column of letters the first lines of the letters are "question", without the greetings above them.

    One is greeted in every other place, and nearly everywhere between them somebody else. Two who write to each other are none.
    """
    greeted = {
        index: greeting[1]
        for index, line in enumerate(lines)
        if line.kind == "text" and (greeting := _GREETING.match(line.text))
    }
    if not greeted:
        return lines
    asked, count = Counter(greeted.values()).most_common(1)[0]
    letters = [(one, other) for one, other in pairwise(greeted) if greeted[one] == asked != greeted[other]]
    answered = {greeted[other] for _, other in letters}
    if len(answered) < _FEWEST or len(answered) * 5 < 4 * count:
        return lines
    found = list(lines)
    dropped: set[int] = set()
    for one, other in letters:
        for index in range(one + 1, other + 1):  # neither a letter nor who signs it is a heading
            if lines[index].kind == "text":
                found[index] = replace(lines[index], kind="answer")
        first = lines[one + 1]
        if other - one > 1 and first.kind == "text" and len(first.text) <= _LONGEST:
            found[one + 1] = replace(first, kind="question")
            dropped.add(one)
    return [line for index, line in enumerate(found) if index not in dropped]
