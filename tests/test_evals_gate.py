"""The gate catches planted regressions by name, lets twenty equal runs pass, and prints what a person needs."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from evals_fakes import SmallIndex, WordAssistant, small_index, small_items

from assistant.verify import support
from evals.baseline import Baseline, BaselineInvalid, BaselineMissing, Tolerance, baseline_from, read_baseline, write_baseline
from evals.compare import compare_runs, metric_change
from evals.evidence import locate
from evals.gate import GateResult, hold, is_beyond_noise
from evals.gate_files import junit, markdown, write_step_summary
from evals.items import EvalItem
from evals.run import Run, RunHead, run_items
from evals.store import RunUnwritable
from evals.summary import counts, summarise


def measured(
    asked: WordAssistant, items: tuple[EvalItem, ...] = (), *, search_only: bool = False, config: object = None
) -> Run:
    chosen = items or small_items()
    located = locate(chosen, asked.index.documents)
    ran = run_items(chosen, located, asked, asked.index.documents, support, search_only=search_only)
    documents = {name: source.digest[:16] for name, source in asked.index.documents.items()}
    settings = config or {"threshold": asked.threshold, "weight": asked.weight}
    head = RunHead("r", "2025-01-01T00:00:00+00:00", search_only, "c0ffee", 1, "d", documents, {"embedder": "words"}, settings)  # type: ignore[arg-type]
    return Run(replace(head, summary=summarise(ran), counts=counts(ran)), ran)


def verdict(run: Run, baseline: Baseline, index: SmallIndex | None = None) -> GateResult:
    items = [outcome.item for outcome in run.outcomes]
    return hold(run, baseline, locate(items, (index or small_index()).documents))


@pytest.fixture(scope="module")
def good() -> Baseline:
    return baseline_from(measured(WordAssistant(small_index())), reason="first")


def failed(result: GateResult) -> set[str]:
    return {check.name for check in result.failures}


def test_twenty_runs_of_the_same_code_pass(good: Baseline) -> None:
    for _ in range(20):
        result = verdict(measured(WordAssistant(small_index())), good)
        assert result.passed and result.notes == () and result.text == "Gate passed."


@pytest.mark.parametrize(
    ("plant", "caught"),
    [
        (
            lambda asked: setattr(asked, "weight", 0.0),
            {"metric mrr", "metric ndcg@10", "metric success@1", "metric strict_accuracy"},
        ),
        (lambda asked: setattr(asked, "shift", 1), {"metric citation_exactness", "floor citation_exactness"}),
        (lambda asked: setattr(asked, "shift", -1), {"metric citation_exactness", "floor citation_exactness"}),
        (lambda asked: setattr(asked, "threshold", 0.0), {"metric refused"}),
        (lambda asked: setattr(asked, "threshold", 0.86), {"metric answered", "metric strict_accuracy"}),
        (lambda asked: setattr(asked, "threshold", 1.1), {"metric answered", "metric strict_accuracy", "metric supported"}),
        (lambda asked: setattr(asked, "broken", lambda question: "keras" in question), {"errors", "metric answered"}),
    ],
    ids=["weight zero", "shifted on", "shifted back", "threshold zero", "threshold up", "refuses all", "crashes"],
)
def test_a_planted_regression_is_caught_by_name(
    good: Baseline, plant: Callable[[WordAssistant], None], caught: set[str]
) -> None:
    asked = WordAssistant(small_index())
    plant(asked)
    result = verdict(measured(asked), good)
    assert caught <= failed(result), result.text
    for name in caught:
        assert f"FAILED  {name}: " in result.text


def test_a_dropped_document_is_named_with_the_questions_that_rest_on_it(good: Baseline) -> None:
    index = small_index()
    index.documents = {name: source for name, source in index.documents.items() if name != "topics/keras.md"}
    result = verdict(measured(WordAssistant(index)), good, index)
    assert {"documents", "evidence"} <= failed(result)
    assert "topics/keras.md of the baseline is not in the index" in result.text
    assert "keras-cost, keras-duration" in result.text


def test_a_dropped_document_that_no_question_rests_on_is_caught_too() -> None:
    chosen = tuple(item for item in small_items() if not item.id.startswith("keras"))
    baseline = baseline_from(measured(WordAssistant(small_index()), chosen), reason="first")
    index = small_index()
    index.documents = {name: source for name, source in index.documents.items() if name != "topics/keras.md"}
    assert failed(verdict(measured(WordAssistant(index), chosen), baseline, index)) == {"documents"}


def test_a_changed_setting_is_named_beside_the_fall(good: Baseline) -> None:
    result = verdict(measured(WordAssistant(small_index(), weight=0.0)), good)
    assert "note    differs from the baseline: config.weight: 1.0 -> 0.0" in result.text


def test_one_question_that_must_never_break_fails_the_gate_alone(good: Baseline) -> None:
    items = tuple(replace(item, never_break=item.id in ("spark-cost", "no-03")) for item in small_items())
    asked = WordAssistant(small_index())
    assert verdict(measured(asked, items), good).passed
    asked.broken = lambda question: "race 3 " in question
    assert "never break no-03" in failed(verdict(measured(asked, items), good))
    single = tuple(replace(item, must=(("nothing like it",),)) if item.id == "spark-cost" else item for item in items)
    result = verdict(measured(WordAssistant(small_index()), single), good)
    assert failed(result) == {"never break spark-cost"}
    assert "1 questions changed since the baseline" in result.text
    hidden, open_ = (tuple(replace(item, split=split) for item in single) for split in ("test", "dev"))
    shown = verdict(measured(WordAssistant(small_index()), open_), good).text
    assert "“what costs a spark certificate” must never break; expected an answer" in shown
    shown = verdict(measured(WordAssistant(small_index()), hidden), good).text
    assert "never break spark-cost: a question of the test split must never break" in shown
    assert "what costs a spark certificate" not in shown


def test_a_question_that_never_worked_cannot_break_but_is_named_until_it_does() -> None:
    items = tuple(
        replace(item, never_break=True, must=(("unheard of",),)) if item.id == "spark-cost" else item for item in small_items()
    )
    baseline = baseline_from(measured(WordAssistant(small_index()), items), reason="first")
    result = verdict(measured(WordAssistant(small_index()), items), baseline)
    assert result.passed
    assert result.notes == ("1 questions that must never break failed in the baseline already: spark-cost.",)


def test_a_new_question_that_must_never_break_has_to_work(good: Baseline) -> None:
    new = replace(small_items()[0], id="new", never_break=True, must=(("unheard of",),))
    assert failed(verdict(measured(WordAssistant(small_index()), (*small_items(), new)), good)) == {"never break new"}


@pytest.mark.parametrize("search_only", [False, True])
def test_many_broken_questions_are_listed_in_few_lines(good: Baseline, search_only: bool) -> None:
    items = tuple(replace(item, never_break=True) for item in small_items())
    asked = WordAssistant(small_index(), broken=lambda question: "certificate" in question)
    result = verdict(measured(asked, items, search_only=search_only), good)
    lines = [line for line in result.text.split("\n") if line.startswith("FAILED  never break")]
    assert len(lines) == 6 and "7 more, " in lines[-1]
    assert len([check for check in result.failures if check.name.startswith("never break")]) == 12


def test_a_search_only_run_is_held_to_the_retrieval_figures_alone(good: Baseline) -> None:
    result = verdict(measured(WordAssistant(small_index()), search_only=True, config=dict(good.config)), good)
    assert result.passed
    assert {check.name for check in result.checks if check.change} == {
        "metric success@1", "metric success@5", "metric recall@5", "metric recall@10", "metric mrr", "metric ndcg@10",
    }  # fmt: skip
    assert "metric mrr" in failed(verdict(measured(WordAssistant(small_index(), weight=0.0), search_only=True), good))


def test_questions_of_the_test_split_are_never_named_by_a_fall(good: Baseline) -> None:
    result = verdict(measured(WordAssistant(small_index(), weight=0.0)), good)
    hidden = [item.id for item in small_items() if item.split == "test"]
    assert not [name for name in hidden if name in result.text]


def test_a_fall_of_the_test_split_alone_is_caught_as_a_total(good: Baseline) -> None:
    run = measured(WordAssistant(small_index()))
    lost = [outcome.item.id for outcome in run.outcomes if outcome.item.split == "test" and outcome.item.answerable][:3]
    fallen = tuple(
        replace(outcome, metrics={**outcome.metrics, "strict_accuracy": 0.0}) if outcome.item.id in lost else outcome
        for outcome in run.outcomes
    )
    lenient = replace(good, tolerance=Tolerance(large_drop=0.1))
    result = verdict(Run(replace(run.head, summary=summarise(fallen)), fallen), lenient)
    assert failed(result) == {"test split metric strict_accuracy"}
    assert "1.000 -> 0.8" in result.text and not [name for name in lost if name in result.text]
    assert "| strict_accuracy | 0.938 | 1.000 |" in markdown(Run(replace(run.head, summary=summarise(fallen)), fallen), result)


def fallen(run: Run, lost: list[str], **figures: float) -> Run:
    """The run with other figures of these questions."""
    changed = tuple(
        replace(outcome, metrics={**outcome.metrics, **figures}) if outcome.item.id in lost else outcome
        for outcome in run.outcomes
    )
    return Run(replace(run.head, summary=summarise(changed)), changed)


def test_questions_that_worked_before_are_named_where_the_gate_passes_too(good: Baseline) -> None:
    run = fallen(measured(WordAssistant(small_index())), ["algebra-duration", "algebra-cost"], strict_accuracy=0.0)
    result = verdict(run, good)  # the second is of the test split
    note = "2 questions worked in the baseline and do not now: algebra-duration and 1 of the test split."
    assert result.passed and result.notes == (note,)
    searched = measured(WordAssistant(small_index(), broken=lambda question: "spark cert" in question), search_only=True)
    assert any("1 questions worked in the baseline" in note for note in verdict(searched, good).notes)


def test_a_kind_of_question_that_loses_much_is_named_though_the_averages_stand() -> None:
    items = tuple(replace(item, kind="howto") if item.id.startswith(("algebra", "spark")) else item for item in small_items())
    baseline = baseline_from(measured(WordAssistant(small_index()), items), reason="first")
    lenient = replace(baseline, tolerance=Tolerance(large_drop=0.1))
    lost = ["algebra-duration", "algebra-tool", "spark-duration", "spark-tool"]
    run = measured(WordAssistant(small_index()), items)
    assert verdict(fallen(run, lost[:2], strict_accuracy=0.0), lenient).passed
    result = verdict(fallen(run, lost[:3], strict_accuracy=0.0), lenient)
    assert failed(result) == {"kind howto"}
    assert "kind howto: 8 -> 5 of 8 questions work; lost algebra-duration, algebra-tool" in result.text


def test_one_question_that_says_what_is_forbidden_fails_the_gate() -> None:
    items = tuple(replace(item, must_not=("nonsense",)) for item in small_items())
    baseline = baseline_from(measured(WordAssistant(small_index()), items), reason="first")
    result = verdict(fallen(measured(WordAssistant(small_index()), items), ["algebra-duration"], clean=0.0), baseline)
    assert failed(result) == {"metric clean"} and "most on algebra-duration" in result.text


def test_the_test_split_asked_alone_is_looked_at_once(good: Baseline) -> None:
    hidden = tuple(item for item in small_items() if item.split == "test")
    names = [check.name for check in verdict(measured(WordAssistant(small_index()), hidden), good).checks]
    assert "metric mrr" in names and not [name for name in names if name.startswith("test split")]


def test_a_question_without_the_figure_in_the_baseline_is_not_taken_for_one_that_failed() -> None:
    items = tuple(replace(item, never_break=item.id == "spark-cost") for item in small_items())
    searched = baseline_from(measured(WordAssistant(small_index()), items, search_only=True), reason="x")
    refusing = measured(WordAssistant(small_index(), threshold=1.1), items)
    assert "never break spark-cost" in failed(verdict(refusing, searched))


@pytest.mark.parametrize(
    ("worse", "better", "of", "fails"),
    [(1, 0, 300, False), (4, 0, 300, False), (5, 0, 300, True), (8, 6, 300, False), (3, 0, 40, True), (2, 0, 30, False)],
)
def test_what_counts_as_beyond_noise(worse: int, better: int, of: int, fails: bool) -> None:
    before = {str(n): float(n < of - better) for n in range(of)}
    after = {str(n): 0.0 if n < worse else 1.0 for n in range(of)}
    change = metric_change("mrr", before, after, alternative="less")
    assert change is not None and (change.worse, change.better) == (worse, better)
    assert is_beyond_noise(change, Tolerance()) is fails


def test_an_improvement_never_fails() -> None:
    worse = baseline_from(measured(WordAssistant(small_index(), weight=0.0)), reason="x")
    assert verdict(measured(WordAssistant(small_index()), config=dict(worse.config)), worse).passed


def test_a_baseline_comes_back_from_its_file_and_keeps_tolerance_and_floors(tmp_path: Path, good: Baseline) -> None:
    path = tmp_path / "baseline.json"
    strict = replace(good, tolerance=Tolerance(drop=0.5), floors={"mrr": 0.9, "false_refusal_rate": 0.05})
    write_baseline(path, strict)
    assert read_baseline(path) == strict
    renewed = baseline_from(measured(WordAssistant(small_index())), reason="second", previous=read_baseline(path))
    assert (renewed.tolerance, renewed.floors, renewed.reason) == (strict.tolerance, strict.floors, "second")
    lines = path.read_text(encoding="utf-8").split("\n")
    assert sum('"digest"' in line for line in lines) == len(
        small_items()
    )  # one line a question, so that changes can be reviewed


def test_a_floor_fails_from_below_and_a_ceiling_from_above(good: Baseline) -> None:
    floors = replace(good, floors={"mrr": 0.99, "false_refusal_rate": 0.01})
    assert verdict(measured(WordAssistant(small_index())), floors).passed
    result = verdict(measured(WordAssistant(small_index(), threshold=0.86)), floors)
    assert "floor false_refusal_rate" in failed(result) and "floor mrr" not in failed(result)


def test_a_ceiling_names_the_questions_above_it(good: Baseline) -> None:
    run = measured(WordAssistant(small_index(), broken=lambda question: "spark project" in question))
    (check,) = [check for check in verdict(run, replace(good, floors={"crashed": 0.001})).failures if "floor" in check.name]
    assert check.message == "0.0139, allowed 0.0010; see spark-project."


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1}'])
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(BaselineInvalid, match="cannot be used"):
        read_baseline(path)


def test_an_unknown_floor_is_refused(tmp_path: Path, good: Baseline) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, replace(good, floors={"mmr": 0.9}))
    with pytest.raises(BaselineInvalid, match="“mmr” is no figure"):
        read_baseline(path)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"tolerance": {"drop": "0.01"}}, "“drop” has to be a number"),
        ({"tolerance": {"questions": True}}, "“questions” has to be a number"),
        ({"tolerance": {"p": float("nan")}}, "“p” has to be a number"),
        ({"floors": {"mrr": "high"}}, "“mrr” has to be a number"),
        ({"floors": {"mrr": None}}, "“mrr” has to be a number"),
        ({"floors": ["mrr"]}, "cannot be used"),
    ],
)
def test_a_tolerance_or_floor_that_is_no_number_is_refused(
    tmp_path: Path, good: Baseline, changed: dict[str, object], named: str
) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, good)
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changed), encoding="utf-8")
    with pytest.raises(BaselineInvalid, match=f"{named}.*restore it from the last commit"):
        read_baseline(path)


def test_a_disk_that_refuses_leaves_the_old_baseline(tmp_path: Path, good: Baseline) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, good)
    (tmp_path / ".baseline.json.partial").mkdir()
    with pytest.raises(RunUnwritable, match="could not be written"):
        write_baseline(path, replace(good, reason="second"))
    assert read_baseline(path) == good


def test_a_missing_baseline_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BaselineMissing, match="--update-baseline"):
        read_baseline(tmp_path / "none.json")


def test_a_baseline_of_other_questions_is_refused(good: Baseline) -> None:
    other = EvalItem("new", "who won", "unanswerable", answerable=False)
    with pytest.raises(BaselineInvalid, match="no question in common"):
        verdict(measured(WordAssistant(small_index()), (other,)), good)


def test_the_junit_file_has_a_case_a_check_and_a_failure_a_regression(good: Baseline) -> None:
    run = measured(WordAssistant(small_index(), shift=1))
    result = verdict(run, good)
    (suite,) = ET.fromstring(junit(run, result))
    assert (suite.get("tests"), suite.get("failures")) == (str(len(result.checks)), str(len(result.failures)))
    cases = {case.get("name"): case.find("failure") for case in suite}
    assert cases["metric citation_exactness"] is not None and cases["metric mrr"] is None


def test_control_characters_in_a_question_do_not_break_the_junit_file(good: Baseline) -> None:
    item = replace(small_items()[0], question="bell \x07 <&> q", never_break=True)
    run = measured(WordAssistant(small_index()), (item, *small_items()[1:]))
    assert "<&>" in "".join(f.get("message", "") for f in ET.fromstring(junit(run, verdict(run, good))).iter("failure"))


def test_the_markdown_page_names_failures_and_shows_every_figure(
    good: Baseline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = measured(WordAssistant(small_index(), shift=1))
    page = markdown(run, verdict(run, good))
    assert "**Gate failed.**" in page and "❌ **metric citation_exactness**" in page
    assert "| mrr | 1.000 | 1.000 | +0.000 | 1.000 | 0 / 0 |" in page
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    assert not write_step_summary(page)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert write_step_summary(page) and write_step_summary(page)
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == page * 2


def test_a_comparison_shows_what_changed_and_both_answers() -> None:
    a, b = measured(WordAssistant(small_index())), measured(WordAssistant(small_index(), threshold=0.86))
    comparison = compare_runs(a, b)
    change = next(change for change in comparison.metrics if change.name == "answered")
    assert change.worse == len([q for q in comparison.questions if q.direction == "worse"]) > 5
    assert change.low <= change.difference <= change.high < 0 and change.p < 0.05
    assert "config.threshold: 0.5 -> 0.86" in comparison.text
    lost = next(question for question in comparison.questions if question.after.item.split == "dev")
    assert f"    A: {lost.before.record['answer']}\n    B: The documents do not cover this." in comparison.text
    shown = json.loads(json.dumps(comparison.as_json()))
    dev = {item.id for item in small_items() if item.split == "dev"}
    assert {q["id"] for q in shown["questions"]} <= dev
    assert not compare_runs(a, a).questions
    back = compare_runs(b, a)
    assert [q.direction for q in back.questions] == ["better"] * change.worse


def test_a_comparison_leaves_out_questions_that_were_reworded() -> None:
    items = small_items()[:4]
    a = measured(WordAssistant(small_index()), items)
    b = measured(WordAssistant(small_index()), (replace(items[0], question="how long does algebra take"), *items[1:3]))
    comparison = compare_runs(a, b)
    assert (comparison.only_a, comparison.only_b) == ((items[0].id, items[3].id), (items[0].id,))
    assert {change.questions for change in comparison.metrics} <= {1, 2}


def test_rounding_in_the_baseline_is_no_change(tmp_path: Path) -> None:
    """A third is kept as 0.333333: held against itself nothing is better or worse."""
    path = tmp_path / "baseline.json"
    asked = WordAssistant(small_index(), threshold=0.9)  # ranks and shares of all kinds
    run = measured(asked)
    thirds = tuple(replace(outcome, metrics={**outcome.metrics, "mrr": 1 / 3}) for outcome in run.outcomes)
    run = Run(replace(run.head, summary=summarise(thirds)), thirds)
    write_baseline(path, baseline_from(run, reason="thirds"))
    changes = [check.change for check in verdict(run, read_baseline(path)).checks if check.change is not None]
    assert {(change.better, change.worse, change.p) for change in changes} == {(0, 0, 1.0)}


def test_a_floor_names_no_question_of_the_test_split(good: Baseline) -> None:
    result = verdict(measured(WordAssistant(small_index(), shift=1)), good)
    (floor,) = [check for check in result.failures if check.name == "floor citation_exactness"]
    tests = [item.id for item in small_items() if item.split == "test"]
    assert "see algebra-duration" in floor.message and not [name for name in tests if name in floor.message]
