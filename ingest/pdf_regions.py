"""The pieces of a page in, its lines in reading order out, also where three columns, or a box beside a column, share the page.

Programs draw a column, or a box, from its top to its bottom before they draw the next. What they draw so, one line below the
other, is a stream here; streams that white parts from each other are read one after the other. What is parted in no such way
is read as one (`ingest.pdf_columns.in_columns`): there one gutter is told from places alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.pdf_aligned import aligned_rows
from ingest.pdf_columns import PdfLine, Piece, in_columns, lines_of
from ingest.pdf_streams import Stream, around, is_prose, split, streams_of
from ingest.text_lines import is_closed

_GUTTER = 0.7  # of the size: the narrowest white between columns
_FEWEST = 3  # lines of what stands beside it
_MOST = 150  # streams of a page; more are a table or a drawing
_SMALLER = 0.9  # of the size of a column: what stands in its margin has at most that
_EARLY = 2.0  # of the size: from the end of a paragraph to the right end of its column
_SIDE = 0.6  # of the width of a column: what is narrower stands beside it


def in_regions(pieces: Sequence[Piece], ruled: Sequence[PdfLine], number: int) -> list[PdfLine]:
    """The lines of page `number` (from 1) in reading order; `ruled` are the rows of its tables, whose pieces are left out."""
    page = _Page(number)
    streams = streams_of(pieces, ruled, number)
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

    def read(self, streams: Sequence[Stream], inside: bool = False) -> list[PdfLine]:
        """The lines of streams in reading order; `inside` says that they are not the whole page."""
        if box := _box(streams):
            rest = [stream for stream in streams if all(stream is not each for each in box)]
            return _inserted(self.read(rest, inside), self._region(box, True), max(stream.top for stream in box))
        bands = _bands(split(streams))
        ordered: list[PdfLine] = []
        plain: list[Stream] = []
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

    def _region(self, streams: Sequence[Stream], inside: bool) -> list[PdfLine]:
        lines = [line for stream in sorted(streams, key=lambda stream: stream.place) for line in stream.lines]
        self.column += 2 * inside  # of a region, which may have two columns
        pieces = [piece for line in lines if not line.ruled for piece in line.pieces]
        return self.leaf(pieces, [line for line in lines if line.ruled], self.column * inside) if lines else []


def _beside(stream: Stream, streams: Sequence[Stream]) -> bool:
    """Whether the stream is prose, and others stand at the height of its lines: of a few lines, only a note in the margin."""
    if not is_prose(stream.lines):
        return any(_is_note(other, stream, streams) and _is_box([other], streams) for other in streams)
    level = [line for other in streams if other is not stream for line in other.lines if stream.bottom < line.y < stream.top]
    return len(level) >= _FEWEST


def _is_note(note: Stream, stream: Stream, streams: Sequence[Stream]) -> bool:
    """Whether a stream stands in the margin of a short paragraph: it is smaller, on lines of its own, and the column is prose.

    The cells of a table share their lines, or are of one size.
    """
    level = [line for line in stream.lines if note.bottom < line.y < note.top]
    if (
        note is stream
        or note.lines[0].ruled
        or min(len(level), len(note.lines)) < _FEWEST
        or not is_prose(stream.lines, _FEWEST)
    ):
        return False
    apart = sum(all(abs(line.y - other.y) > 1 for other in note.lines) for line in level)
    if 2 * apart < len(level) or _size(note.lines) > _SMALLER * _size(stream.lines):
        return False
    column = (each for each in streams if each.left < stream.right and each.right > stream.left)
    return any(is_prose(each.lines) for each in column)


def _size(lines: Sequence[PdfLine]) -> float:
    """The size of the lines in the middle, by their size."""
    return sorted(line.size for line in lines)[len(lines) // 2]


def _bands(streams: Sequence[Stream]) -> list[list[Stream]]:
    """The streams from top to bottom, those that share a height together."""
    bands: list[list[Stream]] = []
    bottom = 0.0
    for stream in sorted(streams, key=lambda stream: -stream.top):
        if bands and stream.top > bottom:
            bands[-1].append(stream)
            bottom = min(bottom, stream.bottom)
        else:
            bands.append([stream])
            bottom = stream.bottom
    return bands


def _parted(bands: Sequence[Sequence[Stream]], start: int) -> Iterator[tuple[list[list[Stream]], int]]:
    """The columns of as many bands from `start` on as have the same ones, and the index of the next band."""
    for stop in range(len(bands), start, -1):
        columns: list[list[Stream]] = []
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


def _are_columns(columns: Sequence[Sequence[Stream]]) -> bool:
    counts = [sum(len(stream.lines) for stream in column) for column in columns]
    if len(columns) < 2 or sum(count >= _FEWEST for count in counts) < 2:
        return False
    if not any(is_prose(stream.lines) for column in columns for stream in column):
        return False
    return all(map(_is_drawn_together, columns))


def _is_drawn_together(streams: Sequence[Stream]) -> bool:
    """Whether nothing else was drawn between the streams; of the rows of tables that is not known."""
    places = [stream.place for stream in streams if not stream.lines[0].ruled]
    return not places or max(places) - min(places) < len(places)


def _box(streams: Sequence[Stream]) -> list[Stream]:
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


def _is_box(box: Sequence[Stream], streams: Sequence[Stream]) -> bool:
    lines = [line for stream in box for line in stream.lines]
    if len(lines) < _FEWEST:
        return False
    left, right, bottom, top = around(lines)
    beside: list[PdfLine] = []
    for stream in streams:
        if any(stream is each for each in box):
            continue
        level = [line for line in stream.lines if bottom - 0.2 * line.size < line.y < top]
        if any(line.x < right + _GUTTER * line.size and line.right > left - _GUTTER * line.size for line in level):
            return False
        told = level and (is_prose(stream.lines) or (len(box) == 1 and _is_note(box[0], stream, streams)))
        beside += level if told else []
    return len(beside) >= _FEWEST and right - left < _SIDE * max(line.right - line.x for line in beside)


def _inserted(main: list[PdfLine], side: list[PdfLine], top: float) -> list[PdfLine]:
    """The lines of a column with those of what stands beside it above its next heading, at the latest at its end.

    Where the column ends within a sentence, which goes on overleaf, its end is above that paragraph.
    """
    sizes = sorted(line.size for line in main for _ in line.text)
    body = sizes[len(sizes) // 2]
    bold = 2 * sum(len(line.text) for line in main if line.bold) > len(sizes)
    heads = [not line.ruled and (line.size > 1.1 * body or (line.bold and not bold)) for line in main]
    at = (index for index in range(1, len(main)) if heads[index] and not heads[index - 1] and main[index].y < top)
    index = next(at, None)
    if index is None:
        index = len(main) if is_closed(main[-1].text) else _last_paragraph(main)
    return main[:index] + side + main[index:]


def _last_paragraph(lines: Sequence[PdfLine]) -> int:
    """The index of the first line of the last paragraph, told by a line above it that ends early; `len(lines)` without one."""
    column = [line for line in lines if line.column == lines[-1].column]
    right = max(line.right for line in column)
    for index in range(len(lines) - 1, 0, -1):
        before = lines[index - 1]
        if before.column != lines[-1].column:
            break
        if is_closed(before.text) and before.right < right - _EARLY * before.size:
            return index
    return len(lines)
