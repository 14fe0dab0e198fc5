"""Lines of a PDF in, the same lines out without the footnotes, and these by the line that each of them belongs to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.pdf_columns import PdfLine

_NOTE = re.compile(r"(\d{1,3}|[*†‡§])\s?(?=\D)")


def without_notes(lines: Sequence[PdfLine], body: float) -> tuple[list[PdfLine], dict[int, list[list[PdfLine]]]]:
    """The lines without footnotes, and the lines of each of those by the `id()` of a line; `body`: size of most text.

    That is the line of the same page that has the note's mark raised behind a word, and the note has lost its mark then,
    or else the last line above the note.
    """
    groups: list[list[PdfLine]] = []
    for line in lines:
        if groups and (groups[-1][-1].page, groups[-1][-1].column) == (line.page, line.column):
            groups[-1].append(line)
        else:
            groups.append([line])
    kept: list[PdfLine] = []
    feet: list[tuple[PdfLine, list[PdfLine]]] = []  # the last line above, and the notes of a page
    for group in groups:
        start = len(group)
        while start > 0 and group[start - 1].size < 0.93 * body and group[start - 1].tag is None:
            start -= 1
        while start < len(group) and not _NOTE.match(group[start].text):
            start += 1
        if 0 < start < len(group):
            feet.append((group[start - 1], group[start:]))
            group = group[:start]
        kept += group
    marked = {
        (line.page, mark): line for line in reversed(kept) for mark in line.raised() if f"^{mark}" not in line.text
    }  # a power marks no note
    notes: dict[int, list[list[PdfLine]]] = {}
    for above, foot in feet:
        place = above
        for line in foot:
            mark = _NOTE.match(line.text)
            owner = marked.get((line.page, mark[1])) if mark else None
            if owner is not None and mark:
                place = owner
                notes.setdefault(id(place), []).append([_without_mark(line, mark[1])])
            elif id(place) in notes:
                notes[id(place)][-1].append(line)
            else:
                notes[id(place)] = [[line]]
    return kept, notes


def _without_mark(line: PdfLine, mark: str) -> PdfLine:
    first = line.pieces[0]
    if first.text.strip() == mark and len(line.pieces) > 1:
        return replace(line, pieces=line.pieces[1:])
    return PdfLine(
        line.page, line.y, [replace(first, text=first.text.replace(mark, "", 1).lstrip()), *line.pieces[1:]], line.column
    )
