"""Logical lines in, the same lines out with tables put together again whose cells a copy left on lines of their own.

"Hospitals / 78% / Clinics / 15% / Offices / 4%" are rows of two cells: amounts come again at the same place of each row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ingest.text_lines import Line, LineKind

_AMOUNT = r"(?:[$€£]\s?)?\d[\d.,]{0,20}\s?(?:%|[kKmM]\b)?"
_FIGURE = re.compile(
    rf"[~<>≈+–-]?\s?{_AMOUNT}(?:\s?[–-]\s?{_AMOUNT})?(?:\s(?:percent|euros?|dollars?|pounds|hours?|days|weeks|months|years)\b)?"
    r"(?:\s(?:per|an?)\s\w{1,10})?(?:\s\([^()]{1,40}\))?\Z"
)
_LONGEST = 90  # characters of a cell
_WIDEST = 8  # cells of a row
_FEWEST = 3  # rows without a header
_FEWEST_FACTS = 4
_SHORTEST = 6  # lines


def with_flattened(lines: list[Line]) -> list[Line]:
    """The lines; of short ones below each other that are such a table each row is one, "row" below a header, else "fact"."""
    found: list[Line] = []
    index = 0
    while index < len(lines):
        stop = index
        while stop < len(lines) and _is_cell(lines[stop]) and not (stop > index and lines[stop].gap):
            stop += 1
        run = lines[index : max(stop, index + 1)]
        found += (_rows(run) or _facts(run) or run) if len(run) >= _SHORTEST else run
        index += len(run)
    return found


def _is_cell(line: Line) -> bool:
    return line.kind == "text" and len(line.text) <= _LONGEST and not line.text.endswith(":")


def _is_figure(line: Line) -> bool:
    """Whether a cell is nothing but an amount: "$47,230 per year", "11% (much faster than others)"."""
    return bool(_FIGURE.match(line.text))


def _is_name(line: Line) -> bool:
    return line.text[0].isalnum() and not _is_figure(line)


def _rows(run: list[Line]) -> list[Line]:
    """The rows of a table as wide as its amounts come again, perhaps with a title or a header; none where they do not."""
    for width in range(2, _WIDEST + 1):
        for title, headed in ((0, False), (1, False), (0, True), (1, True)):
            head = run[title : title + width * headed]
            body = run[title + len(head) :]
            if _is_table(body, width, _FEWEST - headed) and all(map(_is_name, run[: title + len(head)])):
                starts = range(0, len(body), width)
                kind: LineKind = "row" if headed else "fact"
                rows = [_row(kind, body[at : at + width]) for at in starts]
                return [*run[:title], *([_row("row", head)] if headed else []), *rows]
    return []


def _is_table(body: Sequence[Line], width: int, fewest: int) -> bool:
    """Whether rows begin with names, and each other place of theirs holds amounts in all of them or in none."""
    if len(body) % width or len(body) < fewest * width:
        return False
    if not all(map(_is_name, body[::width])):
        return False
    columns = [body[at::width] for at in range(1, width)]
    amounts = [column for column in columns if all(map(_is_figure, column))]
    even = all(column in amounts or not any(map(_is_figure, column)) for column in columns)
    return even and any(not _counts([line.text for line in column]) for column in amounts)


def _counts(texts: Sequence[str]) -> bool:
    """Whether the amounts only number the rows or the lines, as 9, 13 and 17 do."""
    if not all(text.isdecimal() for text in texts):
        return False
    steps = {int(after) - int(before) for before, after in pairwise(texts)}
    return len(steps) == 1 and min(steps) > 0


def _facts(run: list[Line]) -> list[Line]:
    """Names with what is told of each, most of it amounts, of which two may stand below one another."""
    for title in (0, 1):
        cells: list[list[Line]] = []
        for line in run[title:]:
            if cells and len(cells) % 2 == 0 and _is_figure(line) and _is_figure(cells[-1][-1]):
                cells[-1].append(line)
            else:
                cells.append([line])
        names, told = cells[::2], cells[1::2]
        amounts = 2 * sum(_is_figure(cell[0]) for cell in told) >= len(told) >= _FEWEST_FACTS
        if len(names) == len(told) and amounts and all(_is_name(name[0]) for name in names):
            return [*run[:title], *(_row("fact", [*name, *cell]) for name, cell in zip(names, told, strict=True))]
    return []


def _row(kind: LineKind, cells: Sequence[Line]) -> Line:
    texts = tuple(cell.text for cell in cells)
    return Line(kind, " ".join(texts), cells[0].gap, cells[0].indent, cells=texts)
