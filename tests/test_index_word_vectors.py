"""Words with their vectors, and which texts are computed anew."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import WordEmbedder

from index.word_vectors import WordVectors


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


def test_each_word_has_its_place_and_its_vector(embedder: WordEmbedder) -> None:
    (words,) = WordVectors(lambda: embedder).of(["Learn Python, then SQL."])
    assert ["Learn Python, then SQL."[start:end] for start, end in words.spans] == ["Learn", "Python", "then", "SQL"]
    assert np.allclose(words.vectors[1], embedder.embed_question("python"), atol=1e-3)
    assert np.allclose(np.linalg.norm(words.vectors.astype(np.float32), axis=1), 1, atol=1e-3)


def test_a_text_without_words_has_none(embedder: WordEmbedder) -> None:
    empty, other = WordVectors(lambda: embedder).of(["", "python"])
    assert empty.spans.shape == (0, 2)
    assert len(empty.vectors) == 0
    assert len(other.vectors) == 1


def test_a_text_is_computed_once_while_it_is_kept(embedder: WordEmbedder) -> None:
    vectors = WordVectors(lambda: embedder, kept=2)
    first, again = vectors.of(["one", "one"])
    assert embedder.texts == ["one"]
    assert first is again
    vectors.of(["two", "one"])
    vectors.of(["three"])  # "two" was asked for before "one", and goes
    vectors.of(["one"])
    assert embedder.texts == ["one", "two", "three"]
    vectors.of(["two"])
    assert embedder.texts == ["one", "two", "three", "two"]


def test_more_texts_than_are_kept_are_all_answered(embedder: WordEmbedder) -> None:
    vectors = WordVectors(lambda: embedder, kept=1)
    texts = ["python", "git", "python", "sql"]
    found = vectors.of(texts)
    assert all(np.allclose(w.vectors[0], embedder.embed_question(t), atol=1e-3) for w, t in zip(found, texts, strict=True))
