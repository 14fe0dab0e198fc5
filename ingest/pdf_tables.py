"""Lines of a PDF in, the rows of its tables out: by tags where there are any, otherwise by cells that repeat line by line."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.pdf_columns import PdfLine

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
        short = all(len(cell) <= 60 for line in rows for cell in line.cells)
        if count > 1 and short and stop - start >= (3 if count == 2 else 2):
            found.update(range(start, stop))
        start = stop
    return found


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
