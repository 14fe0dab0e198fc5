"""Pieces of a page in, its lines in reading order out: columns told apart, and what stands at one height put together."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from ingest.pdf_runs import ORDINAL
from ingest.pdf_tags import Tag

_BULLET = re.compile(r"[•‣◦▪▫●○■□∙⁃➢➤➔►✓✔\uf0b7\uf0a7\uf0d8\uf076oO*–—-]\Z")


_RAISED_WORD = re.compile(r"st|nd|rd|th|[®™©]|TM|SM")  # raised, but no powers
_CLOSES = re.compile(r"[,;)]|\.(?!\s*\.)(?:\s|\Z)")
_BEFORE = 4.0  # points between where a column is parted from the one before and its first letters
CELL_GAP = 1.1  # of the size: wider than a space, narrower than what stands between the columns of a table


@dataclass(slots=True)
class Piece:
    """Text that was drawn at one place without a change of font."""

    text: str
    x: float
    right: float
    y: float
    size: float
    bold: bool
    fixed: bool = False  # in a typewriter face
    tag: Tag | None = None


@dataclass(slots=True)
class PdfLine:
    """One line of one column, left to right; `cells` are its parts where wide gaps hold them apart."""

    page: int
    y: float
    pieces: list[Piece] = field(default_factory=list)
    column: int = 0
    edge: bool = False  # among the first or last lines of its page
    width: float = 0.0  # of the page
    parted: list[str] = field(default_factory=list)  # its cells, where the page shows them; the lines of one with line breaks
    ruled: bool = False  # a row of a table with rules around it
    xs: Sequence[float] = ()  # where the columns of that table begin and end
    stops: frozenset[int] = frozenset()  # indexes of pieces that begin a cell although the gap before them is narrow
    _cells: tuple[int, list[str]] = (0, [])  # as found when it had so many pieces

    @property
    def x(self) -> float:
        return self.pieces[0].x

    @property
    def right(self) -> float:
        return max(piece.right for piece in self.pieces)

    @property
    def size(self) -> float:
        """The size of most of its characters."""
        counts: dict[float, int] = {}
        for piece in self.pieces:
            counts[piece.size] = counts.get(piece.size, 0) + len(piece.text.strip())
        return max(counts, key=lambda size: (counts[size], size))

    @property
    def bold(self) -> bool:
        return all(piece.bold for piece in self.pieces if piece.text.strip())

    @property
    def fixed(self) -> bool:
        return all(piece.fixed for piece in self.pieces if piece.text.strip())

    @property
    def tag(self) -> Tag | None:
        """The tag of its first piece that is not only the mark of a list item."""
        tags = [piece.tag for piece in self.pieces if piece.tag is not None]
        return next((tag for tag in tags if not tag.label), tags[0] if tags else None)

    def gaps(self) -> dict[int, tuple[float, float]]:
        """From where to where there is nothing in front of each piece but the first, by its index."""
        reaches = accumulate((piece.right for piece in self.pieces), max)
        return {
            number: (reach, piece.x) for number, (reach, piece) in enumerate(zip(reaches, self.pieces[1:], strict=False), 1)
        }

    def raised(self) -> list[str]:
        """What stands raised behind its words: exponents, marks of footnotes."""
        return [self.pieces[number].text.strip() for number in sorted(self._raised())] if len(self.pieces) > 1 else []

    @property
    def cells(self) -> list[str]:
        if self.parted:
            return self.parted
        if self._cells[0] != len(self.pieces):
            self._cells = (len(self.pieces), self._told_cells())
        return self._cells[1]

    def _told_cells(self) -> list[str]:
        cells: list[str] = []
        right: float | None = None
        raised = self._raised()
        for number, piece in enumerate(self.pieces):
            if right is None or piece.x - right > CELL_GAP * piece.size or number in self.stops:
                cells.append(piece.text)
            elif number in raised:
                cells[-1] = _with_raised(cells[-1], piece.text)
            else:
                if abs(piece.x - right) < 0.08 * piece.size and not piece.text[:1].isspace():
                    cells[-1] = cells[-1].rstrip()  # a space for which there is no room was not drawn
                near = 0.25 if _CLOSES.match(piece.text) else 0.12  # slanted words lean away from what closes behind them
                touching = piece.x - right < near * piece.size or cells[-1][-1:].isspace() or piece.text[:1].isspace()
                # "1 A footnote" begins with its raised number; what closes stands next to it, as in "(km^2)".
                touching = touching and (number - 1 not in raised or not piece.text[:1].isalnum())
                touching = touching and not (
                    number == 1 and ORDINAL.fullmatch(cells[-1].strip()) and not piece.text[:1].isdigit()
                )
                cells[-1] += piece.text if touching else " " + piece.text
            right = max(right or 0.0, piece.right)
        return with_mark([" ".join(cell.split()) for cell in cells if cell.strip()])

    def _raised(self) -> set[int]:
        """Indexes of short pieces that stand higher and smaller than the line: exponents, marks of footnotes."""
        size = self.size
        base = next(piece.y for piece in self.pieces if piece.size == size)
        return {
            number
            for number, piece in enumerate(self.pieces)
            if piece.size < 0.88 * size and piece.y > base + 0.12 * size and len(piece.text.strip()) <= 4
        }

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.cells).split("\n"))


def _with_raised(before: str, raised: str) -> str:
    """The text with what stands raised behind it: a power, or the mark of a footnote, which is left out.

    >>> _with_raised("an area of 5 km ", "2 "), _with_raised("as others found. ", "12"), _with_raised("the 1", "st ")
    ('an area of 5 km^2 ', 'as others found. ', 'the 1st ')
    """
    mark = raised.strip()
    after = " " if raised[-1:].isspace() or before[-1:].isspace() else ""
    before = before.rstrip()
    if re.fullmatch(r"[\d,*†‡§]+", mark) and re.search(r"(?:[^\W\d_]{3}|[.,;:!?”’\"'])\Z", before):
        return before + after
    power = re.search(r"\w\Z|\)\Z", before) and mark and not _RAISED_WORD.fullmatch(mark)
    return f"{before}^{mark}{after}" if power else f"{before}{mark}{after}"


def is_mark(text: str) -> bool:
    """Whether this is the bullet or the number of a list item."""
    return bool(_BULLET.match(text) or ORDINAL.fullmatch(text))


def with_mark(cells: list[str]) -> list[str]:
    """The cells with a bullet or number that stands alone joined to what it marks."""
    if len(cells) > 1 and is_mark(cells[0]):
        return [f"{cells[0]} {cells[1]}", *cells[2:]]
    return cells


def lines_of(pieces: list[Piece], number: int) -> list[PdfLine]:
    """The pieces in lines as they were drawn; a line ends where the height changes or the writing jumps back."""
    lines: list[PdfLine] = []
    for piece in pieces:
        last = lines[-1] if lines else None
        if (
            last is None
            or abs(last.y - piece.y) > 0.5 * max(last.pieces[-1].size, piece.size)
            or piece.x < last.pieces[-1].x - 1
            or piece.x - last.right > 12 * piece.size
            or _parts(last.pieces[-1].tag, piece.tag)
        ):
            lines.append(PdfLine(number, piece.y, [piece]))
        else:
            last.pieces.append(piece)
    return lines


def _parts(before: Tag | None, tag: Tag | None) -> bool:
    """Whether the tags say that two pieces never share a line; the mark of an item stands with its text."""
    if before is None or tag is None or before.block == tag.block:
        return False
    return not (before.label and before.item == tag.item)


def in_columns(lines: list[PdfLine]) -> list[PdfLine]:
    """The lines from top to bottom, the left column before the right one; lines across both stand where they stand."""
    split = _gutter([line for line in lines if not (line.ruled or line.fixed)])
    if split is None:
        return _joined(sorted(lines, key=lambda line: (-round(line.y, 1), line.x)))
    parts: list[PdfLine] = []
    for line in lines:
        if line.ruled:
            parts.append(line)
            continue
        left = [piece for piece in line.pieces if piece.x < split]
        right = [piece for piece in line.pieces if piece.x >= split]
        if left and right and _runs_on(left, right, split):
            left, right = line.pieces, []
        parts += [PdfLine(line.page, line.y, group) for group in (left, right) if group]
    reach = 0.22 * (max(line.right for line in parts) - min(line.x for line in parts))
    ordered: list[PdfLine] = []
    band: list[PdfLine] = []
    for line in sorted(parts, key=lambda line: (-line.y, line.x)):
        if line.x < split and line.right > split + (0 if line.ruled else reach):
            ordered += [*_columns(band, split), line]
            band = []
        else:
            band.append(line)
    return ordered + _columns(band, split)


def _runs_on(left: list[Piece], right: list[Piece], split: float) -> bool:
    """Whether a line runs across the gutter: the gap there is no wider than the others, and no column begins behind it."""
    gap = right[0].x - max(piece.right for piece in left)
    words = [piece.x - before.right for part in (left, right) for before, piece in pairwise(part)]
    spread = abs(right[0].x - split - _BEFORE) > right[0].size and gap < 1.25 * max(words, default=0.0)
    return gap < 0.6 * right[0].size or (spread and gap < CELL_GAP * right[0].size)


def _columns(band: list[PdfLine], split: float) -> list[PdfLine]:
    left = _joined([line for line in band if line.x < split])
    right = _joined([line for line in band if line.x >= split])
    for line in right:
        line.column = 1
    return left + right


def _joined(lines: list[PdfLine]) -> list[PdfLine]:
    """Lines at the same height, which were drawn apart, as one."""
    joined: list[PdfLine] = []
    for line in lines:
        level = bool(joined) and abs(joined[-1].y - line.y) < 0.25 * line.size and not (line.ruled or joined[-1].ruled)
        if level and line.x > joined[-1].pieces[-1].x:
            joined[-1].pieces += line.pieces
        elif level and line.right <= joined[-1].x + 1:
            joined[-1].pieces[:0] = line.pieces
        else:
            joined.append(line)
    return joined


def _gutter(lines: list[PdfLine]) -> float | None:
    """The x at which a right column starts, or None for a page with one column."""
    chunks = [piece for line in lines for piece in _chunks(line)] if len(lines) >= 8 else []
    if not chunks:
        return None
    starts = sorted(piece.x for piece in chunks)
    rights = sorted(piece.right for piece in chunks)
    left_edge, right_edge = starts[0], rights[-1]
    width = right_edge - left_edge
    middle = [x for x in starts if left_edge + 0.35 * width < x < left_edge + 0.7 * width]
    if not middle:
        return None
    # The start in the middle third that fewest chunks run across; of those the leftmost, since lists are set in.
    best = min(middle, key=lambda x: (bisect_left(starts, x - 3) - bisect_left(rights, x), x))
    split = best - _BEFORE
    right = [piece for piece in chunks if split <= piece.x < best + 40]
    left = [piece for piece in chunks if piece.x < left_edge + 0.12 * width]
    if min(len(left), len(right)) < 4 or len(right) * 5 < len(left):
        return None
    crossing = sum(piece.right > split + 0.22 * width for piece in left)
    widths = [piece.right - piece.x for piece in right]
    long = [each for each in widths if each > 0.25 * width]  # columns hold prose, beside items; tables hold short cells
    prose = len(long) * 3 > len(widths) and sum(long) * 2 > sum(widths)
    return split if crossing * 2 < len(left) and prose else None


def _chunks(line: PdfLine) -> list[Piece]:
    """The line's pieces with those that follow each other closely as one."""
    chunks: list[Piece] = []
    for piece in line.pieces:
        if chunks and piece.x - chunks[-1].right < 0.9 * piece.size:
            last = chunks[-1]
            chunks[-1] = Piece(last.text + piece.text, last.x, max(last.right, piece.right), last.y, last.size, last.bold)
        else:
            chunks.append(piece)
    return chunks
