"""The one `Runtime` of the server process, and the names under which a visit keeps its state."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum

import streamlit as st

from ingest.errors import RoadmapError
from ui.render import sentence
from ui.runtime import Runtime
from ui.settings import read_settings


class Key(StrEnum):
    """Keys of `st.session_state`."""

    CONVERSATION = "conversation"  # id; also ?c= of the address, so that a reload finds it
    VIEWING = "viewing"  # (answer id, marker) of the citation whose source is open
    HEARD = "heard"  # (answer id, click) of the last citation that was clicked
    MODE = "mode"  # auto, quote or write, as chosen in the sidebar
    XRAY = "xray"  # whether each answer shows how it was found
    XRAYS = "xrays"  # (answer id, generation) -> what was worked out for it
    EDITING = "editing"  # id of the question that is being changed
    SHOWN = "shown"  # how many exchanges of the conversation are drawn
    EXPLAINING = "explaining"  # id of the answer that was rated just now, and may be given a reason
    RATINGS = "ratings"  # answer id -> its stored rating, "" for none
    IMPORTS = "imports"  # how many files of conversations were brought back
    DRAWN = "drawn"  # the chat was drawn in this visit, so that what is typed there is heard of
    RESTORE = "restore"  # (number, words) of a question that could not be asked
    NOTICE = "notice"  # one sentence to show once
    REPLY = "reply"  # what the program says of itself, shown until something else is asked or opened
    TO_CHAT = "to_chat"  # a conversation was chosen on another page
    PAGE = "passages_page"  # 1-based page of a document's passages


@st.cache_resource(show_spinner=False)
def _runtime() -> Runtime:
    return Runtime(read_settings())


def preload() -> None:
    """Open the runtime before the first visit; a reason why it cannot be opened is shown to that visit."""
    with suppress(RoadmapError):
        _runtime()


def shared_runtime() -> Runtime | None:
    """The runtime, opened with the first visit; None after showing why it cannot be."""
    try:
        return _runtime()
    except RoadmapError as exc:
        st.error(sentence(str(exc)), icon=":material/error:")
        return None
