"""The evals page: measure now, how the figures went over time, one run in detail, its questions, and two runs compared.

Questions of the test split count in the totals and are never shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

from evals.gate_files import figure
from evals.history import CHARTED, HEADLINES, figures_of, kinds_of, label
from evals.metrics import METRICS
from evals.run import Run, RunHead
from evals.store import load_run, stored_runs
from ingest.errors import RoadmapError
from ui.evals_chart import draw_charts
from ui.measuring import MeasureView
from ui.pages_evals_compare import draw_comparison
from ui.pages_evals_question import draw_questions
from ui.render import counted, escape, sentence
from ui.runtime import Runtime
from ui.server import environment
from ui.shared import shared_runtime

POLL_SECONDS = 1.0
_VIEWS = ("Over time", "One run", "Questions", "Compare")
_METRIC_PIXELS = 156  # two beside each other on a telephone
_SPLITS = {"all": "All questions", "dev": "Dev only", "test": "Test only"}


def page() -> None:
    """Draw the page."""
    runtime = shared_runtime()
    if runtime is None:
        return
    st.title("Evals")
    st.caption("How well the assistant finds and answers, on questions whose answers are known. No model judges another.")
    try:
        if runtime.settings.manage:
            running = runtime.measuring.view().state == "running"
            first = not any(_folder(runtime).glob("*/run.json"))
            with st.container():  # see `ui.sidebar`
                st.fragment(_draw_measuring, run_every=POLL_SECONDS if running else None)(runtime, running, first)
        heads = stored_runs(_folder(runtime))
        if not heads:
            st.info("Nothing has been measured here yet.", icon=":material/monitoring:")
            return
        view = st.segmented_control(
            "Show", _VIEWS, default=_VIEWS[0], required=True, key="evals-view", label_visibility="collapsed"
        )
        if view == "Over time":
            _draw_history(heads)
        elif view == "Compare":
            draw_comparison(heads, lambda run_id: _run(str(_folder(runtime)), run_id))
        else:
            head = _choose_run(heads)
            if view == "One run":
                _draw_run(heads, head, _run(str(_folder(runtime)), head.id))
            else:
                draw_questions(_run(str(_folder(runtime)), head.id))
    except RoadmapError as exc:
        st.error(sentence(str(exc)), icon=":material/error:")


def _folder(runtime: Runtime) -> Path:
    return runtime.settings.data / "evals"


@st.cache_resource(max_entries=4, show_spinner="Reading the run")
def _run(folder: str, run_id: str) -> Run:
    return load_run(Path(folder), run_id)  # it never changes once it is stored


def _draw_measuring(runtime: Runtime, was_running: bool, first: bool) -> None:
    view = runtime.measuring.view()
    if (view.state == "running") != was_running:
        st.rerun()  # how often it is looked at changes, and the new run belongs to the whole page
    if view.state == "running":
        _draw_running(runtime, view)
        return
    with st.expander("Measure now", expanded=first):
        st.segmented_control(
            "Which questions",
            tuple(_SPLITS),
            format_func=lambda name: _SPLITS[name],
            default="all",
            required=True,
            key="evals-split",
        )
        st.number_input("How many of them (0 for all)", min_value=0, value=0, step=50, key="evals-sample")
        st.toggle("Search only: rank the passages as for an answer, but answer nothing", key="evals-search-only")
        st.toggle("Hold it against the baseline", key="evals-gate")
        st.button("Measure", key="evals-start", icon=":material/play_arrow:", type="primary", on_click=_start, args=(runtime,))
    _draw_ended(view)


def _start(runtime: Runtime) -> None:
    chosen = st.session_state  # as it stands now: what was typed just before the click is not on the page yet
    options = ["--split", chosen["evals-split"] or "all", "--sample", str(int(chosen["evals-sample"]))]
    options += ["--search-only"] * chosen["evals-search-only"] + ["--gate"] * chosen["evals-gate"]
    try:
        runtime.measuring.start(options, environment(runtime.settings))
    except RoadmapError as exc:
        st.toast(sentence(str(exc)), icon=":material/info:")


def _draw_running(runtime: Runtime, view: MeasureView) -> None:
    text = "Loading the models" if not view.total else f"{view.done} of {counted(view.total, 'question')}"
    if view.left is not None:
        text += f", about {_duration(view.left)} left"
    if view.cancelling:
        text = "Cancelling"
    st.progress(view.share, text=text)
    st.button(
        "Cancel", key="evals-cancel", icon=":material/stop_circle:", disabled=view.cancelling, on_click=runtime.measuring.cancel
    )


def _draw_ended(view: MeasureView) -> None:
    if view.state == "failed":
        st.error(sentence(view.error), icon=":material/error:")
    elif view.state == "cancelled":
        st.caption(f"Cancelled after {counted(view.done, 'question')}; nothing was stored.")
    elif view.state == "done" and view.result is not None:
        result = view.result
        st.caption(
            f"Measured {counted(result['questions'], 'question')} in {_duration(view.seconds)}: run {escape(result['id'])}."
        )
        for report in result.get("reports", ()):
            if report["fixed_in"]:
                st.success(
                    f"{escape(report['item'])}: answered as it should be since run {escape(report['fixed_in'])}.",
                    icon=":material/task_alt:",
                )
        gate = result.get("gate")
        if gate is None:
            return
        if gate["passed"]:
            st.success("The gate passed: nothing is worse than the baseline.", icon=":material/verified:")
            return
        failed = [check for check in gate["checks"] if not check["passed"]]
        lines = "\n".join(f"- **{escape(check['name'])}**: {escape(check['message'])}" for check in failed)
        st.error(f"The gate failed.\n\n{lines}", icon=":material/gpp_bad:")


def _draw_history(heads: tuple[RunHead, ...]) -> None:
    shares = [name for name, metric in METRICS.items() if not metric.unit]
    default = [name for name in CHARTED if any(head.summary.get(name) is not None for head in heads)]
    names = st.multiselect("Figures", shares, default=default, key="evals-figures", placeholder="Choose figures")
    draw_charts(heads, names)
    rows: list[dict[str, object]] = [
        {
            "run": label(head),
            "questions": head.counts.get("crashed", 0),
            "kind": "search" if head.search_only else "answers",
            **{name: head.summary.get(name) for name in HEADLINES},
        }
        for head in reversed(heads)
    ]
    _table(rows)


def _choose_run(heads: tuple[RunHead, ...]) -> RunHead:
    newest_first = tuple(reversed(heads))
    names = {head.id: f"{label(head)}{' (search)' if head.search_only else ''}" for head in newest_first}
    chosen = st.selectbox("Run", tuple(names), format_func=lambda run_id: names[run_id], key="evals-run")
    return next((head for head in newest_first if head.id == chosen), newest_first[0])


def _before(heads: tuple[RunHead, ...], head: RunHead) -> RunHead | None:
    """The last run before this one over as many questions with an answer, and without: a gain over others would be none."""

    def asked(run: RunHead) -> tuple[object, ...]:
        return run.search_only, *(run.counts.get(name, 0) for name in ("crashed", "mrr", "refused"))

    earlier = [run for run in heads if (run.created, run.id) < (head.created, head.id) and asked(run) == asked(head)]
    return earlier[-1] if earlier else None


def _draw_run(heads: tuple[RunHead, ...], head: RunHead, run: Run) -> None:
    before = _before(heads, head)
    with st.container(horizontal=True):
        for name in HEADLINES:
            value = head.summary.get(name)
            if value is None:
                continue
            old = before.summary.get(name) if before is not None else None
            colour: Literal["normal", "inverse"] = "normal" if METRICS[name].higher_is_better else "inverse"
            delta = None if old is None else round(value - old, 3)
            st.metric(name, figure(name, value), delta, delta_color=colour, border=True, width=_METRIC_PIXELS)
    if before is not None:
        st.caption(f"Changes since {escape(label(before))}. Whether one is more than chance: Compare.")
    st.subheader("By kind of question")
    _table(kinds_of(run))
    st.subheader("All figures")
    _table(figures_of(head, before))
    with st.expander("Made with"):
        models = ", ".join(head.models.values())
        st.markdown(
            f"Commit {escape(head.commit or 'unknown')}, generation {head.generation}, "
            f"{counted(len(head.documents), 'document')}, {escape(models)}"
        )
        st.json(dict(head.config))


def _table(rows: list[dict[str, object]]) -> None:
    shares = {name for row in rows for name, value in row.items() if isinstance(value, float)}
    config = {name: st.column_config.NumberColumn(name, format="%.3f") for name in shares}
    st.dataframe(rows, hide_index=True, column_config=config, width="stretch", placeholder="–")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
