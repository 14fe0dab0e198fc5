"""The questions of a run, one at a time: what was searched for, retrieved and why, what was cited, and what was missed."""

from __future__ import annotations

import streamlit as st

from evals.history import Context, contexts_of, dev_outcomes, missed_points
from evals.run import Outcome, Run
from evals.working import works
from ui.render import answer_pieces, escape, inline
from ui.source_viewer import draw_pieces

_STATES = {"": "All", "fails": "Fails", "works": "Works"}


def draw_questions(run: Run) -> None:
    """Draw the filters, the choice and the chosen question."""
    kinds = ("", *sorted({outcome.item.kind for outcome in run.outcomes if outcome.item.split == "dev"}))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = st.segmented_control(
            "State", tuple(_STATES), format_func=lambda name: _STATES[name], default="", required=True, key="evals-state"
        )
        kind = st.selectbox("Kind", kinds, format_func=lambda name: name or "all kinds", key="evals-kind", width=220)
        text = st.text_input("Contains", key="evals-text", width=260)
    found = dev_outcomes(run.outcomes, kind=kind or "", state=state or "", text=text)
    hidden = sum(outcome.item.split == "test" for outcome in run.outcomes)
    st.caption(f"{len(found)} questions" + (f"; {hidden} of the test split count in the totals only" if hidden else ""))
    if not found:
        return
    by_id = {outcome.item.id: outcome for outcome in found}
    chosen = st.selectbox("Question", tuple(by_id), format_func=lambda name: _title(by_id[name]), key="evals-question")
    _draw_outcome(by_id.get(chosen, found[0]))


def draw_answer_text(outcome: Outcome) -> None:
    """What was answered, or why nothing was."""
    said = outcome.error or str(outcome.record.get("answer") or "")
    if not said:
        ranks = ", ".join(str(rank or "none") for rank in outcome.ranking.quotes)
        st.caption(f"A search only; evidence at rank {ranks}." if ranks else "A search only.")
        return
    with st.container(border=True):
        draw_pieces(answer_pieces(said))


def _title(outcome: Outcome) -> str:
    return f"{'✓' if works(outcome) else '✗'} {outcome.item.question}"


def _draw_outcome(outcome: Outcome) -> None:
    item = outcome.item
    st.subheader(escape(item.question))
    state = ":green-badge[works]" if works(outcome) else ":red-badge[fails]"
    st.markdown(f"{state} {escape(item.kind)} · {escape(item.id)} · {escape(outcome.status)} · {outcome.seconds:.2f} s")
    for turn in item.history:
        st.caption(f"{turn.role}: {escape(turn.content)}")
    searched = str(outcome.record.get("standalone_question") or item.question)
    if searched != item.question:
        st.caption(f"Searched for: {escape(searched)}")
    draw_answer_text(outcome)
    missed = missed_points(outcome)
    if missed:
        st.markdown("**Missed**\n\n" + "\n".join(f"- {escape(line)}" for line in missed))
    _draw_expected(outcome)
    contexts = contexts_of(outcome)
    if contexts:
        st.markdown("**Retrieved**")
        st.caption("Words of the evidence are set off. A passage's score is made of likeness of meaning and shared words.")
    for context in contexts:
        _draw_context(context)


def _draw_expected(outcome: Outcome) -> None:
    item = outcome.item
    if not item.answerable:
        st.caption("The documents do not cover it: a refusal is right.")
        return
    with st.expander("What a right answer rests on and says"):
        if item.reference:
            st.markdown(escape(item.reference))
        for group in item.must:
            st.markdown(f"- has to say {escape(' or '.join(f'“{string}”' for string in group))}")
        for string in item.must_not:
            st.markdown(f"- must not say {escape(f'“{string}”')}")
        cited = outcome.cited or (None,) * len(item.evidence)
        for evidence, rank, shown in zip(item.evidence, outcome.ranking.quotes, cited, strict=True):
            found = f"found at rank {rank}" if rank else "missed by the search"
            found += "" if shown is None else ", cited" if shown else ", not cited"
            st.markdown(f"> {escape(evidence.quote)}")
            st.caption(f"{escape(evidence.document_id)}: {found}")


def _draw_context(context: Context) -> None:
    signs = " · ".join(sign for sign, given in ((":green[evidence]", context.covers), (":blue[cited]", context.cited)) if given)
    with st.container(border=True):
        where = " › ".join(context.section)
        st.caption(f"**{context.rank}** · {escape(context.document)} · {escape(where)}" + (f" · {signs}" if signs else ""))
        text = context.text
        marks, at = context.marks, 0
        for line in text.split("\n"):
            inside = [(max(s - at, 0), min(e - at, len(line))) for s, e in marks if s < at + len(line) and e > at]
            if line.strip():
                st.markdown(inline(line, inside))
            at += len(line) + 1
        parts = f"score {context.score:.3f}: meaning {context.dense:.3f}, words {context.lexical:.3f}"
        best = "" if context.rerank is None else f", best evidence in it {context.rerank:.3f}"
        st.caption(parts + best)
