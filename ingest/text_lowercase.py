"""Lines in, the same lines out with headings in small letters told from the text: lines such as "about playtests"."""

from __future__ import annotations

from dataclasses import replace

from ingest.text_lines import Line, is_closed
from ingest.text_signs import is_titular

_FEWEST = 3  # headings in small letters, and no more of the others
_LONGEST, _MOST_WORDS = 70, 12  # characters, words
_SHORTEST_TEXT = 100  # characters of a paragraph below


def with_small_headings(lines: list[Line]) -> list[Line]:
    """The lines, those in small letters that stand alone above longer text as headings, where a text writes most of them so."""
    spaced = any(line.gap for line in lines[1:])
    alone = [index for index in range(1, len(lines) - 1) if _stands_alone(lines, index, spaced)]
    small = [index for index in alone if lines[index].text[0].islower() and is_titular(_begun_large(lines[index].text))]
    large = [index for index in alone if not lines[index].text[0].islower() and is_titular(lines[index].text)]
    if len(small) < _FEWEST or len(small) <= len(large) or any(line.kind == "heading" for line in lines):
        return lines
    return [replace(line, kind="heading") if index in small else line for index, line in enumerate(lines)]


def _begun_large(text: str) -> str:
    return text[0].upper() + text[1:]


def _stands_alone(lines: list[Line], index: int, spaced: bool) -> bool:
    """Whether a short line has a paragraph above and below, and empty lines between where the text has such: `spaced`."""
    line, below = lines[index], lines[index + 1]
    short = line.kind == "text" and len(line.text) <= _LONGEST and len(line.text.split()) <= _MOST_WORDS
    apart = (not spaced or (line.gap and below.gap)) and is_closed(lines[index - 1].text)
    return (
        short and (apart or index == 1) and below.kind == "text" and len(below.text) >= _SHORTEST_TEXT and is_closed(below.text)
    )
