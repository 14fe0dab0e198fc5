"""Cells that reach over rows and columns in, rows with each cell under its own header out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

_COLUMNS = 100  # cells that reach further end there
_REPEATED = 100_000  # characters of one table, with those between its cells, that may be said again


class Cell(NamedTuple):
    """The text of a cell, and over how many rows and columns it reaches."""

    text: str
    down: int = 1
    across: int = 1


def grid(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """A text for every column of every row: a cell says its text again in each row it reaches, once in each of them.

    >>> grid([[Cell("Phase"), Cell("Skill"), Cell("Weeks")], [Cell("Base", down=2), Cell("SQL"), Cell("3")],
    ...       [Cell("Git"), Cell("1")], [Cell("Project", across=2), Cell("8")]])
    [['Phase', 'Skill', 'Weeks'], ['Base', 'SQL', '3'], ['Base', 'Git', '1'], ['Project', '', '8']]
    """
    out: list[list[str]] = []
    reaching: dict[int, tuple[str, int]] = {}  # column -> text, and how many more rows it is in
    budget = _REPEATED
    for row in rows:
        budget -= sum(len(text) + 3 for text, _ in reaching.values())
        above = {column: text for column, (text, _) in reaching.items()} if budget >= 0 else {}
        reaching = {column: (text, left - 1) for column, (text, left) in reaching.items() if left > 1}
        own: dict[int, str] = {}
        column = 0
        for cell in row:
            while column in above:
                column += 1
            own[column] = cell.text
            across = max(1, min(cell.across, _COLUMNS - column))
            if cell.down > 1:
                reaching |= {column + place: ("" if place else cell.text, cell.down - 1) for place in range(across)}
            column += across
        if own:
            width = 1 + max([*own, *(column for column, text in above.items() if text)])
            out.append([own.get(column) or above.get(column, "") for column in range(width)])
    return out
