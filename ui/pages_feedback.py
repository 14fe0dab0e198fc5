"""The feedback page: what learners said about answers, and two clicks that make a reference question of it.

The first click opens a report, the second says which passage answers it, or that a refusal is right.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from assistant.answer import answer_text
from assistant.feedback import Feedback
from evals import feedback as loop
from evals.items import Evidence
from index.hit import Hit
from ingest.errors import RoadmapError
from ui.render import answer_pieces, breadcrumb, escape, inline, sentence
from ui.runtime import Runtime
from ui.shared import shared_runtime
from ui.source_viewer import draw_pieces

SHOWN = 30
FOUND_ELSEWHERE = 5  # passages that a search on this page offers
_OPEN = "f"  # parameter of the address: id of the report that is open
_TOLD = "feedback_told"  # (sentence, id of the report it is about) to show once
_RATINGS = {
    "up": (":material/thumb_up:", "green", "Helpful"),
    "down": (":material/thumb_down:", "red", "Not helpful"),
    "gap": (":material/report:", "orange", "Missing"),
}


def page() -> None:
    """Draw the page: one report where the address names one, otherwise all."""
    runtime = shared_runtime()
    if runtime is None:
        return
    st.title("Feedback")
    try:
        _draw_told(runtime)
        chosen = st.query_params.get(_OPEN)
        if chosen:
            _draw_report(runtime, runtime.feedback().get(chosen))
        else:
            _draw_reports(runtime)
    except RoadmapError as exc:
        st.error(sentence(str(exc)), icon=":material/error:")
        st.button("All feedback", key="feedback-all", icon=":material/arrow_back:", on_click=_open, args=(None,))


def _open(feedback_id: str | None) -> None:
    if feedback_id is None:
        st.query_params.pop(_OPEN, None)
    else:
        st.query_params[_OPEN] = feedback_id


def _draw_reports(runtime: Runtime) -> None:
    store = runtime.feedback()
    waiting = store.list("open", limit=SHOWN)
    st.caption(
        "What learners said about answers. Open a report and choose the passage that answers it: from then on every "
        "evaluation asks the question."
    )
    if not waiting:
        st.info("Nothing waits to be looked at.", icon=":material/inbox:")
    for entry in waiting:
        _draw_entry(entry, manage=runtime.settings.manage)
    more = store.count("open") - len(waiting)
    if more > 0:
        st.caption(f"{more} more; they appear as these are worked on.")
    done = [entry for entry in store.list(limit=3 * SHOWN) if entry.state != "open"][:SHOWN]
    if done:
        st.subheader("Worked on")
    for entry in done:
        _draw_done(runtime, entry)


def _draw_entry(entry: Feedback, *, manage: bool) -> None:
    with st.container(border=True):
        st.markdown(f"{_badge(entry)} **{escape(entry.question)}**")
        if said := _said(entry):
            st.markdown(f"“{escape(said)}”")
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption(f"{entry.created:%Y-%m-%d %H:%M} UTC · {escape(entry.answer.status.replace('_', ' '))}")
            if manage:
                st.button(
                    "Look into it", key=f"open-{entry.id}", icon=":material/troubleshoot:", on_click=_open, args=(entry.id,)
                )


def _draw_done(runtime: Runtime, entry: Feedback) -> None:
    with st.container(border=True):
        if entry.state == "dismissed":
            state = ":gray-badge[dismissed]"
        elif entry.fixed_in:
            state = f":green-badge[as it should be since run {escape(entry.fixed_in)}]"
        else:
            state = ":orange-badge[not fixed yet]"
        st.markdown(f"{state} {escape(entry.question)}")
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.caption(escape(f"Question {entry.item_id}" if entry.item_id else entry.note or "Set aside"))
            if runtime.settings.manage:
                st.button(
                    "Reopen", key=f"reopen-{entry.id}", icon=":material/undo:", on_click=_reopen, args=(runtime, entry.id)
                )


def _draw_report(runtime: Runtime, entry: Feedback) -> None:
    st.button("All feedback", key="feedback-all", icon=":material/arrow_back:", on_click=_open, args=(None,))
    st.markdown(f"{_badge(entry)} **{escape(entry.question)}**")
    if said := _said(entry):
        st.markdown(f"“{escape(said)}”")
    if entry.standalone_question != entry.question:
        st.caption(f"Searched for: {escape(entry.standalone_question)}")
    with st.expander("The answer it is about"):
        draw_pieces(answer_pieces(answer_text(entry.answer)))
        model = f" · {escape(entry.answer.model)}" if entry.answer.model else ""
        st.caption(f"generation {entry.answer.generation}{model} · confidence {entry.answer.confidence:.2f}")
    if entry.state != "open":
        _draw_done(runtime, entry)
        return
    if not runtime.settings.manage:
        return
    st.subheader("Which passage answers it?")
    with st.container(horizontal=True):
        st.button(
            "None: not covered", key="not-covered", icon=":material/block:", on_click=_make, args=(runtime, entry.id, None)
        )
        st.button("Dismiss", key="dismiss", icon=":material/delete:", on_click=_dismiss, args=(runtime, entry.id))
    with st.expander("More exactly"):
        st.text_input("Only these words of the passage", key="feedback-words")
        st.text_input("The answer has to say", key="feedback-must")
        st.toggle("It must never break again", key="feedback-never-break")
    for hit in entry.hits:
        _draw_passage(runtime, entry, hit, f"passage-{hit.rank}")
    elsewhere = st.text_input("Look for another passage", key="feedback-search", placeholder="Other words for it")
    if elsewhere.strip():
        _draw_elsewhere(runtime, entry, elsewhere)


def _draw_elsewhere(runtime: Runtime, entry: Feedback, words: str) -> None:
    if runtime.readiness != "ready":
        st.caption("The models are being loaded; try again in a moment.")
        return
    shown = {hit.passage.id for hit in entry.hits}
    _, hits = runtime.assistant().search(words, k=FOUND_ELSEWHERE + len(shown))
    found = [hit for hit in hits if hit.passage.id not in shown][:FOUND_ELSEWHERE]
    if not found:
        st.caption("No other passage was found.")
    for hit in found:
        _draw_passage(runtime, entry, hit, f"elsewhere-{hit.rank}")


def _draw_passage(runtime: Runtime, entry: Feedback, hit: Hit, key: str) -> None:
    passage = hit.passage
    with st.container(border=True):
        where = breadcrumb(passage.heading_path, passage.page)
        st.caption(f"**{hit.rank}** · {escape(passage.document_id)} · {escape(where)}")
        for line in passage.text.split("\n"):
            if line.strip():
                st.markdown(inline(line))
        st.button(
            "This answers it", key=key, icon=":material/check:", on_click=_make, args=(runtime, entry.id, hit), type="primary"
        )


def _make(runtime: Runtime, feedback_id: str, hit: Hit | None) -> None:
    try:
        evidence: tuple[Evidence, ...] = ()
        if hit is not None:
            document = runtime.document(hit.passage.document_id)
            if document is None:
                raise loop.ReportUnusable(f"{hit.passage.document_id} is no longer in the library; choose another passage.")
            evidence = loop.passage_evidence(hit.passage, document, st.session_state.get("feedback-words", ""))
        must = st.session_state.get("feedback-must", "").strip() if hit is not None else ""
        item = loop.make_item(
            runtime.feedback(),
            feedback_id,
            _items(runtime),
            evidence,
            must=[must] if must else [],
            never_break=bool(st.session_state.get("feedback-never-break")),
        )
    except RoadmapError as exc:
        st.session_state[_TOLD] = (str(exc), "")
        return
    st.session_state[_TOLD] = (f"{item.id} is a question now; the next evaluation asks it.", feedback_id)
    _open(None)


def _dismiss(runtime: Runtime, feedback_id: str) -> None:
    _do(lambda: loop.dismiss(runtime.feedback(), feedback_id, _items(runtime)), "The report is set aside.", feedback_id)
    _open(None)


def _reopen(runtime: Runtime, feedback_id: str) -> None:
    _do(lambda: loop.reopen(runtime.feedback(), feedback_id, _items(runtime)), "", "")
    _open(feedback_id)


def _do(action: Callable[[], object], told: str, feedback_id: str) -> None:
    try:
        action()
    except RoadmapError as exc:
        st.session_state[_TOLD] = (str(exc), "")
        return
    if told:
        st.session_state[_TOLD] = (told, feedback_id)


def _draw_told(runtime: Runtime) -> None:
    told, feedback_id = st.session_state.pop(_TOLD, ("", ""))
    if not told:
        return
    if not feedback_id:
        st.warning(sentence(told), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(sentence(told), icon=":material/task_alt:")
        st.button("Undo", key="undo", icon=":material/undo:", on_click=_reopen, args=(runtime, feedback_id))


def _items(runtime: Runtime) -> Path:
    return loop.learner_items(runtime.settings.data)


def _said(entry: Feedback) -> str:
    return ": ".join(part for part in (entry.reason, entry.comment) if part)


def _badge(entry: Feedback) -> str:
    icon, colour, word = _RATINGS[entry.rating]
    return f":{colour}-badge[{icon} {word}]"
