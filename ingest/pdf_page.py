"""A PDF page in, its lines of text in reading order out: with place, size and weight, columns told apart, links kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.links import linked
from ingest.pdf_columns import PdfLine, Piece, lines_of
from ingest.pdf_drawn import Drawing, drawing_of, with_bullets
from ingest.pdf_furniture import heights_of
from ingest.pdf_initials import with_initials
from ingest.pdf_regions import in_regions
from ingest.pdf_rules import parted_at, ruled_rows
from ingest.pdf_runs import Run, Turn, runs_of
from ingest.pdf_stretched import with_stretched
from ingest.pdf_tables import part_narrow_cells
from ingest.pdf_tags import PageTags

Link = tuple[float, float, float, float, str]  # left, bottom, right, top in points, and the address
_LINKABLE = re.compile(r"(?:https?://|mailto:)\S+\Z", re.IGNORECASE)
_FOOT = 2  # lines below the last row of a table that ends its page, at the most
_EXCHANGED = re.compile("[\u6600\u7400][\u6600\u6900\u6a00\u6c00\u7400]+")  # f or t, then f, i, j, l or t


def page_lines(
    page: Any, number: int, tags: PageTags, links: Sequence[Link] = (), begun: Sequence[float] = ()
) -> list[PdfLine]:
    """The lines of a pypdfium2 page in reading order; `number` is 1-based. Raises pypdfium2.PdfiumError.

    `begun` tells where the columns begin and end of a table that the page before ends with (`begun_table`).
    """
    runs, turn = runs_of(page, tags)
    tagged = _is_tagged(runs)
    drawing = Drawing() if tagged else drawing_of(page, turn)
    left, bottom, right, top = _turned_box(page.get_cropbox(), turn)
    links = [(*_turned_box(box, turn), address) for *box, address in links]
    pieces = [
        Piece(
            _labelled(run, links), run.x, run.right, run.y, run.face.size, run.face.bold, run.face.fixed,
            run.face.tag if tagged else None,
        )
        for run in parted_at(runs, drawing.rules)
        # Nobody who reads the page sees what lies outside of it.
        if not run.face.furniture and left - 2 <= run.x <= right + 2 and bottom - 2 <= run.y <= top + 2
    ]  # fmt: skip
    pieces = with_initials(pieces)
    if tagged:
        ordered = _tagged_lines(pieces, number)
    else:
        pieces = with_stretched(with_bullets(pieces, drawing.marks), number)
        pieces, rows = ruled_rows(pieces, drawing.rules, number, begun)
        ordered = in_regions(pieces, rows, number)
        part_narrow_cells(ordered)
    for line in ordered:
        line.width = right - left
    heights = heights_of(ordered)
    for level in heights[:2] + heights[-2:]:
        for line in level:
            line.edge = True
    return ordered


def begun_table(lines: Sequence[PdfLine]) -> Sequence[float]:
    """Where the columns begin and end of the table that a page ends with, above its foot; nothing where it ends with none."""
    return next((line.xs for line in reversed(lines[-_FOOT - 1 :]) if line.xs), ())


def _turned_box(box: Sequence[float], turn: Turn) -> tuple[float, float, float, float]:
    (x, y), (other_x, other_y) = turn(box[0], box[1]), turn(box[2], box[3])
    return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


def _swapped(text: str) -> str:
    """The text with ligatures mended whose letters a well-known converter writes with their bytes exchanged.

    >>> _swapped("o\u6600\u6900ce, work\u6600\u6c00ow")
    'ofice, workflow'
    """
    return _EXCHANGED.sub(lambda match: "".join(chr(ord(char) >> 8) for char in match[0]), text)


def _is_tagged(runs: Sequence[Run]) -> bool:
    """Whether a page is tagged throughout."""
    total = sum(len(run.text) for run in runs if not run.face.furniture)
    return 0 < 0.9 * total <= sum(len(run.text) for run in runs if run.face.tag is not None)


def _tagged_lines(pieces: Sequence[Piece], number: int) -> list[PdfLine]:
    """The lines in the order that the tags give."""
    orders: list[int] = []
    for piece in pieces:
        orders.append(piece.tag.order if piece.tag is not None else (orders[-1] if orders else 0))
    return lines_of([piece for _, piece in sorted(zip(orders, pieces, strict=True), key=lambda each: each[0])], number)


def _labelled(run: Run, links: Sequence[Link]) -> str:
    """The text of a run with the address of each link behind the words that lie in its rectangle, as `[words](address)`."""
    text = _swapped(run.text)
    # From the last link to the first: what is written for one does not move the words of those before it.
    for start, end, address in sorted(_labels(run, links), reverse=True):
        if address.rstrip("/") not in run.text[start:]:
            text = text[:start] + linked(text[start:end], address) + text[end:]
    return text


def _labels(run: Run, links: Sequence[Link]) -> list[tuple[int, int, str]]:
    """Start, end and address of the words of a run that links lie over; a word has one link."""
    found: list[tuple[int, int, str]] = []
    for left, bottom, right, top, address in links:
        if not (bottom - 2 <= run.y <= top and run.x < right and run.right > left):
            continue
        middles = ((first + last) / 2 for first, last in run.edges)
        inside = [at for at, middle in enumerate(middles) if left <= middle <= right and not run.text[at].isspace()]
        if not any(run.text[at].isalnum() for at in inside):
            continue
        start, end = inside[0], inside[-1] + 1
        while start and run.text[start - 1 : start + 1].isalnum():
            start -= 1
        while run.text[end - 1 : end + 1].isalnum() and end < len(run.text):
            end += 1
        end = start + len(run.text[start:end].rstrip(".,;:"))
        if all(end <= first or last <= start for first, last, _ in found):
            found.append((start, end, address))
    return found


def links_of(page: Any) -> list[Link]:
    """The web and mail addresses of a pypdf page, each with its rectangle, at most 2,000. Raises what pypdf raises."""
    found: list[Link] = []
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
