"""Lines of a PDF in, the same lines out with the marks of list items that only their places tell written in the usual way.

Programs draw the number of an item without a stop behind it, and boxes, stars or signs of their own as bullets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from ingest.pdf_columns import PdfLine

_CIRCLED = "\u2460-\u2473\u2776-\u277f"  # 1 to 20 in a circle, 1 to 10 in a black one
_COUNTED = re.compile(rf"\d{{1,2}}|[A-Za-z]|[{_CIRCLED}]")
_BOX = re.compile(r"\[[ xX]?\]")
_SIGNS = frozenset("→⇒»›·ˆ")
_NEAREST, _FARTHEST = 0.3, 3.0  # of the size: from a number or letter to the text of its item


def with_marks(lines: Sequence[PdfLine], body: float) -> list[PdfLine]:
    """The lines; marks stand alone at one x on several of them, what they mark at another. `body`: the size of most text.

    A number that counts up becomes "1.", a letter that does is kept behind a bullet, any other sign is replaced by one.
    """
    shown = list(lines)
    places: dict[tuple[int, int, int], list[int]] = {}
    for index, line in enumerate(lines):
        if _may_be_marked(line, body):
            places.setdefault((line.column, round(line.x), round(line.pieces[1].x)), []).append(index)
    for held in places.values():
        for index, mark in zip(held, _written(lines, held), strict=True):
            if mark:
                shown[index] = with_mark_in_front(replace(lines[index], pieces=lines[index].pieces[1:]), mark, lines[index].x)
    listed = {round(line.x) for line, other in zip(shown, lines, strict=True) if line is not other}
    merged: set[int] = set()
    for index in range(1, len(lines) - 1):
        if round(lines[index].x) in listed and _is_between(*lines[index - 1 : index + 2]):
            shown[index - 1] = with_mark_in_front(shown[index - 1], "\u2022", lines[index].x)
            merged.add(index)
    return [line for index, line in enumerate(shown) if index not in merged]


def with_mark_in_front(line: PdfLine, mark: str, x: float) -> PdfLine:
    """The line with a mark in front of its text, which begins at `x` then."""
    first = line.pieces[0]
    marked = replace(first, text=f"{mark} {first.text.lstrip()}", x=x)
    return PdfLine(line.page, line.y, [marked, *line.pieces[1:]], line.column, line.edge, line.width)


def _is_between(above: PdfLine, line: PdfLine, below: PdfLine) -> bool:
    """Whether a line is only a mark, at half the height of the two lines that it marks."""
    if len(line.pieces) != 1 or not _is_sign(line.text) or abs(above.x - below.x) > 1 or above.x <= line.right:
        return False
    level = abs((above.y + below.y) / 2 - line.y) < 0.2 * above.size
    return level and above.page == below.page and above.y - below.y < 1.8 * above.size


def _may_be_marked(line: PdfLine, body: float) -> bool:
    if len(line.pieces) < 2 or line.ruled or line.fixed or line.bold or line.size > 1.1 * body:
        return False
    mark, first = line.pieces[0].text.strip(), line.pieces[1]
    if (line.tag is not None and line.tag.item) or not re.search(r"[^\W\d_]", first.text):
        return False
    near = _NEAREST * first.size < first.x - line.pieces[0].right < _FARTHEST * first.size
    return _is_sign(mark) or (near and bool(_COUNTED.fullmatch(mark)))


def _is_sign(text: str) -> bool:
    if len(text) != 1:
        return bool(_BOX.fullmatch(text))
    # A control character, or "ˆ" which stands for one, is a bullet of a font that gives its letters no names.
    return text in _SIGNS or unicodedata.category(text) in ("So", "Co", "Cc") or bool(re.match(f"[{_CIRCLED}]", text))


def _written(lines: Sequence[PdfLine], held: Sequence[int]) -> list[str]:
    """How each of the marks of lines that begin at one x is written, "" for those that are none."""
    marks = [lines[index].pieces[0].text.strip() for index in held]
    signs = ["[ ]" if _BOX.fullmatch(mark) else mark for mark in marks]
    written = ["\u2022" if _is_sign(sign) and signs.count(sign) > 1 else "" for sign in signs]
    start = 0
    while start < len(marks):
        stop = start + 1
        while stop < len(marks) and _count(marks[stop]) == _count(marks[start]) + stop - start:
            stop += 1
        if _count(marks[start]) == 1 and stop - start > 1 and _hangs(lines, held[start:stop]):
            for at in range(start, stop):
                written[at] = f"\u2022 {marks[at]}" if marks[at].isalpha() else f"{_count(marks[at])}."
        start = stop
    return written


def _count(mark: str) -> int:
    """The number that a mark stands for.

    >>> _count("7"), _count("A"), _count("c"), _count("\u277a"), _count("#")
    (7, 1, 3, 5, 0)
    """
    if not _COUNTED.fullmatch(mark):
        return 0
    return ord(mark.lower()) - ord("a") + 1 if mark.isalpha() else int(unicodedata.numeric(mark) if len(mark) == 1 else mark)


def _hangs(lines: Sequence[PdfLine], held: Sequence[int]) -> bool:
    """Whether numbers count items, with nothing left of their text between them; those of a table have other cells beside."""
    text = lines[held[0]].pieces[1].x
    if any(len(lines[index].cells) > 2 for index in held):
        return False
    above = lines[held[0] - 1] if held[0] else None
    if above is not None and len(above.cells) > 1 and any(abs(piece.x - text) < 2 for piece in above.pieces[1:]):
        return False
    members = set(held)
    page = lines[held[0]].page
    between = (lines[index] for index in range(held[0], held[-1]) if index not in members)
    return all(line.x > text - 2 or line.page != page for line in between)
