"""Lines in, whether the next one goes on with a paragraph out: the width of the wrapping, and what breaks it off."""

from __future__ import annotations

import re
from itertools import pairwise

from ingest.text_lines import Line, PhysicalLine, is_closed
from ingest.text_marks import DECORATION, HASHES, framed_title, is_amount, is_marked, is_underlined
from ingest.text_signs import is_byline, mail_field, turn
from ingest.text_tables import table_end

_UNFINISHED = re.compile(r"\b(?:and|or|the|a|an|of|to|with|for|by)\Z")
_ENTRY = re.compile(r"[^:]{1,60}:\s")
_SERIES_ENTRY = re.compile(r"([A-Z][a-z]+?)s? \d{1,3}(?: ?(?:[-–]|to|and) ?\d{1,3})?\s?[:–—-]\s")
_NAMED_ENTRY = re.compile(r"[A-Z][^\s:.,;!?]*(?: [^\s:.,;!?]+){0,3}: \S")
_CONTENTS_ENTRY = re.compile(r"\.(?:\s?\.){3}\s*\d{1,4}\Z")
_FIGURE = re.compile(r"(\d{1,3}|[a-h])\.\s+(?=\S)")
_WIDEST = 120  # characters; text with longer lines is not wrapped


def wrap_width(lines: list[PhysicalLine]) -> int:
    """The width in characters at which the text was wrapped, or 0 where its lines are whole paragraphs."""
    lengths = sorted(len(line.text) for line in lines if " " in line.raw)
    if not lengths or (width := lengths[min(len(lengths) - 1, len(lengths) * 98 // 100)]) > _WIDEST or width < 30:
        return 0
    pairs = broken = 0
    for line, following in pairwise(lines):
        if following.gap or is_marked(following.raw) or (is_marked(line.raw) and len(line.text) < width // 2):
            continue
        pairs += 1
        unfinished = not is_closed(line.text) and not line.text.endswith(":") and len(line.text) > max(25, width // 2)
        broken += unfinished and following.raw[0].islower()
    return width if broken and broken * 8 >= pairs else 0


def continues(line: Line, last: PhysicalLine, run: list[PhysicalLine], index: int, width: int) -> bool:
    """Whether `run[index]` goes on with the sentence or paragraph that `last` ends."""
    following = run[index]
    if width and _is_figure(line, last, run, index, width):
        return True
    if _is_next_of(line.text, last.raw, following.raw) or _CONTENTS_ENTRY.search(last.raw):
        return False
    if (
        (is_marked(following.raw) and not is_amount(last.text, following.raw))
        or DECORATION.match(following.raw)
        or HASHES.match(following.raw)
        or framed_title(following.raw)
        or table_end(run, index) > index
        or following.entry
    ):
        return False
    if index + 1 < len(run) and is_underlined(following, run[index + 1]):
        return False
    hangs = line.kind in ("item", "ordered") and line.indent < following.indent <= line.indent + 8
    small = following.raw[0].islower()
    if not width:
        reach = 20 if _UNFINISHED.search(last.text) else 60
        # Below the first line of a text stands who wrote it, as often as the rest of it.
        small = small and not (index == 1 and not run[0].gap and is_byline(following.raw))
        broken = small and reach <= len(last.text) <= _WIDEST and not is_closed(last.text) and not last.text.endswith(":")
        broken = broken or (len(last.text) >= 20 and bool(_UNFINISHED.search(last.text)) and line.kind == "text")
        return hangs or (broken and not _ENTRY.match(following.raw) and "://" not in last.text.rsplit(None, 1)[-1])
    if following.indent >= last.indent + 2 and not hangs and is_closed(last.text):
        return False  # an indented first line starts a paragraph
    if last.indent >= line.indent + 2 and following.indent <= line.indent and is_closed(last.text) and not small:
        return False  # back at the margin below the lines of a hanging entry
    if len(last.text) + 1 + len(following.raw.split(None, 1)[0]) > width:
        return True
    if is_closed(last.text):
        return len(last.text) >= width * 0.85 or (hangs and len(last.text) >= width * 0.7)
    if last.text.endswith(":"):
        return small
    # A paragraph below the last entry of a list: its first word would have fitted into the line above by far.
    ends = line.kind in ("item", "ordered") and not hangs and following.raw[0].isupper()
    if ends and len(last.text) + 1 + len(following.raw.split(None, 1)[0]) < width * 0.8 and not _UNFINISHED.search(last.text):
        return False
    return small or hangs or len(last.text) >= width * 0.6 or bool(_UNFINISHED.search(last.text))


def _is_figure(line: Line, last: PhysicalLine, run: list[PhysicalLine], index: int, width: int) -> bool:
    """Whether a number or letter that looks like that of an entry ends the sentence of a full line: "No courses, / 38. And"."""
    found = _FIGURE.match(run[index].raw)
    if found is None or found[1] == "1" or line.kind == "ordered" or run[index].indent != last.indent:
        return False
    if is_closed(last.text) or last.text.endswith(":") or len(last.text) < width * 0.6:
        return False
    place = _place(found[1])
    return not any((other := _FIGURE.match(entry.raw)) and abs(_place(other[1]) - place) == 1 for entry in run)


def _place(mark: str) -> int:
    """The number, or the place of a letter far from all numbers."""
    return int(mark) if mark.isdecimal() else 2_000 + ord(mark)


def _is_next_of(text: str, last: str, following: str) -> bool:
    """Whether both are entries: of one series, "Quarter 1: ..." and "Quarter 2: ...", of a mail, or ended, "Online: ... ."."""
    if is_closed(last) and _NAMED_ENTRY.match(text) and _NAMED_ENTRY.match(following):
        return True
    said = turn(following) if is_closed(last) else None
    if (mail_field(text) and mail_field(following)) or (said is not None and (said.asks or turn(text) is not None)):
        return True
    one, other = _SERIES_ENTRY.match(text), _SERIES_ENTRY.match(following)
    return one is not None and other is not None and one[1] == other[1]
