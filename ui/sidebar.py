"""The sidebar of every page: conversations, documents with their state, rebuilding, and the models."""

from __future__ import annotations

import streamlit as st

from index.library import IndexStatus
from ingest.errors import RoadmapError
from ui.pages_chat import current_conversation, show_conversation
from ui.rebuild import RebuildView
from ui.render import counted, escape, sentence
from ui.runtime import Runtime
from ui.shared import Key

RECENT = 8
LISTED = 30  # documents; the library page has the rest
_MODES = {"auto": "Auto", "quote": "Quoted", "write": "Written"}
_CHANGES = {"added": "new", "changed": "changed", "removed": "deleted"}


def draw_sidebar(runtime: Runtime) -> None:
    """Draw it."""
    with st.sidebar:
        _draw_conversations(runtime)
        try:
            _draw_documents(runtime.status())
        except RoadmapError as exc:
            st.warning(sentence(str(exc)), icon=":material/warning:")
        running = runtime.rebuild.view().state == "running"
        st.fragment(_draw_rebuild, run_every=0.5 if running else None)(runtime, running)
        _draw_mode(runtime)
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
    with st.container(key="conversations", gap="xxsmall"):
        for conversation in recent:
            title = conversation.title if len(conversation.title) <= 38 else conversation.title[:37].rstrip() + "…"
            shown = escape(title) or "Untitled"
            st.button(
                f"**{shown}**" if conversation.id == current_conversation() else shown,
                key=f"conversation-{conversation.id}",
                type="tertiary",
                icon=":material/chat_bubble:",
                help=escape(conversation.title) if title != conversation.title else None,
                on_click=show_conversation,
                args=(conversation.id,),
            )


def _draw_documents(status: IndexStatus) -> None:
    st.divider()
    count = len(status.documents)
    with st.expander(f"{counted(count, 'document')}, {counted(status.passages, 'passage')}", icon=":material/description:"):
        for document in status.documents[:LISTED]:
            st.markdown(f"{escape(document.title)}  \n:small[:gray[{counted(document.passages, 'passage')}]]")
        if count > LISTED:
            st.caption(f"and {count - LISTED} more, on the Library page")
    if status.refused:
        with st.expander(f"{len(status.refused)} refused", icon=":material/block:"):
            for entry in status.refused:
                st.markdown(f"**{escape(entry.document_id)}**  \n:small[{escape(entry.reason)}]")
    if status.warning:
        st.warning(sentence(status.warning), icon=":material/warning:")
    if status.stale:
        counts = {word: sum(change == kind for _, change in status.stale) for kind, word in _CHANGES.items()}
        told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
        st.info(f"{told} since the index was built", icon=":material/sync_problem:")
    else:
        st.caption(":material/check: Up to date with the documents")


def _draw_rebuild(runtime: Runtime, running: bool) -> None:
    view = runtime.rebuild.view()
    if view.state == "running":
        st.progress(view.share, text=f"{_stage(view)} You can go on asking.")
        return
    if running:
        runtime.load()  # open the new generation, and find questions to start from in it
        st.rerun()  # the documents above have changed
    if st.button("Update the index", key="rebuild", icon=":material/sync:", width="stretch"):
        runtime.rebuild.start()
        st.rerun()
    if view.state == "failed":
        st.error(sentence(view.error), icon=":material/error:")
    elif view.state == "done" and view.report is not None:
        st.caption(_result(view))


def _draw_mode(runtime: Runtime) -> None:
    st.segmented_control(
        "Answers are",
        tuple(_MODES),
        format_func=lambda mode: _MODES[mode],
        default=runtime.settings.mode,
        required=True,
        key=Key.MODE,
        persist_state="session",
        help="Quoted: the documents' own words. Written: a model puts them together, and what it cannot back is left out. "
        "Auto: quoted, until a model is measured to write better.",
    )


def _draw_models(runtime: Runtime) -> None:
    if runtime.readiness == "failed":
        st.error(sentence(runtime.problem), icon=":material/error:")
    elif runtime.readiness == "loading":
        st.caption(":material/hourglass_top: The models are being loaded")
    else:
        st.caption(f":material/memory: {escape(runtime.models)}")
    st.caption(":material/lock: Nothing you ask leaves this machine" if runtime.private else _served(runtime))


def _served(runtime: Runtime) -> str:
    return f":material/cloud: Questions and passages go to {escape(runtime.settings.generator.server)} when the model writes"


def _stage(view: RebuildView) -> str:
    return {
        "read": f"Reading documents ({view.done} of {view.total}).",
        "embed": f"Embedding passages ({view.done} of {view.total}).",
        "write": "Writing the index.",
        "publish": "Checking what was written.",
    }.get(view.stage, "Starting.")


def _result(view: RebuildView) -> str:
    assert view.report is not None
    actions = [entry["action"] for entry in view.report["documents"]]
    if not view.report["published"]:
        return f"Nothing had changed ({view.seconds:.0f} s)."
    counts = ", ".join(
        f"{actions.count(action)} {action}" for action in ("added", "changed", "removed", "refused") if action in actions
    )
    return escape(f"Done in {view.seconds:.0f} s: {counts or 'built anew'}.")
