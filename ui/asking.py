"""What a click or an Enter does in the chat: ask, ask again, change a question, look at another version, stop."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from assistant.about import about_assistant, asks_about_assistant, invitation
from assistant.message import title_of
from assistant.question import checked
from assistant.wording import only_courtesy
from ingest.errors import RoadmapError
from ui.choices import chosen_mode
from ui.runtime import Runtime
from ui.shared import Key, shared_runtime
from ui.worker import Job

AT_ONCE_SECONDS = 0.25  # a quoted answer is mostly there by then, and is drawn without polling
_PARAMETER = "c"


def show_conversation(conversation_id: str | None) -> None:
    """Make this conversation the one on the page, and the chat the page; None for a new one."""
    st.session_state[Key.TO_CHAT] = True
    _set_conversation(conversation_id)


def _set_conversation(conversation_id: str | None) -> None:
    for key in (Key.VIEWING, Key.EDITING, Key.SHOWN, Key.REPLY):
        st.session_state.pop(key, None)
    if conversation_id is None:
        st.session_state.pop(Key.CONVERSATION, None)
        st.query_params.pop(_PARAMETER, None)
    else:
        st.session_state[Key.CONVERSATION] = conversation_id
        st.query_params[_PARAMETER] = conversation_id


def current_conversation() -> str | None:
    """Id of the conversation on the page."""
    return st.session_state.get(Key.CONVERSATION)


def addressed_conversation(runtime: Runtime) -> str | None:
    """The conversation of the address after a reload, that of the visit after a change of page."""
    asked_for = st.query_params.get(_PARAMETER)
    if asked_for and asked_for != current_conversation():
        if runtime.conversations.exists(asked_for):
            _set_conversation(asked_for)
        else:
            _set_conversation(None)
            st.session_state[Key.NOTICE] = "That conversation is not here any more; this is a new one."
    elif not asked_for and (held := current_conversation()):
        _set_conversation(held)
    return current_conversation()


def ask(question: str, after: str | None = None) -> None:
    """Ask in the conversation on the page, which begins with its first question; a question not taken is put back.

    What asks about the program itself, greets or thanks is answered by it, and is no part of the conversation.
    """
    if reply := _reply(question):
        st.session_state[Key.REPLY] = reply
        st.session_state[Key.TO_CHAT] = True
        return

    def begin(runtime: Runtime) -> Job:
        checked(question)  # before a conversation begins with what cannot be asked
        conversation = current_conversation()
        if conversation is None or not runtime.conversations.exists(conversation):
            conversation = runtime.conversations.start(question)
            show_conversation(conversation)
        st.session_state[Key.TO_CHAT] = True
        named = after == "" and _named_by_question(runtime, conversation)
        job = runtime.worker.ask(conversation, question, mode=chosen_mode(runtime), after=after)
        if named:  # the question it was named after has just got other words
            runtime.conversations.rename(conversation, question)
        return job

    if not _begin(begin):
        number = st.session_state.get(Key.RESTORE, (0, ""))[0]
        st.session_state[Key.RESTORE] = (number + 1, question)


def _reply(question: str) -> str:
    """What the program says to words about itself or to a courtesy; "" for a question, and where there is no index."""
    about = asks_about_assistant(question)
    if not about and not only_courtesy(question):
        return ""
    runtime = shared_runtime()
    try:
        number = 0 if runtime is None else len(runtime.documents())
    except RoadmapError:
        number = 0  # the way of every question leads to the reason
    if runtime is None or not number:
        return ""
    examples = [example.question for example in runtime.examples]
    return about_assistant(number, "The Library page lists the documents.", examples) if about else invitation(examples)


def _named_by_question(runtime: Runtime, conversation_id: str) -> bool:
    """Whether the title is still the first question that is shown, and not a name that somebody gave."""
    conversation = runtime.conversations.conversation(conversation_id)
    first = next(iter(runtime.conversations.messages(conversation_id)), None)
    return conversation is not None and first is not None and conversation.title == title_of(first.content)


def ask_offered(question: str) -> None:
    """As `ask`, for a button in a fragment: without the rerun only the fragment would be drawn, and not the answer."""
    ask(question)
    st.rerun()


def ask_again(answer_id: str) -> None:
    """Answer the same question anew; the answer that is there stays as a version."""
    _begin(lambda runtime: runtime.worker.ask_again(answer_id, mode=chosen_mode(runtime)))


def edit(message_id: str | None) -> None:
    """Open a question for changing; None closes it again."""
    st.session_state[Key.EDITING] = message_id


def show_version(message_id: str) -> None:
    """Show another version of a question or an answer, with what followed it."""
    runtime = shared_runtime()
    if runtime is None:
        return
    try:
        runtime.conversations.show(message_id)
    except RoadmapError as exc:
        st.session_state[Key.NOTICE] = str(exc)


def _begin(begin: Callable[[Runtime], Job]) -> bool:
    runtime = shared_runtime()
    if runtime is None:
        return False
    st.session_state.pop(Key.REPLY, None)
    try:
        job = begin(runtime)
    except RoadmapError as exc:
        st.session_state[Key.NOTICE] = str(exc)
        return False
    if runtime.readiness == "ready" and chosen_mode(runtime) != "write":
        job.wait(AT_ONCE_SECONDS)
    return True
