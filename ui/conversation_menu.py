"""The conversation on the page: its title, and a menu to rename, export and delete it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from assistant.message import TITLE_CHARACTERS, Conversation, Message
from assistant.transcript import conversation_markdown, export_conversations
from ingest.errors import RoadmapError
from ui.asking import show_conversation
from ui.render import escape
from ui.runtime import Runtime
from ui.shared import Key


def draw_conversation_menu(runtime: Runtime, conversation_id: str, messages: Sequence[Message]) -> None:
    """Draw both, above the conversation."""
    conversation = runtime.conversations.conversation(conversation_id)
    if conversation is None:
        return
    with st.container(key="conversation-head", horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{escape(conversation.title) or 'Untitled'}**", width="content")
        with st.popover("Conversation", icon=":material/more_horiz:", type="tertiary", key="conversation-menu"):
            with st.form(key=f"rename-{conversation_id}", border=False):
                draw_title(runtime, conversation)
            name = file_name(conversation.title)
            st.download_button(
                "Download to read (Markdown)",
                lambda: conversation_markdown(conversation.title, messages),
                f"{name}.md",
                "text/markdown",
                key="download-markdown",
                icon=":material/description:",
                on_click="ignore",
                width="stretch",
            )
            st.download_button(
                "Download to keep (JSON)",
                lambda: export_conversations(runtime.conversations, [conversation_id]),
                f"{name}.json",
                "application/json",
                key="download-json",
                icon=":material/data_object:",
                on_click="ignore",
                width="stretch",
            )
            sure = st.checkbox("Delete it for good", key=f"sure-{conversation_id}")
            st.button(
                "Delete", key="delete-conversation", icon=":material/delete:", disabled=not sure, width="stretch",
                on_click=remove, args=(runtime, conversation_id),
            )  # fmt: skip


def draw_title(runtime: Runtime, conversation: Conversation) -> None:
    """The title of a conversation, to be changed; within a form."""
    key = f"title-{conversation.id}"
    drawn = f"{key}-drawn"
    if key not in st.session_state or st.session_state.get(drawn) != conversation.title:  # it may change behind the field
        st.session_state[key] = st.session_state[drawn] = conversation.title
    st.text_input("Title", max_chars=TITLE_CHARACTERS, key=key)
    st.form_submit_button(
        "Rename",
        key=f"renamed-{conversation.id}",
        icon=":material/edit:",
        on_click=_rename,
        args=(runtime, conversation, key),
    )


def _rename(runtime: Runtime, conversation: Conversation, key: str) -> None:
    title = st.session_state.get(key, "")
    if not title.strip():
        st.session_state[key] = conversation.title
        st.session_state[Key.NOTICE] = "The conversation keeps its title: type another one to rename it."
        return
    try:
        runtime.conversations.rename(conversation.id, title)
    except RoadmapError as exc:
        st.session_state[Key.NOTICE] = str(exc)


def remove(runtime: Runtime, conversation_id: str) -> None:
    """Delete a conversation, or say why not; the page then shows a new one if it was on it."""
    try:
        runtime.conversations.remove(conversation_id)
    except RoadmapError as exc:
        st.session_state[Key.NOTICE] = str(exc)
        return
    if st.session_state.get(Key.CONVERSATION) == conversation_id:
        show_conversation(None)


def file_name(title: str) -> str:
    """A name that every file system takes.

    >>> file_name("What, first? <b>/../x")
    'What-first-b-x'
    """
    return re.sub(r"[^\w]+", "-", title).strip("-")[:60] or "conversation"
