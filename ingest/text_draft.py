"""The state of one pass over the lines of a text: the lines, the blocks made of them so far, and what holds for the whole text.

`ingest.text_outline` makes the pass; the rules for numbered lines and for short lines are `ingest.text_numbers` and
`ingest.text_titles`.
"""

from __future__ import annotations

from ingest.text_blocks import TextBlock
from ingest.text_entries import repeated_names
from ingest.text_lines import Line

LONGEST_NUMBERED = 160  # characters of an item or a question; what is longer is a paragraph


class Draft:
    """Lines by their index, which may be asked for beyond either end, and the blocks in order."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.blocks: list[TextBlock] = []
        self.spaced = any(line.gap for line in lines[1:])
        # A text that marks its headings marks all of them. Its title may stand above them without a mark, unless the first of
        # them alone is of the first level.
        levels = [line.level for line in lines if line.kind == "heading" and line.level]
        self.marked = len(levels) > 1
        self.marks_title = self.marked and levels[0] == 1 and levels.count(1) == 1
        self.repeated = repeated_names(lines)
        self.indents: list[int] = []  # of the open list levels

    def line(self, index: int) -> Line | None:
        """The line, or None before the first and after the last."""
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def add(self, block: TextBlock) -> None:
        """Append the block."""
        self.blocks.append(block)

    def depth(self, line: Line) -> int:
        """The nesting depth of a list item, 0 for the outermost, by the indentation of the items before it."""
        while self.indents and line.indent < self.indents[-1]:
            self.indents.pop()
        if not self.indents or line.indent > self.indents[-1] + 1:
            self.indents.append(line.indent)
        return min(len(self.indents) - 1, 8)

    def is_introduced(self) -> bool:
        """Whether the last block leads to a list: a label, or a paragraph that ends in a colon."""
        last = self.blocks[-1] if self.blocks else None
        return last is not None and (last.style == "label" or (last.kind == "paragraph" and last.text.endswith(":")))

    def is_below_heading(self) -> bool:
        """Whether the last block is a heading."""
        return bool(self.blocks) and self.blocks[-1].kind == "heading"
