"""The pieces of a page in, its lines in reading order out, also where three columns, or a box beside a column, share the page.

Programs draw a column, or a box, from its top to its bottom before they draw the next. What they draw so, one line below the
other, is a stream here; streams that white parts from each other are read one after the other. What is parted in no such way
is read as one (`ingest.pdf_columns.in_columns`): there one gutter is told from places alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ingest.pdf_aligned import aligned_rows
from ingest.pdf_columns import PdfLine, Piece, in_columns, is_mark, lines_of
from ingest.text_lines import is_closed

_FARTHEST = 4.0  # of the size: lines of one stream that are further below each other
_GUTTER = 0.7  # of the size: the narrowest white between columns
_LONG = 7  # lines of a stream that may be a column; the cells of a table have fewer
_FEWEST = 3  # lines of what stands beside it
_MARKED = 3.0  # of the size: from a bullet to what it marks
_MOST = 150  # streams, or bullets, of a page; more are a table or a drawing
_SIDE = 0.6  # of the width of a column: what is narrower stands beside it


@dataclass(slots=True)
class _Stream:
    """Lines drawn one below the other, and the rectangle they fill; `place` counts the streams as they are drawn."""

    lines: list[PdfLine]
    place: int
    left: float = field(init=False)
    right: float = field(init=False)
    bottom: float = field(init=False)
    top: float = field(init=False)

    def __post_init__(self) -> None:
        self.left, self.right, self.bottom, self.top = _around(self.lines)


def in_regions(pieces: Sequence[Piece], ruled: Sequence[PdfLine], number: int) -> list[PdfLine]:
    """The lines of page `number` (from 1) in reading order; `ruled` are the rows of its tables, whose pieces are left out."""
    page = _Page(number)
    streams = _streams(pieces, ruled, number)
    if len(streams) > _MOST or not any(_beside(stream, streams) for stream in streams):
        return page.leaf(pieces, ruled)
    return page.read(streams)


class _Page:
    """One pass over a page; every region but those that run over the whole page has columns of its own."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.column = 0

    def leaf(self, pieces: Sequence[Piece], ruled: Sequence[PdfLine], shift: int = 0) -> list[PdfLine]:
        """The lines of one region, their columns counted from `shift`."""
        left, rows = aligned_rows(pieces, ruled, self.number)
        ordered = in_columns([*lines_of(left, self.number), *ruled, *rows])
        for line in ordered:
            line.column += shift
        return ordered

    def read(self, streams: Sequence[_Stream], inside: bool = False) -> list[PdfLine]:
        """The lines of streams in reading order; `inside` says that they are not the whole page."""
        if box := _box(streams):
            rest = [stream for stream in streams if all(stream is not each for each in box)]
            return _inserted(self.read(rest, inside), self._region(box, True), max(stream.top for stream in box))
        bands = _bands(_split(streams))
        ordered: list[PdfLine] = []
        plain: list[_Stream] = []
        start = 0
        while start < len(bands):
            columns, stop = next(_parted(bands, start), ([], start + 1)) if len(bands[start]) > 1 else ([], start + 1)
            if columns:
                ordered += self._region(plain, inside)
                ordered += [line for column in columns for line in self.read(column, True)]
                plain = []
            else:
                plain += bands[start]
            start = stop
        return ordered + self._region(plain, inside)

    def _region(self, streams: Sequence[_Stream], inside: bool) -> list[PdfLine]:
        lines = [line for stream in sorted(streams, key=lambda stream: stream.place) for line in stream.lines]
        self.column += 2 * inside  # of a region, which may have two columns
        pieces = [piece for line in lines if not line.ruled for piece in line.pieces]
        return self.leaf(pieces, [line for line in lines if line.ruled], self.column * inside) if lines else []


def _streams(pieces: Sequence[Piece], ruled: Sequence[PdfLine], number: int) -> list[_Stream]:
    lines = lines_of([piece for piece in pieces if piece.text.strip()], number)
    streams: list[list[PdfLine]] = []
    for line in _with_marks(lines):
        if streams and _goes_on(streams[-1], line):
            streams[-1].append(line)
        else:
            streams.append([line])
    return [_Stream(lines, place) for place, lines in enumerate([*streams, *([row] for row in ruled)])]


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


def _split(streams: Sequence[_Stream]) -> list[_Stream]:
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
    return [_Stream(lines, place) for place, lines in enumerate(parts)]


def _around(lines: Sequence[PdfLine]) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of what the lines fill."""
    bottom = min(piece.y - 0.2 * piece.size for line in lines for piece in line.pieces)
    top = max(piece.y + 0.7 * piece.size for line in lines for piece in line.pieces)
    return min(line.x for line in lines), max(line.right for line in lines), bottom, top


def _is_prose(lines: Sequence[PdfLine]) -> bool:
    """Whether lines are many and go on with each other."""
    if len(lines) < _LONG or any(line.ruled for line in lines):
        return False
    broken = sum(following.text[:1].islower() and not is_closed(line.text) for line, following in pairwise(lines))
    return broken * 4 >= len(lines) and sum(len(line.text) for line in lines) >= 18 * len(lines)


def _beside(stream: _Stream, streams: Sequence[_Stream]) -> bool:
    """Whether the stream is prose, and others stand at the height of its lines."""
    if not _is_prose(stream.lines):
        return False
    level = [line for other in streams if other is not stream for line in other.lines if stream.bottom < line.y < stream.top]
    return len(level) >= _FEWEST


def _bands(streams: Sequence[_Stream]) -> list[list[_Stream]]:
    """The streams from top to bottom, those that share a height together."""
    bands: list[list[_Stream]] = []
    bottom = 0.0
    for stream in sorted(streams, key=lambda stream: -stream.top):
        if bands and stream.top > bottom:
            bands[-1].append(stream)
            bottom = min(bottom, stream.bottom)
        else:
            bands.append([stream])
            bottom = stream.bottom
    return bands


def _parted(bands: Sequence[Sequence[_Stream]], start: int) -> Iterator[tuple[list[list[_Stream]], int]]:
    """The columns of as many bands from `start` on as have the same ones, and the index of the next band."""
    for stop in range(len(bands), start, -1):
        columns: list[list[_Stream]] = []
        right = 0.0
        for stream in sorted((stream for band in bands[start:stop] for stream in band), key=lambda stream: stream.left):
            if columns and stream.left < right + _GUTTER * stream.lines[0].size:
                columns[-1].append(stream)
                right = max(right, stream.right)
            else:
                columns.append([stream])
                right = stream.right
        if _are_columns(columns):
            yield columns, stop


def _are_columns(columns: Sequence[Sequence[_Stream]]) -> bool:
    counts = [sum(len(stream.lines) for stream in column) for column in columns]
    if len(columns) < 2 or sum(count >= _FEWEST for count in counts) < 2:
        return False
    if not any(_is_prose(stream.lines) for column in columns for stream in column):
        return False
    return all(map(_is_drawn_together, columns))


def _is_drawn_together(streams: Sequence[_Stream]) -> bool:
    """Whether nothing else was drawn between the streams; of the rows of tables that is not known."""
    places = [stream.place for stream in streams if not stream.lines[0].ruled]
    return not places or max(places) - min(places) < len(places)


def _width(streams: Sequence[_Stream]) -> float:
    return max(stream.right for stream in streams) - min(stream.left for stream in streams)


def _box(streams: Sequence[_Stream]) -> list[_Stream]:
    """The streams of a box that stands beside prose and is much narrower; none where there is no such box."""
    ordered = sorted((stream for stream in streams if not stream.lines[0].ruled), key=lambda stream: stream.place)
    for start, stream in enumerate(ordered):
        box = [stream]
        for other in ordered[start + 1 :]:
            if other.left < max(each.right for each in box) and other.right > min(each.left for each in box):
                box.append(other)
            else:
                break
        if _is_box(box, streams):
            return box
        if _is_box(box[:1], streams):
            return box[:1]
    return []


def _is_box(box: Sequence[_Stream], streams: Sequence[_Stream]) -> bool:
    lines = [line for stream in box for line in stream.lines]
    if len(lines) < _FEWEST:
        return False
    left, right, bottom, top = _around(lines)
    beside: list[PdfLine] = []
    for stream in streams:
        if any(stream is each for each in box):
            continue
        level = [line for line in stream.lines if bottom - 0.2 * line.size < line.y < top]
        if any(line.x < right + _GUTTER * line.size and line.right > left - _GUTTER * line.size for line in level):
            return False
        beside += level if _is_prose(stream.lines) else []
    return len(beside) >= _FEWEST and right - left < _SIDE * max(line.right - line.x for line in beside)


def _inserted(main: list[PdfLine], side: list[PdfLine], top: float) -> list[PdfLine]:
    """The lines of a column with those of what stands beside it above its next heading, at the latest at its end."""
    sizes = sorted(line.size for line in main for _ in line.text)
    body = sizes[len(sizes) // 2]
    bold = 2 * sum(len(line.text) for line in main if line.bold) > len(sizes)
    heads = [not line.ruled and (line.size > 1.1 * body or (line.bold and not bold)) for line in main]
    at = (index for index in range(1, len(main)) if heads[index] and not heads[index - 1] and main[index].y < top)
    index = next(at, len(main))
    return main[:index] + side + main[index:]
