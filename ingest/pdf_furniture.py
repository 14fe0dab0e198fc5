"""Lines of a PDF in, the same lines without page furniture out: running heads, running feet, page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.pdf_columns import PdfLine

_PAGE_NUMBER = re.compile(
    r"(?:page\s+)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–—]?(?:\s*(?:of|/|\|)\s*\d{1,4})?\Z", re.IGNORECASE
)
_NUMBERED = re.compile(r"(\d{1,4})\b|.*\D(\d{1,4})\Z")
_CAPITALS = re.compile(r"(?:[ivxl]{1,6}|\d{1,4})\s+[A-Z][^a-z]{3,}\Z|[A-Z][^a-z]{3,}\s(?:[ivxl]{1,6}|\d{1,4})\Z")
_LONGEST = 150  # characters


def without_furniture(lines: Sequence[PdfLine]) -> list[PdfLine]:
    """The lines that are content. Furniture stands at the edges of many pages, the same save for its numbers."""
    pages = len({line.page for line in lines})
    outermost = _outermost(lines)
    counted = _counted([line for line in lines if id(line) in outermost], pages)
    # Page numbers change in the outermost line; a line further in has to be the same on every page.
    masked = {
        id(line): re.sub(r"\d+", "#", line.text.casefold()) if id(line) in outermost else line.text
        for line in lines
        if line.edge
    }
    seen: Counter[tuple[str, int]] = Counter()
    for line in lines:
        if line.edge:
            seen[masked[id(line)], round(line.y / 12)] += 1
    counts = Counter(line.page for line in lines)
    lonely = {id(line) for line in lines if counts[line.page] < 3}  # what would leave its page empty is no furniture
    kept: list[PdfLine] = []
    for line in lines:
        if line.edge:
            height = round(line.y / 12)
            repeats = max(seen[masked[id(line)], height + shift] for shift in (-1, 0, 1))
            often = pages >= 2 and repeats >= max(2, pages // 3) and len(line.text) < _LONGEST
            if often and (pages > 3 or id(line) in outermost) and id(line) not in lonely:
                continue
            if id(line) in outermost and (_PAGE_NUMBER.match(line.text) or id(line) in counted):
                continue
        kept.append(line)
    return kept


def _outermost(lines: Sequence[PdfLine]) -> set[int]:
    """The `id()` of the highest and lowest line of every page that has more than two."""
    pages: dict[int, list[PdfLine]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    found: set[int] = set()
    for on_page in pages.values():
        if len(on_page) > 1:
            found |= {id(max(on_page, key=lambda line: line.y)), id(min(on_page, key=lambda line: line.y))}
    return found


def _counted(lines: Sequence[PdfLine], pages: int) -> set[int]:
    """The `id()` of lines that begin or end with the number of their page: it grows with the pages as they are counted.

    They stand at one height or few: the heading "2 Changes" on the second page is none of them.
    """
    offsets: dict[int, list[PdfLine]] = {}
    for line in lines:
        found = _NUMBERED.match(line.text) if len(line.text) < _LONGEST else None
        if found:
            offsets.setdefault(int(found[1] or found[2]) - line.page, []).append(line)
    most = max(offsets.values(), key=len, default=[])
    heights = Counter(round(line.y / 12) for line in most)
    level = [line for line in most if sum(heights[round(line.y / 12) + shift] for shift in (-1, 0, 1)) >= 3]
    agreed = {id(line) for line in level} if len(level) >= max(3, pages // 3) else set()
    return agreed | {id(line) for line in lines if pages > 3 and len(line.text) < _LONGEST and _CAPITALS.match(line.text)}
