"""The settings page: whether everything is there, how answers are made, appearance, where data lies, and erasing it."""

from __future__ import annotations

import streamlit as st

from ingest.errors import RoadmapError
from ui.appearance import draw_appearance
from ui.catalogue import bytes_text
from ui.checkup import checkup, paths, size_of
from ui.erasing import PARTS, WORD, Part, erase
from ui.page_style import apply_style
from ui.render import escape, sentence
from ui.runtime import Runtime
from ui.settings_form import draw_choices
from ui.shared import shared_runtime

_ICONS = {
    "ok": ":green[:material/check_circle:]",
    "warning": ":orange[:material/warning:]",
    "problem": ":red[:material/error:]",
}
_WORDS = {"ok": "fine", "warning": "look at this", "problem": "missing"}


def page() -> None:
    """Draw the page."""
    runtime = shared_runtime()
    if runtime is None:
        return
    apply_style()
    st.title("Settings")
    _draw_checkup(runtime)
    st.header("Answers")
    draw_choices(runtime)
    st.header("Appearance")
    draw_appearance()
    st.caption("Kept by this browser, for this browser.")
    st.header("Where data lies")
    _draw_paths(runtime)
    if runtime.settings.manage:
        st.header("Erase")
        _draw_erase(runtime)


def _draw_checkup(runtime: Runtime) -> None:
    findings = checkup(runtime.settings)
    missing = [finding for finding in findings if finding.state != "ok"]
    st.header("Is everything there?")
    named = any(finding.state == "problem" and finding.name in ("Model", "Index") for finding in missing)
    if runtime.problem and not named:  # else it is the same, or comes of it
        st.error(sentence(runtime.problem), icon=":material/error:")
    if not missing:
        st.markdown(":green[:material/check_circle:] Yes: models, index, folders, disk and address are as they should be.")
    for finding in missing:
        _draw_finding(finding.state, finding.name, finding.told)
    with st.expander(f"All {len(findings)} checks"):
        for finding in findings:
            _draw_finding(finding.state, finding.name, finding.told)
    st.button("Check again", key="check-again", icon=":material/refresh:", on_click=_check_again, args=(runtime,))


def _check_again(runtime: Runtime) -> None:
    runtime.look_again()
    if runtime.readiness == "failed":  # what it lacked may be there now
        runtime.load()


def _draw_finding(state: str, name: str, told: str) -> None:
    st.markdown(f"{_ICONS[state]} **{escape(name)}** ({_WORDS[state]}): {sentence(told)}")


def _draw_paths(runtime: Runtime) -> None:
    st.caption(
        "Everything stays on this machine." if runtime.private else "Everything but what the model server is asked stays here."
    )
    if runtime.settings.database.get_secret_value():
        st.markdown("Conversations, ratings and progress are in the database that the setting `database` names.")
    for name, path in paths(runtime.settings):
        size = size_of(path)
        told = bytes_text(size) if size is not None else "nothing there yet"
        st.markdown(f"**{escape(name)}** ({told})  \n:small[{escape(str(path))}]")


def _draw_erase(runtime: Runtime) -> None:
    if told := st.session_state.get("erase-told", ""):
        st.success(escape(told), icon=":material/check:")
    if runtime.rebuild.view().state != "running":  # else the page is drawn anew when that ends, and says it once more
        st.session_state.pop("erase-told", None)
    if problem := st.session_state.pop("erase-problem", ""):
        st.error(sentence(problem), icon=":material/error:")
    st.markdown("This cannot be undone. Documents that were not uploaded here, and the models, are never touched.")
    with st.form("erase", border=True, clear_on_submit=True):
        for part, label in PARTS.items():
            st.checkbox(label, value=True, key=f"erase-{part}")
        st.text_input(f"Type {WORD} to confirm", key="erase-word", autocomplete="off")
        st.form_submit_button("Erase", key="erase-now", icon=":material/delete_forever:", on_click=_erase, args=(runtime,))


def _erase(runtime: Runtime) -> None:
    parts: list[Part] = [part for part in PARTS if st.session_state.get(f"erase-{part}")]
    if str(st.session_state.get("erase-word", "")).strip().casefold() != WORD:
        st.session_state["erase-problem"] = f"Nothing was erased: type {WORD} into the field first."
    elif not parts:
        st.session_state["erase-problem"] = "Nothing was erased: nothing was chosen."
    else:
        try:
            st.session_state["erase-told"] = erase(runtime, parts)
        except RoadmapError as exc:
            st.session_state["erase-problem"] = str(exc)
