"""One step of a roadmap beside the map: its mark, what it builds on, its note, its resources, and questions to ask about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import streamlit as st

from assistant.progress import StepState
from assistant.question import MAX_CHARACTERS
from assistant.roadmap import Resource, Roadmap, Step, plain
from ingest.document import Document
from ingest.errors import RoadmapError
from ui.asking import ask, show_conversation
from ui.render import blocks_markdown, escape, host, inline, original_url, sentence
from ui.roadmap_map import facts
from ui.runtime import Runtime
from ui.source_viewer import draw_pieces

HEADINGS_ASKED = 3
_LINKED = re.compile(r"[\[\]]|(?:https?|mailto):\S*")  # what would end the label of a link, or be a link itself
_STATES = {"": "Not begun", "doing": "Doing", "done": "Done"}


def draw_step(runtime: Runtime, roadmap: Roadmap, step: Step, state: StepState | None, choose: Callable[[str], None]) -> None:
    """Draw it; `choose` opens another step."""
    _draw_facts(roadmap, step)
    _draw_mark(runtime, step, state)
    document = runtime.document(step.document_id)
    learn, note, ask_tab = st.tabs(["Overview", "Note", "Ask about this"])
    with learn:
        _draw_overview(roadmap, step, choose)
    with note:
        _draw_note(step, document)
    with ask_tab:
        _draw_questions(roadmap, step, document)


def questions(roadmap: Roadmap, step: Step, document: Document | None) -> tuple[str, ...]:
    """What can be asked about a step; its own headings make questions that its own text answers."""
    if document is None:
        return ()
    if (step.start, step.end) != (0, len(document.text)):
        return (_of_section(step.title, document.title),)
    if " " in step.title:  # "Setting up a working environment" or "Trees and ensembles": no name that a sentence can take in
        asked = [f"What is “{step.title}” about, and why do I need it?", f"What should I know about “{step.title}”?"]
    else:
        asked = [f"What is {step.title}, and why do I need it?", f"How do I learn {step.title}?"]
    for section in document.sections:
        heading = section.heading_path[-1].strip() if section.heading_path else ""
        if heading and plain(heading) != plain(step.title):
            asked.append(heading if heading.endswith("?") else f"What do the documents say about “{heading.rstrip(':. ')}”?")
        if len(asked) == 2 + HEADINGS_ASKED:
            break
    return tuple(question for question in asked if len(question) <= MAX_CHARACTERS)


def _of_section(heading: str, title: str) -> str:
    if heading.endswith("?"):
        return f"{heading.rstrip('?')}, according to “{title}”?"
    return f"What does “{title}” say about “{heading}”?"


def _draw_facts(roadmap: Roadmap, step: Step) -> None:
    phase = next(phase for phase in roadmap.phases if step in phase.steps)
    st.caption(escape(" · ".join(part for part in (phase.title, facts(step)) if part)))


def _draw_mark(runtime: Runtime, step: Step, state: StepState | None) -> None:
    chosen = st.segmented_control(
        "How far are you with it?",
        list(_STATES),
        format_func=lambda name: _STATES[name],
        default=state or "",
        required=True,
        key=f"mark-{step.id}",
    )
    wanted: StepState | None = "doing" if chosen == "doing" else "done" if chosen == "done" else None
    if wanted == state:
        return
    try:
        runtime.progress().mark(step, wanted)
    except RoadmapError as exc:
        st.error(sentence(str(exc)), icon=":material/error:")
        return
    st.rerun()  # the map behind shows it too


def _draw_overview(roadmap: Roadmap, step: Step, choose: Callable[[str], None]) -> None:
    if step.skills:
        st.markdown("**Skills**")
        st.markdown("\n".join(f"- {escape(skill)}" for skill in step.skills))
    before = [other for need in step.prerequisites if (other := roadmap.step(need)) is not None]
    _draw_steps("Before this", before, choose)
    _draw_steps("After this", roadmap.followers(step.id), choose)
    if step.resources:
        st.markdown("**Resources**")
        st.markdown("\n".join(f"- {_resource(resource)}" for resource in step.resources))
    if not (step.skills or before or roadmap.followers(step.id) or step.resources):
        st.caption("The documents say nothing more about this step; its text is under “Note”.")


def _resource(resource: Resource) -> str:
    """One line of Markdown: the title as a link, then its host, kind and price."""
    free = {True: "free", False: "not free", None: ""}[resource.free]
    told = " · ".join(part for part in (resource.kind, free) if part)
    shown = inline(f"[{_LINKED.sub(' ', resource.title)}]({resource.url})") if resource.url else escape(resource.title)
    return f"{shown} :small[{escape(told)}]" if told else shown


def _draw_steps(label: str, steps: Sequence[Step], choose: Callable[[str], None]) -> None:
    if not steps:
        return
    st.markdown(f"**{label}**")
    with st.container(horizontal=True, gap="small"):
        for step in steps:
            key = f"{label[:5].casefold()}-{step.id}"
            if st.button(escape(step.title), key=key, wrap=True, on_click=choose, args=(step.id,)):
                st.rerun()  # the page behind opens it


def _draw_note(step: Step, document: Document | None) -> None:
    if document is None:
        st.warning("Its document is not in the library any more.", icon=":material/info:")
        return
    if url := original_url(document):
        st.link_button(f"Open the original at {escape(host(url))}", url, icon=":material/open_in_new:")
    draw_pieces(blocks_markdown(document, step.start, step.end))
    st.caption(escape(document.id))


def _draw_questions(roadmap: Roadmap, step: Step, document: Document | None) -> None:
    st.caption("A question opens a new conversation.")
    for number, question in enumerate(questions(roadmap, step, document)):
        if st.button(
            escape(question), key=f"ask-{step.id}-{number}", icon=":material/forum:", on_click=_ask, args=(question,),
            width="stretch", wrap=True,
        ):  # fmt: skip
            st.rerun()
    with st.form(f"ask-own-{step.id}", border=False):
        own = f"own-{step.id}"
        st.text_input("Your own question", value=f"{step.title}: ", max_chars=MAX_CHARACTERS, key=own)
        if st.form_submit_button("Ask", key=f"send-{step.id}", icon=":material/arrow_upward:", on_click=_ask_own, args=(own,)):
            st.rerun()


def _ask_own(key: str) -> None:
    if question := st.session_state.get(key, "").strip():
        _ask(question)


def _ask(question: str) -> None:
    show_conversation(None)
    ask(question)
