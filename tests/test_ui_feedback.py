"""From a learner's report to a question that later runs ask: by the page in two clicks, and by the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from ui_fakes import ScriptedAssistant, WordLengthEmbedder, covered_answer, refusal, roadmap_document, write_roadmap

from assistant.answer import Answer, Turn
from assistant.feedback import Feedback, FeedbackStore, open_feedback
from evals.feedback import learner_items
from evals.items import read_file
from index.hit import Hit
from ingest.document import Passage
from ui import assembly, shared
from ui.cli import run

SCRIPT = "from ui.pages_feedback import page\npage()\n"


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The data folder of an index with one document."""
    for name in list(os.environ):
        if name.startswith("ROADMAP_") or name == "GITHUB_STEP_SUMMARY":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    write_roadmap(tmp_path / "corpus")
    monkeypatch.setattr(assembly, "load_embedder", lambda settings: WordLengthEmbedder())
    monkeypatch.setattr(assembly, "embedder_identity", lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest))
    monkeypatch.setattr(assembly, "open_assistant", lambda settings, library, write=True: Found())
    assembly.build_index(shared.read_settings())
    st.cache_resource.clear()
    yield tmp_path / ".roadmap"
    runtime = shared.shared_runtime()
    if runtime is not None:
        runtime.close()
    st.cache_resource.clear()


class Found(ScriptedAssistant):
    """Finds the second phase whatever it is asked."""

    threshold = 0.5
    entails = None

    def search(self, question: str, history: object = (), k: int = 10) -> tuple[str, tuple[Hit, ...]]:
        return question, (Hit(passage_of("import numpy\nprint(1)"), 1, 1.0, 1.0, 1.0),)


def passage_of(*quotes: str) -> Passage:
    """A passage of the document with these words as its spans."""
    document = roadmap_document()
    spans = tuple((document.text.index(quote), document.text.index(quote) + len(quote)) for quote in quotes)
    text = "\n".join(quotes)
    return Passage(f"p-{quotes[0]}", document.id, document.title, ("A roadmap",), None, spans, text)


def answered(question: str = "What do I learn in phase 1?") -> Answer:
    from dataclasses import replace

    hits = (
        Hit(passage_of("Linear algebra", "Statistics"), 1, 0.9, 0.8, 0.7),
        Hit(passage_of("It takes two years."), 2, 0.5, 0.4, 0.3),
    )
    return replace(covered_answer(question), hits=hits)


@pytest.fixture
def store(data: Path) -> FeedbackStore:
    return open_feedback(data)


@pytest.fixture
def report(store: FeedbackStore) -> Feedback:
    history = (Turn("user", "Which phases are there?"), Turn("assistant", "Two. [1]"))
    return store.add("down", answered(), answer_id="a1", history=history, reason="Wrong", comment="What about *time*?")


def opened(**parameters: str) -> AppTest:
    page = AppTest.from_string(SCRIPT, default_timeout=30)
    for name, value in parameters.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def click(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
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


def test_without_feedback_the_page_says_so() -> None:
    assert "Nothing waits to be looked at." in text_of(opened())


def test_two_clicks_make_a_question_of_a_report(data: Path, store: FeedbackStore, report: Feedback) -> None:
    page = opened()
    assert "“Wrong: What about *time*?”" in text_of(page)
    click(page, f"open-{report.id}")
    click(page, "passage-2")
    (item,) = read_file(learner_items(data))
    assert (item.id, item.kind, item.question) == (f"feedback-{report.id[:8]}", "feedback", "What do I learn in phase 1?")
    assert [(e.document_id, e.quote) for e in item.evidence] == [("plans/roadmap.md", "It takes two years.")]
    assert item.history == report.history
    assert (store.get(report.id).state, store.get(report.id).item_id) == ("item", item.id)
    text = text_of(page)
    assert f"{item.id} is a question now" in text
    assert ":orange-badge[not fixed yet]" in text


def test_a_passage_in_several_parts_becomes_a_quote_a_part(data: Path, report: Feedback) -> None:
    click(opened(f=report.id), "passage-1")
    (item,) = read_file(learner_items(data))
    assert [e.quote for e in item.evidence] == ["Linear algebra", "Statistics"]


def test_two_clicks_say_that_a_refusal_is_right(data: Path, store: FeedbackStore) -> None:
    report = store.add("gap", refusal())
    click(click(opened(), f"open-{report.id}"), "not-covered")
    (item,) = read_file(learner_items(data))
    assert (item.answerable, item.evidence) == (False, ())


def test_a_dismissed_report_and_a_question_can_be_reopened(data: Path, store: FeedbackStore, report: Feedback) -> None:
    page = click(opened(f=report.id), "dismiss")
    assert store.get(report.id).state == "dismissed"
    click(page, "undo")
    assert store.get(report.id).state == "open"
    click(page, "passage-1")
    assert read_file(learner_items(data))
    click(page, f"reopen-{report.id}")
    assert store.get(report.id).state == "open"
    assert learner_items(data).read_text(encoding="utf-8").strip() == ""


def test_the_evidence_can_be_narrowed_and_points_required(data: Path, report: Feedback) -> None:
    page = opened(f=report.id)
    page.text_input(key="feedback-words").set_value("two years").run()
    page.text_input(key="feedback-must").set_value("two years").run()
    page.toggle(key="feedback-never-break").set_value(True).run()
    click(page, "passage-2")
    (item,) = read_file(learner_items(data))
    assert ([e.quote for e in item.evidence], item.must, item.never_break) == (["two years"], (("two years",),), True)


def test_words_that_do_not_stand_there_are_named_and_nothing_is_lost(store: FeedbackStore, report: Feedback) -> None:
    page = opened(f=report.id)
    page.text_input(key="feedback-words").set_value("three years").run()
    click(page, "passage-2")
    assert "“three years” does not stand in plans/roadmap.md" in text_of(page)
    assert store.get(report.id).state == "open"


def test_another_passage_can_be_looked_for(data: Path, report: Feedback) -> None:
    runtime = shared.shared_runtime()
    assert runtime is not None
    _wait(lambda: runtime.readiness == "ready")
    page = opened(f=report.id)
    page.text_input(key="feedback-search").set_value("code").run()
    click(page, "elsewhere-1")
    (item,) = read_file(learner_items(data))
    assert item.evidence[0].quote == "import numpy\nprint(1)"


def test_an_unknown_report_is_a_sentence_with_a_way_back(report: Feedback) -> None:
    page = opened(f="nothing")
    assert "There is no feedback" in text_of(page)
    assert "What about" in text_of(click(page, "feedback-all"))


def test_a_visitor_who_may_not_manage_can_only_look(report: Feedback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_MANAGE", "false")
    st.cache_resource.clear()
    page = opened()
    assert "What about *time*?" in text_of(page)
    assert not page.button
    assert {button.key for button in opened(f=report.id).button} == {"feedback-all"}


def test_hostile_words_are_shown_as_words(store: FeedbackStore) -> None:
    hostile = "<img src=x onerror=alert(1)> ![a](http://evil.example/x.png) :red[x]"
    report = store.add("down", answered(hostile), comment=hostile, reason=hostile)
    for page in (opened(), opened(f=report.id)):
        shown = [element.value for element in page.markdown if "onerror" in element.value]
        assert shown and all("\\<img" in value and "![a]" not in value.replace("\\!", "") for value in shown)


@pytest.fixture
def roadmap(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_command_lists_shows_and_resolves(
    data: Path, store: FeedbackStore, report: Feedback, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    short = report.id[:8]
    code, out, _ = roadmap("feedback", "list")
    assert (code, short in out, "Wrong: What about *time*?" in out) == (0, True, True)
    _, out, _ = roadmap("feedback", "show", short)
    assert "2. plans/roadmap.md  A roadmap\nIt takes two years." in out
    assert "user: Which phases are there?" in out
    code, out, _ = roadmap("feedback", "item", short, "--passage", 2, "--must", "two years")
    assert code == 0 and f"feedback-{short} was added to" in out
    assert [(item.id, item.must) for item in read_file(learner_items(data))] == [(f"feedback-{short}", (("two years",),))]
    assert "There is nothing to look at." in roadmap("feedback", "list")[1]
    assert "not fixed yet" in roadmap("feedback", "list", "--all")[1]
    code, _, err = roadmap("feedback", "item", short, "--not-covered")
    assert code == 1 and "already; reopen it" in err
    assert roadmap("feedback", "reopen", short)[0] == 0
    assert read_file(learner_items(data)) == ()
    assert roadmap("feedback", "dismiss", short, "--note", "spam")[0] == 0
    _, out, _ = roadmap("feedback", "list", "--all", "--json")
    assert [(entry["state"], entry["note"]) for entry in json.loads(out)] == [("dismissed", "spam")]
    shown = json.loads(roadmap("feedback", "show", short, "--json")[1])
    assert shown["answer"]["contexts"][1]["text"] == "It takes two years."


def test_the_command_says_what_is_missing(report: Feedback, roadmap: Callable[..., tuple[int, str, str]]) -> None:
    short = report.id[:8]
    for options in ((), ("--passage", 9), ("--document", "plans/roadmap.md")):
        code, _, err = roadmap("feedback", "item", short, *options)
        assert code == 1 and "--passage 1 to 2" in err
    code, _, err = roadmap("feedback", "item", short, "--not-covered", "--passage", 1)
    assert code == 1 and "give one of the two" in err
    code, _, err = roadmap("feedback", "item", short, "--document", "plans/roadmap.md", "--quote", "nothing like it")
    assert code == 1 and "does not stand in plans/roadmap.md" in err
    assert roadmap("feedback", "show", "f" * 32)[0] == 1


def test_a_question_can_go_to_a_file_of_its_own(
    tmp_path: Path, data: Path, report: Feedback, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    own = tmp_path / "mine" / "items.jsonl"
    quote = ("--document", "plans/roadmap.md", "--quote", "Linear algebra")
    code, out, _ = roadmap("feedback", "item", report.id, *quote, "--items", own)
    assert code == 0 and f"`roadmap eval --items {own}` asks it" in out
    assert json.loads(own.read_text(encoding="utf-8"))["evidence"] == [
        {"document": "plans/roadmap.md", "quote": "Linear algebra"}
    ]
    assert not learner_items(data).exists()
    assert roadmap("feedback", "dismiss", report.id)[0] == 0
    assert own.read_text(encoding="utf-8") == ""


def test_the_next_run_says_since_which_run_the_report_is_answered(
    data: Path, store: FeedbackStore, report: Feedback, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    """Refused, then answered with the right words, then refused again."""
    roadmap("feedback", "item", report.id, "--document", "plans/roadmap.md", "--quote", "Linear algebra")
    file = learner_items(data)
    assistant = Found()
    assembly.open_assistant = lambda settings, library, write=True: assistant  # type: ignore[assignment]  # undone by `data`
    assistant.default = refusal
    code, out, err = roadmap("eval", "--items", file)
    assert code == 0, err
    assert f"feedback-{report.id[:8]}: your report is not fixed yet: What do I learn in phase 1?" in out
    assistant.default = answered
    code, out, _ = roadmap("eval", "--items", file, "--json")
    result = json.loads(out)
    assert result["reports"] == [{"item": f"feedback-{report.id[:8]}", "fixed_in": result["id"]}]
    assert store.get(report.id).fixed_in == result["id"]
    _, out, _ = roadmap("eval", "--items", file)
    assert f"answered as it should be since run {result['id']}, as when" in out  # that run, not this one
    assert "as it should be since run" in text_of(opened())
    assistant.default = refusal
    _, out, _ = roadmap("eval", "--items", file)
    assert "your report is broken again" in out
    assert store.get(report.id).fixed_in == ""


def test_an_evaluation_where_nobody_ever_reported_makes_no_database(
    tmp_path: Path, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    items = tmp_path / "items.jsonl"
    items.write_text('{"id": "q", "question": "bread?", "kind": "unanswerable", "answerable": false}\n', encoding="utf-8")
    settings = shared.read_settings()
    assembly.build_index(settings.model_copy(update={"data": tmp_path / "fresh"}))
    assert roadmap("eval", "--items", items, "--data", tmp_path / "fresh")[0] == 0
    assert sorted(path.name for path in (tmp_path / "fresh").iterdir()) == ["evals", "index"]


def _wait(wanted: Callable[[], bool]) -> None:
    import time

    deadline = time.monotonic() + 20
    while not wanted():
        assert time.monotonic() < deadline
        time.sleep(0.01)
