"""How an update of the index is told: a bar with the time that is left while it runs, and what came of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ingest.errors import RoadmapError
from ui.rebuild import RebuildView
from ui.render import counted, escape, sentence
from ui.runtime import Runtime

POLL_SECONDS = 0.5
_TOLD = "rebuild_told"  # number of the last build whose end this visit was told
_MEANWHILE = "Questions are answered from the documents as they were until this is done."


def draw_rebuild(runtime: Runtime, place: str = "sidebar") -> None:
    """Draw the update that runs, with a button to stop it, or how the last one ended. Belongs into a fragment that polls.

    `place` tells apart the places on one page that draw it.
    """
    view = runtime.rebuild.view()
    if view.state == "running":
        st.progress(view.share, text=progress_text(view))
        with st.container(horizontal=True, vertical_alignment="center"):
            first = runtime.readiness == "failed"
            told = "Questions can be answered once this is done." if first else _MEANWHILE
            st.caption(told, width="stretch")
            if runtime.settings.manage:
                st.button("Stop", key=f"stop-rebuild-{place}", icon=":material/stop_circle:", on_click=runtime.rebuild.close)
    elif view.state == "failed":
        st.error(sentence(view.error), icon=":material/error:")
    elif view.state == "stopped":
        st.caption(f":material/info: {sentence(view.error)}")
    elif view.state == "done" and view.report is not None:
        st.caption(f":material/check: {escape(result_text(view))}")


def notice_rebuild(runtime: Runtime) -> None:
    """Tell this visit once that an update has ended, on whatever page it is."""
    view = runtime.rebuild.view()
    if view.state == "done" and runtime.readiness == "failed" and runtime.opened != view.number:
        runtime.opened = view.number  # once: what fails with a new index as well, fails for another reason
        runtime.load()
    if _TOLD not in st.session_state or view.state == "running":
        # what ended before the visit began is no news
        st.session_state[_TOLD] = view.number - 1 if view.state == "running" else view.number
        return
    if st.session_state[_TOLD] == view.number:
        return
    st.session_state[_TOLD] = view.number
    if view.state == "done" and view.report is not None:
        st.toast(escape(result_text(view)), icon=":material/library_add_check:", duration="long")
    elif view.state == "failed":
        st.toast(f"The documents could not be updated. {sentence(view.error)}", icon=":material/error:", duration="long")


def unready(runtime: Runtime) -> str:
    """Why the index cannot be used, in a sentence; "" where it can."""
    try:
        runtime.status()
    except RoadmapError as exc:
        return str(exc)
    return ""


def progress_text(view: RebuildView) -> str:
    """What it is doing and how long that will take; not escaped, and without words of a document."""
    stage = {
        "read": f"Reading documents: {view.done:,} of {view.total:,}.",
        "embed": f"Embedding passages: {view.done:,} of {view.total:,}.",
        "write": "Writing the index.",
        "publish": "Checking what was written.",
    }.get(view.stage, "Starting.")
    left = view.remaining
    return f"{stage} {duration_text(left)} left." if left is not None else stage


def duration_text(seconds: float) -> str:
    """
    >>> duration_text(3), duration_text(42), duration_text(100), duration_text(4000)
    ('A few seconds', 'About 40 seconds', 'About 2 minutes', 'About 1 hour')
    """
    if seconds < 8:
        return "A few seconds"
    if seconds < 55:
        return f"About {round(seconds / 5) * 5} seconds"
    if seconds < 3300:
        return f"About {counted(max(1, round(seconds / 60)), 'minute')}"
    return f"About {counted(max(1, round(seconds / 3600)), 'hour')}"


def result_text(view: RebuildView) -> str:
    """What an update did, not escaped."""
    report: Mapping[str, Any] = view.report or {}
    actions = [entry["action"] for entry in report.get("documents", ())]
    refused = counted(actions.count("refused"), "document") + " refused" if "refused" in actions else ""
    if not report.get("published"):
        return f"Nothing had changed{', ' + refused if refused else ''} ({view.seconds:.0f} s)."
    counts = [f"{actions.count(action)} {action}" for action in ("added", "changed", "removed") if action in actions]
    told = ", ".join([*counts, *([refused] if refused else [])])
    return f"The documents are up to date: {told or 'all read anew'} ({view.seconds:.0f} s)."
