"""What can be done with one message: look at its versions, answer it anew."""

from __future__ import annotations

import streamlit as st

from assistant.message import Message
from ui.asking import ask_again, show_version


def draw_versions(message: Message, noun: str) -> None:
    """Arrows between the versions of a question or an answer, where there are several."""
    if len(message.versions) < 2 or message.id not in message.versions:
        return
    at = message.versions.index(message.id)
    _arrow(message, at - 1, "Earlier", noun, ":material/chevron_left:")
    st.caption(f"{at + 1} of {len(message.versions)}", width="content")
    _arrow(message, at + 1, "Later", noun, ":material/chevron_right:")


def draw_actions(message: Message) -> None:
    """The buttons below an answer that has ended."""
    st.button(
        "Answer anew",
        key=f"again-{message.id}",
        icon=":material/refresh:",
        type="tertiary",
        help="Answer the question once more, with the documents as they are now; this answer stays as a version",
        on_click=ask_again,
        args=(message.id,),
    )
    draw_versions(message, "answer")  # behind it: nothing else comes to lie under the pointer that has pressed it


def _arrow(message: Message, to: int, label: str, noun: str, icon: str) -> None:
    there = 0 <= to < len(message.versions)
    st.button(
        label,
        key=f"{label.lower()}-{message.id}",
        help=f"{label} version of the {noun}, with what followed it",
        icon=icon,
        type="tertiary",
        disabled=not there,
        on_click=show_version,
        args=(message.versions[to if there else 0],),
    )
