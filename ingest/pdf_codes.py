"""Codes of a PDF page in, the letters that they show out, also where a font names none of them: TeX's bitmap fonts (Type 3).

A PDF says of such a font neither its name nor what its codes mean. TeX has two orders of letters, OT1 and T1, and both keep
ligatures, dashes and quotes where others have letters that nobody sees.
"""

from __future__ import annotations

from collections import Counter
from ctypes import addressof
from typing import Any

import pypdfium2.raw as pdfium

UNKNOWN = "\ufffd"
# Codes that the usual encoding leaves free show a bullet (PDF 32000-1, annex D.2, note 6).
SHOWN = dict.fromkeys(range(0x20), UNKNOWN) | dict.fromkeys((0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D), "•")
SHOWN |= {0x2: "-", 0xFFFE: "-", 0xFFFF: UNKNOWN}  # PDFium names hyphens at line ends 2 or FFFE
_LIGATURES = "\ufb00\ufb01\ufb02\ufb03\ufb04"  # ff, fi, fl, ffi, ffl
_T1 = dict(zip(map(chr, range(0x1B, 0x20)), _LIGATURES, strict=True))
_T1 |= {"\x10": "“", "\x11": "”", "\x12": "„", "\x13": "«", "\x14": "»", "\x15": "–", "\x16": "—", "\x7f": "-"}
_OT1 = dict(zip(map(chr, range(0x0B, 0x10)), _LIGATURES, strict=True))
_OT1 |= {"\x10": "i", "\x19": "ß", "\x1a": "æ", "\x1b": "œ", "\x1c": "ø", "\x1d": "Æ", "\x1e": "Œ", "\x1f": "Ø"}
_OT1 |= {"\\": "“", "{": "–", "|": "—", "\x7f": UNKNOWN}  # the last one is the dots of an ï, whose i has none
_AMBIGUOUS = _T1.keys() | _OT1.keys()


class TexFonts:
    """The fonts without a name that show the words of one page (a pypdfium2 text page); looked for when they are asked for."""

    def __init__(self, text: Any, count: int) -> None:
        self._text = text
        self._count = count
        self._orders: dict[int, dict[str, str]] | None = None  # by the address of a font

    def letter(self, index: int, code: str) -> str:
        """What the code at an index of the page shows, the code itself if that is unknown."""
        if code not in _AMBIGUOUS or not self._is_nameless(index):
            return code
        if self._orders is None:
            self._orders = self._told_orders()
        return self._orders.get(_font(self._text, index), {}).get(code, code)

    def _is_nameless(self, index: int) -> bool:
        drawn = pdfium.FPDFText_IsGenerated(self._text, index) == 0
        return drawn and bool(pdfium.FPDFText_GetFontInfo(self._text, index, None, 0, None) <= 1)

    def _told_orders(self) -> dict[int, dict[str, str]]:
        """The order of each font most of whose small letters stand next to each other: those of formulas stand alone."""
        small: Counter[int] = Counter()
        adjoining: Counter[int] = Counter()
        codes: dict[int, Counter[str]] = {}
        before = 0  # the font of the letter before, if it is a small one
        for index in range(self._count):
            letter = chr(pdfium.FPDFText_GetUnicode(self._text, index))
            drawn = pdfium.FPDFText_IsGenerated(self._text, index) == 0
            font = _font(self._text, index) if drawn and (letter.islower() or letter in _AMBIGUOUS) else 0
            if font and letter in _AMBIGUOUS:
                codes.setdefault(font, Counter())[letter] += 1
                font = 0
            small[font] += 1
            adjoining[font] += font == before
            before = font
        return {
            font: _OT1 if _is_old(found) else _T1
            for font, found in codes.items()
            if 2 * adjoining[font] >= small[font] > 0 and 2 * found.total() <= small[font]
        }


def _is_old(codes: Counter[str]) -> bool:
    """Whether a font keeps its ligatures where OT1 does, and none where T1 does."""
    return any("\x0b" <= code <= "\x0f" for code in codes) and not any("\x1b" <= code <= "\x1f" for code in codes)


def _font(text: Any, index: int) -> int:
    shown = pdfium.FPDFText_GetTextObject(text, index)
    font = pdfium.FPDFTextObj_GetFont(shown) if shown else None
    return addressof(font.contents) if font else 0
