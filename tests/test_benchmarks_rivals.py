"""The benchmarks run from end to end on a tiny corpus; figures are never asserted, only that they were measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evals.benchmarks.__main__ import main
from evals.benchmarks.material import from_corpus, from_squad
from evals.benchmarks.rivals import OURS, compare, table
from evals.benchmarks.scale import write_documents
from evals.benchmarks.task import Result, Step
from evals.benchmarks.vectors import measure as measure_vectors
from evals.benchmarks.vectors import resembling
from index.embedder import EMBEDDER
from index.weights import is_present

TEXT = "Bread needs flour, water, salt and yeast. The dough rests overnight.\n\nThe Danube flows through ten countries."


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    answers = [{"text": "ten countries", "answer_start": 0}]
    paragraph = {"context": TEXT, "qas": [{"id": "q1", "question": "How many countries?", "answers": answers}]}
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [{"title": "Rivers", "paragraphs": [paragraph]}]}), encoding="utf-8")
    return path


def test_the_project_itself_is_measured_from_build_to_answer(squad: Path, tmp_path: Path) -> None:
    if not is_present(EMBEDDER):
        pytest.skip("the embedder was not pulled; run `roadmap models pull`")
    material = from_squad(squad, 0, 5)
    results = compare(material, tmp_path / "work", None, cut="default", rounds=1, contenders=(OURS,))
    [result] = results[OURS]
    assert result.passages == 1
    assert result.answers == (1.0, 1.0)
    assert len(result.search) == 1
    assert 0 < result.change.cpu < result.build.cpu, "an update starts nothing and embeds less"
    assert next((tmp_path / "work" / "corpus").iterdir()).read_text(encoding="utf-8") == TEXT, "the corpus is as before"
    assert "| first build, s |" in table(results)


def test_the_table_gives_medians_and_how_many_times_ours_each_took() -> None:
    def result(seconds: float) -> Result:
        step = Step(seconds, seconds)
        return Result(10, 800, step, step, step, (seconds / 1000,), 100 * seconds, (0.5, 0.75))

    lines = table({OURS: [result(1), result(2), result(9)], "txtai": [result(6)]}).splitlines()
    assert lines[0] == "| | this project | txtai |"
    assert "| first build, s | 2.0 | 6.0 (3.0×) |" in lines
    assert "| answer in the first five | 0.750 | 0.750 |" in lines


def test_the_starter_corpus_comes_with_questions_whose_answers_stand_in_it() -> None:
    material = from_corpus(Path(__file__).parents[1] / "corpus", 12, 30)
    assert len(material.texts) == 12
    everything = [" ".join(text.split()) for text in material.texts.values()]
    assert material.questions
    for _, answers in material.questions:
        assert any(" ".join(answer.split()) in text for answer in answers for text in everything)


def test_synthetic_vectors_resemble_real_ones_and_are_the_same_each_time() -> None:
    real = np.eye(64, dtype=np.float32)
    made = resembling(real, 500)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert np.array_equal(made, resembling(real, 500))
    assert (made @ real.T).max(axis=1).min() > 0.5
    [row] = measure_vectors(made, made[:5], [400])
    assert row.size == 400
    assert 0 <= row.recall <= 1


def test_documents_made_for_scale_are_different_and_repeatable(tmp_path: Path) -> None:
    write_documents([TEXT], 3, tmp_path / "a")
    write_documents([TEXT], 3, tmp_path / "b")
    texts = [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "a").iterdir())]
    assert len(set(texts)) == 3
    assert texts == [path.read_text(encoding="utf-8") for path in sorted((tmp_path / "b").iterdir())]


def test_a_wrong_file_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vectors", "--squad", str(tmp_path / "none.json")]) == 1
    assert "none.json cannot be read" in capsys.readouterr().err
