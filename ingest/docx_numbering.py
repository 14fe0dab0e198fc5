"""The lists of a DOCX: which paragraph is an item of which, and the number that Word shows before it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

_LIST_STYLE = re.compile(r"list\s*(?:(bullet|number)\s*(\d?)|paragraph)\Z", re.IGNORECASE)
_LONGEST_LABEL = 40  # characters
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True, slots=True)
class _Level:
    """One depth of a list: its format ("bullet", "decimal", …), its first number, and what stands around the number."""

    form: str = "decimal"
    start: int = 1
    shown: str = ""  # "Phase %1:", where %1 is the number of the outermost depth


class Numbering:
    """Counts the lists of one document as Word does: lists of one kind go on where the last of them ended."""

    def __init__(self, source: Any) -> None:
        self._levels: dict[tuple[str, int], _Level] = {}  # by list and depth
        self._kinds: dict[str, str] = {}  # list -> its kind
        self._restarts: dict[tuple[str, int], int] = {}  # where a list begins anew
        self._counters: dict[tuple[str, int], int] = {}  # by kind and depth
        try:
            numbering = source.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        kinds = {each.get(qn("w:abstractNumId"), ""): each for each in numbering.findall(qn("w:abstractNum"))}
        for each in numbering.findall(qn("w:num")):
            number, kind = each.get(qn("w:numId"), ""), value(each.find(qn("w:abstractNumId")), "")
            self._kinds[number] = kind
            for level in kinds[kind].findall(qn("w:lvl")) if kind in kinds else ():
                self._levels[number, _depth(level)] = _level(level)
            for override in each.findall(qn("w:lvlOverride")):
                start, level = override.find(qn("w:startOverride")), override.find(qn("w:lvl"))
                if level is not None:
                    self._levels[number, _depth(override)] = _level(level)
                if start is not None:
                    self._restarts[number, _depth(override)] = int(value(start, "1"))

    def place(self, element: Any, style: Any) -> tuple[int, int | None, str] | None:
        """Nesting depth (from 0) of a list item, its number (None for bullets) and its label in words; None for what is none.

        The label is empty where no words stand before the number: "Phase 2:", but not "2.1".
        """
        numbering = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        named = _LIST_STYLE.match(style.name or "") if style is not None else None
        if numbering is None and style is not None:
            numbering = style.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if numbering is None:
            if named is None or named[1] is None:
                return None
            depth = int(named[2] or 1) - 1
            return depth, self._next(style.name, depth, 1) if named[1].lower() == "number" else None, ""
        number = value(numbering.find(qn("w:numId")), "0")
        if number == "0":
            return None
        depth = int(value(numbering.find(qn("w:ilvl")), "0"))
        if named is not None and named[2] and depth == 0:
            depth = int(named[2]) - 1
        level = self._levels.get((number, depth), self._levels.get((number, 0), _Level("bullet")))
        if level.form in ("bullet", "none"):
            return depth, None, ""
        kind = self._kinds[number]
        if (restart := self._restarts.pop((number, depth), None)) is not None:
            self._counters.pop((kind, depth), None)
        return depth, self._next(kind, depth, level.start if restart is None else restart), self._label(number, level)

    def _next(self, kind: str, depth: int, start: int) -> int:
        for other in [each for each in self._counters if each[0] == kind and each[1] > depth]:
            del self._counters[other]
        self._counters[kind, depth] = self._counters.get((kind, depth), start - 1) + 1
        return self._counters[kind, depth]

    def _label(self, number: str, level: _Level) -> str:
        if len(level.shown) > _LONGEST_LABEL or not re.search(r"[^\W\d_]{2}", level.shown):
            return ""

        def counted(found: re.Match[str]) -> str:
            depth = int(found[1]) - 1
            form = self._levels.get((number, depth), level).form
            return _written(self._counters.get((self._kinds[number], depth), 1), form)

        return re.sub(r"%([1-9])", counted, level.shown)


def _level(level: Any) -> _Level:
    form, shown = level.find(qn("w:numFmt")), level.find(qn("w:lvlText"))
    return _Level(
        form.get(qn("w:val"), "decimal") if form is not None else "decimal",
        int(value(level.find(qn("w:start")), "1")),
        shown.get(qn("w:val"), "") if shown is not None else "",
    )


def _depth(level: Any) -> int:
    found = level.get(qn("w:ilvl"), "0")
    return int(found) if found.isdecimal() else 0


def value(element: Any, default: str) -> str:
    """The `w:val` of an element that holds a number, or the default where it is missing or no number."""
    found = element.get(qn("w:val")) if element is not None else None
    return found if found is not None and found.isdecimal() and len(found) < 10 else default


def _written(number: int, form: str) -> str:
    """The number as Word writes it in that format.

    >>> _written(4, "decimal"), _written(4, "upperRoman"), _written(4, "lowerLetter"), _written(40, "upperRoman")
    ('4', 'IV', 'd', '40')
    """
    text = str(number)
    if form.endswith("Roman") and 0 < number < 40:
        text, rest = "", number
        for worth, sign in _ROMAN:
            text += sign * (rest // worth)
            rest %= worth
    elif form.endswith("Letter") and 0 < number < 27:
        text = chr(ord("a") + number - 1)
    return text.upper() if form.startswith("upper") else text
