"""Plain text in, logical lines out: wrapped lines joined again, list marks, tables and preformatted runs recognised."""

from __future__ import annotations

from ingest.divided_words import Words
from ingest.text_leaders import LEADERS, leader_entries
from ingest.text_lines import Line, PhysicalLine, physical_lines
from ingest.text_marks import is_underlined, opened_line
from ingest.text_tables import is_aligned, is_preformatted, ruled_table, table_end, table_rows
from ingest.text_wraps import continues, wrap_width


def logical_lines(text: str) -> list[Line]:
    """The text's logical lines in order, without mere decoration and without what is printed at the edges of pages."""
    physical = physical_lines(text)
    width = wrap_width(physical)
    words = Words(line.raw for line in physical)
    lines: list[Line] = []
    index = 0
    while index < len(physical):
        stop = index + 1
        while stop < len(physical) and not physical[stop].gap:
            stop += 1
        _read_run(lines, physical[index:stop], width, words)
        index = stop
    if sum(line.gap for line in lines[1:]) * 5 >= 4 * (len(lines) - 1):
        for line in lines:
            line.gap = False  # an empty line before every line says nothing
    return lines


def _read_run(lines: list[Line], run: list[PhysicalLine], width: int, words: Words) -> None:
    """Append the logical lines of a run of physical lines without an empty line between them."""
    if rows := ruled_table(run):
        lines += rows
        return
    if is_preformatted(run) and not is_aligned(run):
        margin = min(line.indent for line in run)
        lines.append(Line("code", "\n".join(line.text[margin:] for line in run), run[0].gap, run[0].indent))
        return
    for physical, entry in zip(run, leader_entries([physical.raw for physical in run]), strict=True):
        physical.entry = entry
    aligned = is_aligned(run)
    index = 0
    while index < len(run):
        stop = table_end(run, index, aligned)
        if stop > index:
            lines += table_rows(run[index:stop])
            index = stop
            continue
        if entry := run[index].entry:
            lines.append(Line("item", entry, run[index].gap, run[index].indent))
            index += 1
            continue
        if index + 1 < len(run) and is_underlined(run[index], run[index + 1]):
            level = 1 if run[index + 1].raw[0] in "=*" else 2
            lines.append(Line("heading", run[index].raw, run[index].gap, run[index].indent, level))
            index += 2
            continue
        line = opened_line(run[index])
        index += 1
        if line is None:  # decoration
            if index < len(run):
                run[index].gap = True
            continue
        wrapped = [line.text]
        while index < len(run) and line.kind != "heading" and continues(line, run[index - 1], run, index, width):
            wrapped.append(run[index].raw)
            index += 1
        line.text = LEADERS.sub(" … ", _joined(wrapped, words))
        lines.append(line)


def _joined(wrapped: list[str], words: Words) -> str:
    """The lines of a paragraph as one text. Only the last word of a line is looked at, so that time grows with length alone."""
    parts = [wrapped[0]]
    for line in wrapped[1:]:
        at = parts[-1].rfind(" ") + 1
        start, last = parts[-1][:at], parts[-1][at:]
        mended = words.mended(last, line)
        parts[-1:] = [parts[-1], " ", line] if mended is None else [start, mended]
    return "".join(parts)
