"""What the third stage looks at, with an embedder whose judgement is the cosine of the words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import WordEmbedder, build, found, open_library, write_corpus

from assistant.assistant import rank_evidence
from assistant.judging import NAMES, judgements
from assistant.ranker import JUDGED, JUDGING, in_order, judge, judging_features, to_judge
from index.search import Snapshot


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("judging")
    build(write_corpus(folder / "corpus"), folder / "data")
    return open_library(folder / "data").snapshot()


def test_each_unit_is_judged_by_its_own_words(snapshot: Snapshot) -> None:
    asked, units = found("How long does statistics take?", snapshot)
    embedder = snapshot.embedder()
    rows = judgements(asked, units, snapshot)
    assert rows.shape == (len(units), len(NAMES))
    question = embedder.embed_question(asked.content)
    for unit, (answers, evidence) in zip(units, rows, strict=True):
        assert answers == evidence == pytest.approx(8 * float(question @ embedder.embed_question(unit.text)) - 4, abs=1e-4)


def test_the_same_unit_has_the_same_numbers_whatever_stands_beside(snapshot: Snapshot) -> None:
    asked, units = found("Which database comes first?", snapshot)
    assert np.allclose(judgements(asked, units[:1], snapshot)[0], judgements(asked, units[:5], snapshot)[0], atol=1e-6)


def test_only_the_best_are_read_a_third_time(snapshot: Snapshot) -> None:
    asked, _ = found("How long does Python take?", snapshot)
    vector = WordEmbedder().embed_question(asked.content)
    ranked = rank_evidence(asked, vector, snapshot.search_vector(asked.content, vector, 10), snapshot)
    assert sum(bool(len(r.judged)) for r in ranked) == JUDGED < len(ranked)
    assert all(len(r.words_met) for r in ranked if len(r.judged)), "they are among those that the second stage looked at"
    assert list(ranked) == in_order(ranked)


def test_what_the_third_stage_looks_at_ends_with_the_distance_to_the_best(snapshot: Snapshot) -> None:
    asked, _ = found("How long does Python take?", snapshot)
    vector = WordEmbedder().embed_question(asked.content)
    ranked = rank_evidence(asked, vector, snapshot.search_vector(asked.content, vector, 10), snapshot)
    judged = np.array([[1.0, -2.0], [3.0, 0.5]], np.float32)
    rows = judging_features(to_judge(ranked)[:2], judged)
    assert rows.shape == (2, len(JUDGING))
    assert rows[:, -4:].tolist() == [[1.0, -2.0, -2.0, -2.5], [3.0, 0.5, 0.0, 0.0]]


def test_nothing_found_is_nothing_to_judge(snapshot: Snapshot) -> None:
    asked, _ = found("python", snapshot)
    assert judgements(asked, [], snapshot).shape == (0, len(NAMES))
    assert judge([], judgements(asked, [], snapshot)) == []


def test_a_library_of_one_line_is_judged_as_well(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus", {"a.md": "Python takes six weeks.\n"}), tmp_path / "data")
    snapshot = open_library(tmp_path / "data").snapshot()
    asked, units = found("How long does Python take?", snapshot)
    assert len(judgements(asked, units, snapshot)) == len(units) >= 1
