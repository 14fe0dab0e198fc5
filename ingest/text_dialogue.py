"""Logical lines in, the same lines out with the questions of an interview or of a list of questions told from the answers.

A question stands above its answer as a heading does. Signs such as "Q:" and "A:" go, as bullets do; a name before an answer
stays, since it says whose answer that is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from ingest.text_lines import Line
from ingest.text_signs import Turn, speaker, turn

_LONGEST = 300  # characters of a question
_FEWEST = 3  # questions whose answers have no sign
_ASKED = re.compile(
    r"((?:what|how|why|when|where|who|whom|which|do|does|did|is|are|was|were|am|can|could|should|will|would|may|must|has|have)\b"
    r"[^.!?:;]{5,110}\?)\s+(?=[\"“'‘(]?[^\W_])",
    re.IGNORECASE,
)


def with_turns(lines: list[Line]) -> list[Line]:
    """The lines, those of a dialogue as "question" and "answer"; a question and its answer on one line become two."""
    return _parted(_named(_signed(lines)))


def _signed(lines: list[Line]) -> list[Line]:
    """Lines that begin with "Q:" and "A:", where two or more of the ones are right above one of the others.

    Answers may have no sign where three or more questions end as such, with text right below each.
    """
    turns = [turn(line.text) if line.kind == "text" else None for line in lines]
    pairs = sum(one is not None and one.asks and other is not None and not other.asks for one, other in pairwise(turns))
    if pairs < 2 and not _only_asks(lines, turns):
        return lines
    found: list[Line] = []
    for before, said, line in zip([None, *turns], turns, lines, strict=False):
        if said is not None and said.asks and len(said.text) <= _LONGEST:
            line = replace(line, kind="question", text=said.text)
        elif said is not None and not said.asks and before is not None and before.asks:
            line = replace(line, kind="answer", text=said.text)
        found.append(line)
    return found


def _only_asks(lines: list[Line], turns: list[Turn | None]) -> bool:
    """Whether the lines have signs of questions alone, with an answer below each."""
    asked = [index for index, said in enumerate(turns) if said is not None]
    answered = [
        said is not None and said.asks and said.text.endswith("?") and below.kind == "text" and not other
        for said, other, below in zip(turns, turns[1:], lines[1:], strict=False)
    ]
    return len(asked) >= _FEWEST and all(index < len(answered) and answered[index] for index in asked)


def _named(lines: list[Line]) -> list[Line]:
    """Lines that begin with names, where nearly all that one of them says are questions, and another one goes on answering.

    Attributes such as "Check: can you …?" stand between two that have different names.
    """
    names = [speaker(line.text) if line.kind == "text" else "" for line in lines]
    asked = Counter(name for name, line in zip(names, lines, strict=True) if name and line.text.endswith("?"))
    between = Counter(
        name for before, name, after in zip(names, names[1:], names[2:], strict=False) if before and before == after
    )
    counts = Counter(names)
    askers = {name for name in asked if asked[name] >= 3 and asked[name] * 5 >= 4 * counts[name] and between[name] >= 2}
    if len(askers) != 1:
        return lines
    found: list[Line] = []
    for before, name, line in zip(["", *names], names, lines, strict=False):
        if name in askers and len(line.text) <= _LONGEST:
            line = replace(line, kind="question", text=line.text.partition(":")[2].strip())
        elif name and before in askers:
            line = replace(line, kind="answer")
        found.append(line)
    return found


def _parted(lines: list[Line]) -> list[Line]:
    """Lines that begin with a question which they go on to answer, where there are three or more of them in a row."""
    begun = [_ASKED.match(line.text) if line.kind == "text" else None for line in lines]
    found: list[Line] = []
    for index, (line, match) in enumerate(zip(lines, begun, strict=True)):
        if match is None or not _is_in_row(begun, index):
            found.append(line)
            continue
        found.append(replace(line, kind="question", text=match[1]))
        found.append(replace(line, kind="answer", text=line.text[match.end() :], gap=False))
    return found


def _is_in_row(begun: Sequence[object], index: int) -> bool:
    return any(all(begun[max(0, start) : start + 3]) and 0 <= start <= len(begun) - 3 for start in range(index - 2, index + 1))
