"""The sidebar of every page: conversations, how answers are made, and the state of documents and models."""

from __future__ import annotations

import streamlit as st

from index.status import IndexStatus
from ingest.errors import RoadmapError
from ui.asking import current_conversation, show_conversation
from ui.choices import draw_choices
from ui.rebuild_view import POLL_SECONDS, draw_rebuild, unready
from ui.render import counted, escape, sentence
from ui.runtime import Runtime

RECENT = 6
TITLE = 44  # characters of a title that are shown
_CHANGES = {"added": "new", "changed": "changed", "removed": "deleted"}


def draw_sidebar(runtime: Runtime) -> None:
    """Draw it."""
    with st.sidebar:
        _draw_conversations(runtime)
        draw_choices(runtime)
        with st.container(key="state", gap="xsmall"):
            running = runtime.rebuild.view().state == "running"
            # In a place of its own, as every fragment with something behind it: where it runs before the page just drawn has
            # reached the browser, Streamlit drops what the page drew of it, and what stands behind it moves up and is replaced.
            with st.container():
                st.fragment(_draw_rebuild, run_every=POLL_SECONDS if running else None)(runtime, running)
            loading = runtime.readiness == "loading"
            st.fragment(_draw_models, run_every=1.0 if loading else None)(runtime)


def _draw_conversations(runtime: Runtime) -> None:
    st.button(
        "New conversation",
        key="new-conversation",
        icon=":material/add:",
        on_click=show_conversation,
        args=(None,),
        width="stretch",
        shortcut="Alt+N",
    )
    try:
        recent = runtime.conversations.recent(RECENT)
    except RoadmapError as exc:
        st.warning(sentence(str(exc)), icon=":material/warning:")
        return
    with st.container(key="conversations", gap=None):
        for conversation in recent:
            title = conversation.title if len(conversation.title) <= TITLE else conversation.title[: TITLE - 1].rstrip() + "…"
            here = conversation.id == current_conversation()
            st.button(
                escape(title) or "Untitled",
                key=f"conversation-{'here-' if here else ''}{conversation.id}",
                type="tertiary",
                help=escape(conversation.title) if title != conversation.title else None,
                on_click=show_conversation,
                args=(conversation.id,),
                width="stretch",
            )


def _draw_rebuild(runtime: Runtime, running: bool) -> None:
    view = runtime.rebuild.view()
    if (view.state == "running") != running:
        st.rerun()  # what is said of the documents changes, and how often it is looked at
    if running:
        draw_rebuild(runtime)
        return
    try:
        status = runtime.status()
        _draw_documents(status)
    except RoadmapError as exc:
        status = None
        st.warning(sentence(str(exc)), icon=":material/warning:")
    if status is None or status.stale or status.readers_changed or view.state == "failed":
        _draw_update(runtime, "Build the index" if status is None else "Update the index")
    if view.state == "failed":
        draw_rebuild(runtime)


def _draw_update(runtime: Runtime, label: str) -> None:
    st.button(label, key="rebuild", icon=":material/sync:", on_click=_start, args=(runtime,), width="stretch")


def _start(runtime: Runtime) -> None:
    runtime.rebuild.start()


def _draw_documents(status: IndexStatus) -> None:
    if status.warning:
        st.warning(sentence(status.warning), icon=":material/warning:")
    refused = f", {len(status.refused)} refused" if status.refused else ""
    if status.stale:
        counts = {word: sum(change == kind for _, change in status.stale) for kind, word in _CHANGES.items()}
        told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
        st.info(f"{told} since the index was built", icon=":material/sync_problem:")
    elif status.readers_changed:
        st.info("The documents were read by another version of this program", icon=":material/sync_problem:")
    count = counted(len(status.documents), "document")
    fresh = "" if status.stale or status.readers_changed else ", up to date"
    st.caption(f":material/description: {count}{refused}{fresh}")


def _draw_models(runtime: Runtime) -> None:
    if runtime.readiness == "failed" and runtime.problem != unready(runtime):
        st.error(sentence(runtime.problem), icon=":material/error:")
    elif runtime.readiness == "failed":
        st.caption(":material/error: No question can be answered yet")
    elif runtime.readiness == "loading":
        st.caption(":material/hourglass_top: The models are being loaded")
    else:
        st.caption(f":material/memory: {escape(runtime.models)}")
    st.caption(":material/lock: Nothing you ask leaves this machine" if runtime.private else _served(runtime))


def _served(runtime: Runtime) -> str:
    return f":material/cloud: Questions and passages go to {escape(runtime.settings.generator.server)} when the model writes"
