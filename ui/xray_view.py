"""The retrieval X-ray below an answer: for learners of machine learning, the tool is itself a lesson."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant.answer import Answer
from ingest.errors import RoadmapError
from ui.components import draw_xray
from ui.render import sentence
from ui.runtime import Runtime
from ui.shared import Key
from ui.xray_data import xray_data


def draw_xray_of(runtime: Runtime, answer_id: str, answer: Answer, *, opened: bool) -> None:
    """Draw it, opened or not; it is worked out when it is first looked at."""
    label = "How this answer was found"
    with st.expander(label, key=f"xray-{answer_id}", expanded=opened, on_change="rerun") as expander:
        if not expander.open:
            return
        if runtime.readiness != "ready":
            st.caption("The models are being loaded; this needs them.")
            return
        try:
            data = _data(runtime, answer_id, answer)
        except RoadmapError as exc:
            st.warning(sentence(str(exc)), icon=":material/warning:")
            return
        draw_xray(f"xray-table-{answer_id}", data)


def _data(runtime: Runtime, answer_id: str, answer: Answer) -> Mapping[str, Any]:
    """Worked out once for each generation of the index."""
    known: dict[tuple[str, int], Mapping[str, Any]] = st.session_state.setdefault(Key.XRAYS, {})
    at = (answer_id, runtime.library.snapshot().generation)
    if at not in known:
        known[at] = xray_data(answer, runtime.xray(answer))
    return known[at]
