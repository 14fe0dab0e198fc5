"""The chat page: the conversation so far, the answer being written, and the place to ask.

Everything shown comes from the conversation store or from a running job, so a reload, a click or another tab loses nothing.
"""

from __future__ import annotations

import streamlit as st

from assistant.conversations import Message
from assistant.question import MAX_CHARACTERS
from ingest.errors import RoadmapError
from ui.answer_view import draw_answer
from ui.attention import lead_attention
from ui.examples import Example
from ui.render import escape, sentence
from ui.runtime import Runtime
from ui.shared import Key, shared_runtime
from ui.source_viewer import open_source
from ui.worker import Job, JobView

POLL_SECONDS = 0.3  # often enough to read along, seldom enough to leave the cores to the model
AT_ONCE_SECONDS = 0.25  # a quoted answer is mostly there by then, and is drawn without polling
_QUESTION = "question"
_PARAMETER = "c"


def page() -> None:
    """Draw the page."""
    runtime = shared_runtime()
    if runtime is None:
        return
    conversation = _conversation(runtime)
    messages = runtime.conversations.messages(conversation) if conversation else ()
    if not messages:
        _draw_greeting(runtime)
    for message in messages:
        _draw_message(runtime, message)
    if notice := st.session_state.pop(Key.NOTICE, ""):
        st.warning(sentence(notice), icon=":material/info:")
    st.chat_input("Ask about the documents", key=_QUESTION, max_chars=MAX_CHARACTERS, on_submit=_submitted)
    greeted = "" if messages else f"greeting {runtime.readiness} {runtime.examples_ready}"
    lead_attention(conversation or "new", answer=st.session_state.get(Key.AT_ONCE, ""), top=greeted)
    _open_viewed(runtime, messages)


def show_conversation(conversation_id: str | None) -> None:
    """Make this conversation the one on the page; None for a new one."""
    st.session_state.pop(Key.VIEWING, None)
    st.session_state[Key.TO_CHAT] = True
    if conversation_id is None:
        st.session_state.pop(Key.CONVERSATION, None)
        st.query_params.pop(_PARAMETER, None)
    else:
        st.session_state[Key.CONVERSATION] = conversation_id
        st.query_params[_PARAMETER] = conversation_id


def current_conversation() -> str | None:
    """Id of the conversation on the page."""
    return st.session_state.get(Key.CONVERSATION)


def ask(question: str) -> None:
    """Ask in the conversation on the page, which begins with its first question."""
    runtime = shared_runtime()
    if runtime is None:
        return
    try:
        conversation = current_conversation()
        if conversation is None or not runtime.conversations.exists(conversation):
            conversation = runtime.conversations.start(question)
            show_conversation(conversation)
        job = runtime.worker.ask(conversation, question, mode=st.session_state.get(Key.MODE) or runtime.settings.mode)
    except RoadmapError as exc:
        st.session_state[Key.NOTICE] = str(exc)
        return
    if runtime.readiness == "ready" and job.wait(AT_ONCE_SECONDS):
        st.session_state[Key.AT_ONCE] = job.answer_id


def _submitted() -> None:
    question = st.session_state.get(_QUESTION)
    if question and question.strip():
        ask(question)


def _conversation(runtime: Runtime) -> str | None:
    """The conversation of the address after a reload, that of the visit after a change of page."""
    asked_for = st.query_params.get(_PARAMETER)
    if asked_for and asked_for != current_conversation():
        if runtime.conversations.exists(asked_for):
            show_conversation(asked_for)
        else:
            show_conversation(None)
            st.session_state[Key.NOTICE] = "That conversation is not here any more; this is a new one."
    elif not asked_for and (held := current_conversation()):
        show_conversation(held)
    return current_conversation()


def _draw_message(runtime: Runtime, message: Message) -> None:
    if message.role == "user":
        with st.chat_message("user", avatar=":material/person:"):
            st.markdown(escape(message.content))
        return
    if message.state == "running":
        job = runtime.worker.job(message.id)
        if job is not None:
            st.fragment(_draw_running, run_every=POLL_SECONDS)(runtime, job)
            return
        message = runtime.conversations.message(message.id) or message  # it has ended since the page was begun
    with st.chat_message("assistant", avatar=":material/route:"):
        if message.answer is not None:
            draw_answer(message.id, message.answer, message.state, message.error, ask)
        elif message.error:
            st.error(sentence(message.error), icon=":material/error:")
        else:
            st.caption("Stopped before anything was written.")


def _draw_running(runtime: Runtime, job: Job) -> None:
    """Draw an answer as far as it has come; once it has ended, the page draws it from the store."""
    view = job.view()
    if view.state != "running":
        st.rerun()
    with st.chat_message("assistant", avatar=":material/route:"):
        draw_answer(job.answer_id, view.answer, "running", view.error, ask)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f":shimmer[{_doing(runtime, job, view)}…]", width="content")
            st.button("Stop", key=f"stop-{job.answer_id}", icon=":material/stop_circle:", on_click=job.cancel)


def _doing(runtime: Runtime, job: Job, view: JobView) -> str:
    if job.cancelled():
        return "Stopping after this sentence"
    if view.answer.sentences:
        return "Writing"
    if view.answer.hits:
        return "Reading what was found"
    if runtime.readiness == "loading":
        return "Loading the models"
    return "Waiting for its turn" if view.waiting and view.seconds > 2 else "Looking through the documents"


def _draw_greeting(runtime: Runtime) -> None:
    st.title("What would you like to know?")
    st.markdown(
        "Ask about the roadmap documents. Every sentence of an answer shows the words it rests on, "
        "and what the documents do not cover is said plainly."
    )
    waiting = runtime.readiness == "loading" or (runtime.readiness == "ready" and not runtime.examples_ready)
    st.fragment(_draw_examples, run_every=0.5 if waiting else None)(runtime, waiting)


def _draw_examples(runtime: Runtime, waiting: bool) -> None:
    if runtime.readiness == "failed":
        st.error(sentence(runtime.problem), icon=":material/error:")
        st.button("Try again", key="reload-models", icon=":material/refresh:", on_click=runtime.load)
        return
    if runtime.readiness == "loading" or not runtime.examples_ready:
        st.caption(":shimmer[Opening the library…] You can ask already.")
        return
    if waiting:
        st.rerun()
    goals: dict[str, list[Example]] = {}
    for example in runtime.examples:
        goals.setdefault(example.goal, []).append(example)
    for number, (goal, group) in enumerate(goals.items()):
        if number % 2 == 0:
            columns = st.columns(2, gap="medium")
        with columns[number % 2]:
            st.caption(f"**{escape(goal)}**")
            for place, example in enumerate(group):
                st.button(
                    escape(example.question),
                    key=f"example-{number}-{place}",
                    on_click=ask,
                    args=(example.question,),
                    width="stretch",
                    wrap=True,
                )


def _open_viewed(runtime: Runtime, messages: tuple[Message, ...]) -> None:
    viewing = st.session_state.get(Key.VIEWING)
    if viewing is None:
        return
    answer_id, marker = viewing
    for message in messages:
        if message.id == answer_id and message.answer is not None:
            for citation in message.answer.citations:
                if citation.marker == marker:
                    open_source(runtime, citation)
                    return
    st.session_state.pop(Key.VIEWING, None)
