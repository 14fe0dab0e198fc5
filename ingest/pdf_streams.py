"""The pieces of a page in, its streams out: lines that were drawn one below the other, as those of a column or a box are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.pdf_columns import PdfLine, Piece, is_mark, lines_of
from ingest.text_lines import is_closed

LONG = 7  # lines of a stream that may be a column; the cells of a table have fewer
_FARTHEST = 4.0  # of the size: lines of one stream that are further below each other
_MARKED = 3.0  # of the size: from a bullet to what it marks
_MOST = 150  # bullets of a page; more are a table or a drawing


@dataclass(slots=True)
class Stream:
    """Lines drawn one below the other, and the rectangle they fill; `place` counts the streams as they are drawn."""

    lines: list[PdfLine]
    place: int
    left: float = field(init=False)
    right: float = field(init=False)
    bottom: float = field(init=False)
    top: float = field(init=False)

    def __post_init__(self) -> None:
        self.left, self.right, self.bottom, self.top = around(self.lines)


def streams_of(pieces: Sequence[Piece], ruled: Sequence[PdfLine], number: int) -> list[Stream]:
    lines = lines_of([piece for piece in pieces if piece.text.strip()], number)
    streams: list[list[PdfLine]] = []
    for line in _with_marks(lines):
        if streams and _goes_on(streams[-1], line):
            streams[-1].append(line)
        else:
            streams.append([line])
    return [Stream(lines, place) for place, lines in enumerate([*streams, *([row] for row in ruled)])]


def _with_marks(lines: Sequence[PdfLine]) -> list[PdfLine]:
    """The lines, each bullet in front of what it marks: some programs draw the bullets of a page after its text."""
    marks = {id(line) for line in lines if is_mark(line.text)}
    if len(marks) > _MOST:
        return list(lines)
    kept: list[PdfLine] = []
    for line in lines:
        marked = next((other for other in lines if _marks(line, other)), None) if id(line) in marks else None
        if marked is None:
            kept.append(line)
        else:
            marked.pieces[:0] = line.pieces
    return kept


def _marks(mark: PdfLine, line: PdfLine) -> bool:
    return abs(line.y - mark.y) < 0.3 * line.size and -1 < line.x - mark.right < _MARKED * line.size


def _goes_on(lines: Sequence[PdfLine], line: PdfLine) -> bool:
    size = max(lines[-1].size, line.size)
    below = 0.5 * size < lines[-1].y - line.y <= _FARTHEST * size
    near = lines[-3:]
    return below and line.x < max(each.right for each in near) and line.right > min(each.x for each in near)


def split(streams: Sequence[Stream]) -> list[Stream]:
    """The streams, those parted that run over others before or after they stand beside these: a title, and the first column."""
    parts: list[list[PdfLine]] = []
    for stream in sorted(streams, key=lambda stream: stream.place):
        level = [other for other in streams if other is not stream and other.bottom < stream.top and other.top > stream.bottom]
        over = [{other.place for other in level if line.x < other.right and line.right > other.left} for line in stream.lines]
        for at, line in enumerate(stream.lines):
            if at and over[at] == over[at - 1]:
                parts[-1].append(line)
            else:
                parts.append([line])
    return [Stream(lines, place) for place, lines in enumerate(parts)]


def around(lines: Sequence[PdfLine]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of what the lines fill."""
    bottom = min(piece.y - 0.2 * piece.size for line in lines for piece in line.pieces)
    top = max(piece.y + 0.7 * piece.size for line in lines for piece in line.pieces)
    return min(line.x for line in lines), max(line.right for line in lines), bottom, top


def is_prose(lines: Sequence[PdfLine], least: int = LONG) -> bool:
    """Whether lines are many, at `least` so many, and go on with each other."""
    if len(lines) < least or any(line.ruled for line in lines):
        return False
    broken = sum(following.text[:1].islower() and not is_closed(line.text) for line, following in pairwise(lines))
    return broken * 4 >= len(lines) and sum(len(line.text) for line in lines) >= 18 * len(lines)
