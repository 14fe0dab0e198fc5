"""Two runs side by side: what changed, how sure that is, and the questions that changed with both answers."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from evals.compare import Comparison, QuestionChange, compare_runs
from evals.history import label
from evals.run import Run, RunHead
from ui.pages_evals_question import draw_answer_text
from ui.render import escape

QUESTIONS_SHOWN = 25
_PIXELS = 340  # of a choice: on a telephone one stands below the other, and neither is cut off


def draw_comparison(heads: tuple[RunHead, ...], load: Callable[[str], Run]) -> None:
    """Draw the choice of two runs and what differs; `load` gives a run by its id."""
    if len(heads) < 2:
        st.info("Two runs are needed to compare; measure once more.", icon=":material/compare_arrows:")
        return
    names = {head.id: f"{label(head)}{' (search)' if head.search_only else ''}" for head in reversed(heads)}
    ids = tuple(names)
    newest = heads[-1]
    before = next((place for place, head in enumerate(heads[-2::-1], start=1) if head.search_only == newest.search_only), 1)
    with st.container(horizontal=True):
        first = st.selectbox("A", ids, index=before, format_func=names.__getitem__, key="evals-a", width=_PIXELS)
        second = st.selectbox("B", ids, index=0, format_func=names.__getitem__, key="evals-b", width=_PIXELS)
    if first == second:
        st.caption("This is the same run twice.")
        return
    comparison = compare_runs(load(first), load(second))
    if comparison.settings:
        st.markdown("Made differently:\n" + "\n".join(f"- {escape(line)}" for line in comparison.settings[:20]))
    if not comparison.metrics:
        st.info("The two runs have no question in common.", icon=":material/info:")
        return
    _draw_figures(comparison)
    for direction in ("worse", "better"):
        _draw_changes(comparison, direction)


def _draw_figures(comparison: Comparison) -> None:
    rows = [
        {
            "figure": change.name, "A": change.before, "B": change.after, "B−A": change.difference, "low": change.low,
            "high": change.high, "p": change.p, "questions": change.questions, "better": change.better, "worse": change.worse,
        }
        for change in comparison.metrics
    ]  # fmt: skip
    numbers = {
        name: st.column_config.NumberColumn(name, format="%+.3f" if name in ("B−A", "low", "high") else "%.3f")
        for name in ("A", "B", "B−A", "low", "high", "p")
    }
    st.dataframe(rows, hide_index=True, column_config=numbers, width="stretch", placeholder="–")
    st.caption(
        "Low and high bound the difference with 95 % confidence (bootstrap over questions); p is the paired permutation test's."
    )


def _draw_changes(comparison: Comparison, direction: str) -> None:
    changed = [change for change in comparison.questions if change.direction == direction]
    shown = [change for change in changed if change.after.item.split == "dev"]
    st.subheader(f"{len(changed)} got {direction}")
    hidden = f" {len(changed) - len(shown)} of the test split are not shown." if len(shown) < len(changed) else ""
    if changed:
        st.caption(f"The largest change first.{hidden}")
    key = f"compared-{comparison.a.id}-{comparison.b.id}-{direction}"
    at_most = st.session_state.get(key, QUESTIONS_SHOWN)
    for change in sorted(shown, key=_size, reverse=True)[:at_most]:
        _draw_change(change)
    if len(shown) > at_most:
        label = f"Show {min(QUESTIONS_SHOWN, len(shown) - at_most)} of {len(shown) - at_most} more"
        st.button(label, key=f"more-{direction}", icon=":material/expand_more:", on_click=_show_more, args=(key, at_most))


def _show_more(key: str, at_most: int) -> None:
    st.session_state[key] = at_most + QUESTIONS_SHOWN


def _size(change: QuestionChange) -> float:
    """How far the figure moved that decided; a whole one where one of the two runs has none."""
    before, after = (outcome.metrics.get(change.name) for outcome in (change.before, change.after))
    return 1.0 if before is None or after is None else abs(after - before)


def _draw_change(change: QuestionChange) -> None:
    item = change.after.item
    values = [outcome.metrics.get(change.name) for outcome in (change.before, change.after)]
    figures = " → ".join("–" if value is None else f"{value:.2f}" for value in values)
    with st.expander(f"{escape(item.question)} ({escape(change.name)} {figures})"):
        left, right = st.columns(2)
        for column, name, outcome in ((left, "A", change.before), (right, "B", change.after)):
            with column:
                st.caption(f"{name}: {escape(outcome.status)}")
                draw_answer_text(outcome)
