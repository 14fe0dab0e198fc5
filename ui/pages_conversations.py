"""The conversations page: all of them, found by words, renamed, deleted, exported and imported."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from assistant.message import Conversation
from assistant.transcript import export_conversations, import_conversations
from ingest.errors import RoadmapError
from ui.asking import show_conversation
from ui.conversation_menu import draw_title, file_name, remove
from ui.render import counted, escape, sentence
from ui.runtime import Runtime
from ui.shared import Key, shared_runtime

LISTED = 25  # conversations on a page
IMPORTED_MB = 25
_BROUGHT = "brought"  # whether the last file could be brought back, and what is said of it


def page() -> None:
    """Draw the page."""
    runtime = shared_runtime()
    if runtime is None:
        return
    st.title("Conversations")
    if notice := st.session_state.pop(Key.NOTICE, ""):
        st.info(sentence(notice), icon=":material/info:")
    try:
        _draw_list(runtime)
    except RoadmapError as exc:
        st.error(sentence(str(exc)), icon=":material/error:")


def _draw_list(runtime: Runtime) -> None:
    count = runtime.conversations.count()
    st.caption(counted(count, "conversation") + (", the one with the newest question first" if count > 1 else ""))
    words = st.text_input(
        "Find a conversation", key="find-conversation", placeholder="Words of a question, an answer or a title"
    )
    pages = max(1, -(-count // LISTED))
    if words.strip():
        shown = runtime.conversations.find(words, LISTED)
    else:
        at = int(st.pagination(pages, key="conversations-page")) if pages > 1 else 1
        shown = runtime.conversations.recent(LISTED, (at - 1) * LISTED)
    for conversation in shown:
        _draw_entry(runtime, conversation)
    if not shown:
        st.markdown("No conversation holds all of these words." if words.strip() else "There is none yet; ask something first.")
    _draw_files(runtime, shown)


def _draw_entry(runtime: Runtime, conversation: Conversation) -> None:
    with st.container(border=True, key=f"entry-{conversation.id}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.button(
                escape(conversation.title) or "Untitled",
                key=f"open-{conversation.id}",
                type="tertiary",
                icon=":material/chat_bubble:",
                on_click=show_conversation,
                args=(conversation.id,),
                wrap=True,
            )
            with st.popover("Change", icon=":material/more_horiz:", type="tertiary", key=f"change-{conversation.id}"):
                _draw_change(runtime, conversation)
        st.caption(_when(conversation.updated) + (f" · {escape(conversation.excerpt)}" if conversation.excerpt else ""))


def _draw_change(runtime: Runtime, conversation: Conversation) -> None:
    with st.form(key=f"rename-{conversation.id}", border=False):
        draw_title(runtime, conversation)
    st.download_button(
        "Download (JSON)",
        lambda: export_conversations(runtime.conversations, [conversation.id]),
        f"{file_name(conversation.title)}.json",
        "application/json",
        key=f"download-{conversation.id}",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
    sure = st.checkbox("Delete it for good", key=f"sure-{conversation.id}")
    st.button(
        "Delete", key=f"delete-{conversation.id}", icon=":material/delete:", disabled=not sure, width="stretch",
        on_click=remove, args=(runtime, conversation.id),
    )  # fmt: skip


def _draw_files(runtime: Runtime, shown: tuple[Conversation, ...]) -> None:
    st.subheader("Keep and bring back")
    if shown:
        st.download_button(
            f"Download {counted(len(shown), 'conversation')} shown above (JSON)",
            lambda: export_conversations(runtime.conversations, [conversation.id for conversation in shown]),
            "conversations.json",
            "application/json",
            key="download-all",
            icon=":material/download:",
            on_click="ignore",
        )
    # What came of the last file: not at the top of a long page, and not below the window either, when the list has grown.
    done, told = st.session_state.pop(_BROUGHT, (False, ""))
    if told:
        (st.success if done else st.error)(sentence(told), icon=":material/check:" if done else ":material/error:")
    key = f"import-{st.session_state.get(Key.IMPORTS, 0)}"
    st.file_uploader(
        "Bring back conversations that were downloaded here (JSON)",
        type="json",
        key=key,
        max_upload_size=IMPORTED_MB,
        on_change=_bring_back,  # not in the drawing: what breaks into that would have them brought back twice
        args=(runtime, key),
    )


def _bring_back(runtime: Runtime, key: str) -> None:
    uploaded = st.session_state.get(key)
    if uploaded is None:
        return
    try:
        ids = import_conversations(runtime.conversations, uploaded.getvalue())
        said = f"{counted(len(ids), 'conversation')} brought back; each stands in the list at the date of its last question."
        st.session_state[_BROUGHT] = True, said
    except RoadmapError as exc:
        st.session_state[_BROUGHT] = False, str(exc)
    # a new key empties the widget, and frees what it held
    st.session_state[Key.IMPORTS] = st.session_state.get(Key.IMPORTS, 0) + 1


def _when(moment: datetime) -> str:
    return escape(f"{moment.astimezone():%d %B %Y, %H:%M}")
