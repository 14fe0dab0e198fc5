"""The parts of the pages that Streamlit has no widget for. Each is a script of ours beside this file, fed with plain values.

The scripts set text and never markup, and are drawn in the page itself, so that the theme and keyboard reach them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


def draw_answer_text(key: str, data: Mapping[str, Any], heard: float, opened: Callable[[int, float], None]) -> None:
    """Draw what `ui.answer_data.answer_data` gave; `opened` gets the number of a citation that is to be opened, and its click.

    It is called before the page is drawn: what a component returns is gone when another rerun breaks into the drawing. And
    Streamlit drops what is told by a fragment that is gone, as that of an answer being written is when the answer ends: `heard`
    is the last click that was heard, and the script tells its own again when it is drawn anew and that is another one.
    """

    def on_opened() -> None:
        told = st.session_state.get(key, {}).get("opened")
        if isinstance(told, Mapping):
            marker, click = told.get("marker"), told.get("click")
            if isinstance(marker, (int, float)) and isinstance(click, (int, float)):
                opened(int(marker), click)

    draw = st.components.v2.component("roadmap_answer", js=beside("answer.js"), isolate_styles=False)
    draw(key=key, data={**data, "heard": heard}, on_opened_change=on_opened)


def draw_xray(key: str, data: Mapping[str, Any]) -> None:
    """Draw what `ui.xray_data.xray_data` gave."""
    draw = st.components.v2.component("roadmap_xray", js=beside("xray.js"), isolate_styles=False)
    draw(key=key, data=dict(data))


def draw_attention(data: Mapping[str, Any]) -> None:
    """Focus, scroll and keep the draft as `attention.js` says."""
    draw = st.components.v2.component("roadmap_attention", js=beside("attention.js"))
    draw(key="attention", data=dict(data))


@cache
def beside(name: str) -> str:
    """A script or a style sheet that lies beside this file."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
