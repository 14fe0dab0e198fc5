"""The figures of all runs over time, one small chart each: in one chart the lines of several lie on each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from evals.gate_files import figure
from evals.history import series
from evals.metrics import METRICS
from evals.run import RunHead
from ui.render import escape

_LEAST_SPAN = 0.1  # of the y axis: a change of a hundredth is not drawn as a cliff
_PIXELS = 170


def draw_charts(heads: Sequence[RunHead], names: Sequence[str]) -> None:
    """Draw a chart for each of these figures that two runs or more have; `heads` come oldest first."""
    shown = [(name, kept) for name in names if len(kept := [head for head in heads if head.summary.get(name) is not None]) > 1]
    if not shown:
        st.caption("A chart appears once two runs have a figure that is chosen.")
        return
    for place, (name, kept) in enumerate(shown):
        if place % 2 == 0:
            columns = st.columns(2, gap="medium")
        with columns[place % 2]:
            value = kept[-1].summary[name]
            st.caption(f"**{escape(name)}** {'–' if value is None else figure(name, value)}", help=escape(METRICS[name].about))
            st.vega_lite_chart(chart(kept, name), width="stretch", key=f"chart-{name}")
    st.caption(
        "The newest figure stands above each chart. A line joins runs over the same number of questions; "
        "runs over another number than the newest are paler."
    )


def chart(heads: Sequence[RunHead], name: str) -> dict[str, Any]:
    """The Vega-Lite specification of one figure; all runs have it."""
    columns = series(heads, [name])
    questions = [head.counts.get(name) for head in heads]
    rows = [
        {"run": run, "value": value, "questions": number}
        for run, value, number in zip(columns["run"], columns[name], questions, strict=True)
    ]
    low, high = _bounds([float(value) for value in columns[name] if value is not None])
    return {
        "description": f"{name} of {len(rows)} runs, oldest first",
        "data": {"values": rows},
        "height": _PIXELS,
        "encoding": {
            "x": {
                "field": "run",
                "type": "ordinal",
                "sort": None,
                "axis": {"title": None, "labelAngle": 0, "labelOverlap": "greedy", "labelExpr": "slice(datum.label, 0, 11)"},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "scale": {"domain": [low, high], "nice": False},
                "axis": {"title": None, "format": ".2f", "tickCount": 4},
            },
            "detail": {"field": "questions", "type": "nominal"},
            "opacity": {"condition": {"test": {"field": "questions", "equal": questions[-1]}, "value": 1}, "value": 0.45},
            "tooltip": [
                {"field": "run", "type": "nominal", "title": "run, UTC"},
                {"field": "value", "type": "quantitative", "title": name, "format": ".3f"},
                {"field": "questions", "type": "quantitative", "title": "questions"},
            ],
        },
        "layer": [{"mark": {"type": "line", "strokeWidth": 2}}, {"mark": {"type": "point", "filled": True, "size": 40}}],
    }


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """Ends of the y axis, both within 0 to 1, with room above and below.

    >>> _bounds([0.5, 0.52]), _bounds([1.0, 0.2])
    ((0.46, 0.56), (0.12, 1.0))
    """
    low, high = min(values), max(values)
    room = max(0.1 * (high - low), (_LEAST_SPAN - (high - low)) / 2)
    return round(max(0.0, low - room), 3), round(min(1.0, high + room), 3)
