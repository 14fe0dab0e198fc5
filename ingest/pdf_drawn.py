"""The operators of a page in, what is drawn around its text out: the marks of list items, the rules of tables.

Browsers draw the bullets of lists as small shapes, not as letters (paths: PDF 32000-1, 8.5). Places are in points, x from
the left, y upwards.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ingest.pdf_columns import Piece

_MOST = 20_000  # shapes of a page that are kept; a page with more is a drawing
_LARGEST_MARK = 9.0  # points; bullets are smaller
_THICKEST_RULE = 2.5
_SHORTEST_RULE = 6.0
_CONSTRUCTED = {b"m": 2, b"l": 2, b"c": 6, b"v": 4, b"y": 4}  # operators and how many numbers they take
_FILLED = frozenset([b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*"])
_STROKED = frozenset([b"S", b"s", b"B", b"B*", b"b", b"b*"])

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """The rectangle that something drawn fills."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


class Drawing:
    """Told of every operator of one page; keeps the marks and the rules among what it paints."""

    def __init__(self) -> None:
        self.marks: list[Box] = []
        self.rules: list[Box] = []
        self._paths: list[list[Point]] = []
        self._curved = False

    def follow(self, operator: bytes, operands: Any, cm: Sequence[float]) -> None:
        """Take notice of an operator; `cm` maps its numbers to the page."""
        if operator in _CONSTRUCTED or operator == b"re":
            self._construct(operator, operands, cm)
        elif operator in _FILLED or operator in _STROKED:
            for path in self._paths:
                self._paint(path, filled=operator in _FILLED, stroked=operator in _STROKED)
            self._paths, self._curved = [], False
        elif operator == b"n":
            self._paths, self._curved = [], False

    def _construct(self, operator: bytes, operands: Any, cm: Sequence[float]) -> None:
        try:
            numbers = [float(number) for number in operands]
        except (TypeError, ValueError):
            return
        if operator == b"re" and len(numbers) == 4:
            x, y, width, height = numbers
            numbers = [x, y, x + width, y, x + width, y + height, x, y + height, x, y]
        elif len(numbers) != _CONSTRUCTED.get(operator):
            return
        points = [
            (x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5])
            for x, y in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        self._curved = self._curved or operator in (b"c", b"v", b"y")
        if operator in (b"m", b"re") or not self._paths:
            if len(self._paths) < _MOST:
                self._paths.append(points)
        else:
            self._paths[-1] += points

    def _paint(self, path: list[Point], *, filled: bool, stroked: bool) -> None:
        if len(self.marks) + len(self.rules) >= _MOST:
            return
        box = _around(path)
        longest = max(box.width, box.height)
        if longest <= _LARGEST_MARK and min(box.width, box.height) >= 0.5 * longest > 0.5:
            self.marks.append(box)
        elif filled and _is_rule(box):
            self.rules.append(box)
        elif stroked and not self._curved:
            self.rules += [edge for pair in pairwise(path) if _is_rule(edge := _around(pair))]


def _around(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _is_rule(box: Box) -> bool:
    return min(box.width, box.height) <= _THICKEST_RULE and max(box.width, box.height) >= _SHORTEST_RULE


class Heights:
    """Pieces by the height at which they stand."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = sorted(enumerate(pieces), key=lambda each: each[1].y)
        self._ys = [piece.y for _, piece in self._pieces]
        self._reach = max((piece.size for piece in pieces), default=0.0)

    def near(self, y: float) -> Sequence[tuple[int, Piece]]:
        """Those whose letters may be at `y`, each with its index."""
        return self._pieces[bisect_left(self._ys, y - self._reach) : bisect_right(self._ys, y + self._reach)]


def with_bullets(pieces: Sequence[Piece], marks: Sequence[Box]) -> list[Piece]:
    """The pieces with a bullet before each that a small shape stands in front of."""
    heights = Heights(pieces)
    found: dict[int, Box] = {}  # by the index of the piece
    for mark in marks:
        middle = (mark.bottom + mark.top) / 2
        level = [
            (index, piece)
            for index, piece in heights.near(middle)
            if piece.y - 0.1 * piece.size <= middle <= piece.y + 0.8 * piece.size and mark.height <= 0.75 * piece.size
        ]
        behind = [(piece.x - mark.right, index) for index, piece in level if -0.5 <= piece.x - mark.right <= 2.2 * piece.size]
        if not behind or any(piece.x < mark.left and piece.right > mark.left - piece.size for _, piece in level):
            continue  # nothing to mark, or a shape in the middle of a line
        _, index = min(behind)
        found.setdefault(index, mark)
    shown: list[Piece] = []
    for index, piece in enumerate(pieces):
        if (bullet := found.get(index)) is not None:
            shown.append(Piece("• ", bullet.left, bullet.right, piece.y, piece.size, piece.bold, piece.fixed))
        shown.append(piece)
    return shown
