"""Draws one answer: its status, its sentences with their markers, and a button for every citation."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from assistant.answer import Answer, Citation
from assistant.conversations import State
from ui.render import escape, how_made, sentence, sources, views
from ui.shared import Key

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


def draw_answer(answer_id: str, answer: Answer, state: State, error: str, ask: Callable[[str], None]) -> None:
    """Draw an answer, finished or still being written; `ask` is called with a suggestion that was clicked."""
    if state != "running" and (answer.sentences or answer.status == "not_covered") and not error:
        _draw_status(answer, state)
    if answer.standalone_question != answer.question:
        st.caption(f"Understood as: {escape(answer.standalone_question)}")
    several = views(answer.sentences)
    for view in several:
        if view.attribution:
            with st.container(border=True):
                st.markdown(f"**{escape(view.attribution)}**")
                st.markdown(view.markdown)
        else:
            st.markdown(view.markdown)
    if answer.status == "not_covered" and not error and state != "running":
        _draw_refusal(answer_id, answer, ask)
    if answer.missing:
        st.caption("Not covered by the documents: " + escape("; ".join(answer.missing)) + ".")
    if answer.citations:
        _draw_citations(answer_id, answer)
    if error:
        st.error(sentence(error), icon=":material/error:")
    if state == "stopped":
        st.caption("Stopped before the end; what had been written is kept.")


def _draw_status(answer: Answer, state: State) -> None:
    label, icon, colour = _BADGES[answer.status]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if state == "done":
            st.badge(label, icon=icon, color=colour, help=_MEANINGS[answer.status])  # type: ignore[arg-type]
        facts = []
        if answer.status != "not_covered":
            facts.append(how_made(answer))
        if "total" in answer.seconds:
            facts.append(f"{answer.seconds['total']:.2f} s")
        st.caption(escape(" · ".join(facts)), width="content")


def _draw_refusal(answer_id: str, answer: Answer, ask: Callable[[str], None]) -> None:
    st.markdown("The documents do not cover this.")
    if not answer.suggestions:
        return
    st.caption("They do answer:")
    with st.container(horizontal=True, gap="small"):
        for number, suggestion in enumerate(answer.suggestions):
            key = f"suggestion-{answer_id}-{number}"
            st.button(escape(suggestion), key=key, on_click=ask, args=(suggestion,), wrap=True)


def _draw_citations(answer_id: str, answer: Answer) -> None:
    with st.container(key=f"sources-{answer_id}", gap="xsmall"):
        st.caption("Sources: open a number to see the quoted words in their place")
        for source in sources(answer):
            st.markdown(f":small[**{escape(source.title)}**]")
            for place, citations in source.places:
                with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=len(citations) > 4):
                    for citation in citations:
                        _draw_citation(answer_id, citation)
                    st.caption(escape(place))


def _draw_citation(answer_id: str, citation: Citation) -> None:
    quote = citation.quote if len(citation.quote) <= 300 else citation.quote[:299] + "…"
    clicked = st.button(
        str(citation.marker),
        key=f"cite-{answer_id}-{citation.marker}",
        help="“" + escape(quote) + "”",
        on_click=_view,
        args=(answer_id, citation.marker),
    )
    if clicked:
        st.rerun()  # also from the fragment of a running answer: the page opens the source


def _view(answer_id: str, marker: int) -> None:
    st.session_state[Key.VIEWING] = (answer_id, marker)
