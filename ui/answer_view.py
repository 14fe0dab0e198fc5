"""Draws one answer: its status, its sentences with their numbers, and what can be done with it.

A finished answer and one being written have the same parts in the same places, so nothing jumps when it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from assistant.answer import Answer
from assistant.message import Message, State
from ingest.errors import RoadmapError
from ui.answer_data import answer_data
from ui.components import draw_answer_text
from ui.feedback_view import draw_gap, draw_reason, draw_thumbs
from ui.message_actions import draw_actions
from ui.render import escape, how_made, sentence
from ui.runtime import Runtime
from ui.shared import Key
from ui.worker import Job
from ui.xray_view import draw_xray_of

_BADGES: dict[str, tuple[str, str, str]] = {
    "answered": ("Covered", ":material/check_circle:", "green"),
    "partial": ("Partly covered", ":material/contrast:", "orange"),
    "not_covered": ("Not covered", ":material/do_not_disturb_on:", "gray"),
}
_MEANINGS = {
    "answered": "The documents answer this question.",
    "partial": "The documents answer a part of this question; the rest is named below the answer.",
    "not_covered": "No passage of the documents answers this question, so there is no answer: none is made up.",
}


def draw_answer(runtime: Runtime, message: Message, *, last: bool) -> None:
    """Draw an answer that has ended; `last` is the newest of its conversation."""
    answer = message.answer
    with st.container(key=f"status-{message.id}", horizontal=True, vertical_alignment="center", gap="small"):
        _draw_status(answer, message.state, message.error)
    if answer is not None:
        _draw_words(runtime, message.id, answer, running=False)
        if answer.status == "not_covered" and message.state == "done" and not message.error:
            st.markdown("The documents do not cover this.")
            draw_gap(runtime, message, answer)
        if answer.missing:
            st.markdown(f":material/contrast: **Not covered by the documents:** {escape('; '.join(answer.missing))}.")
    elif not message.error:
        st.markdown("Stopped before anything was written.")
    if message.error:
        st.error(sentence(message.error), icon=":material/error:")
    if answer is not None and answer.notice:
        st.caption(f":material/info: {sentence(answer.notice)}")
    if message.state == "stopped" and answer is not None:
        st.caption("Stopped before the end; what had been written is kept.")
    with st.container(key=f"actions-{message.id}", horizontal=True, vertical_alignment="center", gap="xsmall"):
        draw_actions(message)
        if answer is not None and message.state == "done":
            draw_thumbs(runtime, message, answer)
    if answer is not None:
        draw_reason(message, answer)
    if answer is not None and answer.hits and st.session_state.get(Key.XRAY):
        draw_xray_of(runtime, message.id, answer, opened=last)


def draw_running(runtime: Runtime, answer_id: str, answer: Answer | None, job: Job | None) -> None:
    """Draw an answer as far as it has been written; `job` is None where another process writes it."""
    with st.container(key=f"status-{answer_id}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":shimmer[{_doing(runtime, answer, job)}…]", width="content")
        if job is not None:
            st.button(
                "Stop", key=f"stop-{answer_id}", icon=":material/stop_circle:", type="tertiary", on_click=job.cancel,
                shortcut="Alt+S", disabled=job.cancelled(),
            )  # fmt: skip
    if answer is not None:
        _draw_words(runtime, answer_id, answer, running=True)


def draw_next_questions(message: Message, ask: Callable[[str], None]) -> None:
    """Questions to ask next; each was asked by the program before and is answered."""
    answer = message.answer
    if answer is None or not answer.suggestions or message.state != "done":
        return
    with st.container(key=f"next-{message.id}", gap="xsmall"):
        st.caption("The documents do answer:" if answer.status == "not_covered" else "Ask next:")
        for number, suggestion in enumerate(answer.suggestions):
            st.button(
                escape(suggestion), key=f"suggestion-{message.id}-{number}", icon=":material/arrow_forward:",
                on_click=ask, args=(suggestion,), wrap=True,
            )  # fmt: skip


def _draw_words(runtime: Runtime, answer_id: str, answer: Answer, *, running: bool) -> None:
    """The same parts in the same order in every state."""
    if answer.standalone_question != answer.question:
        st.caption(f"Understood as: {escape(answer.standalone_question)}")
    if not answer.sentences:
        return
    try:
        documents = runtime.documents()
    except RoadmapError:
        documents = {}  # the sidebar says what is wrong with the index; the answer brings its quotes along
    data = answer_data(answer, documents, running=running, corpus=runtime.settings.corpus)
    clicked, heard = st.session_state.get(Key.HEARD, ("", 0))
    draw_answer_text(f"words-{answer_id}", data, heard if clicked == answer_id else 0, partial(_view, answer_id))


def _view(answer_id: str, marker: int, click: float) -> None:
    if st.session_state.get(Key.HEARD) == (answer_id, click):
        return  # it was told twice
    st.session_state[Key.HEARD] = (answer_id, click)
    st.session_state[Key.VIEWING] = (answer_id, marker)
    st.rerun()  # the whole page, which opens the source: the fragment that was clicked may be gone, and would then draw nothing


def _draw_status(answer: Answer | None, state: State, error: str) -> None:
    if error:
        st.badge("Failed", icon=":material/error:", color="red")
    elif state == "stopped" or answer is None:
        st.badge("Stopped", icon=":material/stop_circle:", color="gray")
    else:
        label, icon, colour = _BADGES[answer.status]
        st.badge(label, icon=icon, color=colour, help=_MEANINGS[answer.status])  # type: ignore[arg-type]
    if answer is None:
        return
    facts = [how_made(answer)] if answer.sentences else []
    if "total" in answer.seconds:
        facts.append(f"{answer.seconds['total']:.2f} s")
    if facts:
        st.caption(escape(" · ".join(facts)), width="content")


def _doing(runtime: Runtime, answer: Answer | None, job: Job | None) -> str:
    if job is not None and job.cancelled():
        return "Stopping after this sentence"
    if answer is not None and answer.sentences:
        return "Writing"
    if answer is not None and answer.hits:
        return "Reading what was found"
    if runtime.readiness == "loading":
        return "Loading the models"
    if job is not None and job.view().waiting and job.view().seconds > 1:
        ahead = runtime.worker.ahead(job)
        return f"Waiting for its turn, {ahead} before it" if ahead else "Waiting for its turn"
    return "Looking through the documents"
