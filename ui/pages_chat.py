"""The chat page: the conversation so far, the answer being written, and the place to ask.

Everything shown comes from the conversation store or from a running job, so a reload, a click or another tab loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from assistant.answer import Answer
from assistant.message import Message
from ui.answer_view import draw_answer, draw_next_questions, draw_running
from ui.asking import addressed_conversation, ask, ask_offered, edit
from ui.attention import lead_attention
from ui.conversation_menu import draw_conversation_menu
from ui.examples import Example
from ui.first_documents import draw_first_documents, lacks_documents
from ui.message_actions import draw_versions
from ui.rebuild_view import progress_text, unready
from ui.render import escape, sentence
from ui.runtime import Runtime
from ui.shared import Key, shared_runtime
from ui.source_viewer import open_source
from ui.worker import Job

POLL_SECONDS = 0.3  # often enough to read along, seldom enough to leave the cores to the model
SHOWN = 12  # exchanges drawn at first; a click draws more
_QUESTION = "question"


def page() -> None:
    """Draw the page."""
    runtime = shared_runtime()
    if runtime is None:
        return
    conversation = addressed_conversation(runtime)
    messages = runtime.conversations.messages(conversation) if conversation else ()
    _lead_attention(runtime, conversation, messages)
    # Each stands in a place of its own, which an empty element takes at once where it is not drawn. Else it stays until the end
    # of the rerun, and a key that is meant for an answer presses an example that is still there.
    if not messages:
        with st.container():
            _draw_greeting(runtime)
        st.empty()
    else:
        st.empty()
        with st.container():
            draw_conversation_menu(runtime, conversation or "", messages)
            _draw_exchanges(runtime, messages)
    with st.bottom:  # a place of its own: there Streamlit does not scroll by itself, and the reader is not carried away
        if notice := st.session_state.pop(Key.NOTICE, ""):
            st.warning(sentence(notice), icon=":material/info:")
        if reply := st.session_state.get(Key.REPLY, ""):
            st.info(sentence(reply), icon=":material/route:")
        placeholder = "Ask a follow-up question" if messages else "Ask about the documents"
        # Without `max_chars`: with it, what is pasted and too long does not appear at all, and nothing says why.
        typed = st.chat_input(placeholder, key=_QUESTION, on_submit=_submitted)
    if typed and Key.DRAWN not in st.session_state:  # into a tab whose visit ended with its server, so nobody was called
        st.session_state[Key.DRAWN] = True
        _submitted()
        st.rerun()
    st.session_state[Key.DRAWN] = True
    _open_viewed(runtime, messages)


def _lead_attention(runtime: Runtime, conversation: str | None, messages: Sequence[Message]) -> None:
    number, words = st.session_state.get(Key.RESTORE, (0, ""))
    lead_attention(
        conversation or "new",
        exchange=next((message.id for message in reversed(messages) if message.role == "user"), ""),
        latest=messages[-1].id if messages else "",
        top="" if messages else f"greeting {runtime.readiness} {runtime.examples_ready}",
        restore=words,
        restored=number,
    )


def _submitted() -> None:
    question = st.session_state.get(_QUESTION)
    if question and question.strip():
        ask(question)


def _draw_exchanges(runtime: Runtime, messages: Sequence[Message]) -> None:
    """The last exchanges, a question with its answer in each; the last one is as high as the window, so that nothing jumps."""
    starts = [number for number, message in enumerate(messages) if message.role == "user"]
    shown = st.session_state.get(Key.SHOWN, SHOWN)
    if len(starts) > shown:
        label = f"Show {min(SHOWN, len(starts) - shown)} earlier questions"
        st.button(label, key="earlier", icon=":material/expand_less:", type="tertiary", on_click=_show_more, args=(shown,))
    drawn = starts[-shown:]
    for start, end in zip(drawn, [*drawn[1:], len(messages)], strict=True):
        last = end == len(messages)
        with st.container(key="latest" if last else f"exchange-{messages[start].id}"):
            for message in messages[start:end]:
                if message.role == "user":
                    _draw_question(message)
                else:
                    _draw_answer(runtime, message, last=last)


def _show_more(shown: int) -> None:
    st.session_state[Key.SHOWN] = shown + SHOWN


def _draw_question(message: Message) -> None:
    if st.session_state.get(Key.EDITING) == message.id:
        _draw_editor(message)
        return
    with st.chat_message("user", avatar=":material/person:"), st.container(key=f"asked-{message.id}", gap="xxsmall"):
        st.markdown(escape(message.content))
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="xxsmall"):
            draw_versions(message, "question")
            st.button(
                "Edit", key=f"edit-{message.id}", icon=":material/edit:", type="tertiary", on_click=edit, args=(message.id,),
                help="Ask it in other words; what is here stays as a version",
            )  # fmt: skip


def _draw_editor(message: Message) -> None:
    with st.form(key=f"editor-{message.id}"):
        key = f"edited-{message.id}"
        st.text_area("Your question in other words", message.content, key=key)
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.form_submit_button("Cancel", key=f"cancel-{message.id}", on_click=edit, args=(None,))
            st.form_submit_button(
                "Ask", key=f"resend-{message.id}", type="primary", icon=":material/arrow_upward:", on_click=_resend,
                args=(message, key),
            )  # fmt: skip


def _resend(message: Message, key: str) -> None:
    edit(None)
    if (changed := st.session_state.get(key, "")).strip():
        ask(changed, after=message.parent)


def _draw_answer(runtime: Runtime, message: Message, *, last: bool) -> None:
    if message.state == "running":
        st.fragment(_poll_answer, run_every=POLL_SECONDS)(runtime, message.id)
        return
    with st.container(), st.chat_message("assistant", avatar=":material/route:"):  # a fragment is in a container as well
        draw_answer(runtime, message, last=last)
    if last:
        looking = runtime.worker.suggesting(message.id)
        st.fragment(_poll_next, run_every=POLL_SECONDS if looking else None)(runtime, message, looking)


def _poll_answer(runtime: Runtime, answer_id: str) -> None:
    """Draw an answer as far as it has come; once it has ended, the page draws it from the store."""
    job = runtime.worker.job(answer_id)
    if job is not None:
        view = job.view()
        if view.state == "running":
            _draw_unfinished(runtime, answer_id, view.answer, job)
            return
    message = runtime.conversations.message(answer_id)
    if job is not None or message is None or message.state != "running":
        st.rerun()
    _draw_unfinished(runtime, answer_id, message.answer, None)  # another process that shares the store is writing it


def _draw_unfinished(runtime: Runtime, answer_id: str, answer: Answer | None, job: Job | None) -> None:
    with st.chat_message("assistant", avatar=":material/route:"):
        draw_running(runtime, answer_id, answer, job)


def _poll_next(runtime: Runtime, message: Message, looking: bool) -> None:
    """Questions to ask next, as soon as they are known to be answered."""
    if looking and runtime.worker.suggesting(message.id):
        return
    if looking:
        st.rerun()
    # What was found after this page had read the conversation stands only in the store.
    draw_next_questions(runtime.conversations.message(message.id) or message, ask_offered)


def _draw_greeting(runtime: Runtime) -> None:
    st.title("What would you like to know?")
    st.markdown(
        "Ask about the roadmap documents. Every sentence of an answer shows the words it rests on, "
        "and what the documents do not cover is said plainly."
    )
    waiting = _waiting(runtime)
    st.fragment(_draw_examples, run_every=0.5 if waiting else None)(runtime, waiting)


def _waiting(runtime: Runtime) -> bool:
    """Whether what is drawn below the greeting will change by itself."""
    if runtime.readiness == "failed":
        return runtime.rebuild.view().state == "running"
    return runtime.readiness == "loading" or not runtime.examples_ready


def _draw_examples(runtime: Runtime, waiting: bool) -> None:
    if _waiting(runtime) != waiting:
        st.rerun()  # the page tells what came of it, and how often it is looked at changes
    if runtime.readiness == "failed" and runtime.rebuild.view().state == "running":
        st.info("The index is being built; questions can be answered once that is done.", icon=":material/hourglass_top:")
        st.caption(progress_text(runtime.rebuild.view()))  # on a telephone the sidebar is closed
        return
    if runtime.readiness == "failed":
        _draw_failed(runtime)
        return
    if runtime.readiness == "loading" or not runtime.examples_ready:
        st.caption(":shimmer[Opening the library…] You can ask already.")
        return
    goals: dict[str, list[Example]] = {}
    for example in runtime.examples:
        goals.setdefault(example.goal, []).append(example)
    with st.container(key="examples", gap="medium"):
        for number, (goal, group) in enumerate(goals.items()):
            if number % 2 == 0:
                columns = st.columns(2, gap="medium")
            with columns[number % 2]:
                st.caption(f"**{escape(goal)}**")
                for place, example in enumerate(group):
                    st.button(
                        escape(example.question),
                        key=f"example-{number}-{place}",
                        on_click=ask_offered,
                        args=(example.question,),
                        width="stretch",
                        wrap=True,
                    )


def _draw_failed(runtime: Runtime) -> None:
    """Why no question can be answered, and the button that may end that; the sidebar, which says it too, may be closed."""
    view = runtime.rebuild.view()
    if not unready(runtime):
        st.error(sentence(runtime.problem), icon=":material/error:")
        st.button("Try again", key="reload-models", icon=":material/refresh:", on_click=runtime.load)
        return
    failed = view.state == "failed"
    if lacks_documents(runtime):
        draw_first_documents(runtime, view.error if failed else "")
        _draw_build("Try again" if failed else "Build the index", runtime)
        return
    told = f"The index could not be built. {view.error}" if failed else runtime.problem
    st.error(sentence(told), icon=":material/error:")
    _draw_build("Try again" if failed else "Build the index", runtime)
    if runtime.settings.manage:
        st.caption("Documents can be added on the Library page.")


def _draw_build(label: str, runtime: Runtime) -> None:
    st.button(label, key="build-first", icon=":material/sync:", type="primary", on_click=_build, args=(runtime,))


def _build(runtime: Runtime) -> None:
    runtime.rebuild.start()


def _open_viewed(runtime: Runtime, messages: Sequence[Message]) -> None:
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
