"""The roadmap page: what the documents teach as a map or a list, by phase, with what was done and what comes next."""

from __future__ import annotations

import streamlit as st

from assistant.progress import Mark, Marks, StepState
from assistant.roadmap import Roadmap, Step
from ingest.errors import RoadmapError
from ui.page_style import apply_style
from ui.render import counted, escape, sentence
from ui.roadmap_map import draw_map, facts, look
from ui.runtime import Runtime
from ui.shared import shared_runtime
from ui.step_view import draw_step

NEXT = 4  # steps offered to go on with
_MAP, _STEP = "m", "s"  # parameters of the address
_LABELS = {
    "done": ":material/check_circle:",
    "doing": ":material/contrast:",
    "ready": ":material/play_circle:",
    "open": ":material/circle:",
}
_SAID = {"done": "done", "doing": "doing", "ready": "ready to start", "open": "not begun"}


def page() -> None:
    """Draw the page."""
    runtime = shared_runtime()
    if runtime is None:
        return
    apply_style()
    st.title("Roadmap")
    try:
        maps = runtime.roadmaps()
        if not maps:
            st.info(
                "No roadmap can be drawn from these documents: they have neither headings nor a phase in their front matter.",
                icon=":material/info:",
            )
            return
        marks = _marks(runtime, maps)
        roadmap = _choose_map(maps)
        _draw_summary(roadmap, marks)
        _draw_next(roadmap, marks)
        _draw_roadmap(roadmap, marks)
        _draw_lost(runtime, marks)
        _draw_details(runtime, roadmap, marks)
    except RoadmapError as exc:
        st.error(sentence(str(exc)), icon=":material/error:")


def _marks(runtime: Runtime, maps: tuple[Roadmap, ...]) -> Marks:
    try:
        return runtime.progress().marks(step for roadmap in maps for step in roadmap.steps)
    except RoadmapError as exc:
        st.warning(sentence(str(exc)), icon=":material/warning:")
        return Marks({})


def _choose_map(maps: tuple[Roadmap, ...]) -> Roadmap:
    """The map of the address, or the one chosen on the page."""
    by_id = {roadmap.id: roadmap for roadmap in maps}
    addressed = st.query_params.get(_MAP, "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(maps) > 1:
            chosen = st.selectbox(
                "Roadmap",
                list(by_id),
                index=list(by_id).index(addressed) if addressed in by_id else 0,
                format_func=lambda key: f"{by_id[key].title} ({counted(len(by_id[key].steps), 'step')})",
                key="roadmap-map",
                on_change=_close,
            )
        else:
            chosen = maps[0].id
        st.segmented_control(
            "Show as", ["Map", "List"], default="Map", required=True, key="roadmap-view", persist_state="session"
        )
    if chosen != maps[0].id or addressed:
        st.query_params[_MAP] = chosen
    return by_id[chosen]


def _draw_summary(roadmap: Roadmap, marks: Marks) -> None:
    states = [marks.states.get(step.id) for step in roadmap.steps]
    done, doing = states.count("done"), states.count("doing")
    told = f"{done} of {counted(len(states), 'step')} done" + (f", {doing} being done" if doing else "")
    st.progress(done / len(states), text=told)


def _draw_next(roadmap: Roadmap, marks: Marks) -> None:
    """Steps to go on with: those being done, then those whose prerequisites are done; on an untouched map the first ones."""
    looks = {step.id: look(step, marks.states, roadmap.connected) for step in roadmap.steps}
    going_on = [step for step in roadmap.steps if looks[step.id] == "doing"]
    ready = [
        step for step in roadmap.steps if looks[step.id] == "ready" or (not roadmap.connected and looks[step.id] == "open")
    ]
    offered = (going_on + ready)[:NEXT]
    if not offered:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Go on with**" if marks.states else "**Begin with**", width="content")
        for step in offered:
            st.button(
                escape(step.title),
                key=f"next-{step.id}",
                icon=_LABELS[looks[step.id]],
                help=_SAID[looks[step.id]].capitalize(),
                on_click=_open,
                args=(step.id,),
                wrap=True,
            )


def _draw_roadmap(roadmap: Roadmap, marks: Marks) -> None:
    opened = st.query_params.get(_STEP, "")
    if st.session_state.get("roadmap-view") == "List":
        for phase in roadmap.phases:
            st.subheader(escape(phase.title))
            for step in phase.steps:
                _draw_line(step, look(step, marks.states, roadmap.connected))
        return
    draw_map(f"map-{roadmap.id}", roadmap, marks.states, opened, _open)


def _draw_line(step: Step, state: str) -> None:
    details = " · ".join(part for part in (facts(step), _SAID[state]) if part)
    st.button(
        f"{escape(step.title)}  \n:small[{escape(details)}]" if details else escape(step.title),
        key=f"step-{step.id}",
        icon=_LABELS[state],
        on_click=_open,
        args=(step.id,),
        type="tertiary",
        wrap=True,
    )


def _draw_lost(runtime: Runtime, marks: Marks) -> None:
    if not marks.lost:
        return
    with st.expander(f"{counted(len(marks.lost), 'marked step')} no longer in the documents"):
        st.caption("The marks are kept and come back with the text.")
        for mark in marks.lost:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{escape(mark.title)} :small[({_SAID[mark.state]})]", width="stretch")
                st.button("Forget", key=f"forget-{mark.step_id}", on_click=_forget, args=(runtime, mark))


def _forget(runtime: Runtime, mark: Mark) -> None:
    runtime.progress().forget(mark.step_id)


def _draw_details(runtime: Runtime, roadmap: Roadmap, marks: Marks) -> None:
    asked = st.query_params.get(_STEP, "")
    if not asked:
        return
    step = roadmap.step(asked)
    if step is None:
        st.toast("That step is not on this roadmap any more.", icon=":material/info:")
        _close()
        return
    state: StepState | None = marks.states.get(step.id)
    dialog = st.dialog(escape(step.title), width="medium", position="right", icon=":material/flag:", on_dismiss=_close)
    dialog(draw_step)(runtime, roadmap, step, state, _open)


def _open(step_id: str) -> None:
    st.query_params[_STEP] = step_id


def _close() -> None:
    st.query_params.pop(_STEP, None)
