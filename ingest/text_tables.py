"""Lines in, tables and preformatted runs found: cells parted by bars, tabs or spaces, drawings, pieces of programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.text_leaders import LEADERS
from ingest.text_lines import Line, PhysicalLine
from ingest.text_marks import DECORATION, without_mark

# No two parts of a pattern take the same spaces, and none begins with what may be repeated: time grows with length alone.
_TABLE_RULE = re.compile(r"\|?\s*:?-{2,}:?(?:\s*\|\s*:?-{2,}:?)*(?:\s*\|)?\Z")
_COLUMN_RULE = re.compile(r"(?:-{2,}|={2,})(?:\s+(?:-{2,}|={2,}))+\Z")
_GRID_RULE = re.compile(r"\+(?:[-=:]+\+)+\Z")
_GRID_LINE = re.compile(r"[+|].*[+|]\Z")
_DRAWN = re.compile(r"\S {3,}\S|[─│┌┐└┘├┤┬┴┼═║]|\+--|--[>+]|<--")
_CODE = re.compile(r"[;{}\\]\Z|^\s*(?:def|class|import|from|return|for|if|while|\$|>>>|#include|//)\s|\s=\s")
_CALLED, _CALL = re.compile(r"\)\s*(?::\s*)?\Z"), re.compile(r"\w\(")
_COMMAND = re.compile(
    r"\s*(?:sudo\s|(?:git|pip3?|cd|npm|npx|docker|kubectl|conda|curl|wget|ssh|mkdir|chmod|python3? -m) \S|python3? \S+\.py\b"
    r"|(?:apt|apt-get|brew|yarn|uv|poetry|cargo|go|make) (?:install|add|get|run|build|test|init|update|sync)\b)"
)


def is_preformatted(run: list[PhysicalLine]) -> bool:
    """Whether the run is drawn or code: columns held apart by spaces, lines and boxes, or an indented piece of a program."""
    if len(run) < 2:
        return False
    drawn = sum(bool(_DRAWN.search(without_mark(line.raw))) for line in run if not LEADERS.search(line.raw))
    if drawn * 5 >= 3 * len(run):
        return True
    code = sum(_is_code(line.text) for line in run)
    return min(line.indent for line in run) >= 4 and code * 2 > len(run)


def _is_code(text: str) -> bool:
    """Whether a line looks like one of a program or like a command to type."""
    return bool(_CODE.search(text) or _COMMAND.match(text) or (_CALLED.search(text) and _CALL.search(text)))


def ruled_table(run: Sequence[PhysicalLine]) -> list[Line]:
    """The rows of a run that is a table with rules of dashes or equals signs, or with a grid drawn around its cells; else none.

    Both are what converters and documentation tools write: `---- -----` below the header, `+----+-----+` between rows.
    """
    if len(run) < 3:
        return []
    grid = all(_GRID_LINE.match(line.raw) for line in run) and bool(_GRID_RULE.match(run[0].raw))
    rows = [cells for cells in (_grid_rows(run) if grid else _column_rows(run)) if any(cells)]
    if len(rows) < 2 or len({len(cells) for cells in rows}) > 1:
        return []
    return [Line("row", " ".join(cells), run[0].gap and cells is rows[0], run[0].indent, cells=tuple(cells)) for cells in rows]


def _grid_rows(run: Sequence[PhysicalLine]) -> Iterator[list[str]]:
    row: list[list[str]] = []
    for line in run:
        if not _GRID_RULE.match(line.raw):
            row.append([cell.strip() for cell in line.raw.strip("|").split("|")])
        elif row:
            yield [" ".join(filter(None, parts)) for parts in zip(*row, strict=False)]
            row = []


def _column_rows(run: Sequence[PhysicalLine]) -> Iterator[list[str]]:
    """The cells that stand below the dashes of a rule; a line without a first cell goes on with the row before it."""
    rule = next((line for line in run[:3] if _COLUMN_RULE.match(line.raw)), None)
    if rule is None:
        return
    starts = [found.start() for found in re.finditer(r"[-=]+", rule.text)]
    spans = [*pairwise([0, *starts[1:]]), (starts[-1], None)]
    row: list[str] = []
    for line in run:
        if DECORATION.match(line.raw):
            continue
        if any(line.text[start - 1 : start].strip() for start in starts[1:]):
            return  # a word across two columns
        cells = [line.text[start:stop].strip() for start, stop in spans]
        if row and not cells[0]:
            row = [f"{before} {cell}".strip() for before, cell in zip(row, cells, strict=True)]
            continue
        if row:
            yield row
        row = cells
    yield row


def is_aligned(run: list[PhysicalLine]) -> bool:
    """Whether the run is a table of words: columns that spaces hold apart, the same number in each of three lines or more."""
    counts = {len(_spaced(line.raw)) for line in run}
    drawn = any(re.search(r"[─│┌┐└┘├┤┬┴┼═║|<>{}=;]|--|\+-", line.raw) or not re.match(r"\w", line.raw) for line in run)
    same = len(run) > 2 and len(counts) == 1 and min(counts) > 1 and len({line.indent for line in run}) == 1
    return same and not drawn


def table_end(run: list[PhysicalLine], index: int, aligned: bool = False) -> int:
    """Index after the table that starts at `index`, or `index` where none does."""
    for cells_of in (_piped, _tabbed, *((_spaced,) if aligned else ())):
        count = len(cells_of(run[index].raw))
        if count < 2:
            continue
        stop, ruled = index, False
        while stop < len(run):
            ruled = ruled or bool(_TABLE_RULE.match(run[stop].raw) and "|" in run[stop].raw)
            cells = len(cells_of(run[stop].raw))
            if cells < 2 or (cells != count and not ruled):
                break
            stop += 1
        if stop - index >= (2 if ruled or cells_of is _tabbed else 3):
            return stop
    return index


def table_rows(table: list[PhysicalLine]) -> list[Line]:
    """The rows of a table, without the rule below its header."""
    rows: list[Line] = []
    for line in table:
        if not _TABLE_RULE.match(line.raw):
            cells = tuple(cell.strip() for cell in _piped(line.raw) or _tabbed(line.raw) or _spaced(line.raw))
            rows.append(Line("row", " ".join(cells), line.gap and line is table[0], line.indent, cells=cells))
    return rows


def _piped(text: str) -> list[str]:
    return re.split(r"(?<!\\)\|", text.removeprefix("|").removesuffix("|")) if "|" in text else []


def _tabbed(text: str) -> list[str]:
    return text.split("\t") if "\t" in text else []


def _spaced(text: str) -> list[str]:
    return re.split(r" {3,}", text) if "   " in text else []
