"""Programs in a PDF: which of its lines are of one, and their text with its indentation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ingest.pdf_columns import PdfLine


def leading_of(lines: Sequence[PdfLine]) -> float:
    """The usual distance in points from line to line of a program."""
    programs = [(line, below) for line, below in pairwise(lines) if line.fixed and below.fixed and line.page == below.page]
    steps = [line.y - below.y for line, below in programs if 0.8 * line.size < line.y - below.y < 1.8 * line.size]
    return median(steps) if steps else 0.0


def code_lines(lines: Sequence[PdfLine], spacing: float, leading: float) -> set[int]:
    """Indexes of the lines of programs: in a typewriter face where most of the text is not, and not part of a paragraph."""
    fixed = {index for index, line in enumerate(lines) if line.fixed}
    if sum(len(lines[index].text) for index in fixed) * 2 > sum(len(line.text) for line in lines):
        return set()
    found: set[int] = set()
    for index in fixed:
        above = index - 1 in fixed and same_code(lines[index - 1], lines[index], leading)
        below = index + 1 in fixed and same_code(lines[index], lines[index + 1], leading)
        if above or below or (_apart(lines, index - 1, spacing) and _apart(lines, index, spacing)):
            found.add(index)
    return found


def same_code(line: PdfLine, following: PdfLine, leading: float) -> bool:
    """Whether two lines are of one program: the next line, or one after blank lines, which are as high as others."""
    if line.tag is not None and following.tag is not None:
        return line.tag.block == following.tag.block or 0 < line.tag.code == following.tag.code
    if line.page != following.page:
        return True
    steps = (line.y - following.y) / max(leading, 0.8 * line.size)
    return line.column == following.column and (0 < steps < 1.3 or (steps < 3.2 and abs(steps - round(steps)) < 0.07))


def _apart(lines: Sequence[PdfLine], index: int, spacing: float) -> bool:
    """Whether the line at `index` and the next one are not part of one paragraph."""
    if index < 0 or index + 1 >= len(lines):
        return True
    line, following = lines[index], lines[index + 1]
    if line.tag is not None and following.tag is not None:
        return line.tag.block != following.tag.block
    return line.page != following.page or (line.y - following.y) / max(line.size, 1) > spacing + 0.25


def code_text(lines: Sequence[PdfLine]) -> str:
    """The lines of a program with their indentation, told from where they start and how wide a letter is, and blank ones."""
    widths = [
        (piece.right - piece.x) / len(piece.text.strip()) for line in lines for piece in line.pieces if piece.text.strip()
    ]
    width = median(widths) if widths else 0.0
    margin = min(line.x for line in lines)
    leading = leading_of(lines)
    shown: list[str] = []
    for before, line in zip([lines[0], *lines], lines, strict=False):
        text, right = "", margin
        if leading and before.page == line.page and (before.y - line.y) / leading > 1.7:
            shown.append("")
        for piece in line.pieces:
            spaces = round((piece.x - right) / width) if width > 0.1 else 1
            text += " " * min(200, max(0, spaces)) + piece.text.strip()
            right = max(right, piece.right)
        shown.append(text)
    return "\n".join(shown)
