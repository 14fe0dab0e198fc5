"""The evals page by key: real stored runs of a small corpus, and evaluations that a stand-in command plays."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow
import pytest
import streamlit as st
from evals_fakes import WordAssistant, small_index, small_items
from streamlit.testing.v1 import AppTest
from ui_fakes import ScriptedAssistant, WordLengthEmbedder, write_roadmap
from ui_fragment import click

from evals.evaluate import evaluate
from evals.items import EvalItem, item_json
from evals.run import RunHead
from ui import assembly, pages_evals_compare, shared
from ui.evals_chart import chart
from ui.measuring import Measuring

SCRIPT = "from ui.pages_evals import page\npage()\n"


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The data folder of an index with one document; nothing is measured yet."""
    for name in list(os.environ):
        if name.startswith("ROADMAP_") or name == "GITHUB_STEP_SUMMARY":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    write_roadmap(tmp_path / "corpus")
    monkeypatch.setattr(assembly, "load_embedder", lambda settings: WordLengthEmbedder())
    monkeypatch.setattr(assembly, "embedder_identity", lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest))
    monkeypatch.setattr(assembly, "open_assistant", lambda settings, library, write=True: ScriptedAssistant())
    assembly.build_index(shared.read_settings())
    st.cache_resource.clear()
    yield tmp_path / ".roadmap"
    runtime = shared.shared_runtime()
    if runtime is not None:
        runtime.close()
    st.cache_resource.clear()


def measure(
    data: Path, assistant: WordAssistant | None = None, *, search_only: bool = False, asking: Sequence[EvalItem] = ()
) -> str:
    """Stores a run over the small corpus, of these or of all its questions, and gives its id."""
    items = data / "items.jsonl"
    items.write_text("".join(json.dumps(item_json(item)) + "\n" for item in asking or small_items()), encoding="utf-8")
    asked = assistant or WordAssistant(small_index())
    done = evaluate(
        asked, asked.index, runs=data / "evals", item_files=[items], search_only=search_only, models={"embedder": "words"}
    )
    return done.run.head.id


def opened(view: str = "") -> AppTest:
    page = AppTest.from_string(SCRIPT, default_timeout=30).run()
    assert not page.exception
    if view:
        page.segmented_control(key="evals-view").set_value(view).run()
        assert not page.exception
    return page


def text_of(page: AppTest) -> str:
    elements = [
        *page.title,
        *page.subheader,
        *page.markdown,
        *page.caption,
        *page.error,
        *page.warning,
        *page.info,
        *page.success,
    ]
    return "\n".join(str(element.value) for element in elements).replace("\\", "").replace("\u2060", "")


def played(script: str) -> Measuring:
    """Makes the page's evaluations run this script instead."""
    runtime = shared.shared_runtime()
    assert runtime is not None
    runtime.measuring = Measuring([sys.executable, "-c", script])
    return runtime.measuring


def ended(measuring: Measuring) -> None:
    deadline = time.monotonic() + 30
    while measuring.view().state == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_before_the_first_run_the_page_says_so_and_can_measure() -> None:
    page = opened()
    assert "Nothing has been measured here yet." in text_of(page)
    assert page.button(key="evals-start")


def test_the_history_has_a_point_a_run_and_the_figures_that_are_chosen(data: Path) -> None:
    measure(data)
    assert "once two runs" in text_of(opened())
    measure(data, WordAssistant(small_index(), threshold=0.86))
    page = opened()
    assert page.multiselect(key="evals-figures").value == ["strict_accuracy", "refused", "mrr"]
    table = page.dataframe[0].value
    assert len(table) == 2
    charts = [element.proto for element in page.get("vega_lite_chart")]
    specifications = [json.loads(drawn.spec)["encoding"] for drawn in charts]
    assert [encoding["tooltip"][1]["title"] for encoding in specifications] == ["strict_accuracy", "refused", "mrr"]
    for drawn, encoding in zip(charts, specifications, strict=True):
        values = pyarrow.ipc.open_stream(drawn.data.data).read_all()["value"].to_pylist()
        assert values == list(reversed(table[encoding["tooltip"][1]["title"]].tolist()))
        low, high = encoding["y"]["scale"]["domain"]
        assert low <= min(values) <= max(values) <= high
    assert table["strict_accuracy"].iloc[0] < table["strict_accuracy"].iloc[1]  # the newest run comes first
    page.multiselect(key="evals-figures").set_value([]).run()
    assert not page.exception


def test_runs_over_other_questions_are_points_of_another_line() -> None:
    counts = {"a": 692, "b": 185, "c": 692}
    heads = [
        RunHead(
            name, f"2026-01-0{day}T10:00:00+00:00", False, "", 1, "", {}, {}, {}, {"mrr": 0.5 + day / 10}, {"mrr": counts[name]}
        )
        for day, name in enumerate(counts, start=1)
    ]
    drawn = chart(heads, "mrr")
    assert [(row["value"], row["questions"]) for row in drawn["data"]["values"]] == [(0.6, 692), (0.7, 185), (0.8, 692)]
    assert drawn["encoding"]["detail"]["field"] == "questions"
    assert drawn["encoding"]["opacity"]["condition"]["test"]["equal"] == 692


def test_one_run_shows_its_figures_with_changes_and_a_row_a_kind(data: Path) -> None:
    measure(data)
    measure(data, search_only=True)
    newest = measure(data, WordAssistant(small_index(), threshold=0.86))
    page = opened("One run")
    assert page.selectbox(key="evals-run").value == newest
    deltas = {metric.label: metric.delta for metric in page.metric}
    assert float(deltas["strict_accuracy"]) < 0  # since the last run with answers, not since the search
    kinds, figures = page.dataframe[0].value, page.dataframe[1].value
    assert list(kinds["kind"]) == ["fact", "unanswerable"]
    assert list(kinds["questions"]) == [48, 24]
    assert "change" in figures.columns


def test_a_run_over_other_questions_is_nothing_to_gain_on(data: Path) -> None:
    measure(data, WordAssistant(small_index(), threshold=0.86))
    first = opened("One run")
    measure(data, asking=small_items()[:12])
    page = opened("One run")
    assert not any(metric.delta for metric in page.metric)
    assert "Changes since" not in text_of(page) and "Changes since" not in text_of(first)
    assert "change" not in page.dataframe[1].value.columns


def test_a_question_shows_what_was_retrieved_cited_and_missed(data: Path) -> None:
    measure(data, WordAssistant(small_index(), threshold=0.86))
    page = opened("Questions")
    page.segmented_control(key="evals-state").set_value("fails").run()
    text = text_of(page)
    assert "It was refused, though the documents answer it." in text
    assert ":red-badge[fails]" in text
    assert ":yellow-background[" in text  # the words of the evidence in the passage that was found
    assert "score 0." in text
    page.segmented_control(key="evals-state").set_value("works").run()
    page.selectbox(key="evals-kind").set_value("fact").run()
    text = text_of(page)
    assert ":green[evidence]" in text and ":blue[cited]" in text
    assert "found at rank 1, cited" in text


def test_questions_of_the_test_split_are_never_shown(data: Path) -> None:
    measure(data, WordAssistant(small_index(), threshold=0.86))
    measure(data)
    hidden = [item for item in small_items() if item.split == "test"]
    for view in ("Over time", "One run", "Questions", "Compare"):
        page = opened(view)
        shown = json.dumps([str(element) for element in page.main], default=str)
        assert not [item.id for item in hidden if item.question in shown or f'{item.id}"' in shown]
    assert "24 of the test split count in the totals only" in text_of(opened("Questions"))


def test_a_question_is_found_by_its_words(data: Path) -> None:
    measure(data)
    page = opened("Questions")
    page.text_input(key="evals-text").set_value("CALCULUS  certificate").run()
    wanted = [item for item in small_items() if "calculus certificate" in item.question and item.split == "dev"]
    assert wanted and page.selectbox(key="evals-question").value == wanted[0].id
    page.text_input(key="evals-text").set_value("no such words").run()
    assert "0 questions" in text_of(page)


def test_two_runs_are_compared_with_both_answers(data: Path) -> None:
    measure(data)
    assert "Two runs are needed" in text_of(opened("Compare"))
    measure(data, WordAssistant(small_index(), threshold=0.86))
    page = opened("Compare")
    text = text_of(page)
    assert "config.threshold: 0.5 -> 0.86" in text
    assert "got worse" in text and "0 got better" in text
    assert "The documents do not cover this." in text
    rows = page.dataframe[0].value.set_index("figure")
    assert rows.loc["answered", "B−A"] < 0 and rows.loc["answered", "p"] < 0.05
    page.selectbox(key="evals-b").set_value(page.selectbox(key="evals-a").value).run()
    assert "the same run twice" in text_of(page)


def test_questions_that_changed_come_with_the_largest_change_first_and_all_can_be_seen(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_evals_compare, "QUESTIONS_SHOWN", 2)
    monkeypatch.setattr(pages_evals_compare, "label", lambda head: head.id)  # two runs of one second have the same name
    measure(data)
    measure(data, WordAssistant(small_index(), threshold=0.86))
    page = opened("Compare")
    total = int(re.search(r"Show 2 of (\d+) more", page.button(key="more-worse").label)[1]) + 2  # type: ignore[index]
    while any(button.key == "more-worse" for button in page.button):
        page.button(key="more-worse").click().run()
    labels = [expander.label.replace("\\", "") for expander in page.expander if "→" in expander.label]
    assert len(labels) == total > 4
    moves = [re.search(r" ([\d.–]+) → ([\d.–]+)\)$", label).groups() for label in labels]  # type: ignore[union-attr]
    sizes = [1.0 if "–" in move else abs(float(move[1]) - float(move[0])) for move in moves]
    assert sizes == sorted(sizes, reverse=True)


def test_a_damaged_run_is_a_sentence(data: Path) -> None:
    run = measure(data)
    (data / "evals" / run / "run.json").write_text("{")
    assert "cannot be read" in text_of(opened())


def test_measuring_shows_progress_can_be_cancelled_and_survives_a_reload() -> None:
    measuring = played(
        "import json, sys, time\nprint(json.dumps({'done': 12, 'total': 40}), file=sys.stderr, flush=True)\ntime.sleep(60)\n"
    )
    page = opened()
    page.segmented_control(key="evals-split").set_value("dev").run()
    page.toggle(key="evals-search-only").set_value(True).run()
    click(page, "evals-start")
    assert page.title, "the page was drawn, which looks at how far it is from now on"
    assert page.button(key="evals-cancel")
    deadline = time.monotonic() + 20
    while not measuring.view().total:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    again = opened()  # another visit, or the same after a reload
    assert again.button(key="evals-cancel")
    assert not [button for button in again.button if button.key == "evals-start"]
    again.button(key="evals-cancel").click().run()
    ended(measuring)
    assert measuring.view().state == "cancelled"
    assert "Cancelled after 12 questions; nothing was stored." in text_of(opened())


def test_what_was_chosen_reaches_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    measuring = played("import json, sys\nprint(json.dumps({'id': ' '.join(sys.argv[1:]), 'questions': 2, 'gate': None}))")
    page = opened()
    page.segmented_control(key="evals-split").set_value("dev").run()
    page.number_input(key="evals-sample").set_value(20).run()
    page.toggle(key="evals-gate").set_value(True).run()
    page.button(key="evals-start").click().run()
    ended(measuring)
    assert "run --split dev --sample 20 --gate" in text_of(opened())
    page = opened()
    page.number_input(key="evals-sample").set_value(7)  # typed just before the click: the same request brings both
    page.toggle(key="evals-search-only").set_value(True)
    page.button(key="evals-start").click().run()
    ended(measuring)
    assert "run --split all --sample 7 --search-only" in text_of(opened())


@pytest.mark.parametrize("passed", [True, False])
def test_the_verdict_of_the_gate_and_fixed_reports_are_told(passed: bool) -> None:
    result = {
        "id": "r9",
        "questions": 3,
        "gate": {"passed": passed, "checks": [{"name": "metric mrr", "passed": passed, "message": "0.9 -> 0.1 | *x*"}]},
        "reports": [{"item": "feedback-1", "fixed_in": "r9"}, {"item": "feedback-2", "fixed_in": ""}],
    }
    measuring = played(f"import sys\nprint({json.dumps(json.dumps(result))})\nsys.exit({int(not passed)})\n")
    page = opened()
    page.button(key="evals-start").click().run()
    ended(measuring)
    text = text_of(opened())
    assert ("The gate passed" in text) is passed
    assert ("**metric mrr**: 0.9 -> 0.1 | *x*" in text) is not passed
    assert "feedback-1: answered as it should be since run r9." in text
    assert "feedback-2" not in text


def test_an_evaluation_that_fails_is_a_sentence() -> None:
    measuring = played(
        "import sys\nprint('Error: There is no index in x; run `roadmap index` first.', file=sys.stderr)\nsys.exit(1)"
    )
    page = opened()
    page.button(key="evals-start").click().run()
    ended(measuring)
    assert "There is no index in x; run `roadmap index` first." in text_of(opened())


def test_hostile_words_of_a_question_are_shown_as_words(data: Path) -> None:
    hostile = "<img src=x onerror=alert(1)> ![a](http://evil.example/x.png) :red[x]"
    items = data / "items.jsonl"
    item = replace(small_items()[0], question=hostile, reference=hostile, must=((hostile,),))
    items.write_text(json.dumps(item_json(item)) + "\n", encoding="utf-8")
    asked = WordAssistant(small_index(), threshold=0.0)
    evaluate(asked, asked.index, runs=data / "evals", item_files=[items], models={})
    page = opened("Questions")
    for element in [*page.markdown, *page.subheader, *page.caption]:
        assert "\\<img" in element.value or "<img" not in element.value
    assert any("onerror" in element.value for element in page.subheader)


def test_a_visitor_who_may_not_manage_can_look_and_not_measure(
    data: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    measure(data)
    monkeypatch.setenv("ROADMAP_MANAGE", "false")
    st.cache_resource.clear()
    page = opened()
    assert not [button for button in page.button if button.key == "evals-start"]
    assert len(page.dataframe) == 1
