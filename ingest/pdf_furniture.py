"""Lines of a PDF in, the same lines without page furniture out: running heads, running feet, page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ingest.pdf_columns import PdfLine

_PAGE_NUMBER = re.compile(
    r"(?:page\s+)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–—]?(?:\s*(?:of|/|\|)\s*\d{1,4})?\Z", re.IGNORECASE
)
_FIRST, _LAST = re.compile(r"(\d{1,4})\b"), re.compile(r".*\D(\d{1,4})\Z")
_CAPITALS = re.compile(r"(?:[ivxl]{1,6}|\d{1,4})\s+[A-Z][^a-z]{3,}\Z|[A-Z][^a-z]{3,}\s(?:[ivxl]{1,6}|\d{1,4})\Z")
_LONGEST = 150  # characters
_LEVEL = 1.5  # points that lines at one height may differ by


def heights_of(lines: Iterable[PdfLine]) -> list[list[PdfLine]]:
    """The lines of one page by their height, from top to bottom, those at one height from left to right."""
    heights: list[list[PdfLine]] = []
    for line in sorted(lines, key=lambda line: -line.y):
        if heights and heights[-1][0].y - line.y < _LEVEL:
            heights[-1].append(line)
        else:
            heights.append([line])
    return [sorted(level, key=lambda line: line.x) for level in heights]


def without_furniture(lines: Sequence[PdfLine]) -> list[PdfLine]:
    """The lines that are content. Furniture stands at the edges of many pages, the same save for its numbers."""
    pages = len({line.page for line in lines})
    outermost = _outermost(lines)
    counted = _counted([line for line in lines if id(line) in outermost], outermost, pages)
    # Page numbers change in the outermost line; a line further in has to be the same on every page.
    masked = {
        id(line): re.sub(r"\d+", "#", outermost[id(line)].casefold()) if id(line) in outermost else line.text
        for line in lines
        if line.edge
    }
    places = {(masked[id(line)], round(line.y / 12), line.page) for line in lines if line.edge}
    seen = Counter((text, height) for text, height, _ in places)  # on so many pages
    counts = Counter(line.page for line in lines)
    # What would leave its page empty is no furniture, unless as many pages with more on them have it.
    lonely = {id(line) for line in lines if counts[line.page] < 3}
    amid = Counter((masked[id(line)], round(line.y / 12)) for line in lines if line.edge and id(line) not in lonely)
    kept: list[PdfLine] = []
    for line in lines:
        if line.edge:
            height = round(line.y / 12)
            repeats, full = (max(told[masked[id(line)], height + shift] for shift in (-1, 0, 1)) for told in (seen, amid))
            often = pages >= 2 and repeats >= max(2, pages // 3) and len(line.text) < _LONGEST
            empties = id(line) in lonely and full < max(3, pages // 3)
            if often and (pages > 3 or id(line) in outermost) and not empties:
                continue
            if id(line) in outermost and (_PAGE_NUMBER.match(outermost[id(line)]) or id(line) in counted):
                continue
        kept.append(line)
    return kept


def _outermost(lines: Sequence[PdfLine]) -> dict[int, str]:
    """By the `id()` of the highest and lowest lines of every page that has more than one: all that stands at their height.

    The left and the right part of a running foot are two lines where the page has columns, and one where it has none.
    """
    pages: dict[int, list[PdfLine]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    found: dict[int, str] = {}
    for on_page in pages.values():
        heights = heights_of(on_page) if len(on_page) > 1 else []
        for level in (*heights[:1], *heights[-1:]):
            found |= dict.fromkeys(map(id, level), " ".join(line.text for line in level))
    return found


def _counted(lines: Sequence[PdfLine], texts: Mapping[int, str], pages: int) -> set[int]:
    """The `id()` of lines that begin or end with the number of their page: it grows with the pages as they are counted.

    `texts` are those of their heights by `id()`. They stand at one height or few: the heading "2 Changes" on the second page
    is none of them.
    """
    offsets: dict[int, list[PdfLine]] = {}
    short = [line for line in lines if len(texts[id(line)]) < _LONGEST]
    for line in short:
        # "3.2. Administrative duties 11" begins with a number as well.
        for number in {int(found[1]) for place in (_FIRST, _LAST) if (found := place.match(texts[id(line)]))}:
            offsets.setdefault(number - line.page, []).append(line)
    most = max(offsets.values(), key=len, default=[])
    heights = Counter(round(line.y / 12) for line in most)
    level = [line for line in most if sum(heights[round(line.y / 12) + shift] for shift in (-1, 0, 1)) >= 3]
    agreed = {id(line) for line in level} if len(level) >= max(3, pages // 3) else set()
    return agreed | {id(line) for line in short if pages > 3 and _CAPITALS.match(texts[id(line)])}
