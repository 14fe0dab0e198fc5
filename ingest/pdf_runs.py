"""A PDF page in, its runs of text out: letters that follow each other on one line in one face, with spaces where gaps are.

Letters, their places and faces are what PDFium finds. Places are in points, x from the left, y upwards, turned so that most
of the page's text runs from left to right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from ctypes import addressof, byref, c_double, c_float, c_int, c_ulong, create_string_buffer
from dataclasses import dataclass, field
from itertools import accumulate
from math import hypot
from statistics import median
from typing import Any
from unicodedata import bidirectional

import pypdfium2.raw as pdfium

from ingest.pdf_codes import SHOWN, UNKNOWN, TexFonts
from ingest.pdf_tags import PageTags, Tag

_BOLD = re.compile(r"bold|black|heavy|semibold|demi|CMBX|SFBX", re.IGNORECASE)
_FIXED = re.compile(
    r"mono|courier|consol|typewriter|menlo|inconsolata|(?:CM|EC|SF|LM)\w{0,3}TT|t[1c]xb?tt|-TT|cursor|code", re.IGNORECASE
)
_FIXED_PITCH, _FORCED_BOLD = 1 << 0, 1 << 18  # flags of a font (PDF 32000-1, table 123)
_SPACE = 0.15  # of the size: the narrowest gap between words; kerning moves letters apart by less
_SPACED_OUT = 0.08  # of the size: the gap that is usual between letters which are spaced out
_APART = 0.45  # of the size: a gap that may part the cells of a table, as a wide space may be as well
_OWN_SPACE = 0.08  # of the size: the narrowest gap between words that two operators draw
_OVERHANG = 0.12  # of the size: how far a letter may lean over its width, as an f does
_CLOSING = 0.25  # of the size: the gap in front of a comma or bracket that is none, behind a slanted word
_BACK = 0.5  # of the size: how far the next letter may stand left of where the last one ends
ORDINAL = re.compile(r"\(?\w{1,3}[.)]")  # the number or letter of a list item
_STOPS = ",.;:!?)]"
_BLANK = " \t\r\n\xa0"

Point = tuple[float, float]
Turn = Callable[[float, float], Point]
# How a point moves when text that runs to the right, upwards, to the left or downwards is turned to run to the right.
_TURNS: tuple[Turn, ...] = (lambda x, y: (x, y), lambda x, y: (y, -x), lambda x, y: (-x, -y), lambda x, y: (-y, x))


@dataclass(frozen=True, slots=True)
class Face:
    """How what one operator shows looks, and what it is part of."""

    size: float  # points, in steps of a half
    bold: bool
    fixed: bool  # in a typewriter face
    direction: int  # 0 to 3: it runs to the right, upwards, to the left, downwards
    tag: Tag | None
    furniture: bool  # a running head or a page number, as the tags say


@dataclass(slots=True)
class Run:
    """Text on one line in one face; `edges` are the left and right end of each of its letters."""

    face: Face
    x: float
    right: float
    y: float  # of the line that the letters stand on
    text: str = ""
    edges: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class _Letter:
    text: str
    face: Face
    stroke: int  # which operator drew it
    left: float  # on the page turned so that it runs to the right, as all places of a letter
    right: float
    y: float
    spaced: bool  # a space was drawn in front of it
    leaning: float  # how far it reaches over its width, to the right
    backwards: bool = False  # of a script that runs to the left; its places are mirrored, so that they ascend


def runs_of(page: Any, tags: PageTags) -> tuple[list[Run], Turn]:
    """The runs of a pypdfium2 page in the order of drawing, and how its places were turned.

    Raises pypdfium2.PdfiumError where the page has no text that can be read.
    """
    textpage = page.get_textpage()
    try:
        letters = list(_letters(textpage, tags))
    finally:
        textpage.close()
    lost = sum(letter.text == UNKNOWN for letter in letters)
    if 3 * lost < len(letters):  # a few glyphs that nobody can name; a page of them is told as such
        letters = [letter for letter in letters if letter.text != UNKNOWN]
    directions = Counter(letter.face.direction for letter in letters)
    main = max(directions, key=lambda direction: directions[direction], default=0)
    runs: list[Run] = []
    for direction in [main, *sorted(directions.keys() - {main})]:
        found = [_run(group) for group in _groups(letter for letter in letters if letter.face.direction == direction)]
        runs += found if direction == main else [_aside(run, direction, main) for run in found]
    return runs, _TURNS[main]


def _letters(textpage: Any, tags: PageTags) -> Iterator[_Letter]:
    x, y, box = c_double(), c_double(), pdfium.FS_RECTF()
    at_x, at_y, at_box = byref(x), byref(y), byref(box)
    text = textpage.raw
    faces: dict[int, Face | None] = {}
    alike: dict[Face, Face] = {}
    widths: dict[tuple[int, str], float] = {}  # by the operator that draws a letter
    spaced = False
    high = ""
    count = textpage.count_chars()
    tex = TexFonts(text, count)
    for index in range(count):
        letter = tex.letter(index, chr(pdfium.FPDFText_GetUnicode(text, index)))
        if letter in _BLANK:
            # What PDFium adds where it sees a gap is left out: `_groups` and `_run` see gaps themselves.
            spaced = spaced or pdfium.FPDFText_IsGenerated(text, index) == 0
            continue
        if "\ud800" <= letter <= "\udbff":  # the first half of a letter beyond U+FFFF
            high = letter
            continue
        if "\udc00" <= letter <= "\udfff":
            letter, high = (high + letter).encode("utf-16", "surrogatepass").decode("utf-16", "replace"), ""
        shown = pdfium.FPDFText_GetTextObject(text, index)
        if not shown:
            continue
        stroke = addressof(shown.contents)
        if stroke not in faces:
            found = _face(text, index, shown, tags)
            faces[stroke] = alike.setdefault(found, found) if found else None
        face = faces[stroke]
        if face is None or not pdfium.FPDFText_GetCharOrigin(text, index, at_x, at_y):
            continue
        pdfium.FPDFText_GetLooseCharBox(text, index, at_box)
        start, height, ends = x.value, y.value, (box.left, box.right)
        if face.direction:
            turn = _TURNS[face.direction]
            start, height = turn(start, height)
            ends = turn(box.left, box.bottom)[0], turn(box.right, box.top)[0]
        if (stroke, letter) not in widths:
            widths[stroke, letter] = _width(shown, letter) * face.size
        right, moved = max(start, *ends), start + widths[stroke, letter]
        leaning = max(0.0, right - moved) if right - moved <= _OVERHANG * face.size else 0.0
        placed = _Letter(letter.translate(SHOWN), face, stroke, start, right, height, spaced, leaning)
        if letter > "\u0590" and bidirectional(letter) in ("R", "AL"):
            placed.left, placed.right, placed.backwards = -placed.right, -min(ends), True
        yield placed
        spaced = False


def _face(text: Any, index: int, shown: Any, tags: PageTags) -> Face | None:
    """The face of a letter and of all that the same operator shows; None for letters that are drawn nowhere."""
    matrix, flags, name = pdfium.FS_MATRIX(), c_int(), create_string_buffer(256)
    if not pdfium.FPDFText_GetMatrix(text, index, byref(matrix)):
        return None
    pdfium.FPDFText_GetFontInfo(text, index, name, len(name), byref(flags))
    font = name.value.decode("utf-8", "replace")
    size = pdfium.FPDFText_GetFontSize(text, index) * (hypot(matrix.c, matrix.d) or 1.0)
    along, across = (0, 2), (1, 3)
    direction = along[matrix.a < 0] if abs(matrix.a) >= abs(matrix.b) else across[matrix.b < 0]
    outlined = pdfium.FPDFTextObj_GetTextRenderMode(shown) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
    return Face(
        size=round(max(1.0, min(400.0, abs(size))) * 2) / 2,
        bold=outlined or bool(_BOLD.search(font) or flags.value & _FORCED_BOLD),
        fixed=bool(_FIXED.search(font) or flags.value & _FIXED_PITCH),
        direction=direction,
        tag=tags.get(pdfium.FPDFPageObj_GetMarkedContentID(shown)) if tags else None,
        furniture=bool(tags) and _is_artifact(shown),
    )


def _width(shown: Any, letter: str) -> float:
    """How far a letter moves on, as a share of the size; 0 where its font does not say."""
    width = c_float()
    known = pdfium.FPDFFont_GetGlyphWidth(pdfium.FPDFTextObj_GetFont(shown), ord(letter), 1.0, byref(width))
    return width.value if known else 0.0


def _is_artifact(shown: Any) -> bool:
    """Whether marked content says that this is no part of the document (PDF 32000-1, 14.8.2.2)."""
    name, size = (pdfium.FPDF_WCHAR * 16)(), c_ulong()
    for number in range(min(64, pdfium.FPDFPageObj_CountMarks(shown))):
        mark = pdfium.FPDFPageObj_GetMark(shown, number)
        if pdfium.FPDFPageObjMark_GetName(mark, name, 32, byref(size)) and bytes(name)[:16] == "Artifact".encode("utf-16-le"):
            return True
    return False


def _groups(letters: Iterable[_Letter]) -> Iterator[list[_Letter]]:
    """The letters of each run: a new one begins with another face or line, behind a wide gap, and where writing jumps back."""
    group: list[_Letter] = []
    reach = 0.0
    leads = True  # whether the group is the first of its line
    for letter in letters:
        if group:
            last, size = group[-1], letter.face.size
            level = abs(letter.y - last.y) <= 0.1 * size
            of_ligature = (letter.left, letter.right) == (last.left, last.right)  # its letters share one place
            near = letter.left >= last.left - 0.01 * size and -_BACK * size <= letter.left - reach <= _APART * size
            alike = letter.face is last.face and letter.backwards == last.backwards
            joined = letter.left - reach < 0.01 * size and (letter.text.islower() or letter.text in _STOPS)
            goes_on = letter.stroke == last.stroke or joined
            numbers = leads and not goes_on and _is_number(group)
            if not (level and alike and (near or of_ligature)) or numbers:
                yield group
                leads = not level or letter.left < last.left
                group = []
        reach = max(reach, letter.right) if group else letter.right
        group.append(letter)
    if group:
        yield group


def _is_number(letters: Sequence[_Letter]) -> bool:
    """Whether these are the number of a list item, which may stand closer to its text than a word does."""
    return len(letters) < 6 and bool(ORDINAL.fullmatch("".join(letter.text for letter in letters)))


def _run(letters: Sequence[_Letter]) -> Run:
    """The letters as text, with spaces where there were some and where there is room for one."""
    first, size = letters[0], letters[0].face.size
    reaches = list(accumulate((letter.right for letter in letters), max))
    gaps = [letter.left - reach for letter, reach in zip(letters[1:], reaches, strict=False)]
    spread = _spread(letters, gaps)
    run = Run(first.face, first.left, reaches[-1], first.y)
    starts = Counter(letter.left for letter in letters)
    for before, letter, gap in zip([first, *letters], letters, [0.0, *gaps], strict=False):
        sure = letter.stroke != before.stroke and starts[before.left] == 1  # where a ligature ends is not told exactly
        if letter.stroke == before.stroke:  # TeX leaves room for what leans where the face changes
            gap += before.leaning
        narrowest = spread + (_CLOSING if letter.text in ",;)" else _OWN_SPACE if sure else _SPACE) * size
        if letter.spaced or gap > narrowest:
            run.text += " "
            run.edges.append((letter.left - max(0.0, gap), letter.left))
        run.text += letter.text
        run.edges += [(letter.left, letter.right)] * len(letter.text)
    if first.backwards:
        run.x, run.right = -run.right, -run.x
        run.edges = [(-right, -left) for left, right in run.edges]
    return run


def _spread(letters: Sequence[_Letter], gaps: Sequence[float]) -> float:
    """The gap between the letters of words that are spaced out; 0 for others."""
    usual = median(gaps) if len(letters) >= 5 and all(letter.text.isalpha() for letter in letters) else 0.0
    return usual if usual > _SPACED_OUT * letters[0].face.size else 0.0


def _aside(run: Run, direction: int, main: int) -> Run:
    """A run in another direction than most of the page, where it stands on the turned page."""
    x, y = _TURNS[main](*_TURNS[-direction](run.x, run.y))
    run.x, run.right, run.y = x, x + run.face.size, y
    run.edges = [(x, run.right)] * len(run.text)
    return run
