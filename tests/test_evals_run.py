"""Running questions, the averages over them, and keeping runs on disk."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from evals_fakes import WordAssistant, small_index, small_items

from assistant.answer import Turn
from assistant.verify import support
from evals.evidence import locate
from evals.items import EvalItem
from evals.metrics import METRICS
from evals.run import Outcome, Run, RunCancelled, RunFailed, RunHead, run_items
from evals.store import RunDamaged, RunMissing, RunUnwritable, commit_of, load_run, new_run_id, save_run, stored_runs
from evals.summary import by_kind, counts, summarise


def outcomes(asked: WordAssistant, items: tuple[EvalItem, ...] | None = None, **options: object) -> tuple[Outcome, ...]:
    chosen = items or small_items()
    located = locate(chosen, asked.index.documents)
    return run_items(chosen, located, asked, asked.index.documents, support, **options)  # type: ignore[arg-type]


def head(name: str, created: str = "2025-01-01T00:00:00+00:00") -> RunHead:
    return RunHead(name, created, False, "abc", 1, "0" * 16, {"a.md": "0" * 16}, {"embedder": "words"}, {"k": 10})


def test_the_small_assistant_answers_everything_and_refuses_the_rest() -> None:
    figures = summarise(outcomes(WordAssistant(small_index())))
    for name in ("success@1", "recall@1", "mrr", "ndcg@10", "strict_accuracy", "citation_exactness", "answered", "refused"):
        assert figures[name] == 1.0, name
    assert (figures["abstention_f1"], figures["false_refusal_rate"], figures["confidence_auroc"]) == (1.0, 0.0, 1.0)
    assert figures["crashed"] == 0.0
    assert list(figures) == list(METRICS)


def test_a_question_that_raises_scores_zero_and_stays_in_the_averages() -> None:
    index, broken = small_index(), WordAssistant(small_index(), broken=lambda question: "algebra" in question)
    figures, ran = summarise(outcomes(broken)), outcomes(broken)
    crashed = [outcome for outcome in ran if outcome.error]
    assert [outcome.error for outcome in crashed] == ["RuntimeError: planted"] * 4
    assert figures["success@10"] == figures["strict_accuracy"] == figures["answered"] == pytest.approx(44 / 48)
    assert figures["crashed"] == pytest.approx(4 / 72)
    assert counts(ran)["strict_accuracy"] == counts(outcomes(WordAssistant(index)))["strict_accuracy"] == 48


def test_a_search_only_run_has_retrieval_figures_and_no_others() -> None:
    ran = outcomes(WordAssistant(small_index()), search_only=True)
    figures = summarise(ran)
    assert figures["mrr"] == 1.0 and figures["strict_accuracy"] is None and figures["abstention_f1"] is None
    assert {outcome.status for outcome in ran} == {"searched"}


def test_the_history_is_put_to_the_assistant() -> None:
    asked = WordAssistant(small_index())
    item = replace(small_items()[0], history=(Turn("user", "hi"), Turn("assistant", "Hello.")))
    outcomes(asked, (item,))
    assert asked.asked == [(item.question, 2)]


def test_progress_is_told_before_each_question_and_at_the_end() -> None:
    told: list[tuple[int, int, str]] = []
    chosen = small_items()[:2]
    outcomes(WordAssistant(small_index()), chosen, progress=lambda *state: told.append(state))
    assert told == [(0, 2, chosen[0].id), (1, 2, chosen[1].id), (2, 2, "")]


def test_a_cancelled_run_says_how_far_it_came() -> None:
    asked = WordAssistant(small_index())
    with pytest.raises(RunCancelled, match="after 3 of 72"):
        outcomes(asked, cancelled=lambda: len(asked.asked) == 3)


def test_a_run_in_which_everything_fails_is_an_error_and_not_a_score() -> None:
    with pytest.raises(RunFailed, match="RuntimeError: planted"):
        outcomes(WordAssistant(small_index(), broken=lambda question: True))


def test_the_order_of_the_questions_changes_no_average() -> None:
    asked = WordAssistant(small_index(), threshold=0.9)
    forward, backward = outcomes(asked), outcomes(asked, small_items()[::-1])
    timed = {"seconds_median", "seconds_p95", "first_token_median"}
    first, second = summarise(forward), summarise(backward)
    assert all(first[name] == pytest.approx(second[name]) for name in first if name not in timed)
    assert by_kind(forward) == {kind: pytest.approx(row) for kind, row in by_kind(backward).items()}


def test_a_stored_run_comes_back_as_it_was(tmp_path: Path) -> None:
    ran = outcomes(WordAssistant(small_index(), broken=lambda question: "keras" in question))
    run = Run(replace(head("r1"), summary=summarise(ran), counts=counts(ran)), ran)
    folder = save_run(tmp_path, run)
    again = load_run(tmp_path, "r1")
    assert again.head == run.head
    assert summarise(again.outcomes) == run.head.summary
    assert [(o.item.digest, o.metrics, o.ranking, o.evidence) for o in again.outcomes] == [
        (o.item.digest, o.metrics, o.ranking, o.evidence) for o in ran
    ]
    assert json.loads((folder / "outcomes.jsonl").read_text(encoding="utf-8").split("\n")[0])["item"]["id"] == ran[0].item.id
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_half_a_character_in_an_answer_costs_no_run(tmp_path: Path) -> None:
    ran = outcomes(WordAssistant(small_index()), small_items()[:1])
    save_run(tmp_path, Run(head("r"), (replace(ran[0], record={"answer": "\ud83d"}),)))
    assert load_run(tmp_path, "r").outcomes[0].record == {"answer": "\ud83d"}


def test_runs_are_found_by_the_beginning_of_their_name_by_age_and_by_folder(tmp_path: Path) -> None:
    ran = outcomes(WordAssistant(small_index()), small_items()[:1])
    for name, created in (("20250101-a", "2025-01-01"), ("20250102-b", "2025-01-02"), ("20250102-c", "2025-01-03")):
        save_run(tmp_path, Run(head(name, created), ran))
    assert [stored.id for stored in stored_runs(tmp_path)] == ["20250101-a", "20250102-b", "20250102-c"]
    assert load_run(tmp_path, "latest").head.id == "20250102-c"
    assert load_run(tmp_path, "previous").head.id == "20250102-b"
    assert load_run(tmp_path, "20250101").head.id == "20250101-a"
    assert load_run(tmp_path, str(tmp_path / "20250102-b")).head.id == "20250102-b"
    with pytest.raises(RunMissing, match="the beginning of 2 runs"):
        load_run(tmp_path, "20250102")
    with pytest.raises(RunMissing, match=r"There is no run “x” in .*20250101-a, 20250102-b, 20250102-c"):
        load_run(tmp_path, "x")


def test_a_damaged_run_is_named(tmp_path: Path) -> None:
    folder = save_run(tmp_path, Run(head("r"), outcomes(WordAssistant(small_index()), small_items()[:1])))
    (folder / "outcomes.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(RunDamaged, match="cannot be read"):
        load_run(tmp_path, "r")
    (folder / "run.json").write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(RunDamaged, match="another format"):
        stored_runs(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RunUnwritable, match="could not be stored"):
        save_run(tmp_path / "file", Run(head("r"), ()))


def test_two_runs_stored_at_once_get_names_of_their_own(tmp_path: Path) -> None:
    names = {new_run_id(tmp_path / "evals", "abcdef1234") for _ in range(5)}  # none of them is stored yet
    assert len(names) == 5
    (tmp_path / "file").write_text("")
    with pytest.raises(RunUnwritable, match="could not be stored"):
        new_run_id(tmp_path / "file", "")


def test_run_ids_differ_within_a_second(tmp_path: Path) -> None:
    first = new_run_id(tmp_path, "abcdef1234")
    (tmp_path / first).mkdir()
    assert new_run_id(tmp_path, "abcdef1234") != first
    assert first.endswith("-abcdef1")


def test_the_commit_is_that_of_a_checkout_that_tracks_the_folder(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / "a").write_text("1")
    assert commit_of(tmp_path) == ""
    subprocess.run([*git, "add", "a"], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)
    commit = commit_of(tmp_path)
    assert len(commit) == 40
    (tmp_path / "a").write_text("2")
    assert commit_of(tmp_path) == commit + "+"
    (tmp_path / "installed").mkdir()
    assert commit_of(tmp_path / "installed") == ""
