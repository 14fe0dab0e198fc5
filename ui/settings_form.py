"""The choices of the settings page: how answers are made, from what they are taken as covered, and which model writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import streamlit as st

from assistant.coverage import THRESHOLD
from assistant.local_model import GENERATOR_ID
from ingest.errors import RoadmapError
from ui.checkup import look_at_models
from ui.choices import MODES
from ui.preferences import KEYS, Value, read_preferences, write_preferences
from ui.render import escape, sentence
from ui.runtime import Runtime
from ui.settings import Settings, read_settings
from ui.shared import Key

Writer = Literal["bundled", "local", "server"]
_WRITERS: dict[Writer, str] = {
    "bundled": f"The bundled model ({GENERATOR_ID.rsplit('/', 1)[-1]})",
    "local": "Another Hugging Face model on this machine",
    "server": "A model server that speaks the OpenAI protocol (Ollama, llama.cpp, vLLM)",
}


def draw_choices(runtime: Runtime) -> None:
    """Draw them; what flags, variables or `roadmap.toml` have set is shown and cannot be changed."""
    settings = runtime.settings
    free = settings.manage
    with st.container(border=True):
        st.segmented_control(
            "Answers are, unless a visitor chooses otherwise",
            list(MODES),
            format_func=lambda name: MODES[name],
            default=settings.mode,
            required=True,
            key="settings-mode",
            disabled=not free or "mode" in settings.fixed,
            help="Quoted: the documents' own words. Written: a model puts them together, and what it cannot back is left out. "
            "Auto: quoted, until a model is measured to write better.",
        )
        _draw_fixed(settings, "mode")
        _draw_threshold(settings)
        _draw_fixed(settings, "threshold")
        _draw_writer(settings)
        if _model_is_fixed(settings):
            st.caption(":material/lock: The model is set by a flag, a variable or roadmap.toml, and is changed there.")
        _draw_verifier(settings)
        if free:
            st.button("Save", key="save-settings", type="primary", on_click=_save, args=(runtime,))
    if told := st.session_state.pop("settings-told", ""):
        st.success(escape(told), icon=":material/check:")
    if warned := st.session_state.pop("settings-warned", ""):
        st.warning(sentence(warned), icon=":material/warning:")
    if problem := st.session_state.pop("settings-problem", ""):
        st.error(sentence(problem), icon=":material/error:")


def _draw_threshold(settings: Settings) -> None:
    fixed = not settings.manage or "threshold" in settings.fixed
    own = st.toggle(
        "Set the threshold of coverage by hand",
        value=settings.threshold is not None,
        key="settings-own-threshold",
        disabled=fixed,
    )
    if not own:
        st.caption(
            f"A question counts as covered from a probability of {THRESHOLD:.2f} on, as measured on the reference questions."
        )
        return
    st.slider(
        "A question counts as covered from this probability on",
        0.0, 1.0, _threshold(settings), 0.01,
        key="settings-threshold",
        disabled=fixed,
        help="Lower: fewer refusals, more answers that miss the question. Higher: the reverse.",
    )  # fmt: skip


def _threshold(settings: Settings) -> float:
    return THRESHOLD if settings.threshold is None else settings.threshold


def _draw_writer(settings: Settings) -> None:
    now = settings.generator
    fixed = not settings.manage or _model_is_fixed(settings)
    held: Writer = "server" if now.server else "local" if now.id else "bundled"
    writer: Writer = st.radio(
        "Written answers come from",
        list(_WRITERS),
        index=list(_WRITERS).index(held),
        format_func=lambda name: _WRITERS[name],
        key="settings-writer",
        disabled=fixed,
    )
    if writer == "local":
        st.text_input("Hugging Face id", now.id, key="settings-id", placeholder="Qwen/Qwen2.5-0.5B-Instruct", disabled=fixed)
        st.text_input("Commit, tag or branch", now.revision, key="settings-revision", placeholder="main", disabled=fixed)
    if writer == "server":
        st.text_input("Address", now.server, key="settings-server", placeholder="http://127.0.0.1:11434/v1", disabled=fixed)
        st.text_input("Name of the model there", now.model, key="settings-model", placeholder="llama3.2", disabled=fixed)
        key = "is set" if now.api_key.get_secret_value() else "is not set; the variable ROADMAP_GENERATOR__API_KEY sets it"
        st.caption(f"Questions and passages go to this server when it writes. An API key {escape(key)}.")


def _draw_verifier(settings: Settings) -> None:
    """Which model judges what was reworded; an empty id is the network that comes with the program."""
    now = settings.verifier
    fixed = [key for key in ("verifier.id", "verifier.revision") if key in settings.fixed]
    locked = not settings.manage or bool(fixed)
    name, branch = st.columns([3, 2], gap="small")
    name.text_input(
        "Written sentences are judged by this Hugging Face model",
        now.id,
        key="settings-verifier",
        placeholder="the small judge that comes with the program",
        disabled=locked,
        help="A cross-encoder trained on natural-language inference, for example cross-encoder/nli-MiniLM2-L6-H768. It decides "
        "whether a reworded sentence says what its quotes say. `roadmap models pull` fetches it.",
    )
    branch.text_input(
        "Its commit, tag or branch", now.revision, key="settings-verifier-revision", placeholder="main", disabled=locked
    )
    for key in fixed[:1]:
        _draw_fixed(settings, key)


def _model_is_fixed(settings: Settings) -> bool:
    return any(key in settings.fixed for key in KEYS if key.startswith("generator."))


def _draw_fixed(settings: Settings, key: str) -> None:
    if key in settings.fixed:
        st.caption(":material/lock: Set by a flag, a variable or roadmap.toml, and changed there.")


def _chosen(settings: Settings) -> tuple[Writer, dict[str, Value]]:
    """What the fields hold at the click: the last words typed came with it, and are not on the page yet."""
    held = st.session_state

    def words(key: str) -> str:
        return str(held.get(key) or "").strip()  # a field that is not on the page holds nothing

    writer: Writer = held["settings-writer"]
    chosen: dict[str, Value] = {"mode": held["settings-mode"] or "auto", "verifier.id": words("settings-verifier")}
    chosen["verifier.revision"] = words("settings-verifier-revision") if chosen["verifier.id"] else ""
    if held["settings-own-threshold"]:
        chosen["threshold"] = float(held.get("settings-threshold", _threshold(settings)))
    if writer == "local":
        chosen |= {"generator.id": words("settings-id"), "generator.revision": words("settings-revision")}
    if writer == "server":
        chosen |= {"generator.server": words("settings-server"), "generator.model": words("settings-model")}
    return writer, chosen


def _save(runtime: Runtime) -> None:
    writer, chosen = _chosen(runtime.settings)
    if problem := _incomplete(chosen, writer):
        st.session_state["settings-problem"] = problem
        return
    settings = runtime.settings
    kept = {key: value for key, value in chosen.items() if key not in settings.fixed and value != ""}
    try:
        before = read_preferences(settings.data)
        write_preferences(settings.data, kept)
        try:
            runtime.change(read_settings({"corpus": settings.corpus, "data": settings.data}))
        except RoadmapError:
            write_preferences(settings.data, before)
            raise
    except RoadmapError as exc:
        st.session_state["settings-problem"] = str(exc)
        return
    st.session_state[Key.MODE] = runtime.settings.mode  # the sidebar of this visit follows
    missing = [finding.told for finding in look_at_models(runtime.settings) if finding.state != "ok"]
    if missing:
        st.session_state["settings-warned"] = f"Saved. {' '.join(missing)}"
    else:
        st.session_state["settings-told"] = "Saved; the next answer is made with it."


def _incomplete(chosen: Mapping[str, Value], writer: Writer) -> str:
    if writer == "local" and not chosen["generator.id"]:
        return "Name the model by its Hugging Face id, or choose the bundled one."
    if writer == "server" and not (chosen["generator.server"] and chosen["generator.model"]):
        return "Give the server's address and the name of the model there, or choose the bundled one."
    if writer == "server" and not re.fullmatch(r"https?://\S+", str(chosen["generator.server"])):
        return "Give an address that starts with http:// or https://, without spaces."
    return ""
