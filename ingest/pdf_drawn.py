"""A PDF page in, what is drawn around its text out: the marks of list items, the rules of tables.

Browsers draw the bullets of lists as small shapes, not as letters (paths: PDF 32000-1, 8.5). Places are in points, x from
the left, y upwards.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from ctypes import byref, c_float, c_int
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium

from ingest.pdf_columns import Piece
from ingest.pdf_runs import Point, Turn

_MOST = 20_000  # objects of a page that are looked at; a page with more is a drawing
_LARGEST_MARK = 9.0  # points; bullets are smaller
_THICKEST_RULE = 2.5
_SHORTEST_RULE = 6.0

Matrix = tuple[float, float, float, float, float, float]  # a, b, c, d, e, f: PDF 32000-1, 8.3.4


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


@dataclass(slots=True)
class Drawing:
    """What is drawn around the text of a page."""

    marks: list[Box] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)


def drawing_of(page: Any, turn: Turn) -> Drawing:
    """The marks and the rules of a pypdfium2 page, its places turned as those of its text are."""
    drawing = Drawing()
    pending: list[tuple[Any, Matrix]] = [(page.raw, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))]
    looked_at = 0
    while pending:
        held, above = pending.pop()
        inside = held is not page.raw
        count = pdfium.FPDFFormObj_CountObjects(held) if inside else pdfium.FPDFPage_CountObjects(held)
        for number in range(max(0, count)):
            looked_at += 1
            if looked_at > _MOST or len(drawing.marks) + len(drawing.rules) > _MOST:
                return drawing
            drawn = pdfium.FPDFFormObj_GetObject(held, number) if inside else pdfium.FPDFPage_GetObject(held, number)
            kind = pdfium.FPDFPageObj_GetType(drawn)
            if kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_FORM):
                matrix = _matrix_of(drawn, above)
                if kind == pdfium.FPDF_PAGEOBJ_FORM:
                    pending.append((drawn, matrix))
                else:
                    _paint(drawing, drawn, matrix, turn)
    return drawing


def _matrix_of(drawn: Any, above: Matrix) -> Matrix:
    """The matrix of an object, with that of the form it stands in (PDF 32000-1, 8.3.4)."""
    own = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(drawn, byref(own)):
        return above
    a, b, c, d, e, f = above
    return (
        own.a * a + own.b * c, own.a * b + own.b * d, own.c * a + own.d * c, own.c * b + own.d * d,
        own.e * a + own.f * c + e, own.e * b + own.f * d + f,
    )  # fmt: skip


def _paint(drawing: Drawing, drawn: Any, matrix: Matrix, turn: Turn) -> None:
    """Keep what is a mark or a rule of the parts of a path."""
    fill, stroked = c_int(), c_int()
    if not pdfium.FPDFPath_GetDrawMode(drawn, byref(fill), byref(stroked)):
        return
    curved, parts = _parts(drawn, matrix, turn)
    for part in parts:
        box = _around(part)
        longest = max(box.width, box.height)
        if longest <= _LARGEST_MARK and min(box.width, box.height) >= 0.5 * longest > 0.5:
            drawing.marks.append(box)
        elif fill.value != pdfium.FPDF_FILLMODE_NONE and _is_rule(box):
            drawing.rules.append(box)
        elif stroked.value and not curved:
            drawing.rules += [edge for pair in pairwise(part) if _is_rule(edge := _around(pair))]


def _parts(drawn: Any, matrix: Matrix, turn: Turn) -> tuple[bool, list[list[Point]]]:
    """Whether a path is curved, and the points of each of its parts on the turned page."""
    a, b, c, d, e, f = matrix
    x, y = c_float(), c_float()
    curved = False
    parts: list[list[Point]] = []
    for number in range(min(_MOST, pdfium.FPDFPath_CountSegments(drawn))):
        segment = pdfium.FPDFPath_GetPathSegment(drawn, number)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if not pdfium.FPDFPathSegment_GetPoint(segment, byref(x), byref(y)):
            continue
        point = turn(x.value * a + y.value * c + e, x.value * b + y.value * d + f)
        curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([])
        parts[-1].append(point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            parts[-1].append(parts[-1][0])
    return curved, parts


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
