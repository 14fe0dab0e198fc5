"""Regressions planted in the real engine, over the starter corpus and its committed questions: the gate names each of them.

What is planted: a fusion weight of zero, citations shifted by one character, a document dropped, a threshold moved. The same
code without them passes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import CORPUS

from assistant.answer import Answer, Mode, Turn
from assistant.assistant import Assistant, ask_of
from assistant.coverage import THRESHOLD
from assistant.parts import parts_of
from evals.evaluate import Evaluation, evaluate
from evals.items import evenly, item_json, load_items
from evals.run import Asked
from evals.sweep_run import Remembered
from index.build import update
from index.embedder import TransformerEmbedder
from index.hit import Hit
from index.library import Library
from ui.sweep_engine import VariedLibrary

QUESTIONS = 80  # evenly spaced over all committed ones: enough for the gate to see each plant, few enough for a test
DROPPED = "topics/model-evaluation.md"


class Changed:
    """An assistant whose answers are changed on their way out."""

    def __init__(self, asked: Asked, change: Callable[[Answer], Answer]) -> None:
        self.threshold = asked.threshold
        self._asked, self._change = asked, change

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        return self._change(self._asked.ask(question, history, mode=mode))

    def search(self, question: str, history: Sequence[Turn] = (), k: int = 10) -> tuple[str, tuple[Hit, ...]]:
        return self._asked.search(question, history, k)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the questions, the baseline and the runs go."""
    folder = tmp_path_factory.mktemp("planted")
    everything = load_items()
    resting = [item for item in everything if DROPPED in {evidence.document_id for evidence in item.evidence}]
    assert len(resting) >= 2, "choose a document that questions rest on"
    chosen = dict.fromkeys([*evenly(everything, QUESTIONS), *resting[:4]])
    (folder / "items.jsonl").write_text("".join(json.dumps(item_json(item)) + "\n" for item in chosen), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def library(corpus_index: Path, embedder: TransformerEmbedder) -> Library:
    return Library(corpus_index, lambda: embedder)


@pytest.fixture(scope="module")
def remembered(library: Library, folder: Path) -> Remembered:
    """The real assistant, which answers each question once; the baseline is its run."""
    snapshot = library.snapshot()
    asked = Remembered(
        Assistant(library, threshold=0.0), lambda question, history: bool(parts_of(ask_of(question, history, snapshot)))
    )
    asked.threshold = THRESHOLD
    first = evaluate(
        asked, library.snapshot(), runs=folder / "runs", item_files=[folder / "items.jsonl"],
        baseline=folder / "baseline.json", update_baseline=True, reason="before the regression",
    )  # fmt: skip
    assert not [outcome.error for outcome in first.run.outcomes if outcome.error]
    return asked


def gate(asked: Asked, library: Library, folder: Path) -> Evaluation:
    files = {"runs": folder / "runs", "item_files": [folder / "items.jsonl"], "baseline": folder / "baseline.json"}
    return evaluate(asked, library.snapshot(), gate=True, **files)  # type: ignore[arg-type]


def failures(done: Evaluation) -> set[str]:
    assert done.gate is not None
    assert done.exit_code == (not done.gate.passed)
    return {check.name for check in done.gate.failures}


def test_the_same_engine_passes_and_a_threshold_on_remembered_answers_is_the_real_one(
    remembered: Remembered, library: Library, folder: Path
) -> None:
    assert failures(gate(remembered, library, folder)) == set()
    for item in evenly(load_items([folder / "items.jsonl"]), 12):
        for threshold in (THRESHOLD, 0.9):
            remembered.threshold = threshold
            answer = remembered.ask(item.question, item.history, mode="quote")
            again = Assistant(library, threshold=threshold).ask(item.question, item.history, mode="quote")
            assert (answer.status, answer.sentences, answer.citations) == (again.status, again.sentences, again.citations)
    remembered.threshold = THRESHOLD


def test_a_fusion_weight_of_zero_is_caught_by_the_ranking(remembered: Remembered, library: Library, folder: Path) -> None:
    varied = VariedLibrary(library, weight=0.0)
    done = gate(Assistant(varied), varied, folder)
    assert failures(done) & {f"metric {name}" for name in ("success@1", "success@5", "mrr", "ndcg@10", "recall@5", "recall@10")}


@pytest.mark.parametrize("by", [1, -1])
def test_citations_shifted_by_one_are_caught_by_their_exactness(
    remembered: Remembered, library: Library, folder: Path, by: int
) -> None:
    documents = library.snapshot().documents

    def shift(answer: Answer) -> Answer:
        moved = []
        for citation in answer.citations:
            start, end = max(citation.start + by, 0), citation.end + by
            moved.append(replace(citation, start=start, end=end, quote=documents[citation.document_id].text[start:end]))
        return replace(answer, citations=tuple(moved))

    done = gate(Changed(remembered, shift), library, folder)
    assert {"metric citation_exactness", "floor citation_exactness"} <= failures(done)


def test_a_dropped_document_is_caught_by_its_name(
    remembered: Remembered, corpus_index: Path, embedder: TransformerEmbedder, folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(CORPUS, tmp_path / "corpus")
    shutil.copytree(corpus_index, tmp_path / "data")
    (tmp_path / "corpus" / DROPPED).unlink()
    update(tmp_path / "corpus", tmp_path / "data", lambda: embedder, (embedder.id, embedder.digest))
    library = Library(tmp_path / "data", lambda: embedder)
    done = gate(Assistant(library), library, folder)
    assert {"documents", "evidence"} <= failures(done)
    assert f"FAILED  documents: {DROPPED} of the baseline is not in the index" in done.text


@pytest.mark.parametrize(
    ("threshold", "caught"),
    [(0.0, {"metric refused"}), (0.95, {"metric answered", "metric strict_accuracy"})],
    ids=["answers everything", "refuses too much"],
)
def test_a_moved_threshold_is_caught_by_what_is_refused(
    remembered: Remembered, library: Library, folder: Path, threshold: float, caught: set[str]
) -> None:
    remembered.threshold = threshold
    try:
        done = gate(remembered, library, folder)
    finally:
        remembered.threshold = THRESHOLD
    assert caught <= failures(done), done.text
    assert f"config.threshold: {THRESHOLD} -> {threshold}" in done.text
