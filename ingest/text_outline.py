"""Logical lines in, blocks with headings out: finds the structure that text copied from a page keeps in its lines alone.

Headings without marks, labels that end in a colon, lists without bullets and "Name: explanation" runs. Where the signs do
not agree a line stays a paragraph; no line is lost except page furniture such as "Read also: …" and lines of hash tags.
"""

from __future__ import annotations

import re
from collections import Counter

from ingest.document import BlockKind
from ingest.text_blocks import Style, TextBlock
from ingest.text_entries import bare_entries_end, definitions, definitions_end, repeated_names, sentences_end
from ingest.text_lines import Line, is_closed
from ingest.text_signs import (
    LONGEST_HEADING,
    announces_date,
    decimal_number,
    entry_name,
    is_body,
    is_byline,
    is_contents_word,
    is_date,
    is_headline,
    is_label,
    is_leftover,
    is_section_word,
    is_titular,
    refers_to_series,
    series_member,
)

_LONGEST_NUMBERED = 160  # characters of an item; what is longer is a paragraph with a number
_FARTHEST = 60  # lines from a heading to what is compared with it
_PAGE_OF_ENTRY = re.compile(r" … \d{1,4}\Z")


def outline(lines: list[Line]) -> list[TextBlock]:
    """The blocks of the text in order. Headings that the text does not mark itself still have level 0."""
    return _Outline(_without_contents([line for line in lines if line.kind != "text" or not is_leftover(line.text)])).blocks


def _without_contents(lines: list[Line]) -> list[Line]:
    """The lines without a list of the text's own headings, which would be found in place of what stands below them."""
    start = next((index for index, line in enumerate(lines) if is_contents_word(line.text)), len(lines))
    counts = Counter(_entry_name(line) for line in lines[start + 1 :])
    spaced = any(line.gap for line in lines[1:])
    stop = start + 1
    while stop < len(lines) and _may_be_entry(lines[stop], spaced and stop > start + 1):
        if counts[_entry_name(lines[stop])] < 2 and not spaced:
            break  # without empty lines nothing but its repetition tells an entry from what follows the list
        counts[_entry_name(lines[stop])] -= 1
        stop += 1
    entries = {_entry_name(line) for line in lines[start + 1 : stop]}
    known = sum(counts[entry] > 0 for entry in entries)
    return lines[:start] + lines[stop:] if known >= 2 and known * 2 >= len(entries) else lines


def _entry_name(line: Line) -> str:
    """What a line of a list of contents names, without the dots and the number of a page."""
    return _PAGE_OF_ENTRY.sub("", line.text).casefold()


def _may_be_entry(line: Line, gap_ends: bool) -> bool:
    short = len(line.text) <= LONGEST_HEADING and (not is_closed(line.text) or line.text.endswith("?"))
    return line.kind in ("text", "item", "ordered") and short and not (gap_ends and line.gap)


class _Outline:
    """One pass over the lines, looking ahead as far as the next lines that decide what a short line means."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.blocks: list[TextBlock] = []
        self.spaced = any(line.gap for line in lines[1:])
        # A text that marks its headings marks all of them.
        self.marked = sum(line.kind == "heading" for line in lines) > 1
        self.repeated = repeated_names(lines)
        self.indents: list[int] = []  # of the open list levels
        index = 0
        while index < len(lines):
            index = self._read(index)

    def _read(self, index: int) -> int:
        """Turn the line at `index`, and what belongs to it, into blocks; the index of the next line."""
        line = self.lines[index]
        if line.kind not in ("item", "ordered"):
            self.indents.clear()
        match line.kind:
            case "heading":
                self._add(TextBlock("heading", line.text, line.level, style="marked"))
            case "row":
                first = index == 0 or self.lines[index - 1].kind != "row" or line.gap
                self._add(TextBlock("header" if first else "row", line.text, cells=line.cells))
            case "code":
                self._add(TextBlock("code", line.text))
            case "item":
                self._add(TextBlock("item", line.text, self._depth(line)))
            case "ordered":
                self._read_ordered(index)
            case "text":
                return self._read_text(index)
        return index + 1

    def _add(self, block: TextBlock) -> None:
        self.blocks.append(block)

    def _depth(self, line: Line) -> int:
        while self.indents and line.indent < self.indents[-1]:
            self.indents.pop()
        if not self.indents or line.indent > self.indents[-1] + 1:
            self.indents.append(line.indent)
        return min(len(self.indents) - 1, 8)

    def _line(self, index: int) -> Line | None:
        return self.lines[index] if 0 <= index < len(self.lines) else None

    # Numbered lines

    def _read_ordered(self, index: int) -> None:
        line = self.lines[index]
        if self._is_numbered_heading(index):
            self.indents.clear()
            text = f"{line.ordinal}. {line.text.removesuffix(':')}"
            style: Style = "label" if line.text.endswith(":") else "series"
            self._add(TextBlock("heading", text, style=style, series="#", number=line.ordinal or 0))
        else:
            self._add(TextBlock("item", line.text, self._depth(line), line.ordinal))

    def _is_numbered_heading(self, index: int) -> bool:
        """A short numbered line with a text of its own below it, in a row of such lines."""
        line, following = self.lines[index], self._line(index + 1)
        bare = line.text.removesuffix(":")
        if self.marked or following is None or line.indent > 4 or not is_titular(bare):
            return False
        if self._follows_numbered_heading(index):
            return True
        if following.kind == "ordered" or (following.kind == "item" and following.indent > line.indent):
            return False
        previous = self._line(index - 1)
        if (
            previous is not None
            and previous.kind == "ordered"
            and previous.ordinal == (line.ordinal or 0) - 1
            and (not following.gap or (self.spaced and not line.gap))
        ):
            return False  # the last of a list
        near = self.lines[max(0, index - 60) : index + 60]
        return any(
            other.kind == "ordered"
            and other.ordinal in ((line.ordinal or 0) - 1, (line.ordinal or 0) + 1)
            and other is not previous
            for other in near
        )

    def _follows_numbered_heading(self, index: int) -> bool:
        """Whether the heading with the number before has come and no list has used that number since."""
        line, following = self.lines[index], self._line(index + 1)
        before = (line.ordinal or 0) - 1
        if following is None or not line.gap or (following.kind == "ordered" and following.ordinal == before + 2):
            return False
        for block in reversed(self.blocks):
            if block.kind == "heading" and block.series == "#":
                return block.number == before
            if block.kind == "item" and block.ordinal is not None and block.level == 0:
                return False
        return False

    # Lines without a mark

    def _read_text(self, index: int) -> int:
        line, following = self.lines[index], self._line(index + 1)
        text = line.text
        if following is not None and announces_date(text) and is_date(following.text):
            self._add(TextBlock("paragraph", f"{text} {following.text}"))
            return index + 2
        if series := self._series(index):
            self._add(series)
            return index + 1
        if not self.marked and refers_to_series(text) and following is not None:
            self._add(TextBlock("heading", text, style="reference"))
            return index + 1
        if decimal := self._decimal(index):
            self._add(decimal)
            return index + 1
        word, _, rest = text.partition(":")
        if is_section_word(word) and rest.strip() and not self.marked:  # "Conclusion: To become …"
            self._add(TextBlock("heading", word, style=_weight(word)))
            self._add(TextBlock("paragraph", rest))
            return index + 1
        stop = definitions_end(self.lines, index, self.spaced)
        if stop - index >= (1 if self._is_introduced() or self._ends_list(index) else 2):
            self.blocks += definitions(self.lines[index:stop], self.repeated)
            return stop
        if text.endswith(":") and following is not None:
            return self._read_label(index)
        if is_section_word(text) and following is not None and not self.marked:
            self._add(TextBlock("heading", text, style=_weight(text)))
            return index + 1
        if self._is_introduced() or (self.blocks and self.blocks[-1].kind == "heading"):
            stop = sentences_end(self.lines, index, self.spaced)
            if stop > index:
                self.blocks += [TextBlock("item", item.text) for item in self.lines[index:stop]]
                return stop
        return self._read_short(index)

    def _series(self, index: int) -> TextBlock | None:
        """`Phase 2: Building Skills` as a heading, or as an item where its siblings stand right beside it."""
        line = self.lines[index]
        member = series_member(line.text)
        if member is None or self.marked:
            return None
        beside = [
            other for other in (self._line(index - 1), self._line(index + 1)) if other is not None and other.kind == "text"
        ]
        if any((sibling := series_member(other.text)) and sibling.adjoins(member) for other in beside):
            return TextBlock("item", line.text)
        if self._line(index + 1) is None:
            return None
        return TextBlock("heading", line.text.removesuffix(":"), style="series", series=member.word, number=member.number)

    def _decimal(self, index: int) -> TextBlock | None:
        """`3.1.2 Wrapped keys` as a heading, or as an item of a table of contents."""
        line = self.lines[index]
        found = decimal_number(line.text)
        if found is None or self.marked:
            return None
        depth, title = found
        before, after = self._line(index - 1), self._line(index + 1)
        listed = bool(self.blocks) and self.blocks[-1].kind == "item" and _is_numbered(before)
        if len(line.text) > _LONGEST_NUMBERED:
            return None
        if listed or _is_numbered(after):
            return TextBlock("item", line.text)
        if self._line(index + 1) is None or not is_titular(title):
            return None
        return TextBlock("heading", line.text, style="decimal", number=depth)

    def _read_label(self, index: int) -> int:
        """A line that ends in a colon: a heading where it names what follows, otherwise the lead-in of what follows."""
        line, following = self.lines[index], self.lines[index + 1]
        names = is_label(line.text) and following.kind == "text" and not self.marked
        if names and self.spaced and following.gap and not line.gap and index:
            names = False
        self._add(
            TextBlock("heading", line.text.removesuffix(":").rstrip(), style="label")
            if names
            else TextBlock("paragraph", line.text)
        )
        stop = bare_entries_end(self.lines, index + 1, self.spaced)
        self.blocks += [TextBlock("item", item.text) for item in self.lines[index + 1 : stop]]
        return stop

    def _is_introduced(self) -> bool:
        """Whether the last block leads to a list: a label, or a paragraph that ends in a colon."""
        last = self.blocks[-1] if self.blocks else None
        return last is not None and (last.style == "label" or (last.kind == "paragraph" and last.text.endswith(":")))

    def _ends_list(self, index: int) -> bool:
        """Whether the line stands right below an entry without a mark, in a text that has empty lines after its lists."""
        before = self._line(index - 1)
        listed = before is not None and before.kind == "text" and self.blocks[-1].kind == "item"
        line = self.lines[index]
        return self.spaced and listed and not line.gap and not is_closed(line.text) and len(line.text) <= _LONGEST_NUMBERED

    def _read_short(self, index: int) -> int:
        """A heading where a short line stands above longer text, a list or a table; otherwise paragraphs or bare items."""
        # A text that marks its headings marks all of them, save its title; one with empty lines has them before headings.
        amid = self.spaced and index > 0 and not self.lines[index].gap and self.blocks[-1].kind != "heading"
        stop = self._inside_series_end(index)
        if stop > index:
            kind: BlockKind = "item" if stop - index > 1 else "paragraph"
            self.blocks += [TextBlock(kind, inside.text) for inside in self.lines[index:stop]]
            return stop
        if (self.marked and index > 0) or amid or not self._may_head(self.lines[index].text):
            self._add(TextBlock("paragraph", self.lines[index].text))
            return index + 1
        stop = index + 1
        while (line := self._line(stop)) is not None and line.kind == "text" and self._may_head(line.text):
            if entry_name(line.text) or (line.gap and self.spaced):
                break
            stop += 1
        run, after = self.lines[index:stop], self._line(stop)
        below_heading = bool(self.blocks) and self.blocks[-1].kind == "heading"
        if len(run) <= 2 and self._heads(run, stop) and not (below_heading and self._is_next_heading(stop)):
            for number, line in enumerate(run):
                self._add(TextBlock("heading", line.text, style=_weight(line.text) if index + number else "title"))
            return stop
        if index == 0 and after is not None and is_byline(after.text):
            self._add(TextBlock("heading", run[0].text, style="title"))
            return 1
        self._add_bare(run, index, after, below_heading and self._is_next_heading(stop))
        return stop

    def _inside_series_end(self, index: int) -> int:
        """Index after the unclosed lines right below "Phase 1: Building Skills", where empty lines part the text's sections."""
        last = self.blocks[-1] if self.blocks else None
        stop = index
        if not self.spaced or last is None or last.style != "series" or not last.series:
            return stop
        while (line := self._line(stop)) is not None and self._is_inside(line):
            stop += 1
        after = self._line(stop)
        alone = stop - index == 1 and after is not None and not after.gap
        return index if alone and after is not None and after.kind == "text" else stop

    def _is_inside(self, line: Line) -> bool:
        open_end = line.kind == "text" and not line.gap and not is_closed(line.text) and not line.text.endswith(":")
        return open_end and not series_member(line.text) and not refers_to_series(line.text)

    def _heads(self, run: list[Line], stop: int) -> bool:
        """Whether what follows the run stands below its last line, or is itself a heading after an empty line."""
        after, beyond = self._line(stop), self._line(stop + 1)
        if after is None:
            return False
        stacked = after.gap and self.spaced and after.kind == "text" and self._may_head(after.text)
        return is_body(after, run[-1].text) or (stacked and beyond is not None and is_body(beyond, after.text))

    def _add_bare(self, run: list[Line], index: int, after: Line | None, enclosed: bool) -> None:
        """Short lines that are no headings: the entries of a list, perhaps with a heading before and after it.

        `enclosed` says that they stand between two headings, so that a single one is a list as well.
        """
        texts = [line.text for line in run]
        if len(run) < (1 if enclosed else 3) or index == 0:
            for text in texts:
                self._add(TextBlock("paragraph", text))
            return
        opens = len(texts) > 3 and is_headline(texts[0]) and not any(map(is_headline, texts[1:-1]))
        if self._is_headed(index):
            self.blocks[-1] = TextBlock("heading", self.blocks[-1].text, style=_weight(self.blocks[-1].text))
        opens = opens or self._stands_above(run, index)
        closes = len(texts) > 3 and is_headline(texts[-1]) and not any(map(is_headline, texts[1:-1]))
        closes = closes and after is not None and is_body(after, texts[-1])
        for number, text in enumerate(texts):
            heads = (opens and number == 0) or (closes and number == len(texts) - 1)
            self._add(TextBlock("heading", text, style="plain") if heads else TextBlock("item", text))

    def _stands_above(self, run: list[Line], index: int) -> bool:
        """Whether the run's first line heads the others, as the heading before does: after an empty line, right above them."""
        apart = self.spaced and run[0].gap and not any(line.gap for line in run[1:]) and ";" not in run[0].text
        if not apart or len(run) < 3 or self.blocks[-1].kind == "heading" or self._is_introduced():
            return False
        heading = next((block.text for block in reversed(self.blocks[-_FARTHEST:]) if block.kind == "heading"), None)
        near = range(index - 1, max(0, index - _FARTHEST), -1)
        place = next((other for other in near if self.lines[other].text == heading), None)
        return place is not None and self.lines[place].gap and not self.lines[place + 1].gap

    def _is_headed(self, index: int) -> bool:
        """Whether a short line of its own, with an empty line before and after it, stands above the line at `index`."""
        before, last = self._line(index - 1), self.blocks[-1]
        alone = before is not None and before.gap and before.text == last.text and last.kind == "paragraph"
        return self.spaced and alone and self.lines[index].gap and not self.marked and self._may_head(last.text)

    def _is_next_heading(self, index: int) -> bool:
        """Whether a line starts the next section, so that short lines before it are what the last one holds."""
        line, following = self._line(index), self._line(index + 1)
        if line is None or line.kind != "text":
            return False
        member = series_member(line.text)
        if member and following is not None and (other := series_member(following.text)) and other.adjoins(member):
            return False  # the first entry of a list
        return bool(member or refers_to_series(line.text) or is_label(line.text))

    def _may_head(self, text: str) -> bool:
        return is_titular(text) and not is_byline(text) and not is_date(text) and not text.endswith(":")


def _weight(text: str) -> Style:
    return "capitals" if text.isupper() else "plain"


def _is_numbered(line: Line | None) -> bool:
    return line is not None and (line.kind == "ordered" or (line.kind == "text" and decimal_number(line.text) is not None))
