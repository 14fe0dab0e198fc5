"""A PDF page in, its lines of text in reading order out: with place, size and weight, columns told apart, links kept.

Places are in points, x from the left, y upwards. Widths are those the font states, or typical ones where it states none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pypdf.generic import FloatObject

from ingest.html import linked
from ingest.pdf_columns import PdfLine, Piece, in_columns, lines_of, with_mark
from ingest.pdf_drawn import Drawing, with_bullets
from ingest.pdf_face import Face, face_of
from ingest.pdf_marks import MarkedContent
from ingest.pdf_rules import ruled_rows
from ingest.pdf_tags import Tag

_Link = tuple[float, float, float, float, str]  # left, bottom, right, top, and the address
_LINKABLE = re.compile(r"(?:https?://|mailto:)\S+\Z", re.IGNORECASE)
# Codes that the usual encoding leaves free show a bullet (PDF 32000-1, annex D.2, note 6).
_SHOWN = {ord("\n"): " ", ord("\t"): " ", **dict.fromkeys((0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D), "•")}
_SPACE, _WIDE = 180, 600  # thousandths of the size: the narrowest gap between words, and one wider than any space
_EXCHANGED = re.compile("[\u6600\u7400][\u6600\u6900\u6a00\u6c00\u7400]+")  # f or t, then f, i, j, l or t


class PageReader:
    """Reads the pages of one PDF; keeps what it learned about the fonts, which pages share."""

    def __init__(self, tags: Mapping[int, Mapping[int, Tag]]) -> None:
        self._tags = tags  # per page, by its object number
        self._faces: dict[int, tuple[object, Face]] = {}  # by the `id()` of the font, which is kept so that it stays its own

    def lines(self, page: Any, number: int) -> list[PdfLine]:
        """The lines of a pypdf page in reading order; `number` is 1-based. Raises what pypdf raises."""
        drawing = Drawing()
        pieces = self._pieces(page, drawing)
        ordered = _tagged_lines(pieces, number)
        _mark_links(pieces, page)
        if ordered is None:
            pieces, rows = ruled_rows(with_bullets(pieces, drawing.marks), drawing.rules, number)
            ordered = in_columns(lines_of(pieces, number) + rows)
        by_height = sorted(ordered, key=lambda line: -line.y)
        for line in ordered:
            line.width = float(page.mediabox.width)
        for line in {id(each): each for each in (by_height[:2] + by_height[-2:])}.values():
            line.edge = True
        return ordered

    def _pieces(self, page: Any, drawing: Drawing) -> list[Piece]:
        pieces: list[Piece] = []
        upright = 0
        total = 0
        left, bottom, right_edge, top = (float(edge) for edge in page.mediabox)
        marks = MarkedContent(self._tags.get(getattr(page.indirect_reference, "idnum", 0), {}), page)

        def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Mapping[str, Any] | None, size: float) -> None:
            nonlocal upright, total
            text = _swapped(text.translate(_SHOWN))
            if not text.strip():
                if pieces and text and not pieces[-1].text.endswith(" "):
                    pieces[-1].text += " "
                return
            tag, furniture = marks.take()
            scale = abs(tm[0] * cm[0] + tm[1] * cm[2]) or abs(tm[1] * cm[1]) or 1.0
            height = max(1.0, min(400.0, size * (abs(tm[2] * cm[1] + tm[3] * cm[3]) or abs(tm[2]) or 1.0)))
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            if furniture or not (left - 2 <= x <= right_edge + 2 and bottom - 2 <= y <= top + 2):
                return  # outside the page: nobody who reads it sees that
            turned = abs(tm[1]) > abs(tm[0])
            total += 1
            upright += not turned
            flipped = tm[3] * cm[3] < 0
            face = self._face(font)
            right = x + face.width(text.rstrip()) * size * scale
            drawn = round(height * 2) / 2
            pieces.append(Piece(text, x, right, -y if flipped else y, drawn, face.bold, face.fixed, tag))

        def follow(operator: bytes, operands: Any, cm: Sequence[float], _: object) -> None:
            if operator == b"TJ" and operands:
                _widen(operands[0])
            marks.follow(operator, operands)
            drawing.follow(operator, operands, cm)

        page.extract_text(visitor_text=visit, visitor_operand_before=follow)
        if upright * 2 < total:  # text set sideways: the order in which it was drawn is all there is
            for index, piece in enumerate(pieces):
                piece.x, piece.right, piece.y = 0.0, piece.right - piece.x, -20.0 * index
        return pieces

    def _face(self, font: Mapping[str, Any] | None) -> Face:
        known = self._faces.get(id(font))
        if known is None:
            known = self._faces[id(font)] = (font, face_of(font))
        return known[1]


def _widen(shown: Any) -> None:
    """Make the gaps between the words of a line wide enough to be taken for spaces, in place (PDF 32000-1, 9.4.3).

    Justified lines are set with spaces that are a third narrower than that of the font, which pypdf compares them with.
    """
    if not isinstance(shown, list):
        return
    gaps = [index for index, part in enumerate(shown) if isinstance(part, int | float) and _SPACE < -part < _WIDE]
    texts = [part for part in shown if isinstance(part, str | bytes)]
    if sum(map(len, texts)) > 2 * len(texts):  # letters that are spaced out are no words
        for index in gaps:
            shown[index] = FloatObject(-_WIDE)


def _swapped(text: str) -> str:
    """The text with ligatures mended whose letters a well-known converter writes with their bytes exchanged.

    >>> _swapped("o\u6600\u6900ce, work\u6600\u6c00ow")
    'ofice, workflow'
    """
    return _EXCHANGED.sub(lambda match: "".join(chr(ord(char) >> 8) for char in match[0]), text)


def _tagged_lines(pieces: list[Piece], number: int) -> list[PdfLine] | None:
    """The lines in the order that the tags give; None for a page that is not tagged throughout."""
    total = sum(len(piece.text) for piece in pieces)
    tagged = sum(len(piece.text) for piece in pieces if piece.tag is not None)
    if not total or tagged < 0.9 * total:
        for piece in pieces:
            piece.tag = None
        return None
    orders: list[int] = []
    for piece in pieces:
        orders.append(piece.tag.order if piece.tag is not None else (orders[-1] if orders else 0))
    return lines_of([piece for _, piece in sorted(zip(orders, pieces, strict=True), key=lambda each: each[0])], number)


def part_cells(lines: Sequence[PdfLine], page: Any) -> None:
    """Tell the cells of table rows apart, which a program may draw in one stroke: by the gaps in the page's layout."""
    layout = str(page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False))
    shown = [row.strip() for row in layout.splitlines() if row.strip()]
    parted = [re.split(r"\s{3,}", row) for row in shown]
    rows: dict[str, list[str]] = {}
    for place, row in enumerate(shown):
        cells = parted[place]
        near = {len(each) for each in parted[max(0, place - 1) : place + 2]} - {1}
        if len(cells) == 1 and len(closer := re.split(r"\s{2,}", row)) in near:
            cells = closer  # the row with the longest words of a column leaves less room behind them
        if len(cells) > 1:
            rows["".join(row.split())] = cells
    for line in lines:
        cells = [] if line.ruled else rows.get("".join(line.text.split()), [])
        if len(cells) > len(line.cells):
            line.parted = with_mark(cells)


def _mark_links(pieces: list[Piece], page: Any) -> None:
    """Write the address of each link behind the words that lie in its rectangle, as `[words](address)`."""
    links = _links(page)
    for piece in pieces if links else ():
        # From the last link to the first: what is written for one does not move the words of those before it.
        for start, end, address in sorted(_labels(piece, links), reverse=True):
            label = piece.text[start:end]
            bare = label.rstrip(".,;:")
            if address.rstrip("/") not in piece.text[start:]:
                piece.text = piece.text[:start] + linked(bare, address) + label[len(bare) :] + piece.text[end:]


def _labels(piece: Piece, links: Sequence[_Link]) -> list[tuple[int, int, str]]:
    """Start, end and address of the words of a piece that links lie over; a word has one link."""
    words = list(re.finditer(r"\S+", piece.text))
    per_character = (piece.right - piece.x) / max(1, len(piece.text.rstrip()))
    found: list[tuple[int, int, str]] = []
    for left, bottom, right, top, address in links:
        if not (bottom - 2 <= piece.y <= top and piece.x < right and piece.right > left):
            continue
        middles = ((word, piece.x + per_character * (word.start() + word.end()) / 2) for word in words)
        hit = [word for word, middle in middles if left - 2 <= middle <= right + 2]
        if any(char.isalnum() for word in hit for char in word[0]):
            start, end = hit[0].start(), hit[-1].end()
            if all(end <= first or last <= start for first, last, _ in found):
                found.append((start, end, address))
    return found


def _links(page: Any) -> list[_Link]:
    found: list[_Link] = []
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
