"""Lines of a PDF in, paragraphs out: by their tags where the PDF has them, otherwise by distance, margin, size and weight."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ingest.pdf_code import code_lines, leading_of, same_code
from ingest.pdf_columns import PdfLine
from ingest.pdf_contents import LEADERS
from ingest.pdf_notes import without_notes
from ingest.pdf_tables import header_rows, table_rows, tagged_table
from ingest.text_lines import is_closed
from ingest.text_marks import LETTERED

ITEM = re.compile(r"(?:[•‣◦▪▫●○■□∙⁃➢➤➔►✓✔☐☑☒❏❑✗✘❖\uf0b7\uf0a7\uf0d8\uf076*]|[-–—](?=\s)|o(?=\s))\s*(?=\S)")
NUMBERED = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_CUT_ADDRESS = re.compile(r"://\S*[?&=/_-]\Z|\bhttps?(?:\]\(\S{1,500}\))?:\Z")  # the last may be of a link
_TERMINAL = re.compile(r"[:.!?]\Z")
_BOX = 3  # lines from which on a block may be a box of text that is narrower than its page


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; a `row` has one line, whose cells are those of a table."""

    kind: Literal["text", "item", "row", "code"]
    lines: list[PdfLine]


def paragraphs_of(lines: Sequence[PdfLine], body: float) -> list[Paragraph]:
    """The paragraphs in order; `body` is the size of most of the text.

    Footnotes follow the paragraph, list or table that has their mark, or else the paragraph that their page ends in.
    """
    body_lines, notes = without_notes(lines, body)
    ordered: list[Paragraph] = []
    waiting: list[Paragraph] = []
    for paragraph in _Reading(body_lines, body).paragraphs:
        if waiting and not (paragraph.kind in ("item", "row") and paragraph.kind == ordered[-1].kind):
            ordered += waiting
            waiting = []
        ordered.append(paragraph)
        for line in paragraph.lines:
            for note in notes.pop(id(line), []):
                waiting += _Reading(note, body).paragraphs
    return ordered + waiting


class _Reading:
    """One pass over the lines of a document."""

    def __init__(self, lines: Sequence[PdfLine], body: float) -> None:
        self.lines = lines
        self.body = body
        self.edges = _edges(lines)
        self.spacing = self._spacing()
        self.narrow = _narrow(lines, self.spacing)
        self.leading = leading_of(lines)
        self.code = code_lines(lines, self.spacing, self.leading)
        self.rows = table_rows(
            [line if index not in self.code and not line.ruled else None for index, line in enumerate(lines)]
        )
        for header, cells in header_rows(lines, self.rows).items():
            lines[header].parted = cells
            self.rows.add(header)
        self.items: set[int] = set()  # tagged items that were met
        self.paragraphs: list[Paragraph] = []
        index = 0
        while index < len(lines):
            index = self._read(index)

    def _spacing(self) -> float:
        """The usual distance from line to line of a paragraph, in units of the size of the text."""
        every: Counter[float] = Counter()
        wrapped: Counter[float] = Counter()  # below a line that ends where the column does, a paragraph goes on
        for line, following in pairwise(self.lines):
            gap = (line.y - following.y) / max(line.size, 1)
            if line.page == following.page and line.size == following.size and 0.8 < gap < 2.5:
                every[round(gap, 1)] += 1
                wrapped[round(gap, 1)] += self._full(line)
        gaps = +wrapped or every
        return max(gaps, key=lambda gap: (gaps[gap], -gap), default=1.2)

    def _full(self, line: PdfLine) -> bool:
        """Whether the line reaches the right edge of its column, so that what follows may go on with it."""
        left, right = self.edges[line.page, line.column]
        return line.right > right - max(0.15 * (right - left), 2 * line.size)

    def _goes_on(self, before: PdfLine, line: PdfLine) -> bool:
        """Whether `line` goes on, as far as can be seen, with a sentence: its first word had no room in the line before it."""
        _, right = self.edges[before.page, before.column]
        alike = abs(line.size - before.size) <= 0.6 and line.bold == before.bold
        return alike and _room(before, line, right) < 0 and not is_closed(before.text)

    def _read(self, index: int) -> int:
        """Take the line at `index`, with its table where it is part of a tagged one; the index of the next line."""
        line, before = self.lines[index], self.lines[index - 1] if index else None
        last = self.paragraphs[-1] if self.paragraphs else None
        if line.tag is not None and line.tag.table:
            rows, stop = tagged_table(self.lines, index)
            if rows:
                self.paragraphs += [Paragraph("row", [row]) for row in rows]
                return stop
        if index in self.code:
            joins = last is not None and last.kind == "code" and before is not None and index - 1 in self.code
            if joins and last is not None and before is not None and same_code(before, line, self.leading):
                last.lines.append(line)
            else:
                self.paragraphs.append(Paragraph("code", [line]))
        elif index in self.rows or line.ruled:
            self.paragraphs.append(Paragraph("row", [line]))
        elif line.tag is not None and line.tag.block:
            self._read_tagged(line, before, last)
        elif _starts_item(line) and not self._is_cut(last, before, line):
            self.paragraphs.append(Paragraph("item", [line]))
        elif before is None or last is None or last.kind in ("row", "code") or self._breaks(last, before, line):
            self.paragraphs.append(Paragraph("text", [line]))
        else:
            last.lines.append(line)
        return index + 1

    def _is_cut(self, paragraph: Paragraph | None, before: PdfLine | None, line: PdfLine) -> bool:
        """Whether a line that looks like an item only goes on with a sentence: after a dash, or with the number of a minus."""
        if paragraph is None or before is None or paragraph.kind not in ("text", "item") or not self._goes_on(before, line):
            return False
        margin = before.x  # of the paragraph, or of the text behind the mark of its item
        if paragraph.kind == "item" and before is paragraph.lines[0]:
            margin = before.pieces[1].x if len(before.pieces) > 1 and len(before.pieces[0].text.strip()) < 4 else -1.0
        place = (before.page, before.column) == (line.page, line.column) and abs(line.x - margin) <= 0.25 * line.size
        near = 0 < (before.y - line.y) / max(line.size, 1) <= self.spacing + 0.2
        return place and near and (line.text[0] in "-–—" or before.text.endswith("-"))

    def _read_tagged(self, line: PdfLine, before: PdfLine | None, last: Paragraph | None) -> None:
        tag = line.tag
        if tag is None:
            return
        same = before is not None and before.tag is not None and before.tag.block == tag.block
        if before is not None and before.page != line.page and not same:  # programs end a paragraph with the page
            plain = not tag.item and not tag.heading and last is not None and last.kind == "text"
            same = plain and _begins_small(line) and not is_closed(before.text) and abs(line.size - before.size) < 0.6
        # The entries of a table of contents may share a paragraph, with line breaks between them.
        entry = before is not None and bool(LEADERS.search(before.text))
        if same and not entry and last is not None and last.kind in ("text", "item"):
            last.lines.append(line)
        elif tag.item and tag.item not in self.items and not tag.heading:
            self.items.add(tag.item)
            self.paragraphs.append(Paragraph("item", [line]))
        else:
            self.paragraphs.append(Paragraph("item" if _starts_item(line) and not tag.heading else "text", [line]))

    def _is_titled(self, before: PdfLine, line: PdfLine) -> bool:
        """Whether two lines in large letters, one right below the other, are parts of a title: "Bread:" and "A Beginning"."""
        level = abs(before.x - line.x) < 1 or abs(before.x + before.right - line.x - line.right) < 2  # centred
        return level and before.size > self.body * 1.12 and not is_closed(line.text)

    def _breaks(self, paragraph: Paragraph, before: PdfLine, line: PdfLine) -> bool:
        """Whether `line` starts something new, instead of going on with the paragraph that `before` is part of."""
        if LEADERS.search(before.text):
            return True
        if abs(line.size - before.size) > 0.6 or (line.bold != before.bold and (line.bold or len(paragraph.lines) <= 3)):
            return not (abs(line.size - before.size) <= 0.6 and _begins_small(line) and not is_closed(before.text))
        text = paragraph.lines[-1].text
        if (before.page, before.column) != (line.page, line.column):
            hangs = paragraph.kind != "item" or line.x > paragraph.lines[0].x + 2
            goes_on = _begins_small(line) or text.endswith(("-", ",")) or (hangs and self._goes_on(before, line))
            return not goes_on or before.size > self.body * 1.12
        gap = (before.y - line.y) / max(line.size, 1)
        if gap > self.spacing + 0.4 or gap < -0.5:
            return True
        left, right = self.edges[line.page, line.column]
        if paragraph.kind == "item":
            return line.x < paragraph.lines[0].x - 1 or (line.x <= paragraph.lines[0].x + 1 and bool(_TERMINAL.search(text)))
        if _CUT_ADDRESS.search(text) or (text.endswith(":") and self._is_titled(before, line)):
            return False
        if _TERMINAL.search(text) and (not self._full(before) or line.x > before.x + 0.6 * line.size):
            return not (text.endswith(":") and _begins_small(line))
        if before.right - before.x < 0.5 * (right - left) and not _begins_small(line) and id(before) not in self.narrow:
            return True
        return len(paragraph.lines) > 1 and line.x > before.x + 0.9 * line.size and line.text[:1].isupper()


def _room(line: PdfLine, following: PdfLine, right: float) -> float:
    """How much room, in points, the first word of the following line would leave behind a line that may end at `right`."""
    word = len(following.text.partition(" ")[0]) + 1
    return right - line.right - (following.right - following.x) * word / max(1, len(following.text))


def _narrow(lines: Sequence[PdfLine], spacing: float) -> set[int]:
    """The `id()`s of lines that end early because they stand in a box of their own: none has room for the word behind it."""
    blocks: list[list[PdfLine]] = []
    for line in lines:
        last = blocks[-1][-1] if blocks else None
        near = last is not None and abs(last.x - line.x) < 1 and 0 < (last.y - line.y) / max(line.size, 1) <= spacing + 0.2
        if near and last is not None and (last.page, last.column, last.size) == (line.page, line.column, line.size):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    found: set[int] = set()
    for block in blocks:
        right = max(line.right for line in block)
        if len(block) >= _BOX and all(_room(line, following, right) < 0 for line, following in pairwise(block)):
            found |= {id(line) for line in block}
    return found


def _begins_small(line: PdfLine) -> bool:
    return line.text.lstrip("[(“\"'‘")[:1].islower()


def _starts_item(line: PdfLine) -> bool:
    return bool(ITEM.match(line.text) or LETTERED.match(line.text)) or (bool(NUMBERED.match(line.text)) and not line.bold)


def _edges(lines: Sequence[PdfLine]) -> Mapping[tuple[int, int], tuple[float, float]]:
    """Left and right edge of the text of every (page, column).

    The right edge is where four fifths of the text end at the latest: what found no room, an address or a table, reaches
    further.
    """
    found: dict[tuple[int, int], tuple[float, float]] = {}
    columns = {line.page for line in lines if line.column}
    places: dict[tuple[int, int], list[PdfLine]] = {}
    for line in lines:
        places.setdefault((line.page, line.column), []).append(line)
    for place, held in places.items():
        # A page with few words has its edge where a full line would end, not where its longest line does.
        right = 0.0 if place[0] in columns else 0.65 * held[0].width
        left = 0.8 * sum(len(line.text) for line in held)
        for line in sorted(held, key=lambda line: line.right):
            if left > 0:
                right = max(right, line.right)
            left -= len(line.text)
        found[place] = (min(line.x for line in held), right)
    return found
