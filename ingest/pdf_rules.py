"""The rules and the pieces of a page in, the rows of its ruled tables out.

A table is a grid of rules, or rules across with nothing between its columns but white. Places are in points, y upwards.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from ingest.pdf_columns import PdfLine, Piece, lines_of
from ingest.pdf_drawn import Box, Heights
from ingest.pdf_runs import Run

_NEAR = 4.0  # points between rules that are one: the borders of neighbouring cells
_MOST = 400  # rules each way; more are a drawing
_SHIFTED = 2.0  # points between the columns of a table on one page and on the next
_HEAD = 2  # lines above the part of a table that goes on from the page before, at the most
_LONGEST_CELL = 400  # characters; a table with longer ones lays out a page, it does not hold data


@dataclass(slots=True)
class _Rule:
    """A horizontal rule at the height `place` from `start` to `end`, or an upright one at that x."""

    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the columns and the rows of a table begin and end, ascending."""

    xs: Sequence[float]
    ys: Sequence[float]

    def holds(self, piece: Piece) -> bool:
        return self.xs[0] - 1 <= piece.x < self.xs[-1] and self.ys[0] < piece.y + 0.3 * piece.size < self.ys[-1]


def parted_at(runs: Sequence[Run], rules: Sequence[Box]) -> Iterator[Run]:
    """The runs, those through whose spaces an upright rule goes in two: they are the words of two cells."""
    upright = [box for box in rules if box.width <= box.height][:_MOST]
    for run in runs:
        crossed = [box for box in upright if run.x < box.left < run.right and box.bottom - 1 <= run.y <= box.top]
        for box in sorted(crossed, key=lambda box: -box.left):
            spaces = (at for at, (left, right) in enumerate(run.edges) if left <= box.left <= right and run.text[at] == " ")
            if at := next(spaces, 0):
                yield replace(run, x=run.edges[at][1], text=run.text[at + 1 :], edges=run.edges[at + 1 :])
                run = replace(run, right=run.edges[at][0], text=run.text[:at], edges=run.edges[:at])
        yield run


def ruled_rows(
    pieces: Sequence[Piece], rules: Sequence[Box], number: int, begun: Sequence[float] = ()
) -> tuple[list[Piece], list[PdfLine]]:
    """The pieces outside of ruled tables, and a line with parted cells for each row of these; `number` is the page, from 1.

    A grid at the head of the page with the columns of the table `begun` on the page before goes on with it, be it a single row.
    """
    if len(rules) > 4 * _MOST:
        return list(pieces), []
    lying = [_Rule((box.bottom + box.top) / 2, box.left, box.right) for box in rules if box.width > box.height]
    across = _merged(_without_underlines(lying, pieces))
    upright = _merged([_Rule((box.left + box.right) / 2, box.bottom, box.top) for box in rules if box.width <= box.height])
    left = list(pieces)
    rows: list[PdfLine] = []
    if max(len(across), len(upright)) <= _MOST:
        for grid in _grids(across, upright, pieces):
            inside = [piece for piece in left if grid.holds(piece)]
            if table := _rows(grid, inside, number, _goes_on(grid, begun, left)):
                rows += table
                left = [piece for piece in left if not grid.holds(piece)]
    return left, rows


def _goes_on(grid: _Grid, begun: Sequence[float], pieces: Sequence[Piece]) -> bool:
    """Whether a grid has the columns of a table `begun` on the page before, and only a running head above it."""
    alike = len(grid.xs) == len(begun) and all(abs(x - other) <= _SHIFTED for x, other in zip(grid.xs, begun, strict=True))
    return alike and len({round(piece.y) for piece in pieces if piece.y > grid.ys[-1] and piece.text.strip()}) <= _HEAD


def _without_underlines(rules: Sequence[_Rule], pieces: Sequence[Piece]) -> list[_Rule]:
    """The rules that do not only run under or through words."""
    heights = Heights(pieces)

    def under_words(rule: _Rule) -> bool:
        covered, left, right, space = 0.0, rule.end, rule.start, 1.5
        for _, piece in heights.near(rule.place):
            level = -0.25 * piece.size <= rule.place - piece.y <= 0.6 * piece.size
            if level and piece.x < rule.end and piece.right > rule.start:
                covered += min(piece.right, rule.end) - max(piece.x, rule.start)
                left, right = min(left, piece.x), max(right, piece.right)
                space = max(space, 0.5 * piece.size)  # under which a line may run as well
        reaches = left <= rule.start + space and right >= rule.end - space
        return reaches and covered >= 0.6 * (rule.end - rule.start)

    return [rule for rule in rules if not under_words(rule)]


def _merged(rules: Sequence[_Rule]) -> list[_Rule]:
    """The rules, those that go on in one line as one."""
    merged: list[_Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.place), rule.start)):
        last = merged[-1] if merged else None
        if last is not None and abs(rule.place - last.place) <= 1.5 and rule.start <= last.end + _NEAR:
            last.end = max(last.end, rule.end)
        else:
            merged.append(rule)
    return merged


def _grids(across: Sequence[_Rule], upright: Sequence[_Rule], pieces: Sequence[Piece]) -> Iterator[_Grid]:
    """Rules that meet as grids; what rules across alone hold, with its columns told by the white between them."""
    alone = list(across)
    pending = list(upright)
    while pending:
        xs, ys, standing = [], [], [pending.pop()]
        lying: list[_Rule] = []
        while standing:
            rule = standing.pop()
            xs.append(rule.place)
            met = [each for each in alone if _meet(each, rule)]
            alone = [each for each in alone if not _meet(each, rule)]
            lying += met
            ys += [each.place for each in met]
            standing += [each for each in pending if any(_meet(line, each) for line in met)]
            pending = [each for each in pending if not any(_meet(line, each) for line in met)]
        if len(places := _places(ys)) > 1:
            if len(columns := _places(xs)) > 2:
                yield _Grid(columns, places)
            else:
                yield from _by_white(lying, pieces)
    yield from _by_white(alone, pieces)


def _meet(across: _Rule, upright: _Rule) -> bool:
    inside = upright.start - _NEAR <= across.place <= upright.end + _NEAR
    return inside and across.start - _NEAR <= upright.place <= across.end + _NEAR


def _places(places: Sequence[float]) -> list[float]:
    """The places in order, those next to each other as one."""
    ordered: list[float] = []
    for place in sorted(places):
        if not ordered or place - ordered[-1] > _NEAR:
            ordered.append(place)
    return ordered


def _by_white(across: Sequence[_Rule], pieces: Sequence[Piece]) -> Iterator[_Grid]:
    """Grids of three rules or more that are equally long and stand below each other.

    Three are those of a printed table: above and below its header, and below its last row.
    """
    alike = sorted(across, key=lambda rule: (round(rule.start / _NEAR), round(rule.end / _NEAR), rule.place))
    for _, group in groupby(alike, key=lambda rule: (round(rule.start / _NEAR), round(rule.end / _NEAR))):
        rules = list(group)
        ys = _places([rule.place for rule in rules])
        if len(ys) < 3:
            continue
        outer = _Grid([rules[0].start, rules[0].end], ys)
        drawn = sorted((piece.x, piece.right, piece.size) for piece in pieces if outer.holds(piece) and piece.text.strip())
        xs, reach = [outer.xs[0]], None
        for x, right, size in drawn:
            if reach is not None and x - reach > 0.5 * size:
                xs.append(x - 1)
            reach = max(reach or right, right)
        if len(xs) > 1:
            xs.append(outer.xs[1])
            below = ys if len(ys) > 3 else [*_between(xs, ys[0], ys[1], pieces), *ys[1:]]
            yield _Grid(xs, below + _bare_head(xs, ys, pieces))


def _bare_head(xs: Sequence[float], ys: Sequence[float], pieces: Sequence[Piece]) -> list[float]:
    """The height above a header that has no rule above it, as on a shaded ground: words in each column, as near as a row."""
    reach = ys[-1] + max(top - bottom for bottom, top in pairwise(ys))
    near = [p for p in pieces if xs[0] - 1 <= p.x < xs[-1] and ys[-1] < p.y + 0.3 * p.size < reach and p.text.strip()]
    places = [(bisect_right(xs, piece.x + 1), bisect_right(xs, piece.right - 1)) for piece in near]
    fits = {first for first, last in places if first == last} == set(range(1, len(xs))) and all(a == b for a, b in places)
    return [max(piece.y + piece.size for piece in near)] if fits and len(ys) > 3 else []


def _between(xs: Sequence[float], bottom: float, top: float, pieces: Sequence[Piece]) -> list[float]:
    """The heights below the rows that stand between two rules, from `bottom` up.

    A row begins with a line that has words in as many columns as any, or where most lines have, in the first one.
    """
    lines: dict[float, set[int]] = {}
    size = 0.0
    for piece in sorted(pieces, key=lambda piece: -piece.y):
        if xs[0] - 1 <= piece.x < xs[-1] and bottom < piece.y + 0.3 * piece.size < top and piece.text.strip():
            height = next((y for y in lines if abs(y - piece.y) < 0.4 * piece.size), piece.y)
            lines.setdefault(height, set()).add(bisect_right(xs, piece.x + 1))
            size = max(size, piece.size)
    most = max(map(len, lines.values()), default=0)
    single = 3 * sum(len(columns) == most for columns in lines.values()) >= 2 * len(lines)
    begun = [y for y, columns in lines.items() if len(columns) == most or (single and 1 in columns)]
    return [bottom, *sorted(y + 0.9 * size for y in begun[1:])]


def _rows(grid: _Grid, pieces: Sequence[Piece], number: int, goes_on: bool) -> list[PdfLine]:
    """A line per row from the top, its cells parted; none where the grid is no table: a drawing, or the layout of a page.

    What `goes_on` with a table is one too, whichever of its cells are empty.
    """
    cells: dict[tuple[int, int], list[Piece]] = {}
    for piece in pieces:
        row = len(grid.ys) - bisect_right(grid.ys, piece.y + 0.3 * piece.size)
        column = max(0, bisect_right(grid.xs, piece.x + 1) - 1)
        cells.setdefault((row, column), []).append(piece)
    texts = {place: "\n".join(line.text for line in lines_of(held, number)) for place, held in cells.items()}
    texts = {place: text for place, text in texts.items() if text.strip()}
    count = len({row for row, _ in texts})
    columns = list(range(len(grid.xs) - 1)) if goes_on else sorted({column for _, column in texts})
    sparse = min(count, len(columns)) < 2 or 2 * len(texts) < count * len(columns)
    if (sparse and not goes_on) or max(map(len, texts.values()), default=0) > _LONGEST_CELL:
        return []
    lines: list[PdfLine] = []
    for row, group in groupby(sorted(texts), key=lambda place: place[0]):
        held = [piece for _, column in group for piece in cells[row, column]]
        top = max(held, key=lambda piece: piece.y)
        line = PdfLine(number, top.y, held, ruled=True, xs=grid.xs)
        line.parted = [texts.get((row, column), "") for column in columns]
        lines.append(line)
    return lines
