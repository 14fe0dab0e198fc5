"""Lines of a PDF in, blocks out: paragraphs joined again, headings by tag, outline, size and weight, lists, tables, code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.builder import DocumentBuilder, clean_inline
from ingest.divided_words import Words
from ingest.pdf_code import code_text
from ingest.pdf_columns import PdfLine
from ingest.pdf_contents import contents_of
from ingest.pdf_furniture import without_furniture
from ingest.pdf_labels import with_labels
from ingest.pdf_marks import with_marks
from ingest.pdf_paragraphs import ITEM, NUMBERED, Paragraph, paragraphs_of
from ingest.pdf_words import joined
from ingest.text_lines import is_closed
from ingest.text_signs import is_date, is_titular

_HEADING_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")


def add_pdf_blocks(
    builder: DocumentBuilder, lines: Sequence[PdfLine], outline: Mapping[str, int], divides: bool = True
) -> None:
    """Append the blocks; `outline` gives the 1-based depth of headings that the PDF's own outline names.

    `divides` says that the program which made the PDF may have divided words at the ends of lines.
    """
    lines = without_furniture(lines)
    if lines:
        _Blocks(builder, lines, outline, divides).add()


def outline_key(title: str) -> str:
    """The form in which headings on the page and titles in the outline are compared: letters and digits, no number in front.

    >>> outline_key("2.1  The Model ") == outline_key("The model")
    True
    """
    return re.sub(r"\W+", "", _unnumbered(title)).casefold()


def _unnumbered(title: str) -> str:
    return re.sub(r"^\s*\d+(?:[.)]\d+)*[.)]?\s+", "", title)


class _Blocks:
    """One pass over the paragraphs of a document."""

    def __init__(self, builder: DocumentBuilder, lines: Sequence[PdfLine], outline: Mapping[str, int], divides: bool) -> None:
        self.builder = builder
        self.outline = outline
        self.words = Words((line.text for line in lines), divides)
        self.body = _body_size(lines)
        self.mostly_bold = sum(len(line.text) for line in lines if line.bold) * 2 > sum(len(line.text) for line in lines)
        self.paragraphs = paragraphs_of(with_labels(with_marks(lines, self.body)), self.body)
        tagged = {line.tag.block for line in lines if line.tag is not None and line.tag.heading}
        self.tagged = len(tagged) > 1  # who tags headings tags all of them
        self.ranks = self._ranks()
        self.lefts: dict[tuple[int, int], float] = {}  # of each page and column
        for line in lines:
            self.lefts[line.page, line.column] = min(line.x, self.lefts.get((line.page, line.column), line.x))
        self.margins: list[float] = []  # of the open list levels
        self.item: PdfLine | None = None  # the last item's first line
        self.rows: list[list[str]] = []
        self.table: tuple[int, int] = (0, 0)  # tag or page, and number of cells, of the rows at hand
        self.pages: list[int] = []  # of each of the rows at hand

    def add(self) -> None:
        texts = [clean_inline(self._text(paragraph)) for paragraph in self.paragraphs]
        entries, dropped = contents_of(texts, outline_key)
        for number, (paragraph, text) in enumerate(zip(self.paragraphs, texts, strict=True)):
            if number in dropped:
                continue
            if paragraph.kind == "row" and number not in entries:
                self._add_row(paragraph)
                continue
            self._end_table()
            if number in entries:
                self.builder.add("item", re.sub(r"(?:\s?\.){3,}\s*", " … ", text), page=paragraph.lines[0].page)
            else:
                self._add(paragraph, text)
        self._end_table()

    def _text(self, paragraph: Paragraph) -> str:
        return joined([line.text for line in paragraph.lines], self.words)

    def _add(self, paragraph: Paragraph, text: str) -> None:
        first = paragraph.lines[0]
        if paragraph.kind == "code":
            self.builder.add("code", code_text(paragraph.lines), page=first.page)
        elif level := self._heading(paragraph, text):
            self.builder.add("heading", text, level=level, page=first.page)
        elif paragraph.kind == "item":
            self._add_item(first, text)
            return
        else:
            self.builder.add("paragraph", text, page=first.page)
        self.margins.clear()

    def _add_item(self, first: PdfLine, text: str) -> None:
        numbered = NUMBERED.match(text)
        marked = numbered or ITEM.match(text)
        bare = text[marked.end() :] if marked else text
        ordinal = int(numbered[1]) if numbered else None
        if self.item is not None and _is_elsewhere(self.item, first):
            self.margins.clear()
        elif self.item is not None and self.item.page != first.page:
            moved = self.lefts[first.page, first.column] - self.lefts[self.item.page, self.item.column]
            if any(abs(margin + moved - first.x) <= 2 for margin in self.margins):  # left and right pages have other margins
                self.margins = [margin + moved for margin in self.margins]
        while self.margins and first.x < self.margins[-1] - 2:
            self.margins.pop()
        if not self.margins or first.x > self.margins[-1] + 2:
            self.margins.append(first.x)
        depth = max(len(self.margins) - 1, first.tag.depth if first.tag is not None and first.tag.item else 0)
        self.item = first
        self.builder.add("item", bare, level=min(8, depth), ordinal=ordinal, page=first.page)

    def _add_row(self, paragraph: Paragraph) -> None:
        line = paragraph.lines[0]
        cells = [joined(cell.split("\n"), self.words) for cell in line.cells]
        table = (line.tag.table, 0) if line.tag is not None and line.tag.table else (-line.page, len(cells))
        if self.rows and (table != self.table and not (table[0] < 0 and self.table[0] < 0 and table[1] == self.table[1])):
            self._end_table()
        self.table = table
        if self.rows and line.page != self.pages[-1] and cells == self.rows[0]:
            return  # the header, once more at the head of a page
        if self.rows and line.page != self.pages[-1] and line.ruled and _breaks_off(self.rows, cells):
            self.rows[-1] = [joined(list(filter(None, both)), self.words) for both in zip(self.rows[-1], cells, strict=True)]
            return
        self.rows.append(cells)
        self.pages.append(line.page)

    def _end_table(self) -> None:
        if self.rows:
            self.builder.table(self.rows, pages=self.pages)
            self.margins.clear()
        self.rows, self.pages = [], []

    def _heading(self, paragraph: Paragraph, text: str) -> int:
        """The level of a heading, 1 to 6, or 0 for what is none."""
        first = paragraph.lines[0]
        if first.tag is not None and first.tag.heading:
            return first.tag.heading if len(text) <= 300 else 0
        style = self._style(paragraph)
        key = outline_key(text)
        if (
            key in self.outline
            and len(paragraph.lines) <= 3
            and (style or (paragraph.kind == "text" and len(first.cells) == 1))
        ):
            return min(6, self.outline[key])
        if style is None or (self.outline and paragraph.kind == "item") or (self.tagged and style[0] < 1.15):
            return 0
        level = self.ranks[style]
        numbered = _HEADING_NUMBER.match(text)
        return min(6, level + numbered[1].count(".")) if numbered and style[0] <= 1.15 else level

    def _style(self, paragraph: Paragraph) -> _Style | None:
        """Size relative to the body and weight of what may be a heading, or None."""
        first = paragraph.lines[0]
        if paragraph.kind not in ("text", "item") or len(paragraph.lines) > 3:
            return None
        text = self._text(paragraph)
        size = round(first.size / self.body, 1)
        bold = all(line.bold for line in paragraph.lines) and not self.mostly_bold
        if len(text) > 200 or is_date(text) or not re.search(r"[^\W\d_]", text):
            return None
        if size >= 1.15 and not (is_closed(text) and len(text) > 90):
            return size, bold
        if size >= 0.75 and bold and is_titular(_unnumbered(text).removesuffix(":")) and not text.endswith(","):
            return size, True
        return None

    def _ranks(self) -> dict[_Style, int]:
        """The heading level of every style: the larger the higher, bold before regular."""
        styles = {style for each in self.paragraphs if (style := self._style(each)) is not None}
        return {style: min(6, rank) for rank, style in enumerate(sorted(styles, reverse=True), start=1)}


_Style = tuple[float, bool]


def _breaks_off(rows: Sequence[Sequence[str]], cells: Sequence[str]) -> bool:
    """Whether the last of the rows at the foot of a page goes on with these cells on the next: they are not named, and one
    of them goes on with a sentence.

    >>> _breaks_off([["Bench", "Test piece"], ["Ceramic", "A tooth like"]], ["", "its neighbour"])
    True
    """
    if len(rows) < 2 or cells[0] or not all(row[0] for row in rows[1:]):
        return False
    both = [(above, below) for above, below in zip(rows[-1], cells, strict=True) if below]
    return all(above for above, _ in both) and any(below[0].islower() and not is_closed(above) for above, below in both)


def _is_elsewhere(before: PdfLine, line: PdfLine) -> bool:
    """Whether the line stands where margins are others: in another column, or, where tags give the depth, on another page."""
    if line.tag is None:
        return before.column != line.column
    return before.page != line.page or before.y < line.y


def _body_size(lines: Sequence[PdfLine]) -> float:
    counts: Counter[float] = Counter()
    for line in lines:
        counts[line.size] += len(line.text)
    return counts.most_common(1)[0][0]
