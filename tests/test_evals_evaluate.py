"""The whole way of `roadmap eval`, over a small corpus: run, store, gate, baseline, report, comparison."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pytest
from evals_fakes import SmallIndex, WordAssistant, small_index, small_items

from evals.baseline import BaselineMissing, BaselinePartial, read_baseline
from evals.evaluate import Evaluation, compare_stored, corpus_digest, evaluate
from evals.evidence import QuoteMissing
from evals.feedback import learner_items
from evals.items import EvalItem, Evidence, ItemsMissing, item_json
from evals.run import RunCancelled
from evals.store import RunUnwritable, load_run


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps(item_json(item)) + "\n" for item in small_items()), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def outside_github(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def run(tmp_path: Path, items: Path, asked: WordAssistant | None = None, **options: object) -> Evaluation:
    assistant = asked or WordAssistant(small_index())
    return evaluate(
        assistant, assistant.index, runs=tmp_path / "runs", item_files=[items], models={"embedder": "words"}, **options  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_baseline_is_written_once_and_then_holds_good_runs_and_stops_bad_ones(tmp_path: Path, items: Path) -> None:
    baseline = tmp_path / "own" / "baseline.json"
    first = run(tmp_path, items, baseline=baseline, update_baseline=True, reason="start")
    assert (first.exit_code, first.gate, first.baseline_written) == (0, None, baseline)
    assert read_baseline(baseline).reason == "start"
    good = run(tmp_path, items, baseline=baseline, gate=True)
    assert good.gate is not None and good.gate.passed and good.exit_code == 0
    assert good.text.endswith("Gate passed.")
    bad = run(tmp_path, items, WordAssistant(small_index(), threshold=0.0), baseline=baseline, gate=True)
    assert bad.exit_code == 1
    assert "FAILED  metric refused" in bad.text and "config.threshold: 0.5 -> 0.0" in bad.text
    assert json.loads(json.dumps(bad.as_json()))["gate"]["passed"] is False


@pytest.mark.parametrize("options", [{"split": "dev"}, {"sample": 5}, {"search_only": True}])
def test_a_run_of_a_part_replaces_no_baseline(tmp_path: Path, items: Path, options: dict[str, object]) -> None:
    baseline = tmp_path / "baseline.json"
    with pytest.raises(BaselinePartial, match="without --split, --sample and --search-only"):
        run(tmp_path, items, baseline=baseline, update_baseline=True, reason="x", **options)
    assert not baseline.exists() and not (tmp_path / "runs").exists()


def test_a_baseline_loses_no_question_that_was_not_asked(tmp_path: Path, items: Path) -> None:
    baseline, fewer = tmp_path / "baseline.json", tmp_path / "fewer.jsonl"
    run(tmp_path, items, baseline=baseline, update_baseline=True, reason="start")
    before = baseline.read_bytes()
    fewer.write_text(items.read_text(encoding="utf-8").split("\n", 1)[1], encoding="utf-8")
    with pytest.raises(BaselinePartial, match=r"not asked \(algebra-duration\)"):
        run(tmp_path, fewer, baseline=baseline, update_baseline=True, reason="x")
    assert baseline.read_bytes() == before
    baseline.write_bytes(b"".join(line for line in before.splitlines(keepends=True) if b'"algebra-duration"' not in line))
    assert run(tmp_path, fewer, baseline=baseline, update_baseline=True, reason="x").baseline_written == baseline


@pytest.mark.parametrize("options", [{}, {"split": "dev"}, {"sample": 60}])
def test_a_question_that_was_taken_out_fails_the_gate_where_every_question_is_asked(
    tmp_path: Path, items: Path, options: dict[str, object]
) -> None:
    baseline, fewer = tmp_path / "baseline.json", tmp_path / "fewer.jsonl"
    run(tmp_path, items, baseline=baseline, update_baseline=True, reason="start")
    fewer.write_text(items.read_text(encoding="utf-8").split("\n", 1)[1], encoding="utf-8")
    assert run(tmp_path, fewer, baseline=baseline, gate=True, **options).exit_code == 0
    done = run(tmp_path, fewer, baseline=baseline, gate=True, everything=True, **options)
    assert done.exit_code == (not options)
    assert ("FAILED  questions: 1 questions of the baseline were not asked (algebra-duration)" in done.text) is (not options)
    assert run(tmp_path, items, baseline=baseline, gate=True, everything=True).text.endswith("\n\nGate passed.")


def test_questions_that_end_in_an_error_are_named_and_make_no_baseline(tmp_path: Path, items: Path) -> None:
    baseline = tmp_path / "baseline.json"
    run(tmp_path, items, baseline=baseline, update_baseline=True, reason="start")
    before = baseline.read_bytes()
    ill = WordAssistant(small_index(), broken=lambda question: "keras" in question or "race" in question)
    done = run(tmp_path, items, ill, baseline=baseline)
    assert "28 questions ended in an error:\n  keras-duration: RuntimeError: planted\n" in done.text
    assert "\n  and 18 more\n" in done.text
    assert "ended in an error:\n" not in run(tmp_path, items, ill, baseline=baseline, gate=True).text  # the check names them
    with pytest.raises(
        BaselinePartial, match=r"28 of its questions ended in an error \(keras-duration, .* RuntimeError: planted"
    ):
        run(tmp_path, items, ill, baseline=baseline, update_baseline=True, reason="x")
    assert baseline.read_bytes() == before


def test_what_learners_asked_stays_out_of_the_committed_baseline(
    tmp_path: Path, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    baseline, private = tmp_path / "committed.json", learner_items(tmp_path)
    line, rest = items.read_text(encoding="utf-8").split("\n", 1)
    items.write_text(rest, encoding="utf-8")
    private.write_text(line.replace("algebra-duration", "feedback-1") + "\n", encoding="utf-8")
    assistant = WordAssistant(small_index())
    for default in (baseline, tmp_path / "other.json"):
        monkeypatch.setattr("evals.evaluate.default_baseline", lambda default=default: default)
        evaluate(
            assistant, assistant.index, runs=tmp_path / "evals", item_files=[items, private], baseline=baseline,
            update_baseline=True, reason="x",
        )  # fmt: skip
        assert ("feedback-1" in read_baseline(baseline).items) == (default != baseline)


def test_a_report_comes_with_a_page_a_summary_and_a_junit_file(
    tmp_path: Path, items: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    baseline = tmp_path / "baseline.json"
    run(tmp_path, items, baseline=baseline, update_baseline=True, reason="start")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "step.md"))
    bad = WordAssistant(small_index(), weight=0.0)
    done = run(tmp_path, items, bad, baseline=baseline, gate=True, report=tmp_path / "out" / "report")
    assert done.report == tmp_path / "out" / "report" / "report.html"
    (suite,) = ET.parse(done.report.with_name("junit.xml")).getroot()
    assert suite.get("failures") == str(len(done.gate.failures) if done.gate else None)
    assert (tmp_path / "step.md").read_text(encoding="utf-8") == done.report.with_name("summary.md").read_text(encoding="utf-8")


class Page(HTMLParser):
    """Collects what a page would load, and checks that tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.questions = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]
        self.questions += tag == "details" and values.get("class") == "question"
        if tag in ("div", "details", "table", "svg", "figure", "summary", "blockquote", "script", "style"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag


def test_the_report_loads_nothing_and_shows_dev_questions_only(tmp_path: Path, items: Path) -> None:
    asked = WordAssistant(small_index(), threshold=0.86, broken=lambda question: "keras" in question)
    done = run(tmp_path, items, asked, report=tmp_path / "report")
    assert done.report is not None
    html = done.report.read_text(encoding="utf-8")
    page = Page()
    page.feed(html)
    assert (page.loaded, page.open) == ([], [])
    assert page.questions == sum(item.split == "dev" for item in small_items())
    assert not [item.id for item in small_items() if item.split == "test" and item.question in html]
    assert "http" not in re.sub(r'http-equiv="Content-Security-Policy"', "", html)
    assert "@import" not in html and "url(" not in html
    for title in ("Risk and coverage", "Calibration", "First evidence", "Time per question"):
        assert title in html
    assert "missed by the search" in html and "not cited" in html and "<mark>" in html


def test_the_table_of_kinds_says_on_how_many_questions_a_figure_rests(tmp_path: Path, items: Path) -> None:
    items.write_text(items.read_text(encoding="utf-8").replace('"unanswerable"', '"fact"'), encoding="utf-8")
    done = run(tmp_path, items, report=tmp_path / "report")
    assert done.report is not None
    table = done.report.read_text(encoding="utf-8").split("By kind of question")[1].split("</table>")[0]
    assert "<tr><td>fact<td>72<td>1.000 <small>(48)</small>" in table and "<td>1.000 <small>(24)</small>" in table


def test_what_a_document_or_question_holds_cannot_become_markup(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y>"
    index = small_index()
    source = next(iter(index.documents.values()))
    text = evil + " evil words stand here."
    from evals_fakes import document

    index = SmallIndex({source.id: document(source.id, text)})
    item = EvalItem("evil", evil + " evil words stand here", "fact", evidence=(Evidence(source.id, text),), reference=evil)
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(item_json(item)) + "\n", encoding="utf-8")
    done = run(tmp_path, path, WordAssistant(index), report=tmp_path / "report")
    assert done.report is not None
    html = done.report.read_text(encoding="utf-8")
    assert html.count("<script>") == 1 and "<img" not in html
    assert "&lt;script&gt;" in html
    assert "<img" not in done.report.with_name("summary.md").read_text(encoding="utf-8")


def test_a_split_can_be_asked_alone(tmp_path: Path, items: Path) -> None:
    dev, test = run(tmp_path, items, split="dev"), run(tmp_path, items, split="test")
    assert (len(dev.run.outcomes), len(test.run.outcomes)) == (48, 24)
    with pytest.raises(ItemsMissing, match="split “train”"):
        run(tmp_path, items, split="train")


def test_stored_runs_are_compared_by_age(tmp_path: Path, items: Path) -> None:
    first = run(tmp_path, items, WordAssistant(small_index(), threshold=0.86), search_only=False)
    second = run(tmp_path, items)
    comparison = compare_stored(tmp_path / "runs", first.run.head.id, second.run.head.id)
    assert {question.direction for question in comparison.questions} == {"better"}
    assert load_run(tmp_path / "runs", "latest").head.id in (first.run.head.id, second.run.head.id)


def test_what_stops_a_run_leaves_nothing_behind(tmp_path: Path, items: Path) -> None:
    with pytest.raises(RunCancelled):
        run(tmp_path, items, cancelled=lambda: True)
    asked = WordAssistant(small_index())
    with pytest.raises(BaselineMissing):
        run(tmp_path, items, asked, gate=True, baseline=tmp_path / "none.json")
    assert asked.asked == []  # told before the first question, not after the last
    index = small_index()
    index.documents = {name: source for name, source in index.documents.items() if "keras" not in name}
    with pytest.raises(QuoteMissing, match=r"topics/keras\.md is not in the index \(3 more"):
        run(tmp_path, items, WordAssistant(index))
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("gate", [False, True])
def test_questions_about_other_documents_altogether_are_not_asked(tmp_path: Path, items: Path, gate: bool) -> None:
    index = small_index()
    index.documents = {f"other/{name}": source for name, source in index.documents.items()}
    asked = WordAssistant(index)
    with pytest.raises(QuoteMissing, match=r"None of the documents .* with --items"):
        run(tmp_path, items, asked, gate=gate, baseline=None)
    assert asked.asked == []


@pytest.mark.parametrize(
    ("told", "options"),
    [
        ("The report", {"report": Path("file")}),
        ("The report", {"report": Path("file/below")}),
        ("The baseline", {"baseline": Path("file/baseline.json"), "update_baseline": True, "reason": "x"}),
    ],
)
def test_what_cannot_be_written_is_named_before_anything_is_asked(
    tmp_path: Path, items: Path, monkeypatch: pytest.MonkeyPatch, told: str, options: dict[str, object]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    asked = WordAssistant(small_index())
    with pytest.raises(RunUnwritable, match=f"{told} could not be written"):
        run(tmp_path, items, asked, **options)
    assert asked.asked == []
    assert not (tmp_path / "runs").exists()


def test_the_corpus_digest_follows_the_documents_and_not_their_order() -> None:
    documents = small_index().documents
    backwards = dict(reversed(list(documents.items())))
    fewer = {name: source for name, source in documents.items() if "keras" not in name}
    assert corpus_digest(documents) == corpus_digest(backwards) != corpus_digest(fewer)


def test_the_settings_of_the_index_and_the_threshold_are_recorded(tmp_path: Path, items: Path) -> None:
    config = run(tmp_path, items, config={"k": 10}, search_only=True).run.head.config
    assert config["k"] == 10 and config["threshold"] == 0.5 and config["mode"] == "search"
    assert "dense_weight" in config["index"]  # type: ignore[operator]
