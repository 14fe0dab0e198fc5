"""Reports as reference questions: what becomes of them in the file, and what a run says about them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from evals_fakes import WordAssistant, document, small_index
from ui_fakes import covered_answer, refusal, roadmap_document

from assistant.feedback import FeedbackStore, open_feedback
from assistant.verify import support
from evals.evidence import locate
from evals.feedback import (
    ReportUnusable,
    dismiss,
    item_files,
    learner_items,
    make_item,
    passage_evidence,
    quote_evidence,
    reopen,
    settle_reports,
)
from evals.item_file import append_item, remove_item
from evals.items import Evidence, ItemInvalid, items_folder, load_items, read_file
from evals.run import Run, RunHead, run_items
from ingest.document import Passage


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return open_feedback(tmp_path)


QUESTION = "how many weeks does algebra evening study take"


def evidence() -> tuple[Evidence, ...]:
    index = small_index()
    source = index.documents["topics/algebra.md"]
    return quote_evidence(source, source.text.split("\n\n")[0])


def measured(file: Path, *, threshold: float, run_id: str, search_only: bool = False) -> Run:
    asked = WordAssistant(small_index(), threshold=threshold)
    items = load_items([file])
    documents = asked.index.documents
    outcomes = run_items(items, locate(items, documents), asked, documents, support, search_only=search_only)
    return Run(RunHead(run_id, "2025-01-01T00:00:00+00:00", search_only, "", 1, "", {}, {}, {}), outcomes)


def test_the_questions_of_reports_are_asked_besides_the_committed_ones(tmp_path: Path, store: FeedbackStore) -> None:
    committed = tuple(sorted(items_folder().glob("*.jsonl")))
    assert item_files(tmp_path) == committed
    report = store.add("down", covered_answer(QUESTION))
    make_item(store, report.id, learner_items(tmp_path), evidence())
    assert item_files(tmp_path) == (*committed, learner_items(tmp_path))
    assert item_files(tmp_path, [tmp_path / "mine.jsonl"]) == (tmp_path / "mine.jsonl",)
    load_items(item_files(tmp_path))  # their ids do not clash


def test_beside_documents_of_ones_own_the_questions_about_the_starter_corpus_are_left_out(
    tmp_path: Path, store: FeedbackStore
) -> None:
    committed = tuple(sorted(items_folder().glob("*.jsonl")))
    own, both = {"topics/algebra.md"}, {"topics/algebra.md", "sources/five-key-steps.md"}
    assert item_files(tmp_path, (), own) == committed  # `evaluate` says what to do
    make_item(store, store.add("down", covered_answer(QUESTION)).id, learner_items(tmp_path), evidence())
    assert item_files(tmp_path, (), own) == (learner_items(tmp_path),)
    assert item_files(tmp_path, (), both) == (*committed, learner_items(tmp_path))


def test_a_report_is_fixed_in_the_first_run_that_answers_it_and_can_break_again(tmp_path: Path, store: FeedbackStore) -> None:
    report = store.add("down", covered_answer(QUESTION))
    file = learner_items(tmp_path)
    make_item(store, report.id, file, evidence())
    for run_id, threshold, works, fixed_in, news in (
        ("r1", 1.1, False, "", False),
        ("r2", 0.5, True, "r2", True),
        ("r3", 0.5, True, "r2", False),
        ("r4", 1.1, False, "", True),
        ("r5", 0.5, True, "r5", True),
    ):
        (state,) = settle_reports(store, measured(file, threshold=threshold, run_id=run_id))
        assert (state.works, state.fixed_in, state.news) == (works, fixed_in, news), run_id
        assert store.get(report.id).fixed_in == fixed_in
    assert "your report was fixed in run r5" in state.text
    assert settle_reports(store, measured(file, threshold=1.1, run_id="r6", search_only=True)) == ()
    assert store.get(report.id).fixed_in == "r5"


def test_nothing_is_said_to_be_fixed_that_was_right_when_it_was_reported(tmp_path: Path, store: FeedbackStore) -> None:
    file = learner_items(tmp_path)
    for answer in (refusal("who rules the desert"), covered_answer("who won the desert race")):
        make_item(store, store.add("gap", answer).id, file, ())
    answered, refused = settle_reports(store, measured(file, threshold=0.5, run_id="r1"))
    assert (answered.works, answered.before) == (True, False)
    assert "your report was fixed in run r1" in answered.text
    assert (refused.works, refused.before) == (True, True)
    assert "answered as it should be since run r1, as when it was reported: who rules" in refused.text


def test_a_wrong_answer_does_not_count_as_fixed(tmp_path: Path, store: FeedbackStore) -> None:
    """Without required points an answer is right when it cites the passage that was chosen."""
    report = store.add("down", covered_answer(QUESTION))
    other = small_index().documents["topics/keras.md"]
    make_item(store, report.id, learner_items(tmp_path), quote_evidence(other, other.text.split("\n\n")[0]))
    (state,) = settle_reports(store, measured(learner_items(tmp_path), threshold=0.5, run_id="r1"))
    assert not state.works


def test_an_attempt_that_was_killed_between_file_and_store_can_be_repeated(tmp_path: Path, store: FeedbackStore) -> None:
    report = store.add("down", covered_answer(QUESTION))
    file = learner_items(tmp_path)
    first = make_item(store, report.id, file, evidence())
    store.resolve(report.id, "open")  # as if the store had never heard of it
    again = make_item(store, report.id, file, (), never_break=True)
    assert first.id == again.id
    assert read_file(file) == (replace(again, origin=f"{file}, line 1"),)


def test_what_is_set_aside_leaves_the_file_and_others_stay(tmp_path: Path, store: FeedbackStore) -> None:
    reports = [store.add("gap", covered_answer(f"{QUESTION} {n}")) for n in range(3)]
    file = learner_items(tmp_path)
    made = [make_item(store, report.id, file, ()) for report in reports]
    dismiss(store, reports[1].id, file, "an opinion")
    assert [item.id for item in read_file(file)] == [made[0].id, made[2].id]
    reopen(store, reports[0].id, file)
    assert [item.id for item in read_file(file)] == [made[2].id]
    dismiss(store, reports[2].id, file)
    assert read_file(file) == ()
    make_item(store, reports[0].id, file, ())
    assert [item.id for item in read_file(file)] == [made[0].id]


def test_a_question_made_elsewhere_leaves_that_file_too(tmp_path: Path, store: FeedbackStore) -> None:
    report, mine = store.add("down", covered_answer(QUESTION)), tmp_path / "mine.jsonl"
    for undo in (dismiss, reopen):
        make_item(store, report.id, mine, evidence(), elsewhere=True)
        undo(store, report.id, learner_items(tmp_path))
        assert mine.read_text() == ""
        assert store.get(report.id).note == ""


def test_a_point_without_words_is_refused_and_a_file_that_holds_one_can_be_mended(tmp_path: Path, store: FeedbackStore) -> None:
    report, file = store.add("down", covered_answer(QUESTION)), learner_items(tmp_path)
    with pytest.raises(ItemInvalid, match="“must” may hold texts with at least one letter"):
        make_item(store, report.id, file, evidence(), must=[""])
    assert not file.exists() and store.get(report.id).state == "open"
    item = make_item(store, report.id, file, evidence(), must=["x"])
    file.write_text(file.read_text().replace('"must": [["x"]]', '"must": [[""]]') + "no json\n")
    dismiss(store, report.id, file)
    assert item.id not in file.read_text() and "no json" in file.read_text()


def test_what_cannot_be_is_named(tmp_path: Path, store: FeedbackStore) -> None:
    report = store.add("down", covered_answer(QUESTION))
    with pytest.raises(ReportUnusable, match="no required points"):
        make_item(store, report.id, learner_items(tmp_path), (), must=["x"])
    with pytest.raises(ItemInvalid, match="taken already"):
        item = make_item(store, report.id, learner_items(tmp_path), evidence())
        append_item(learner_items(tmp_path), item)
    changed = document("plans/roadmap.md", "All is new.")
    passage = Passage("p", changed.id, "t", (), None, ((0, 14),), "Linear algebra")
    with pytest.raises(ReportUnusable, match=r"does not stand in plans/roadmap\.md"):
        passage_evidence(passage, changed)
    assert passage_evidence(passage, roadmap_document())[0].quote == "Linear algebra"  # moved, but there


def test_removing_keeps_every_other_byte(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    kept = '{"id": "a", "question": "q é", "kind": "fact", "answerable": false}\n\n'
    gone = '{"id": "b", "question": "q", "kind": "fact", "answerable": false}\n'
    file.write_text(kept + gone, encoding="utf-8")
    assert remove_item(file, "b") and file.read_text(encoding="utf-8") == kept
    assert not remove_item(file, "b")
    assert not remove_item(tmp_path / "none.jsonl", "b")
