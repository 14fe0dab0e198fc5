"""A PDF page in, its lines of text in reading order out: with place, size and weight, columns told apart, links kept.

Places are in points, x from the left, y upwards. Widths are those the font states, or typical ones where it states none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.html import linked

_LINKABLE = re.compile(r"(?:https?://|mailto:)\S+\Z", re.IGNORECASE)
_BULLET = re.compile(r"[•‣◦▪▫●○■□∙⁃➢➤➔►✓✔\uf0b7\uf0a7\uf0d8\uf076oO*–—-]\Z")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|CMBX|SFBX", re.IGNORECASE)


@dataclass(slots=True)
class Piece:
    """Text that was drawn at one place without a change of font."""

    text: str
    x: float
    right: float
    y: float
    size: float
    bold: bool


@dataclass(slots=True)
class PdfLine:
    """One line of one column, left to right; `cells` are its parts where wide gaps hold them apart."""

    page: int
    y: float
    pieces: list[Piece] = field(default_factory=list)
    column: int = 0
    edge: bool = False  # among the first or last lines of its page
    width: float = 0.0  # of the page
    parted: list[str] = field(default_factory=list)  # its cells, where the page's layout shows them

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
    def cells(self) -> list[str]:
        if self.parted:
            return self.parted
        cells: list[str] = []
        right: float | None = None
        for piece in self.pieces:
            if right is None or _is_gap(piece.x - right, self.pieces[0], piece):
                cells.append(piece.text)
            else:
                touching = piece.x - right < 0.12 * piece.size or cells[-1][-1:].isspace() or piece.text[:1].isspace()
                cells[-1] += piece.text if touching else " " + piece.text
            right = max(right or 0.0, piece.right)
        return _with_mark([" ".join(cell.split()) for cell in cells if cell.strip()])

    @property
    def text(self) -> str:
        return " ".join(self.cells)


def _with_mark(cells: list[str]) -> list[str]:
    """The cells with a bullet or number that stands alone joined to what it marks."""
    if len(cells) > 1 and (_BULLET.match(cells[0]) or re.fullmatch(r"\(?\w{1,3}[.)]", cells[0])):
        return [f"{cells[0]} {cells[1]}", *cells[2:]]
    return cells


def page_lines(page: Any, number: int) -> list[PdfLine]:
    """The lines of a pypdf page in reading order; `number` is 1-based. Raises what pypdf raises."""
    pieces = _pieces(page)
    _mark_links(pieces, page)
    lines = _lines(pieces, number)
    if not lines:
        return []
    ordered = _in_columns(lines)
    by_height = sorted(ordered, key=lambda line: -line.y)
    for line in ordered:
        line.width = float(page.mediabox.width)
    for line in {id(each): each for each in (by_height[:2] + by_height[-2:])}.values():
        line.edge = True
    return ordered


def part_cells(lines: Sequence[PdfLine], page: Any) -> None:
    """Tell the cells of table rows apart, which a program may draw in one stroke: by the gaps in the page's layout."""
    layout = str(page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False))
    rows: dict[str, list[str]] = {}
    for row in layout.splitlines():
        cells = re.split(r"\s{3,}", row.strip())
        if len(cells) > 1:
            rows["".join(row.split())] = cells
    for line in lines:
        cells = rows.get("".join(line.text.split()), [])
        if len(cells) > len(line.cells):
            line.parted = _with_mark(cells)


def _pieces(page: Any) -> list[Piece]:
    pieces: list[Piece] = []
    widths: dict[int, Callable[[str], float]] = {}
    upright = 0
    total = 0
    left, bottom, right_edge, top = (float(edge) for edge in page.mediabox)

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Mapping[str, Any] | None, size: float) -> None:
        nonlocal upright, total
        text = text.replace("\n", " ").replace("\t", " ")
        if not text.strip():
            if pieces and text and not pieces[-1].text.endswith(" "):
                pieces[-1].text += " "
            return
        scale = abs(tm[0] * cm[0] + tm[1] * cm[2]) or abs(tm[1] * cm[1]) or 1.0
        height = max(1.0, min(400.0, size * (abs(tm[2] * cm[1] + tm[3] * cm[3]) or abs(tm[2]) or 1.0)))
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        if not (left - 2 <= x <= right_edge + 2 and bottom - 2 <= y <= top + 2):
            return  # outside the page: nobody who reads it sees that
        turned = abs(tm[1]) > abs(tm[0])
        total += 1
        upright += not turned
        flipped = tm[3] * cm[3] < 0
        width = widths.setdefault(id(font), _width_of(font))
        right = x + width(text.rstrip()) * size * scale
        name = str(font.get("/BaseFont", "")) if font else ""
        pieces.append(Piece(text, x, right, -y if flipped else y, round(height * 2) / 2, bool(_BOLD.search(name))))

    page.extract_text(visitor_text=visit)
    if upright * 2 < total:  # text set sideways: the order in which it was drawn is all there is
        for index, piece in enumerate(pieces):
            piece.x, piece.right, piece.y = 0.0, piece.right - piece.x, -20.0 * index
    return pieces


def _width_of(font: Mapping[str, Any] | None) -> Callable[[str], float]:
    """A function from text to its width in ems."""
    try:
        widths = [float(width) for width in (font or {}).get("/Widths", [])]
        first = int((font or {}).get("/FirstChar", 0))
    except (TypeError, ValueError):
        widths, first = [], 0
    positive = [width for width in widths if width > 0]
    if positive:
        unit = 1000.0 if max(positive) > 10 else 1.0
        mean = sum(positive) / len(positive) / unit

        def stated(text: str) -> float:
            total = 0.0
            for char in text:
                code = ord(char) - first
                total += (
                    widths[code] / unit if 0 <= code < len(widths) and widths[code] > 0 else (0.28 if char == " " else mean)
                )
            return total

        return stated
    return _typical


def _typical(text: str) -> float:
    narrow = sum(char in "ijl.,:;'|!ftI ()[]" for char in text)
    wide = sum(char in "mwMW@%—" or char > "\u2e80" for char in text)
    upper = sum(char.isupper() for char in text)
    return 0.28 * narrow + 0.86 * wide + 0.68 * upper + 0.52 * max(0, len(text) - narrow - wide - upper)


def _is_gap(gap: float, first: Piece, piece: Piece) -> bool:
    return gap > 1.6 * piece.size + 0.03 * abs(piece.x - first.x)


def _mark_links(pieces: list[Piece], page: Any) -> None:
    """Write the address of each link behind the words that lie in its rectangle, as `[words](address)`."""
    for left, bottom, right, top, address in _links(page):
        for piece in pieces:
            if not (bottom - 2 <= piece.y <= top and piece.x < right and piece.right > left):
                continue
            if f"]({address})" in piece.text or address.rstrip("/") in piece.text:
                continue
            words = list(re.finditer(r"\S+", piece.text))
            per_character = (piece.right - piece.x) / max(1, len(piece.text.rstrip()))
            hit = [word for word in words if left - 2 <= piece.x + per_character * (word.start() + word.end()) / 2 <= right + 2]
            if hit:
                start, end = hit[0].start(), hit[-1].end()
                label = piece.text[start:end]
                bare = label.rstrip(".,;")
                piece.text = piece.text[:start] + linked(bare, address) + label[len(bare) :] + piece.text[end:]


def _links(page: Any) -> list[tuple[float, float, float, float, str]]:
    found: list[tuple[float, float, float, float, str]] = []
    for entry in list(page.get("/Annots") or [])[:2_000]:
        annotation = entry.get_object()
        action = annotation.get("/A") if isinstance(annotation, Mapping) else None
        action = action.get_object() if action is not None else None
        if not isinstance(action, Mapping) or annotation.get("/Subtype") != "/Link":
            continue
        address = str(action.get("/URI", "")).strip()
        box = [float(each) for each in annotation.get("/Rect", [])]
        if _LINKABLE.match(address) and len(box) == 4:
            found.append((min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3]), address))
    return found


def _lines(pieces: list[Piece], number: int) -> list[PdfLine]:
    """The pieces in lines as they were drawn; a line ends where the height changes or the writing jumps back."""
    lines: list[PdfLine] = []
    for piece in pieces:
        last = lines[-1] if lines else None
        if (
            last is None
            or abs(last.y - piece.y) > 0.5 * max(last.pieces[-1].size, piece.size)
            or piece.x < last.pieces[-1].x - 1
            or piece.x - last.right > 12 * piece.size
        ):
            lines.append(PdfLine(number, piece.y, [piece]))
        else:
            last.pieces.append(piece)
    return lines


def _in_columns(lines: list[PdfLine]) -> list[PdfLine]:
    """The lines from top to bottom, the left column before the right one; lines across both stand where they stand."""
    split = _gutter(lines)
    if split is None:
        return _joined(sorted(lines, key=lambda line: (-round(line.y, 1), line.x)))
    parts: list[PdfLine] = []
    for line in lines:
        left = [piece for piece in line.pieces if piece.x < split]
        right = [piece for piece in line.pieces if piece.x >= split]
        if left and right and right[0].x - max(piece.right for piece in left) < 0.6 * right[0].size:
            left, right = line.pieces, []  # runs across the gutter
        parts += [PdfLine(line.page, line.y, group) for group in (left, right) if group]
    reach = 0.22 * (max(line.right for line in parts) - min(line.x for line in parts))
    ordered: list[PdfLine] = []
    band: list[PdfLine] = []
    for line in sorted(parts, key=lambda line: (-line.y, line.x)):
        if line.x < split and line.right > split + reach:
            ordered += [*_columns(band, split), line]
            band = []
        else:
            band.append(line)
    return ordered + _columns(band, split)


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
        if joined and abs(joined[-1].y - line.y) < 0.25 * line.size and line.x > joined[-1].pieces[-1].x:
            joined[-1].pieces += line.pieces
        else:
            joined.append(line)
    return joined


def _gutter(lines: list[PdfLine]) -> float | None:
    """The x at which a right column starts, or None for a page with one column."""
    chunks = [piece for line in lines for piece in _chunks(line)]
    starts = sorted(((piece.x, piece) for piece in chunks), key=lambda start: start[0]) if len(lines) >= 8 else []
    if not starts:
        return None
    left_edge, right_edge = starts[0][0], max(line.right for line in lines)
    width = right_edge - left_edge
    middle = [x for x, _ in starts if left_edge + 0.35 * width < x < left_edge + 0.7 * width]
    if not middle:
        return None
    # The start that most chunks share, within a few points, in the middle third of the page.
    best = max(middle, key=lambda x: sum(abs(other - x) < 3 for other in middle))
    split = best - 4
    right = [piece for x, piece in starts if abs(x - best) < 16]
    left = [piece for x, piece in starts if x < left_edge + 0.12 * width]
    if min(len(left), len(right)) < 4 or len(right) * 5 < len(left):
        return None
    crossing = sum(piece.right > split + 0.22 * width for piece in left)
    long = sum(piece.right - piece.x > 0.25 * width for piece in right)  # columns hold prose, tables hold short cells
    return split if crossing * 2 < len(left) and long * 2 > len(right) else None


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
