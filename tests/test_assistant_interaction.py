"""How a question's words are met by a unit's, with the word embedder: equal words have cosine 1, other ones 0."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEmbedder, build, found, open_library, write_corpus

from assistant.assistant import rank_evidence
from assistant.interaction import NAMES, interactions
from assistant.ranker import RERANKED, in_order, rerank
from assistant.reading import readings
from index.search import Snapshot


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("interaction")
    build(write_corpus(folder / "corpus"), folder / "data")
    return open_library(folder / "data").snapshot()


def named(row: np.ndarray) -> dict[str, float]:
    return dict(zip(NAMES, (round(float(number), 5) for number in row), strict=True))


def test_each_content_word_is_met_by_its_nearest_word(snapshot: Snapshot) -> None:
    asked, units = found("How long does statistics take in space?", snapshot)
    sentence = next(unit for unit in units if unit.text == "Statistics takes eight weeks.")
    row = named(interactions(asked, [sentence], snapshot).rows[0])
    # "long" and "space" stand nowhere in the unit; "statistics" and "take" do, by their stems; function words count apart.
    assert row["mean_met"] == 0.5
    assert row["least_met"] == row["two_least_met"] == 0
    rarity = {word: snapshot.lexical.rarity(word) for word in ("long", "statist", "take", "space")}
    assert row["mean_met_by_rarity"] == pytest.approx((rarity["statist"] + rarity["take"]) / sum(rarity.values()), abs=1e-4)
    assert row["rarest_met"] == (max(rarity, key=lambda word: rarity[word]) in ("statist", "take"))


def test_a_word_counts_as_much_as_the_weights_of_the_reader_say(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "data")
    snapshot = open_library(tmp_path / "data").snapshot()
    asked, units = found("statistics space", snapshot)
    sentence = next(unit for unit in units if unit.text == "Statistics takes eight weeks.")
    met = []
    for word, weight in (("statistics", 0.0), ("statistics", 2.0), ("space", 2.0)):
        importance = weight * snapshot.embedder().embed_question(word)
        snapshot.embedder().importance = lambda found=importance: found  # type: ignore[method-assign]
        met.append(named(interactions(asked, [sentence], snapshot).rows[0])["mean_met_by_importance"])
    heavy = math.exp(2) / (math.exp(2) + 1)
    assert met == [0.5, pytest.approx(heavy, abs=1e-4), pytest.approx(1 - heavy, abs=1e-4)]


def test_a_question_of_function_words_only_has_nothing_to_be_met(snapshot: Snapshot) -> None:
    asked, units = found("what is it?", snapshot)
    row = named(interactions(asked, units[:1], snapshot).rows[0])
    assert row["mean_met"] == row["least_met"] == row["rarest_met"] == 0


def test_the_words_of_the_headings_count_and_what_stands_far_behind_does_not(tmp_path: Path) -> None:
    text = "# Tools\n\n## Docker\n\n" + "Practise every day and read a lot. " * 12 + "Kubernetes comes last.\n"
    build(write_corpus(tmp_path / "corpus", {"a.md": text}), tmp_path / "data")
    snapshot = open_library(tmp_path / "data").snapshot()
    asked, units = found("docker kubernetes", snapshot)
    sentence = next(unit for unit in units if unit.text == "Kubernetes comes last.")
    assert named(interactions(asked, [sentence], snapshot).rows[0])["least_met"] == 1


def test_only_the_best_are_weighed_anew_and_the_embedder_sees_no_others(snapshot: Snapshot) -> None:
    embedder = WordEmbedder()
    asked, _ = found("How long does Python take?", snapshot)
    seen = len(snapshot.embedder().texts)  # type: ignore[attr-defined]
    hits = snapshot.search_vector(asked.content, embedder.embed_question(asked.content), 10)
    ranked = rank_evidence(asked, embedder.embed_question(asked.content), hits, snapshot)
    best = [r.unit for r in ranked if r.met.any()]
    read = [reading.text for reading in readings(best)]
    assert sorted(snapshot.embedder().texts[seen:]) == sorted([asked.content, *read])  # type: ignore[attr-defined]
    assert len(read) < len(best)
    assert sum(bool(r.met.any()) for r in ranked) <= RERANKED < len(ranked)
    assert list(ranked) == in_order(ranked)


def test_nothing_found_is_nothing_to_weigh(snapshot: Snapshot) -> None:
    asked, _ = found("python", snapshot)
    assert interactions(asked, [], snapshot).rows.shape == (0, len(NAMES))
    assert rerank([], interactions(asked, [], snapshot)) == []


def test_the_same_question_has_the_same_numbers_whatever_stands_beside(snapshot: Snapshot) -> None:
    asked, units = found("Which database comes first?", snapshot)
    alone = interactions(asked, units[:1], snapshot).rows[0]
    beside = interactions(asked, units[:5], snapshot).rows[0]
    assert np.allclose(alone, beside, atol=1e-6)
