"""What was chosen in the sidebar: kept in the page's address, so that a reload, a bookmark and a change of page keep it."""

from __future__ import annotations

import streamlit as st

from assistant.answer import Mode
from ui.runtime import Runtime
from ui.shared import Key

MODES: dict[Mode, str] = {"auto": "Auto", "quote": "Quoted", "write": "Written"}


def restore_choices(runtime: Runtime) -> None:
    """Take over what the address says in the first run of a visit; before anything is drawn."""
    if Key.MODE in st.session_state:
        return
    named = st.query_params.get(Key.MODE)
    st.session_state[Key.MODE] = next((mode for mode in MODES if mode == named), runtime.settings.mode)
    st.session_state.setdefault(Key.XRAY, st.query_params.get(Key.XRAY) == "on")
    if runtime.settings.mode != "write":  # else it is loaded from the start
        _mode_chosen(runtime)


def draw_choices(runtime: Runtime) -> None:
    """Draw how answers are made, and whether it is shown how they are found."""
    st.segmented_control(
        "Answers are",
        tuple(MODES),
        format_func=lambda mode: MODES[mode],
        required=True,
        key=Key.MODE,
        persist_state="session",
        on_change=_mode_chosen,
        args=(runtime,),
        help="Quoted: the documents' own words. Written: a model puts them together, and what it cannot back is left out. "
        "Auto: quoted, until a model is measured to write better.",
    )
    st.toggle(
        "X-ray: show how answers are found",
        key=Key.XRAY,
        persist_state="session",
        help="Below each answer: the passages that were looked at, their scores, what was left out and why, and the times",
    )
    mode: Mode = st.session_state[Key.MODE]
    _address(Key.MODE, "" if mode == runtime.settings.mode else mode)
    _address(Key.XRAY, "on" if st.session_state[Key.XRAY] else "")


def chosen_mode(runtime: Runtime) -> Mode:
    """How answers are to be made in this visit."""
    return st.session_state.get(Key.MODE) or runtime.settings.mode


def _address(name: str, value: str) -> None:
    """Say it in the address of the page, which a change of page has emptied; "" for what is usual."""
    if value != st.query_params.get(name, ""):
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def _mode_chosen(runtime: Runtime) -> None:
    if st.session_state[Key.MODE] == "write":
        runtime.prepare_writing()
