"""Plots as inline SVG text: numbers in, markup out. Colours come from the page's style, so they follow light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

Point = tuple[float, float]

_WIDTH, _HEIGHT = 380, 240
_LEFT, _TOP, _RIGHT, _BOTTOM = 46, 12, 12, 40  # margins
_ROW = 24  # height of a row of `bars`


def bars(rows: Sequence[tuple[str, float, float, float]], title: str) -> str:
    """Horizontal bars of shares (label, value, low, high), each with its interval as a whisker."""
    label, width = 150, 560
    room = width - label - 60
    parts = []
    for number, (name, value, low, high) in enumerate(rows):
        top = number * _ROW
        middle = top + _ROW / 2
        x = [label + room * _clip(v) for v in (value, low, high)]
        parts += [
            f'<text x="{label - 8}" y="{middle + 4:.1f}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="track" x="{label}" y="{top + 5}" width="{room}" height="{_ROW - 10}" rx="2"/>',
            f'<rect class="bar" x="{label}" y="{top + 5}" width="{max(x[0] - label, 0):.1f}" height="{_ROW - 10}" rx="2"/>',
            f'<path class="whisker" d="M{x[1]:.1f} {middle - 4:.1f}v8m0 -4H{x[2]:.1f}m0 -4v8"/>',
            f'<text x="{label + room + 8}" y="{middle + 4:.1f}">{value:.3f}</text>',
        ]
    return _svg(width, len(rows) * _ROW + 4, title, parts)


def curve(points: Sequence[Point], title: str, x: str, y: str, *, diagonal: bool = False, dots: bool = False) -> str:
    """A line through points whose coordinates lie from 0 to 1; `diagonal` draws where both are equal."""
    parts = _frame(x, y, [f"{tick / 4:g}" for tick in range(5)], [f"{tick / 4:g}" for tick in range(5)])
    places = [_place(*point) for point in points]
    if diagonal:
        (left, bottom), (right, top) = _place(0, 0), _place(1, 1)
        parts.append(f'<path class="guide" d="M{left:.1f} {bottom:.1f}L{right:.1f} {top:.1f}"/>')
    if places:
        parts.append('<path class="line" d="M' + "L".join(f"{px:.1f} {py:.1f}" for px, py in places) + '"/>')
    if dots:
        parts += [f'<circle class="dot" cx="{px:.1f}" cy="{py:.1f}" r="3.5"/>' for px, py in places]
    return _svg(_WIDTH, _HEIGHT, title, parts)


def columns(labels: Sequence[str], counts: Sequence[int], title: str, x: str, y: str = "questions") -> str:
    """Vertical bars of counts, one a label."""
    highest = max([*counts, 1])
    parts = _frame(x, y, [], ["0", str(highest)])
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(labels), 1)
    for number, (name, count) in enumerate(zip(labels, counts, strict=True)):
        _, top = _place(0, count / highest)
        _, floor = _place(0, 0)
        left = _LEFT + number * step
        middle = left + step / 2
        parts += [
            f'<rect class="bar" x="{left + 2:.1f}" y="{top:.1f}" width="{step - 4:.1f}" height="{floor - top:.1f}"/>',
            f'<text x="{middle:.1f}" y="{floor + 14:.1f}" text-anchor="middle">{escape(name)}</text>',
        ]
        if count:
            parts.append(f'<text x="{middle:.1f}" y="{max(top - 3, 9):.1f}" text-anchor="middle">{count}</text>')
    return _svg(_WIDTH, _HEIGHT, title, parts)


def scatter(points: Sequence[tuple[float, float, str, bool]], title: str, x: str, y: str) -> str:
    """Dots at (x, y) with a name that shows on pointing at them; those that are marked are filled and joined by a line."""
    high_x = max((px for px, *_ in points), default=0.0) * 1.08 or 1.0
    low_y, high_y = _range([py for _, py, *_ in points])
    ticks = [tick / 4 for tick in range(5)]
    parts = _frame(x, y, [f"{high_x * t:.2g}" for t in ticks], [f"{low_y + (high_y - low_y) * t:.2f}" for t in ticks])
    placed = [(_place(px / high_x, (py - low_y) / (high_y - low_y)), name, marked) for px, py, name, marked in points]
    front = sorted(place for place, _, marked in placed if marked)
    if len(front) > 1:
        parts.append('<path class="guide" d="M' + "L".join(f"{px:.1f} {py:.1f}" for px, py in front) + '"/>')
    for (px, py), name, marked in placed:
        kind = "dot" if marked else "ring"
        parts.append(f'<circle class="{kind}" cx="{px:.1f}" cy="{py:.1f}" r="4.5"><title>{escape(name)}</title></circle>')
    return _svg(_WIDTH, _HEIGHT, title, parts)


def differences(rows: Sequence[tuple[str, float, float, float]], title: str) -> str:
    """Differences (label, value, low, high) as dots with their intervals around a line at zero."""
    label, width = 150, 560
    room = width - label - 70
    reach = max((abs(v) for _, *values in rows for v in values), default=0.0) or 1.0
    zero = label + room / 2
    parts = [f'<path class="guide" d="M{zero:.1f} 0V{len(rows) * _ROW}"/>']
    for number, (name, value, low, high) in enumerate(rows):
        middle = number * _ROW + _ROW / 2
        x = [zero + room / 2 * v / reach for v in (value, low, high)]
        parts += [
            f'<text x="{label - 8}" y="{middle + 4:.1f}" text-anchor="end">{escape(name)}</text>',
            f'<path class="whisker" d="M{x[1]:.1f} {middle - 4:.1f}v8m0 -4H{x[2]:.1f}m0 -4v8"/>',
            f'<circle class="dot" cx="{x[0]:.1f}" cy="{middle:.1f}" r="4"/>',
            f'<text x="{label + room + 8}" y="{middle + 4:.1f}">{value:+.3f}</text>',
        ]
    return _svg(width, len(rows) * _ROW + 4, title, parts)


def histogram(values: Sequence[float], bins: int = 8) -> tuple[list[str], list[int]]:
    """Labels (upper edges) and counts of equally wide bins from 0 to the largest value.

    >>> histogram([0.5, 1.0, 4.0], bins=4)
    (['1', '2', '3', '4'], [2, 0, 0, 1])
    """
    top = max(values, default=0.0) or 1.0
    counts = [0] * bins
    for value in values:
        counts[next(number for number in range(bins) if value <= top * (number + 1) / bins or number == bins - 1)] += 1
    return [f"{top * (number + 1) / bins:.3g}" for number in range(bins)], counts


def _range(values: Sequence[float]) -> tuple[float, float]:
    """A little more than from the lowest to the highest value."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = (high - low) * 0.1 or 0.05
    return low - margin, high + margin


def _frame(x: str, y: str, x_ticks: Sequence[str], y_ticks: Sequence[str]) -> list[str]:
    (left, bottom), (right, top) = _place(0, 0), _place(1, 1)
    parts = [
        f'<path class="axis" d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}"/>',
        f'<text x="{(left + right) / 2:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(x)}</text>',
        f'<text transform="translate(12 {(top + bottom) / 2:.1f}) rotate(-90)" text-anchor="middle">{escape(y)}</text>',
    ]
    for number, tick in enumerate(x_ticks):
        px, _ = _place(number / max(len(x_ticks) - 1, 1), 0)
        parts.append(f'<text x="{px:.1f}" y="{bottom + 14:.1f}" text-anchor="middle">{escape(tick)}</text>')
    for number, tick in enumerate(y_ticks):
        _, py = _place(0, number / max(len(y_ticks) - 1, 1))
        parts.append(f'<text x="{left - 5:.1f}" y="{py + 4:.1f}" text-anchor="end">{escape(tick)}</text>')
    return parts


def _place(x: float, y: float) -> Point:
    """Where a point of the unit square is drawn; SVG counts downwards."""
    return _LEFT + _clip(x) * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - _clip(y) * (_HEIGHT - _TOP - _BOTTOM)


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    figure = f'<svg {size} role="img" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    return f"<figure><figcaption>{escape(title)}</figcaption>{figure}</figure>"
