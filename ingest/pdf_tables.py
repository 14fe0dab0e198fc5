"""Lines of a PDF in, the rows of its tables out: by tags where there are any, otherwise by cells that repeat line by line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.pdf_columns import CELL_GAP, PdfLine, Piece

_SHORT = 60  # characters; the most that the cells of rows have which only their likeness shows
_NARROW = 0.4  # of the size: at least this stands between two columns
_LONGEST_CELL = 400  # characters; a table with longer ones lays out a page, it does not hold data


def table_rows(lines: Sequence[PdfLine | None]) -> set[int]:
    """Indexes of the lines that are table rows: three in a row (two of three cells or more) with as many short cells each."""
    found: set[int] = set()
    start = 0
    while start < len(lines):
        first = lines[start]
        if first is None:
            start += 1
            continue
        count = len(first.cells)
        stop = start + 1
        while stop < len(lines) and (line := lines[stop]) is not None:
            aligned = line.page == first.page and abs(line.x - first.x) < 2 * first.size
            if not aligned or len(line.cells) != count:
                break
            stop += 1
        rows = [line for line in lines[start:stop] if line is not None]
        short = all(len(cell) <= _SHORT for line in rows for cell in line.cells)
        if count > 1 and short and stop - start >= (3 if count == 2 else 2):
            found.update(range(start, stop))
        start = stop
    return found


def part_narrow_cells(lines: Sequence[PdfLine]) -> None:
    """Part the cells of rows whose longest words leave little room, where the line above or below shows the same columns."""
    wide = [
        [gap for number, gap in line.gaps().items() if gap[1] - gap[0] > CELL_GAP * line.pieces[number].size] for line in lines
    ]
    # Down the page and up again: a row that was parted shows the columns to the next one.
    for at in (*range(len(lines)), *reversed(range(len(lines)))):
        line = lines[at]
        near = [other for other in (at - 1, at + 1) if 0 <= other < len(lines) and len(wide[other]) > len(wide[at])]
        if line.ruled or not near:
            continue
        size = line.size
        gaps = {number: gap for number, gap in line.gaps().items() if gap[1] - gap[0] > _NARROW * size}
        for other in near:
            stops = {number: gap for number, gap in gaps.items() if any(_same_white(gap, each, size) for each in wide[other])}
            if len(stops) == len(wide[other]):
                line.stops = frozenset(stops)
                if len(stops) > 1:  # one gap above the other also happens in prose
                    wide[at] = list(stops.values())


def _same_white(gap: tuple[float, float], other: tuple[float, float], size: float) -> bool:
    """Whether the gap of a line lies over that of its neighbour, or where it is a wide one, begins or ends with it."""
    ends = abs(gap[0] - other[0]) < 2 or abs(gap[1] - other[1]) < 2
    over = min(gap[1], other[1]) - max(gap[0], other[0])
    return over > 0.5 * (gap[1] - gap[0]) or (ends and over > 0 and gap[1] - gap[0] > CELL_GAP * size)


def header_rows(lines: Sequence[PdfLine], rows: set[int]) -> dict[int, list[str]]:
    """The cells of the lines that are no rows by themselves but stand above some as their header, by index.

    A header names the columns: its parts stand where theirs do, whatever their size and weight, and some may be missing. It
    stands right above the rows, or at the foot of the page before.
    """
    found: dict[int, list[str]] = {}
    for index in range(1, len(lines)):
        above, first = lines[index - 1], lines[index]
        held = index in rows or first.ruled
        if not held or index - 1 in rows or above.ruled or above.tag is not None or len(above.pieces) < 2:
            continue
        table = [first]
        for line in lines[index + 1 :]:
            if line.page != first.page or line.ruled != first.ruled or len(line.cells) != len(first.cells):
                break
            table.append(line)
        turned = above.page == first.page - 1
        pitch = first.y - table[1].y if len(table) > 1 else 0.0
        near = not first.ruled and first.column == above.column and 0 < above.y - first.y <= max(1.6 * pitch, 2 * first.size)
        headed = first.bold and not all(line.bold for line in table)  # by its own first row
        if (turned or (near and above.page == first.page)) and not headed and (cells := _over_columns(above, table)):
            found[index - 1] = cells
    return found


def _over_columns(above: PdfLine, table: Sequence[PdfLine]) -> list[str]:
    """The line in cells, one for each column of the table below it; none where it does not stand over the columns."""
    reaches = sorted((piece.x, piece.right) for line in table for piece in line.pieces if piece.text.strip())
    columns: list[tuple[float, float]] = []
    for x, right in reaches:
        if columns and x - columns[-1][1] <= _NARROW * above.size:
            columns[-1] = (columns[-1][0], max(columns[-1][1], right))
        else:
            columns.append((x, right))
    cells: dict[int, list[Piece]] = {}
    for piece in above.pieces:
        over = [at for at, (x, right) in enumerate(columns) if piece.x < right and piece.right > x]
        if len(over) != 1:
            return []
        cells.setdefault(over[0], []).append(piece)
    spans = [(columns[at], held[0].x, held[-1].right) for at, held in cells.items()]
    near = 0.5 * above.size
    alike = all(min(abs(x - a), abs(right - b), abs(x + right - a - b) / 2) <= near for (a, b), x, right in spans)
    apart = all(other[1] - one[2] > _NARROW * above.size for one, other in pairwise(spans))
    if len(columns) != len(table[0].cells) or len(cells) < max(2, len(columns) - 1) or not (alike and apart):
        return []
    parts = [
        " ".join(PdfLine(above.page, above.y, cells.get(at, [])).cells) if at in cells else "" for at in range(len(columns))
    ]
    return parts if all(len(part) <= _SHORT for part in parts) else []


def tagged_table(lines: Sequence[PdfLine], start: int) -> tuple[list[PdfLine], int]:
    """A line per row of the tagged table that starts at `start`, its cells parted, and the index after the table.

    No rows where the table only lays out a page: its lines are then read like any other.
    """
    first = lines[start].tag
    table = first.table if first is not None else 0
    stop = start
    rows: dict[int, dict[int, list[PdfLine]]] = {}
    while stop < len(lines) and (tag := lines[stop].tag) is not None and tag.table == table:
        part = rows.setdefault(tag.row, {}).setdefault(tag.cell, [])
        if not any(line.page != lines[stop].page and line.text == lines[stop].text for line in part):  # heads on every page
            part.append(lines[stop])
        stop += 1
    cells = {cell: "\n".join(line.text for line in part) for row in rows.values() for cell, part in row.items()}
    if max(len(row) for row in rows.values()) < 2 or max(map(len, cells.values())) > _LONGEST_CELL:
        return [], start
    shown: list[PdfLine] = []
    for row in rows.values():
        line = next(iter(row.values()))[0]
        line.parted = [cells[cell] for cell in row]
        shown.append(line)
    return shown, stop
