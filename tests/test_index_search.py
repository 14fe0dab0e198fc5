"""Hybrid search against a brute-force oracle, BM25 against its formula, and what holds for every result."""

from __future__ import annotations

import dataclasses
import math
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import DIMENSION, WordEmbedder, build, open_library, write_corpus
from numpy.typing import NDArray
from threadpoolctl import threadpool_info, threadpool_limits

from index.content import lexical_text
from index.dense import DenseIndex
from index.lexical import LexicalIndex
from index.search import DENSE_FALL, DENSE_WEIGHT, LEAST_BEST, LEXICAL_FALL, NAMED_BONUS, PASSAGE_SHARE, Snapshot
from index.terms import term_counts, terms, words

WORDS = (
    "algebra calculus python pandas spark docker keras tensor model layer weight bias cloud batch stream query table index "
    "river danube bread flour yeast salt oven crust north south east west"
).split()


class NoiseEmbedder(WordEmbedder):
    """A text's vector is normal noise seeded by the text: cosines of both signs, no ties."""

    def embed_question(self, question: str) -> NDArray[np.float32]:
        vector = np.random.default_rng(zlib.crc32(question.encode())).normal(size=DIMENSION).astype(np.float32)
        return vector / np.float32(np.linalg.norm(vector))


class FarEmbedder(NoiseEmbedder):
    """Every question points away from every passage: no cosine is positive."""

    def embed_question(self, question: str) -> NDArray[np.float32]:
        return -np.abs(super().embed_question(question))

    def embed_passages(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        progress: Callable[[int], None] = lambda done: None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        wholes, parts = super().embed_passages(texts, spans, progress)
        return -wholes, [-part for part in parts]


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """300 passages of random words: more than either side of the fusion looks at."""
    dice = np.random.default_rng(7)
    files = {
        f"d{n:03d}.md": f"# Notes {n}\n\n"
        + " ".join(" ".join(dice.choice(WORDS, 12)).capitalize() + "." for _ in range(3))
        + "\n"
        for n in range(300)
    }
    folder = tmp_path_factory.mktemp("noise")
    build(write_corpus(folder / "corpus", files), folder / "data", NoiseEmbedder())
    return open_library(folder / "data", NoiseEmbedder()).snapshot()


def oracle(snapshot: Snapshot, question: str, dense_weight: float) -> NDArray[np.float64]:
    """The fused score of every passage, from the vectors and the formula alone."""
    vector = snapshot.embedder().embed_question(question).astype(np.float64)
    dense = np.empty(len(snapshot.passages))
    for row in range(len(snapshot.passages)):
        first, last = snapshot.sentences.first[row : row + 2]
        best_sentence = max(snapshot.sentences.vectors[first:last].astype(np.float64) @ vector)
        dense[row] = PASSAGE_SHARE * (snapshot.vectors[row].astype(np.float64) @ vector) + (1 - PASSAGE_SHARE) * best_sentence
    lexical = bm25([terms(lexical_text(passage)) for passage in snapshot.passages], terms(question))
    named = snapshot.titles.named(question)
    bonus = np.array([NAMED_BONUS * (passage.document_id in named) for passage in snapshot.passages])
    shares = lexical / max(lexical.max(), 1e-9)
    similar = np.maximum(dense / max(dense.max(), LEAST_BEST), -1)
    if 0 < dense_weight < 1:  # the ranking that falls off from its best to its tenth has more to say
        fall = [1 - min(max(float(np.sort(ranking)[-10]), 0), 1) for ranking in (similar, shares)]
        dense_weight = min(max(dense_weight + DENSE_FALL * fall[0] + LEXICAL_FALL * fall[1], 0.2), 0.9)
    return dense_weight * similar + (1 - dense_weight) * shares + bonus


def bm25(texts: Sequence[Sequence[str]], asked: Sequence[str], k1: float = 0.9, b: float = 0.4) -> NDArray[np.float64]:
    """BM25 as Lucene counts it (Kamphuis et al. 2020), each occurrence of a term in the question for itself."""
    mean = sum(map(len, texts)) / len(texts)
    scores = np.zeros(len(texts))
    for term in asked:
        holding = sum(term in text for text in texts)
        if not holding:
            continue
        rarity = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        for row, text in enumerate(texts):
            count = Counter(text)[term]
            scores[row] += rarity * count / (count + k1 * (1 - b + b * len(text) / mean))
    return scores


QUESTIONS = (
    "python pandas and spark",
    "which river is in the north?",
    "danube",
    "how do I bake bread with flour and yeast?",
    "something about zebras",
    "what do the notes 17 say about tensors?",
    "Which tables, queries and indexes?",
)


@pytest.mark.parametrize("weight", [0.0, DENSE_WEIGHT, 1.0])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_best_ten_are_those_of_a_brute_force_search(noise: Snapshot, question: str, weight: float) -> None:
    expected = oracle(noise, question, weight)
    hits = noise.search(question, 10, dense_weight=weight)
    rows = {passage.id: row for row, passage in enumerate(noise.passages)}
    if weight or expected.any():
        assert [hit.score for hit in hits] == pytest.approx(sorted(expected, reverse=True)[:10], abs=2e-5)
    for hit in hits:
        assert hit.score == pytest.approx(expected[rows[hit.passage.id]], abs=2e-5)


@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_ranked_from_one_and_their_parts_are_in_range(noise: Snapshot, question: str) -> None:
    hits = noise.search(question, 25)
    assert [hit.rank for hit in hits] == list(range(1, 26))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage.id for hit in hits}) == 25
    for hit in hits:
        assert -1.0001 <= hit.dense <= 1.0001
        assert 0 <= hit.lexical <= 1
        assert hit.rerank is None
    assert noise.search(question, 25) == hits, "the same question twice"


def test_more_hits_only_add_to_the_end(noise: Snapshot) -> None:
    assert noise.search("python spark", 40)[:10] == noise.search("python spark", 10)


def test_asking_for_more_than_there_is_gives_all_there_is(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "data")
    snapshot = open_library(tmp_path / "data").snapshot()
    assert len(snapshot.search("weeks", 1000)) == len(snapshot.passages)


def test_a_question_unlike_every_passage_is_answered_by_its_words(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "data", FarEmbedder())
    hits = open_library(tmp_path / "data", FarEmbedder()).snapshot().search("danube", 5)
    assert all(hit.dense < 0 for hit in hits)
    assert hits[0].passage.document_id == "rivers.md"
    assert hits[0].score > hits[1].score


@pytest.mark.parametrize("question", ["", "   ", "?!", "the of and", "\u0000", "😀", "x" * 2000, "' OR 1=1 --", "\ud800"])
def test_any_text_can_be_searched_for(noise: Snapshot, question: str) -> None:
    safe = question.encode("utf-8", "replace").decode()
    assert len(noise.search(safe, 3)) == 3


def test_a_document_that_the_question_names_is_preferred(tmp_path: Path) -> None:
    same = "The salary is discussed here, and the weeks it takes.\n"
    files = {"a.md": f"# Winter guide\n\n{same}", "b.md": f"# Ultimate handbook\n\n{same}", "c.md": f"# Summer notes\n\n{same}"}
    build(write_corpus(tmp_path / "corpus", files), tmp_path / "data")
    snapshot = open_library(tmp_path / "data").snapshot()
    assert snapshot.titles.named("What salary does the Ultimate Handbook give?") == {"b.md"}
    assert snapshot.search("What salary does the Ultimate Handbook give?", 1)[0].passage.document_id == "b.md"
    assert snapshot.titles.named("What salary is given?") == frozenset()


def test_sentence_cosines_belong_to_the_spans_of_their_document(noise: Snapshot) -> None:
    vector = noise.embedder().embed_question("python")
    document = noise.documents["d007.md"]
    found = noise.sentence_cosines("d007.md", vector)
    for (start, end), cosine in found.items():
        expected = float(noise.embedder().embed_question(document.text[start:end]) @ vector)
        assert cosine == pytest.approx(expected, abs=2e-3)  # stored in half precision
    assert len(found) == 4, "a heading and three sentences"


# --- large indexes


def like_texts(count: int) -> NDArray[np.float32]:
    """Unit vectors in 40 clusters, as texts on 40 subjects have them."""
    dice = np.random.default_rng(5)
    centres = dice.normal(size=(40, 96))
    vectors = centres[dice.integers(40, size=count)] + dice.normal(size=(count, 96))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_compressed_index_finds_what_the_exact_one_finds() -> None:
    vectors = like_texts(6000)
    exact, compressed = DenseIndex(vectors, compressed=False), DenseIndex(vectors, compressed=True)
    assert not DenseIndex(vectors).compressed
    shares = []
    for question in like_texts(6040)[6000:]:
        cosines = vectors @ question
        for index in (exact, compressed):
            rows = index.nearest(question, 200)
            assert len(set(rows.tolist())) == 200
            assert (np.diff(cosines[rows]) <= 1e-6).all(), "nearest first"
        best = np.argsort(-cosines)[:10]
        assert set(exact.nearest(question, 10).tolist()) == set(best.tolist())
        shares.append(len(set(best.tolist()) & set(compressed.nearest(question, 200)[:10].tolist())) / 10)
    assert np.mean(shares) >= 0.99


def test_the_compressed_index_is_the_same_each_time_it_is_made() -> None:
    vectors = like_texts(3000)
    for question in like_texts(3020)[3000:]:
        one, two = (DenseIndex(vectors, compressed=True).nearest(question, 50) for _ in range(2))
        assert np.array_equal(one, two)


def test_a_large_index_is_searched_as_a_small_one(noise: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    large = dataclasses.replace(noise, dense=DenseIndex(noise.vectors, compressed=True))
    for question in QUESTIONS:
        assert [hit.passage.id for hit in large.search(question, 10)] == [hit.passage.id for hit in noise.search(question, 10)]


@pytest.mark.parametrize("compressed", [False, True])
def test_no_vectors_at_all_are_searched_too(compressed: bool) -> None:
    assert DenseIndex(np.zeros((0, 8), np.float32), compressed=compressed).nearest(np.ones(8, np.float32), 5).size == 0


# --- BM25


def test_lexical_scores_are_those_of_the_formula() -> None:
    texts = ["python and pandas", "python python spark", "docker", "the of and", "pandas pandas pandas spark docker cloud"]
    index = LexicalIndex.build(texts)
    for question in ("python", "pandas spark", "python python", "unknown docker", "cloud"):
        assert index.scores(question) == pytest.approx(bm25([terms(text) for text in texts], terms(question)), abs=1e-5)


@pytest.mark.parametrize(
    ("question", "best"),
    [("learning", 0), ("learned", 0), ("C++", 1), ("C#", 2), ("c", 3), ("PANDAS", 4), ("The", None), ("zebra", None)],
)
def test_words_meet_in_their_stem_and_languages_stay_apart(question: str, best: int | None) -> None:
    scores = LexicalIndex.build(["learn it", "C++ code", "C# code", "plain C code", "pandas’ code"]).scores(question)
    assert (None if not scores.any() else int(scores.argmax())) == best


def test_texts_without_any_term_can_be_indexed() -> None:
    index = LexicalIndex.build(["the", "of", "!"])
    assert index.scores("the learning") == pytest.approx([0, 0, 0])
    assert not index.knows("learn")


def test_a_saved_lexical_index_scores_as_before() -> None:
    built = LexicalIndex.build(["python and pandas", "docker", "pandas spark", "???"])
    loaded = LexicalIndex.load({name: b"".join(parts) for name, parts in built.files().items()}, 4)
    for question in ("pandas", "docker spark", "none"):
        assert np.array_equal(loaded.scores(question), built.scores(question))
    for term in ("panda", "docker", "none"):
        assert loaded.rarity(term) == built.rarity(term)
        assert loaded.knows(term) == built.knows(term)


def test_an_updated_lexical_index_is_the_one_that_a_fresh_build_makes() -> None:
    dice = np.random.default_rng(3)
    texts = [" ".join(dice.choice(WORDS, 1 + int(dice.integers(20)))) for _ in range(60)]
    built = LexicalIndex.build(texts)
    kept = LexicalIndex.load({name: b"".join(parts) for name, parts in built.files().items()}, len(texts))
    changed = [*texts[40:], "zebra python", texts[3], texts[3], "???", *texts[5:20]]
    origins = np.array([*range(40, 60), -1, 3, 3, -1, *range(5, 20)])
    updated, fresh = LexicalIndex.build(changed, kept, origins), LexicalIndex.build(changed)
    assert {name: b"".join(parts) for name, parts in updated.files().items()} == {
        name: b"".join(parts) for name, parts in fresh.files().items()
    }
    assert updated.scores("python zebra oven") == pytest.approx(
        bm25([terms(text) for text in changed], terms("python zebra oven")), abs=1e-5
    )


def test_an_update_reads_the_words_of_new_texts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"python topic{number}" for number in range(50)]
    kept = LexicalIndex.build(texts)
    read: list[str] = []
    monkeypatch.setattr("index.lexical.term_counts", lambda text: (read.append(text), term_counts(text))[1])
    LexicalIndex.build([*texts, "docker"], kept, np.array([*range(50), -1]))
    assert read == ["docker"]


def test_rarer_terms_weigh_more_and_unknown_ones_most() -> None:
    index = LexicalIndex.build(["python pandas", "python spark", "python docker"])
    assert index.rarity("zebra") > index.rarity("spark") > index.rarity("python") > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Don't use C++ or C#!", ["don't", "use", "c++", "or", "c#"]),
        ("It’s 3.5 %", ["it's", "3", "5"]),
        ("naïve café_bar", ["naïve", "café", "bar"]),
        ("", []),
    ],
)
def test_words_are_lower_case_and_in_order(text: str, expected: list[str]) -> None:
    assert words(text) == expected


# --- every hit belongs to its snapshot


def test_passages_of_hits_are_slices_of_the_documents_they_name(noise: Snapshot) -> None:
    for question in QUESTIONS:
        for hit in noise.search(question, 50):
            document = noise.documents[hit.passage.document_id]
            assert hit.passage.text == "\n".join(document.text[start:end] for start, end in hit.passage.spans)


def test_a_question_takes_one_core_and_leaves_the_others_alone(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "data")
    with threadpool_limits(2, user_api="blas"):
        snapshot = open_library(tmp_path / "data").snapshot()
        snapshot.search_vector("python", snapshot.embedder().embed_question("python"), 3)
        assert {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"} == {1}
