"""A `<table>` in: whether it holds data, whether its first row is a header, and how far its cells reach."""

from __future__ import annotations

from bs4.element import Tag

CELLS = ("td", "th")


def is_data(table: Tag) -> bool:
    """Whether a table holds data, not the layout of a page: more than one column, and no tables or headings inside."""
    if table.find(["table", "h1", "h2", "h3", "pre"]):
        return False
    return any(len(row.find_all(CELLS, limit=2)) > 1 for row in table.find_all("tr"))


def has_header(table: Tag) -> bool:
    """Whether every cell of the first row that says something is marked as a header, or set bold as one."""
    first = table.find("tr")
    if not isinstance(first, Tag):
        return False
    if first.parent is not None and first.parent.name == "thead":
        return True
    cells = [cell for cell in first.find_all(CELLS) if isinstance(cell, Tag) and cell.get_text().strip()]
    return all(cell.name == "th" or _is_bold(cell) for cell in cells)


def _is_bold(cell: Tag) -> bool:
    bold = cell.find(["b", "strong"])
    return isinstance(bold, Tag) and bold.get_text().strip() == cell.get_text().strip()


def span(cell: Tag, name: str) -> int:
    """How many rows or columns a cell reaches over, by its attribute of that name; 1 where it says nothing sensible."""
    value = str(cell.get(name, "1")).strip()
    return int(value) if value.isdecimal() and len(value) < 6 else 1
