"""A font of a PDF in, what the reading needs of it out: how wide its letters are, whether it is bold or of fixed pitch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pypdf.generic._font import Font

_BOLD = re.compile(r"bold|black|heavy|semibold|demi|CMBX|SFBX", re.IGNORECASE)
_FIXED = re.compile(r"mono|courier|consol|typewriter|menlo|fira ?code|inconsolata|CMTT|SFTT|LMTT|-TT", re.IGNORECASE)
_FIXED_PITCH = 1  # flag of the font descriptor (PDF 32000-1, table 123)
# What pypdf lets through from damaged fonts.
_DAMAGE = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, AssertionError)


@dataclass(frozen=True, slots=True)
class Face:
    """How a font looks; `width` gives the width of a text in ems."""

    width: Callable[[str], float]
    bold: bool = False
    fixed: bool = False


def face_of(font: Mapping[str, Any] | None) -> Face:
    """The face of a font resource; of one that cannot be read, what is usual."""
    if font is None:
        return Face(_typical)
    name = str(font.get("/BaseFont", ""))
    bold, fixed = bool(_BOLD.search(name)), bool(_FIXED.search(name))
    try:
        metrics = Font.from_font_resource(font)  # type: ignore[arg-type]
        fixed = fixed or bool(int(metrics.font_descriptor.flags) & _FIXED_PITCH)
        widths = _widths(metrics)
    except _DAMAGE:
        widths = {}
    return Face(_stated(widths) if widths else _typical, bold, fixed)


def _widths(metrics: Font) -> dict[str, float]:
    """Ems per character as it is shown; codes and characters differ where the font has a map from one to the other."""
    unit = 1000.0 if max(metrics.character_widths.values(), default=0) > 10 else 1.0
    stated = {char: float(width) / unit for char, width in metrics.character_widths.items() if width > 0}
    shown = {
        char: stated[code] / len(text)
        for code, text in metrics.character_map.items()
        if isinstance(code, str) and isinstance(text, str) and code in stated
        for char in text
    }
    return {**stated, **shown}


def _stated(widths: Mapping[str, float]) -> Callable[[str], float]:
    single = [width for char, width in widths.items() if len(char) == 1]
    mean = widths.get("default") or (sum(single) / len(single) if single else 0.5)
    space = widths.get(" ", 0.28)
    return lambda text: sum(space if char == " " else widths.get(char, mean) for char in text)


def _typical(text: str) -> float:
    narrow = sum(char in "ijl.,:;'|!ftI ()[]" for char in text)
    wide = sum(char in "mwMW@%—" or char > "\u2e80" for char in text)
    upper = sum(char.isupper() for char in text)
    return 0.28 * narrow + 0.86 * wide + 0.68 * upper + 0.52 * max(0, len(text) - narrow - wide - upper)
