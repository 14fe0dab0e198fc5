"""Thumbs with a reason below an answer, and "report the gap" below a refusal; stored with all that an evaluation item needs."""

from __future__ import annotations

import streamlit as st

from assistant.answer import Answer
from assistant.feedback import MAX_COMMENT, Rating
from assistant.message import Message
from ingest.errors import RoadmapError
from ui.runtime import Runtime
from ui.shared import Key, shared_runtime

REASONS: dict[str, tuple[str, ...]] = {
    "up": ("Complete", "Well sourced", "Clear"),
    "down": ("Wrong", "Beside the question", "Something is missing", "The source does not say this", "It should have answered"),
}
_THUMBS: tuple[Rating, Rating] = ("down", "up")  # as st.feedback numbers them


def draw_thumbs(runtime: Runtime, message: Message, answer: Answer) -> None:
    """A thumb up and a thumb down. A click is stored at once; `draw_reason` then asks why."""
    given = _given(runtime, message.id)
    st.feedback(
        "thumbs",
        key=_key("thumbs", message.id),
        default=_THUMBS.index(given) if given in _THUMBS else None,
        on_change=_rated,
        args=(message, answer),
    )


def draw_reason(message: Message, answer: Answer) -> None:
    """Reasons to choose from and a place for words, below an answer that was rated just now."""
    if st.session_state.get(Key.EXPLAINING) != message.id:
        return
    rating = _given(None, message.id)
    if rating not in REASONS:
        return
    with st.container(border=True, key=f"why-{message.id}"):
        st.markdown(
            "Noted, thank you. What was good about it?" if rating == "up" else "Noted, thank you. What was wrong with it?"
        )
        st.pills("Reason", REASONS[rating], key=_key("reason", message.id), label_visibility="collapsed")
        st.text_input("In your own words, if you like", key=_key("comment", message.id), max_chars=MAX_COMMENT)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Send", key=_key("send", message.id), type="primary", on_click=_explained, args=(message, answer))
            st.button("No reason", key=_key("close", message.id), type="tertiary", on_click=_explain, args=(None,))
        st.caption("Kept with the question, the answer and its sources, for whoever measures the answers here.")


def draw_gap(runtime: Runtime, message: Message, answer: Answer) -> None:
    """A button that says the documents should cover the question."""
    if _given(runtime, message.id) == "gap":
        st.caption(":material/flag: Reported: whoever keeps the documents can see that this is missing.")
        return
    st.button(
        "Report the gap",
        key=_key("gap", message.id),
        icon=":material/flag:",
        help="Tell whoever keeps the documents that they should cover this",
        on_click=_reported,
        args=(message, answer),
    )


def _rated(message: Message, answer: Answer) -> None:
    thumb = st.session_state.get(_key("thumbs", message.id))
    if thumb is None:
        _withdraw(message.id)
    else:
        _store(message, answer, _THUMBS[thumb])
        _explain(message.id)


def _reported(message: Message, answer: Answer) -> None:
    _store(message, answer, "gap")


def _explained(message: Message, answer: Answer) -> None:
    reason, comment = (st.session_state.get(_key(name, message.id)) or "" for name in ("reason", "comment"))
    if _store(message, answer, _given(None, message.id), reason, comment):  # type: ignore[arg-type]
        st.toast("Kept, thank you.", icon=":material/check:")
    _explain(None)


def _explain(answer_id: str | None) -> None:
    st.session_state[Key.EXPLAINING] = answer_id


def _given(runtime: Runtime | None, answer_id: str) -> str:
    """The rating that is stored for an answer, "" where there is none."""
    ratings: dict[str, str] = st.session_state.setdefault(Key.RATINGS, {})
    if answer_id not in ratings and runtime is not None:
        try:
            found = runtime.feedback().of_answer(answer_id)
        except RoadmapError as exc:
            st.session_state[Key.NOTICE] = str(exc)
            found = None
        ratings[answer_id] = "" if found is None else found.rating
    return ratings.get(answer_id, "")


def _store(message: Message, answer: Answer, rating: Rating, reason: str = "", comment: str = "") -> bool:
    """Keep a rating; whether that went well."""
    runtime = shared_runtime()
    if runtime is None:
        return False
    conversation = st.session_state.get(Key.CONVERSATION, "")
    try:
        question = runtime.conversations.message(message.parent)
        history = runtime.conversations.history(conversation, "" if question is None else question.parent)
        runtime.feedback().add(
            rating, answer, conversation_id=conversation, answer_id=message.id, history=history, reason=reason, comment=comment
        )
    except RoadmapError as exc:
        st.session_state[Key.NOTICE] = str(exc)
        return False
    st.session_state.setdefault(Key.RATINGS, {})[message.id] = rating
    return True


def _withdraw(answer_id: str) -> None:
    runtime = shared_runtime()
    if runtime is None:
        return
    try:
        runtime.feedback().withdraw(answer_id)
    except RoadmapError as exc:
        st.session_state[Key.NOTICE] = str(exc)
        return
    st.session_state.setdefault(Key.RATINGS, {})[answer_id] = ""
    _explain(None)


def _key(part: str, answer_id: str) -> str:
    return f"{part}-{answer_id}"
