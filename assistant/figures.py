"""Text in, the figures it states out: time spans, hours of work, amounts of money, percentages and counts, as ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import Literal

from index.number_words import CARDINALS, LARGER

FigureKind = Literal["duration", "hours", "money", "percentage", "count"]
ROUGHLY = 0.25  # by how much "about six months" may be off, as a share

_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4, "year": 365.0, "yr": 365.0}
_HOURS = {"minute": 1 / 60, "hour": 1.0}
_WORDS = {word: float(number) for number, word in enumerate(CARDINALS, 1)} | {word: float(n) for word, n in LARGER.items()}
_SMALL = _WORDS | {"a": 1.0, "an": 1.0, "half a": 0.5, "half an": 0.5, "a couple of": 2.0}
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_NUMBER = rf"(?:{_DIGITS}|{'|'.join(sorted(map(re.escape, _SMALL), key=len, reverse=True))})"
_TO = r"\s*(?:-|–|—|to|or|and)\s*"
_TIME = rf"(?:{'|'.join((*_DAYS, *_HOURS))})s?"
_BEFORE = re.compile(
    r"(?:(?P<least>at least|no less than|a minimum of|minimum|over|more than|longer than)"
    r"|(?P<most>at most|up to|no more than|under|less than|within|a maximum of|maximum)"
    r"|(?P<about>about|around|roughly|approximately|approx\.?|some|~|≈|nearly|almost|typically|usually|on average)"
    r"|between|from)"
    r"(?:\s+about)?\s*$",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"^\s*(?:/|(?:per|an?|each|every)\s+)(?P<per>hour|day|week|month|year|yr)\b|^\s*(?P<adverb>daily|weekly|monthly|yearly|annually)\b",
    re.IGNORECASE,
)
_ONE = re.compile(r"an?\b", re.IGNORECASE)
_OF_RATE = re.compile(
    rf"(?:\d|k|times|once|twice|dollars?|euros?|pounds?|{_TIME})\s*$", re.IGNORECASE
)  # the "a week" behind is no time span
_HALF = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)
_MORE = re.compile(r"^\s*(?:\+|or more\b|and more\b|or longer\b)", re.IGNORECASE)
_PERIODS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year", "annually": "year", "yr": "year"}
_SPAN = re.compile(
    rf"(?<![\w.,$€£])(?P<low>{_NUMBER})[\s-]*(?P<first>{_TIME})?(?:{_TO}(?P<high>{_NUMBER})[\s-]*)?(?(high)(?P<unit>{_TIME})|(?(first)|(?!)))\b",
    re.IGNORECASE,
)
_COUNT = rf"(?<![\w.,$€£])(?P<low>{_NUMBER})(?:{_TO}(?P<high>{_NUMBER}))?\s+(?:[\w-]+\s+)?"
_CURRENCIES = {"dollar": "$", "usd": "$", "euro": "€", "eur": "€", "pound": "£", "gbp": "£"}
_MONEY = re.compile(
    rf"(?P<sign>[$€£])\s?(?P<low>{_DIGITS})(?P<k>\s?k\b)?(?:\s*(?:-|–|—|to)\s*(?P=sign)?\s?(?P<high>{_DIGITS})(?P<k2>\s?k\b)?)?"
    rf"|(?<![\w.,$€£])(?P<low_>{_DIGITS})(?P<k_>\s?k)?(?:\s*(?:-|–|—|to)\s*(?P<high_>{_DIGITS})(?P<k2_>\s?k)?)?"
    r"\s*(?P<name>dollar|usd|euro|eur|pound|gbp)s?\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(rf"(?P<low>{_DIGITS})\s?%?(?:\s*(?:-|–|—|to)\s*(?P<high>{_DIGITS}))?\s?(?:%|percent\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a text, `text[start:end]`, 0-based and half-open."""

    kind: FigureKind
    unit: str  # figures are compared within one: "" for time and percentages, "$" or "$ a year", or the thing counted
    low: float  # days, hours, money, percent or pieces
    high: float
    start: int
    end: int

    def apart(self, other: Figure) -> bool:
        """Whether both cannot be true of the same thing: of one kind and unit, and more than a tenth between the ranges."""
        if (self.kind, self.unit) != (other.kind, other.unit):
            return False
        below, above = sorted((self, other), key=lambda figure: figure.low)
        return below.high * 1.1 < above.low


def figures(text: str, kind: FigureKind, counted: str = "") -> tuple[Figure, ...]:
    """The figures of this kind, in order; `counted` names what a count counts, in the plural or singular.

    Hours a week are no time span, and are left out.

    >>> [(f.low, f.high) for f in figures("Plan 10 hours a week for six to nine months.", "duration")]
    [(182.39999999999998, 273.59999999999997)]
    """
    if kind == "money":
        return tuple(_money(text, match) for match in _MONEY.finditer(text))
    if kind == "percentage":
        return tuple(_plain(text, match, kind, "") for match in _PERCENT.finditer(text))
    if kind == "count":
        thing = re.escape(counted.rstrip("s"))
        pattern = re.compile(rf"{_COUNT}{thing}s?\b", re.IGNORECASE)
        counts = (match for match in pattern.finditer(text) if not _ONE.match(match["low"]))
        return tuple(_plain(text, match, kind, counted.rstrip("s")) for match in counts)
    spans = (_span(text, match) for match in _SPAN.finditer(text))
    return tuple(span for span in spans if span is not None and span.kind == kind)


def _span(text: str, match: re.Match[str]) -> Figure | None:
    """The time span, or None where it is a rate ("hours a week"), the end of one, or goes on in words ("and a half")."""
    last = (match["unit"] or match["first"]).lower().rstrip("s")
    first = (match["first"] or last).lower().rstrip("s")
    scale = _DAYS if last in _DAYS else _HOURS
    behind, before = text[match.end() :], text[: match.start()]
    if first not in scale or _RATE.match(behind) or _HALF.match(behind) or (_ONE.match(match[0]) and _OF_RATE.search(before)):
        return None
    low = _value(match["low"]) * scale[first]
    high = _value(match["high"]) * scale[last] if match["high"] else low
    return _bounded(text, Figure("duration" if scale is _DAYS else "hours", "", low, high, *match.span()))


def _money(text: str, match: re.Match[str]) -> Figure:
    rate = _RATE.match(text[match.end() :])
    period = (rate["per"] or rate["adverb"]).lower() if rate else ""
    number = {name: match[name] or match[f"{name}_"] for name in ("low", "high", "k", "k2")}
    thousand = 1000.0 if number["k"] or number["k2"] else 1.0
    low = _value(number["low"]) * thousand
    high = _value(number["high"]) * thousand if number["high"] else low
    sign = match["sign"] or _CURRENCIES[match["name"].lower()]
    unit = " a ".join(part for part in (sign, _PERIODS.get(period, period)) if part)
    end = match.end() + (rate.end() if rate else 0)
    return _bounded(text, Figure("money", unit, low, high, match.start(), end))


def _plain(text: str, match: re.Match[str], kind: FigureKind, unit: str) -> Figure:
    low = _value(match["low"])
    return _bounded(text, Figure(kind, unit, low, _value(match["high"]) if match["high"] else low, *match.span()))


def _bounded(text: str, figure: Figure) -> Figure:
    """The range widened by the words around it: "at least", "up to", "about", "or more"."""
    low, high, start, end = min(figure.low, figure.high), max(figure.low, figure.high), figure.start, figure.end
    before = _BEFORE.search(text[:start])
    if before:
        start = before.start()
        if before["least"]:
            high = inf
        elif before["most"]:
            low = 0.0
        elif before["about"]:
            low, high = low * (1 - ROUGHLY), high * (1 + ROUGHLY)
    if more := _MORE.match(text[end:]):
        high, end = inf, end + more.end()
    return Figure(figure.kind, figure.unit, low, high, start, end)


def _value(words: str) -> float:
    known = _SMALL.get(words.lower())
    return float(words.replace(",", "")) if known is None else known
