"""Plain text in, logical lines out: wrapped lines joined again, list marks, tables and preformatted runs recognised.

A logical line is a paragraph, a list item, a table row or a heading that the text itself marks. What an unmarked short line
means is left to `ingest.text_outline`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from ingest.text_leaders import LEADERS, leader_entries

LineKind = Literal["text", "item", "ordered", "row", "code", "heading"]

_BULLET = re.compile(r"(?:[-*+•‣◦▪▫●○■□·∙⁃➢➤➔►✓✔]|[–—](?=\s+[A-Z\d])|o(?=\s{2,}|\s[A-Z]))\s+(?=\S)")
_ORDERED = re.compile(r"(?:(\d{1,3})[.)]|\((\d{1,3})\))\s+(?=\S)")
_LETTERED = re.compile(r"(?:\(?[a-z]\)|\([ivx]{1,4}\)|[ivx]{1,4}\))\s+(?=\S)")
_DECIMAL = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?\s+(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+(?=[^\s#])")
_EQUALS = re.compile(r"(={2,6})(?!=)")  # wiki text: == History ==
_UNDERLINE = re.compile(r"(=|-|~|\^|\*){3,}\Z")
_DECORATION = re.compile(r"[\s*_=~#+.•·─━—–-]{3,}\Z")
_TABLE_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*\Z")
_DRAWN = re.compile(r"\S {3,}\S|[─│┌┐└┘├┤┬┴┼═║]|\+-{2,}|-{2,}[>+]|<-{2,}")
_CODE = re.compile(
    r"[;{}]\s*\Z|^\s*(?:def|class|import|from|return|for|if|while|\$|>>>|#include|//)\s|\w\(.*\)\s*:?\s*\Z|\s=\s"
)
_CLOSED = re.compile(r"[.!?…;。！？][\"'”’»)\]*]*\Z")
_UNFINISHED = re.compile(r"\b(?:and|or|the|a|an|of|to|with|for|by)\Z")
_ENTRY = re.compile(r"[^:]{1,60}:\s")
_SERIES_ENTRY = re.compile(r"([A-Z][a-z]+?)s? \d{1,3}(?: ?(?:[-–]|to|and) ?\d{1,3})?\s?[:–—-]\s")
_NAMED_ENTRY = re.compile(r"[A-Z][^\s:.,;!?]*(?: [^\s:.,;!?]+){0,3}: \S")
_CONTENTS_ENTRY = re.compile(r"(?:\s?\.){4,}\s*\d{1,4}\s*\Z")
_PAGE_FOOT = re.compile(r".{0,100}\[Page \d{1,4}\]\s*\Z|\s*(?:- ?)?(?:Page )?\d{1,4}(?: ?-| of \d{1,4})?\s*\Z", re.IGNORECASE)
WIDEST = 120  # characters; text with longer lines is not wrapped


@dataclass(slots=True)
class Line:
    """One logical line; `text` without its list mark."""

    kind: LineKind
    text: str
    gap: bool  # whether an empty line stands before it
    indent: int = 0
    level: int = 0  # of a heading that is marked as one
    ordinal: int | None = None
    cells: tuple[str, ...] = ()  # of a table row


@dataclass(slots=True)
class _Physical:
    text: str  # with its indentation, tabs expanded
    raw: str  # without indentation, tabs kept
    gap: bool
    indent: int
    entry: str = ""  # what the line says where dots lead from a name to a value


def is_closed(text: str) -> bool:
    """Whether the text ends like a sentence: with a full stop, or what stands for one, and closing quotes or brackets."""
    return bool(_CLOSED.search(text))


def logical_lines(text: str) -> list[Line]:
    """The text's logical lines in order; every visible word is in one of them, decoration and page feet left out."""
    physical = _physical(text)
    width = _width(physical)
    lines: list[Line] = []
    index = 0
    while index < len(physical):
        stop = index + 1
        while stop < len(physical) and not physical[stop].gap:
            stop += 1
        _read_run(lines, physical[index:stop], width)
        index = stop
    if sum(line.gap for line in lines[1:]) * 5 >= 4 * (len(lines) - 1):
        for line in lines:
            line.gap = False  # an empty line before every line says nothing
    return lines


def _physical(text: str) -> list[_Physical]:
    """The lines that show something; a form feed and what is printed around it at the page's edges count as empty."""
    pages = re.sub(r"\r\n?|[\x0b\x85\u2028\u2029]", "\n", text).split("\f")
    lines: list[_Physical] = []
    gap = False
    heads = Counter(_edge(page, 0) for page in pages[1:])
    for number, page in enumerate(pages):
        rows = page.split("\n")
        if len(pages) > 2:
            if number and heads[_edge(page, 0)] > 1 and sum(bool(row.strip()) for row in rows) > 2:
                rows = _without_edge(rows, 0)
            if rows and (foot := [row for row in rows if row.strip()]) and _PAGE_FOOT.match(foot[-1]):
                rows = _without_edge(rows, -1)
        for row in rows:
            if not row.strip():
                gap = True
                continue
            expanded = row.expandtabs(4).rstrip()
            lines.append(_Physical(expanded, row.strip(), gap, len(expanded) - len(expanded.lstrip())))
            gap = False
        # A paragraph may run across the page's edge: the next line goes on where nothing closed this one.
        gap = bool(lines) and is_closed(lines[-1].text) if len(pages) > 1 else gap
    return lines


def _edge(page: str, end: int) -> str:
    """The outermost line that shows something, digits masked, since page numbers differ."""
    rows = [row for row in page.split("\n") if row.strip()]
    return re.sub(r"\d+", "#", " ".join(rows[end].split())) if rows else ""


def _without_edge(rows: list[str], end: int) -> list[str]:
    shown = [index for index, row in enumerate(rows) if row.strip()]
    if shown:
        rows = [*rows]
        rows[shown[end]] = ""
    return rows


def _width(lines: list[_Physical]) -> int:
    """The width in characters at which the text was wrapped, or 0 where its lines are whole paragraphs."""
    lengths = sorted(len(line.text) for line in lines if " " in line.raw)
    if not lengths or (width := lengths[min(len(lengths) - 1, len(lengths) * 98 // 100)]) > WIDEST or width < 30:
        return 0
    pairs = broken = 0
    for line, following in pairwise(lines):
        if following.gap or _mark(following.raw) or (_mark(line.raw) and len(line.text) < width // 2):
            continue
        pairs += 1
        unfinished = not is_closed(line.text) and not line.text.endswith(":") and len(line.text) > max(25, width // 2)
        broken += unfinished and following.raw[0].islower()
    return width if broken and broken * 8 >= pairs else 0


def _mark(text: str) -> bool:
    return bool(_BULLET.match(text) or _ORDERED.match(text) or _LETTERED.match(text) or _DECIMAL.match(text))


def _read_run(lines: list[Line], run: list[_Physical], width: int) -> None:
    """Append the logical lines of a run of physical lines without an empty line between them."""
    if _is_preformatted(run) and not _is_aligned(run):
        margin = min(line.indent for line in run)
        lines.append(Line("code", "\n".join(line.text[margin:] for line in run), run[0].gap, run[0].indent))
        return
    for physical, entry in zip(run, leader_entries([physical.raw for physical in run]), strict=True):
        physical.entry = entry
    aligned = _is_aligned(run)
    index = 0
    while index < len(run):
        stop = _table_end(run, index, aligned)
        if stop > index:
            _read_table(lines, run[index:stop])
            index = stop
            continue
        if entry := run[index].entry:
            lines.append(Line("item", entry, run[index].gap, run[index].indent))
            index += 1
            continue
        if index + 1 < len(run) and _underlined(run[index], run[index + 1]):
            level = 1 if run[index + 1].raw[0] in "=*" else 2
            lines.append(Line("heading", run[index].raw, run[index].gap, run[index].indent, level))
            index += 2
            continue
        line = _opened(run[index])
        index += 1
        if line is None:  # decoration
            if index < len(run):
                run[index].gap = True
            continue
        parts = [line.text]
        while index < len(run) and line.kind != "heading" and _continues(line, run[index - 1], run, index, width):
            hyphen = parts[-1][-2:-1].isalpha() and parts[-1][-1] == "-" and run[index].raw[0].isalpha()
            parts += ["" if hyphen else " ", run[index].raw]
            index += 1
        line.text = LEADERS.sub(" … ", "".join(parts))
        lines.append(line)


def _opened(physical: _Physical) -> Line | None:
    """The logical line that this physical line starts, or None where it only decorates."""
    text, gap, indent = physical.raw, physical.gap, physical.indent
    if found := _HASHES.match(text):
        return Line("heading", text[found.end() :].rstrip("#").rstrip(), gap, indent, len(found[1]))
    if (found := _EQUALS.match(text)) and text.endswith(found[1]) and (title := text.strip("=").strip()):
        return Line("heading", title, gap, indent, len(found[1]))
    if _DECORATION.match(text):
        return None
    if found := _BULLET.match(text):
        return Line("item", text[found.end() :], gap, indent)
    if found := _ORDERED.match(text):
        return Line("ordered", text[found.end() :], gap, indent, ordinal=int(found[1] or found[2]))
    if _LETTERED.match(text):
        return Line("item", text, gap, indent)
    return Line("text", text, gap, indent)


def _continues(line: Line, last: _Physical, run: list[_Physical], index: int, width: int) -> bool:
    """Whether `run[index]` goes on with the sentence or paragraph that `last` ends."""
    following = run[index]
    if _is_next_of(line.text, last.raw, following.raw) or _CONTENTS_ENTRY.search(last.raw):
        return False
    if (
        (_mark(following.raw) and not _is_amount(last.text, following.raw))
        or _DECORATION.match(following.raw)
        or _HASHES.match(following.raw)
        or _table_end(run, index) > index
        or following.entry
    ):
        return False
    if index + 1 < len(run) and _underlined(following, run[index + 1]):
        return False
    hangs = line.kind in ("item", "ordered") and line.indent < following.indent <= line.indent + 8
    small = following.raw[0].islower()
    if not width:
        reach = 20 if _UNFINISHED.search(last.text) else 60
        broken = small and reach <= len(last.text) <= WIDEST and not is_closed(last.text) and not last.text.endswith(":")
        broken = broken or (len(last.text) >= 20 and bool(_UNFINISHED.search(last.text)) and line.kind == "text")
        return hangs or (broken and not _ENTRY.match(following.raw) and "://" not in last.text.rsplit(None, 1)[-1])
    if following.indent >= last.indent + 2 and not hangs and is_closed(last.text):
        return False  # an indented first line starts a paragraph
    if len(last.text) + 1 + len(following.raw.split(None, 1)[0]) > width:
        return True
    if is_closed(last.text):
        return len(last.text) >= width * 0.85 or (hangs and len(last.text) >= width * 0.7)
    if last.text.endswith(":"):
        return small
    return small or hangs or len(last.text) >= width * 0.6 or bool(_UNFINISHED.search(last.text))


def _is_next_of(text: str, last: str, following: str) -> bool:
    """Whether both are entries: of one series, as "Quarter 1: ..." and "Quarter 2: ...", or ended ones, "Online: ... ."."""
    if is_closed(last) and _NAMED_ENTRY.match(text) and _NAMED_ENTRY.match(following):
        return True
    one, other = _SERIES_ENTRY.match(text), _SERIES_ENTRY.match(following)
    return one is not None and other is not None and one[1] == other[1]


def _is_amount(before: str, text: str) -> bool:
    """Whether a number that looks like that of a section goes on with the sentence: "which has / 1.4 million customers"."""
    found = _DECIMAL.match(text)
    return found is not None and text[found.end()].islower() and not is_closed(before) and not before.endswith(":")


def _underlined(line: _Physical, rule: _Physical) -> bool:
    text = line.raw
    return (
        bool(_UNDERLINE.match(rule.raw))
        and 2 <= len(text) <= 100
        and len(rule.raw) * 2 >= len(text)
        and "|" not in text
        and not _DECORATION.match(text)
        and not _BULLET.match(text)
        and (not is_closed(text) or abs(len(rule.raw) - len(text)) <= 2)  # else a rule below the end of a paragraph
    )


def _is_preformatted(run: list[_Physical]) -> bool:
    """Whether the run is drawn or code: columns held apart by spaces, lines and boxes, or an indented piece of a program."""
    if len(run) < 2:
        return False
    drawn = sum(bool(_DRAWN.search(line.raw)) for line in run if not LEADERS.search(line.raw))
    if drawn * 5 >= 3 * len(run):
        return True
    code = sum(bool(_CODE.search(line.text)) for line in run)
    return min(line.indent for line in run) >= 4 and code * 2 > len(run)


def _is_aligned(run: list[_Physical]) -> bool:
    """Whether the run is a table of words: columns that spaces hold apart, the same number in each of three lines or more."""
    counts = {len(_spaced(line.raw)) for line in run}
    drawn = any(re.search(r"[─│┌┐└┘├┤┬┴┼═║|<>{}=;]|--|\+-", line.raw) or not re.match(r"\w", line.raw) for line in run)
    same = len(run) > 2 and len(counts) == 1 and counts != {1} and len({line.indent for line in run}) == 1
    return same and not drawn


def _spaced(text: str) -> list[str]:
    return re.split(r" {3,}", text) if "   " in text else []


def _table_end(run: list[_Physical], index: int, aligned: bool = False) -> int:
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


def _piped(text: str) -> list[str]:
    return re.split(r"(?<!\\)\|", text.removeprefix("|").removesuffix("|")) if "|" in text else []


def _tabbed(text: str) -> list[str]:
    return text.split("\t") if "\t" in text else []


def _read_table(lines: list[Line], rows: list[_Physical]) -> None:
    for row in rows:
        if not _TABLE_RULE.match(row.raw):
            cells = tuple(cell.strip() for cell in _piped(row.raw) or _tabbed(row.raw) or _spaced(row.raw))
            lines.append(Line("row", " ".join(cells), row.gap and row is rows[0], row.indent, cells=cells))
