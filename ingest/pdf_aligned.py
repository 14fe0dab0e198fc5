"""The pieces of a page in, the rows of its tables without rules out: cells that wrap, that stand in the middle of their row,
or that are empty. What `pdf_tables.table_rows` finds by itself, one line with all cells for each row, is left to it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from ingest.pdf_columns import CELL_GAP, PdfLine, Piece, is_mark, lines_of

_ADDRESS = re.compile(r"\]\(\S+?\)")  # behind the words of a link
_NARROW = 0.3  # of the size: the narrowest white between two columns
_BESIDE = 0.8  # of the size: the narrowest white before a column that begins further down than those beside it
_APART = 3.2  # of the size: lines further below each other are of no one table
_LEADERS = re.compile(r"(?:\. ?){4}")  # of a table of contents
_EVEN = 1.9  # times as far as usual below each other, rows are of no one table
_JUMP = 1.06  # how much more there is at least between two rows than between two lines of a cell
_LONGEST_CELL = 200  # characters
_LONGEST_OF_TWO = 120  # where there are two columns, which may as well be a margin and its text
_MOST_LINES = 6  # of a cell


@dataclass(slots=True)
class _Level:
    """What stands at one height."""

    y: float
    size: float
    pieces: list[Piece] = field(default_factory=list)  # from left to right


@dataclass(slots=True)
class _Block:
    """Lines below each other, and the white that runs through all of them from top to bottom, from left to right."""

    levels: list[_Level]
    white: list[tuple[float, float]]
    left: float
    right: float


def aligned_rows(pieces: Sequence[Piece], ruled: Sequence[PdfLine], number: int) -> tuple[list[Piece], list[PdfLine]]:
    """The pieces outside of such tables, and a line with parted cells for each row of these; `number` is the page, from 1."""
    levels = _levels(pieces)
    barriers = [line.y for line in ruled]
    drawn = {id(piece): place for place, piece in enumerate(pieces)}
    rows: list[PdfLine] = []
    at = 0
    while at < len(levels):
        found: list[PdfLine] = []
        block = _block(levels, at, barriers)
        bold = block is not None and all(piece.bold for piece in levels[at].pieces)
        below = _block(levels, at + 1, barriers) if bold and at + 1 < len(levels) else None
        if block is not None and below is not None and len(below.levels) > 2 and len(below.white) > len(block.white):
            header = _parted(levels[at], below, drawn)
            mended = _block([header, *levels[at + 1 :]], 0, barriers) if len(header.pieces) > len(levels[at].pieces) else None
            found = _rows(mended, drawn, number, True) if mended is not None and len(mended.levels) > 2 else []
        if not found and block is not None and len(block.levels) > 2:
            found = _rows(block, drawn, number)
        rows += found
        lowest = min((piece.y for piece in found[-1].pieces), default=0.0) if found else levels[at].y
        at = next((place for place in range(at + 1, len(levels)) if levels[place].y < lowest - 0.1), len(levels))
    taken = {drawn[id(piece)] for line in rows for piece in line.pieces}
    return [piece for place, piece in enumerate(pieces) if place not in taken], rows


def _levels(pieces: Sequence[Piece]) -> list[_Level]:
    """The pieces by height, from the top."""
    levels: list[_Level] = []
    for piece in sorted((piece for piece in pieces if piece.text.strip()), key=lambda piece: -piece.y):
        if not levels or levels[-1].y - piece.y > 0.4 * max(levels[-1].size, piece.size):
            levels.append(_Level(piece.y, piece.size))
        levels[-1].pieces.append(piece)
        levels[-1].size = max(levels[-1].size, piece.size)
    for level in levels:
        level.pieces.sort(key=lambda piece: piece.x)
    return levels


def _gaps(level: _Level) -> Iterator[tuple[float, float, float]]:
    """The white inside of a line: from where to where, and its width in units of the size."""
    reach = level.pieces[0].right
    for piece in level.pieces[1:]:
        if piece.x > reach:
            yield reach, piece.x, (piece.x - reach) / piece.size
        reach = max(reach, piece.right)


def _block(levels: Sequence[_Level], start: int, barriers: Sequence[float]) -> _Block | None:
    """The block that begins with the line at `start`, or a line that stands half a line higher; None where it has no cells."""
    first = levels[start]
    white = [(left, right) for left, right, width in _gaps(first) if width > CELL_GAP]
    if not white:
        return None
    block = _Block([first], white, first.pieces[0].x, max(piece.right for piece in first.pieces))
    if start and levels[start - 1].y - first.y < 0.9 * first.size:
        above = _Block([], list(white), block.left, block.right)
        if _takes(above, levels[start - 1]):
            block = _Block([levels[start - 1], first], above.white, above.left, above.right)
    for before, level in pairwise(levels[start:]):
        near = before.y - level.y <= _APART * max(level.size, before.size) and abs(level.size - before.size) < 0.25 * level.size
        crossed = any(level.y < y < before.y for y in barriers) or all(piece.fixed for piece in level.pieces)
        if not near or crossed or not _takes(block, level):
            break
        block.levels.append(level)
    return block


def _parted(level: _Level, block: _Block, drawn: dict[int, int]) -> _Level:
    """The line, its pieces that close some white of the block below in two.

    They end between two words, or where a small letter touches a capital. Where letters stand is told from their number.
    """
    pieces: list[Piece] = []
    for piece in level.pieces:
        closed = [(left, right) for left, right in block.white if piece.x < left and piece.right > right]
        letter = (piece.right - piece.x) / len(piece.text)
        places = [
            at
            for at in range(1, len(piece.text))
            if any(left - 2 * letter <= piece.x + at * letter <= right + 2 * letter for left, right in closed)
        ]
        touching = [at for at in places if piece.text[at - 1].islower() and piece.text[at].isupper()]
        ends = touching or [at for at in places if piece.text[at] == " "]
        if len(closed) == 1 and len(ends) == 1:
            left, right = closed[0]
            at, place = ends[0], piece.x + ends[0] * letter
            pieces.append(replace(piece, text=piece.text[:at], right=min(place, left)))
            pieces.append(replace(piece, text=piece.text[at:].strip(), x=max(place, right)))
            for part in pieces[-2:]:
                drawn[id(part)] = drawn[id(piece)]
        else:
            pieces.append(piece)
    return _Level(level.y, level.size, pieces)


def _takes(block: _Block, level: _Level) -> bool:
    """Narrow the white of the block by what stands on the line; False, and no change, where that would close some of it."""
    least = _NARROW * level.size
    white: list[tuple[float, float]] = []
    for start, end in block.white:
        parts = [(start, end)]
        for piece in level.pieces:
            if piece.x >= end or piece.right <= start:
                continue
            parts = [
                part
                for left, right in parts
                for part in (
                    [(left, min(right, piece.x)), (max(left, piece.right), right)]
                    if piece.x < right and piece.right > left
                    else [(left, right)]
                )
                if part[1] - part[0] >= least
            ]
        if not parts:
            return False
        white += parts
    # A line of prose may happen to have a space there: it is as wide as any, and what follows begins where nothing else does.
    for left, right, width in _gaps(level):
        meets = width < CELL_GAP and any(left < end and right > start for start, end in white)
        if meets and all(abs(right - piece.x) > 2 for line in block.levels for piece in line.pieces):
            return False
    left, right = level.pieces[0].x, max(piece.right for piece in level.pieces)
    for start, end in ((right, block.left), (block.right, left)):
        if end - start >= least:
            white.append((start, end))
    # What stands beside all that was taken before begins a column of its own.
    for start, end, width in _gaps(level):
        start, end = (max(start, block.right), end) if end > block.right else (start, min(end, block.left))
        if width > _BESIDE and end - start >= least:
            white.append((start, end))
    block.white = sorted(white)
    block.left, block.right = min(block.left, left), max(block.right, right)
    return True


def _rows(block: _Block, drawn: Mapping[int, int], number: int, mended: bool = False) -> list[PdfLine]:
    """A line per row, its cells parted; none where the block is no table, or one that needs no help."""
    edges = [(left + right) / 2 for left, right in block.white]
    count = len(edges) + 1
    ways = list(_groupings(block, edges, mended))
    # The first that leaves few cells empty: what is put together needlessly leaves fewer, but makes no better table.
    ways.sort(key=lambda rows: -min(0.9, _filled(rows, edges)))
    for rows in ways:
        ordered = [sorted(row, key=lambda piece: (drawn[id(piece)], piece.x)) for row in rows]
        cells = [[[piece for piece in row if bisect_right(edges, piece.x) == at] for at in range(count)] for row in ordered]
        if not all(_stands_in_line([row[at] for row in cells]) for at in range(count)) or _is_prose(cells):
            continue
        texts = [["\n".join(line.text for line in lines_of(cell, number)) for cell in row] for row in cells]
        if _is_table(texts):
            found = []
            for row, parts in zip(rows, texts, strict=True):
                top = max(row, key=lambda piece: piece.y)
                found.append(PdfLine(number, top.y, list(row), ruled=True))
                found[-1].parted = parts
            return found
    return []


def _filled(rows: Sequence[Sequence[Piece]], edges: Sequence[float]) -> float:
    """The share of cells that hold something."""
    return sum(len({bisect_right(edges, piece.x) for piece in row}) for row in rows) / (len(rows) * (len(edges) + 1))


def _groupings(block: _Block, edges: Sequence[float], mended: bool) -> Iterator[list[list[Piece]]]:
    """The pieces of each row, row by row, in the ways in which the distances of the lines allow to tell them.

    A line is a row, or the lines of a row stand nearer to each other than the rows do.
    """
    levels = block.levels
    steps = [above.y - below.y for above, below in pairwise(levels)]
    ordered = sorted(steps)
    bounds = [0.0] + [(one + other) / 2 for one, other in pairwise(ordered) if other > max(_JUMP * one, one + 0.5)]
    for bound in bounds:
        between = [step for step in steps if step > bound]
        widest = _EVEN * median(between)
        rows: list[list[Piece]] = [[]]
        tables = [rows]
        for level, step in zip(levels, [0.0, *steps], strict=True):
            if step > widest:
                rows = [[]]
                tables.append(rows)
            elif bound < step and rows[-1]:
                rows.append([])
            rows[-1] += level.pieces
        rows = max(tables, key=len)
        filled = [{bisect_right(edges, piece.x) for piece in row} for row in rows]
        while filled and len(filled[0]) < 2:
            del filled[0], rows[0]
        while filled and len(filled[-1]) < 2:
            del filled[-1], rows[-1]
        # Rows of one line each that have all cells, or of two columns, show by themselves what they are.
        needed = bound or mended or (len(edges) > 1 and any(len(columns) <= len(edges) for columns in filled))
        if needed and len(rows) > 2 and all(len(columns) > 1 for columns in filled):
            yield rows


def _is_table(texts: Sequence[Sequence[str]]) -> bool:
    said = [_ADDRESS.sub("]", text) for row in texts for text in row if text]
    count = len(texts[0])
    longest = _LONGEST_OF_TWO if count == 2 else _LONGEST_CELL
    if max(map(len, said)) > longest or max(text.count("\n") for text in said) >= _MOST_LINES:
        return False
    if any(2 * sum(bool(row[at]) for row in texts) < len(texts) for at in range(count)) or any(map(_LEADERS.search, said)):
        return False
    if any(is_mark(text.split()[0]) for row in texts for text in row[1:] if text):
        return False  # lists side by side
    # Two columns may as well be a list, or numbered lines.
    return count > 2 or not all(is_mark(row[0]) or row[0].isdigit() for row in texts if row[0])


def _stands_in_line(column: Sequence[Sequence[Piece]]) -> bool:
    """Whether most cells of a column begin, end or have their middle at one place."""
    spans = [(min(piece.x for piece in cell), max(piece.right for piece in cell)) for cell in column if cell]
    for places in ([x for x, _ in spans], [right for _, right in spans], [(x + right) / 2 for x, right in spans]):
        places.sort()
        most = max((bisect_right(places, place + 4) - at for at, place in enumerate(places)), default=0)
        if 10 * most >= 7 * len(places):
            return True
    return False


def _is_prose(cells: Sequence[Sequence[Sequence[Piece]]]) -> bool:
    """Whether the columns hold text that runs on from row to row, instead of down within them."""
    goes_on, all_of_them = 0, 0
    for at in range(len(cells[0])):
        right = max((piece.right for row in cells for piece in row[at]), default=0.0)
        for above, row in pairwise(cells):
            if row[at] and sum(len(piece.text) for piece in above[at]) > 12:
                full = max(piece.right for piece in above[at]) > right - 2.5 * above[at][0].size
                all_of_them += 1
                goes_on += full and (row[at][0].text.lstrip()[:1].islower() or above[at][-1].text.rstrip().endswith("-"))
    return goes_on * 5 > all_of_them > 1
