"""Lines of a PDF in, blocks out: paragraphs joined again, headings by size and weight, lists, tables; no page furniture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ingest.builder import DocumentBuilder, clean_inline
from ingest.pdf_columns import PdfLine
from ingest.text_lines import is_closed
from ingest.text_signs import is_date, is_titular

_PAGE_NUMBER = re.compile(
    r"(?:page\s+)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*[-–—]?(?:\s*(?:of|/|\|)\s*\d{1,4})?\Z", re.IGNORECASE
)
_ITEM = re.compile(r"(?:[•‣◦▪▫●○■□∙⁃➢➤➔►✓✔\uf0b7\uf0a7\uf0d8\uf076*]|[-–—](?=\s)|o(?=\s))\s*(?=\S)")
_NUMBERED = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_HEADING_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")
_CONTENTS_ENTRY = re.compile(r"[^\W\d_].*[\s.]\d{1,4}\Z")
_TERMINAL = re.compile(r"[:.!?]\Z")


@dataclass(slots=True)
class _Paragraph:
    kind: Literal["text", "item", "row"]
    lines: list[PdfLine]

    @property
    def text(self) -> str:
        text = self.lines[0].text
        for line in self.lines[1:]:
            following = line.text
            if re.search(r"[^\W\d_]-\Z", text) and following[:1].islower():
                text = text[:-1] + following  # a word divided at the end of the line
            else:
                text += ("" if text.endswith(("/", "-")) and "://" in text.rsplit(" ", 1)[-1] else " ") + following
        return text


def add_pdf_blocks(builder: DocumentBuilder, lines: Sequence[PdfLine], outline: Mapping[str, int]) -> None:
    """Append the blocks; `outline` gives the 1-based depth of headings that the PDF's own outline names."""
    lines = _without_furniture(lines)
    if not lines:
        return
    body = _body_size(lines)
    mostly_bold = sum(len(line.text) for line in lines if line.bold) * 2 > sum(len(line.text) for line in lines)
    paragraphs = _paragraphs(lines, body)
    ranks = _ranks(paragraphs, body, mostly_bold)
    margins: list[float] = []  # of the open list levels
    rows: list[list[str]] = []
    in_contents = False
    for index, paragraph in enumerate(paragraphs):
        first = paragraph.lines[0]
        if in_contents and _CONTENTS_ENTRY.search(paragraph.text):
            builder.add("item", re.sub(r"(?:\s?\.){3,}\s*", " … ", clean_inline(paragraph.text)), page=first.page)
            continue
        in_contents = outline_key(paragraph.text) in ("contents", "tableofcontents")
        if rows and (paragraph.kind != "row" or len(first.cells) != len(rows[0])):
            builder.table(rows, page=paragraphs[index - 1].lines[0].page)
            rows = []
        if paragraph.kind == "row":
            rows.append(first.cells)
            continue
        text = clean_inline(paragraph.text)
        key = outline_key(text)
        style = _style(paragraph, body, mostly_bold)
        if key in outline and len(paragraph.lines) <= 3 and (style or len(first.cells) == 1):
            builder.add("heading", text, level=min(6, outline[key]), page=first.page)
        elif style is not None and not (outline and paragraph.kind == "item"):
            level = ranks[style]
            numbered = _HEADING_NUMBER.match(text)
            if numbered and style[0] <= 1.15:
                level = min(6, level + numbered[1].count("."))
            builder.add("heading", text, level=level, page=first.page)
        elif paragraph.kind == "item":
            while margins and first.x < margins[-1] - 2:
                margins.pop()
            if not margins or first.x > margins[-1] + 2:
                margins.append(first.x)
            numbered = _NUMBERED.match(text)
            bare = text[numbered.end() :] if numbered else _ITEM.sub("", text, count=1)
            ordinal = int(numbered[1]) if numbered else None
            builder.add("item", bare, level=min(8, len(margins) - 1), ordinal=ordinal, page=first.page)
            continue
        else:
            builder.add("paragraph", text, page=first.page)
        margins.clear()
    if rows:
        builder.table(rows, page=paragraphs[-1].lines[0].page)


def outline_key(title: str) -> str:
    """The form in which headings on the page and titles in the outline are compared: letters and digits, no number in front.

    >>> outline_key("2.1  The Model ") == outline_key("The model")
    True
    """
    return re.sub(r"\W+", "", re.sub(r"^\s*(?:\d+\.?)+\s+", "", title)).casefold()


def _without_furniture(lines: Sequence[PdfLine]) -> list[PdfLine]:
    """The lines without running headers, footers and page numbers: what stands at the edges of many pages, digits aside."""
    pages = len({line.page for line in lines})
    outermost = _outermost(lines)
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
            often = pages >= 2 and repeats >= max(2, pages // 3) and len(line.text) < 150
            if often and (pages > 3 or id(line) in outermost) and id(line) not in lonely:
                continue
            if id(line) in outermost and _PAGE_NUMBER.match(line.text):
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


def _body_size(lines: Sequence[PdfLine]) -> float:
    counts: Counter[float] = Counter()
    for line in lines:
        counts[line.size] += len(line.text)
    return counts.most_common(1)[0][0]


def _paragraphs(lines: Sequence[PdfLine], body: float) -> list[_Paragraph]:
    spacing = _spacing(lines)
    edges = _edges(lines)
    rows = _rows(lines)
    found: list[_Paragraph] = []
    for index, line in enumerate(lines):
        before = lines[index - 1] if index else None
        if index in rows:
            found.append(_Paragraph("row", [line]))
        elif _starts_item(line):
            found.append(_Paragraph("item", [line]))
        elif before is None or not found or found[-1].kind == "row" or _breaks(found[-1], before, line, spacing, edges, body):
            found.append(_Paragraph("text", [line]))
        else:
            found[-1].lines.append(line)
    return found


def _starts_item(line: PdfLine) -> bool:
    return bool(_ITEM.match(line.text)) or (bool(_NUMBERED.match(line.text)) and not line.bold)


def _spacing(lines: Sequence[PdfLine]) -> float:
    """The usual distance from line to line, in units of the size of the text."""
    gaps: Counter[float] = Counter()
    for line, following in pairwise(lines):
        gap = (line.y - following.y) / max(line.size, 1)
        if line.page == following.page and line.size == following.size and 0.8 < gap < 2.5:
            gaps[round(gap, 1)] += 1
    return max(gaps, key=lambda gap: (gaps[gap], -gap), default=1.2)


def _edges(lines: Sequence[PdfLine]) -> dict[tuple[int, int], tuple[float, float]]:
    """Left and right edge of the text of every (page, column)."""
    found: dict[tuple[int, int], tuple[float, float]] = {}
    columns = {line.page for line in lines if line.column}
    for line in lines:
        # A page with few words has its edge where a full line would end, not where its longest line does.
        reach = 0.0 if line.page in columns else 0.65 * line.width
        left, right = found.get((line.page, line.column), (line.x, reach))
        found[line.page, line.column] = (min(left, line.x), max(right, line.right))
    return found


def _breaks(
    paragraph: _Paragraph,
    before: PdfLine,
    line: PdfLine,
    spacing: float,
    edges: Mapping[tuple[int, int], tuple[float, float]],
    body: float,
) -> bool:
    """Whether `line` starts something new, instead of going on with the paragraph that `before` is part of."""
    if abs(line.size - before.size) > 0.6 or (line.bold != before.bold and (line.bold or len(paragraph.lines) <= 3)):
        return not (abs(line.size - before.size) <= 0.6 and line.text[:1].islower() and not is_closed(before.text))
    text = paragraph.lines[-1].text
    if (before.page, before.column) != (line.page, line.column):
        return not (line.text[:1].islower() or text.endswith(("-", ","))) or (before.size > body * 1.12)
    gap = (before.y - line.y) / max(line.size, 1)
    if gap > spacing + 0.4 or gap < -0.5:
        return True
    left, right = edges[line.page, line.column]
    if paragraph.kind == "item":
        return line.x < paragraph.lines[0].x - 1 or (line.x <= paragraph.lines[0].x + 1 and bool(_TERMINAL.search(text)))
    short = before.right < right - max(0.15 * (right - left), 2 * line.size)
    if _TERMINAL.search(text) and (short or line.x > before.x + 0.6 * line.size):
        return True
    if before.right - before.x < 0.5 * (right - left) and not line.text[:1].islower():
        return True
    return len(paragraph.lines) > 1 and line.x > before.x + 0.9 * line.size and line.text[:1].isupper()


def _rows(lines: Sequence[PdfLine]) -> set[int]:
    """Indexes of the lines that are table rows: three in a row (two of three cells or more) with as many short cells each."""
    found: set[int] = set()
    start = 0
    while start < len(lines):
        count = len(lines[start].cells)
        stop = start + 1
        while (
            stop < len(lines)
            and lines[stop].page == lines[start].page
            and len(lines[stop].cells) == count
            and abs(lines[stop].x - lines[start].x) < 2 * lines[start].size
        ):
            stop += 1
        short = all(len(cell) <= 60 for line in lines[start:stop] for cell in line.cells)
        if count > 1 and short and stop - start >= (3 if count == 2 else 2):
            found.update(range(start, stop))
        start = stop
    return found


_Style = tuple[float, bool]


def _style(paragraph: _Paragraph, body: float, mostly_bold: bool) -> _Style | None:
    """Size relative to the body and weight of what may be a heading, or None."""
    first = paragraph.lines[0]
    text = paragraph.text
    size = round(first.size / body, 1)
    bold = all(line.bold for line in paragraph.lines) and not mostly_bold
    if len(paragraph.lines) > 3 or len(text) > 200 or is_date(text) or not re.search(r"[^\W\d_]", text):
        return None
    if size >= 1.15 and not (is_closed(text) and len(text) > 90):
        return size, bold
    if size >= 0.95 and bold and is_titular(text.removesuffix(":")) and not text.endswith(","):
        return size, True
    return None


def _ranks(paragraphs: Sequence[_Paragraph], body: float, mostly_bold: bool) -> dict[_Style, int]:
    """The heading level of every style: the larger the higher, bold before regular."""
    styles = {style for each in paragraphs if each.kind != "row" and (style := _style(each, body, mostly_bold)) is not None}
    return {style: min(6, rank) for rank, style in enumerate(sorted(styles, reverse=True), start=1)}
