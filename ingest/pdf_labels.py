"""Lines of a PDF in, the same lines out with a bullet in front of labels whose text is set in, as in a list of definitions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.pdf_columns import PdfLine
from ingest.pdf_marks import with_mark_in_front
from ingest.text_lines import is_closed
from ingest.text_marks import is_marked

_FEWEST = 3  # entries of a list
_LONGEST = 60  # characters of a label on a line of its own
_CAPITAL = re.compile(r"[A-Z\d]")
_NEAREST, _FARTHEST = 1.0, 6.0  # of the size: how far the text is set in


def with_labels(lines: Sequence[PdfLine]) -> list[PdfLine]:
    """The lines; a label is short and stands alone, or is bold and followed by its text, whose next lines are set in.

    A bold line of its own is left to be a heading.
    """
    shown = list(lines)
    starts: list[int] = []
    index = 0
    while index < len(lines):
        stop = _entry(lines, index)
        if not stop or (starts and not _is_alike(lines, starts[-1], index)):
            _mark(shown, starts)
            starts = []
        if stop:
            starts.append(index)
        index = max(stop, index + 1)
    _mark(shown, starts)
    return shown


def _mark(shown: list[PdfLine], starts: Sequence[int]) -> None:
    for index in starts if len(starts) >= _FEWEST else ():
        shown[index] = with_mark_in_front(shown[index], "\u2022", shown[index].x)


def _entry(lines: Sequence[PdfLine], index: int) -> int:
    """The index behind the entry of a list of labels that begins at `index`, 0 where none does."""
    line = lines[index]
    if line.tag is not None or line.ruled or line.fixed or line.bold or not _CAPITAL.match(line.text) or is_marked(line.text):
        return 0
    alone = len(line.pieces) == 1 and len(line.text) <= _LONGEST
    stop = index + 1
    if not (alone or line.pieces[0].bold) or stop == len(lines):
        return 0
    text = lines[stop].x
    while stop < len(lines) and _is_set_in(line, lines[stop], text):
        stop += 1
    return stop if stop > index + 1 and is_closed(lines[stop - 1].text) else 0


def _is_set_in(label: PdfLine, line: PdfLine, x: float) -> bool:
    near = _NEAREST * label.size <= line.x - label.x <= _FARTHEST * label.size and abs(line.x - x) < 1
    place = (line.page, line.column, line.size) == (label.page, label.column, label.size)
    return near and place and not (line.bold or line.ruled or line.fixed or is_marked(line.text))


def _is_alike(lines: Sequence[PdfLine], before: int, index: int) -> bool:
    """Whether two labels are set alike; on another page both label and text may stand elsewhere."""
    first, second = lines[before], lines[index]
    indents = [lines[at + 1].x - lines[at].x for at in (before, index)]
    level = first.page != second.page or first.column != second.column or abs(first.x - second.x) < 1
    return level and abs(indents[0] - indents[1]) < 1 and first.pieces[0].bold == second.pieces[0].bold
