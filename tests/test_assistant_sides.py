"""Questions that compare two things: what the two are, and an answer that says of each what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.sides import sides
from index.embedder import TransformerEmbedder
from index.library import Library


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the difference between precision and recall?", ["precis", "recal"]),
        ("docker vs kubernetes", ["docker", "kubernet"]),
        ("PyTorch or TensorFlow?", ["pytorch", "tensorflow"]),
        ("how does bagging differ from boosting", ["bag", "boost"]),
        ("Compare batch inference with online inference", ["batch infer", "infer onlin"]),
        ("What is precision?", None),
        ("Which is better for somebody who has studied physics for years, a bootcamp or a degree in computer science?", None),
        ("Precision and recall", None),
    ],
)
def test_what_is_compared(question: str, expected: list[str] | None) -> None:
    found = sides(question)
    assert (found and [" ".join(sorted(side)) for side in found]) == expected


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        ("difference between supervised and unsupervised learning", "Supervised", "Unsupervised"),
        ("supervised vs unsupervised", "Supervised", "Unsupervised"),
        ("whats the diffrence between supervised and unsupervised", "Supervised", "Unsupervised"),
        ("whats the difference between precision and recall", "Precision", "Recall"),
        ("docker vs kubernetes", "Docker is", "Kubernetes is"),
    ],
)
def test_each_side_is_defined(
    question: str, first: str, second: str, corpus_index: Path, embedder: TransformerEmbedder
) -> None:
    answer = Assistant(Library(corpus_index, lambda: embedder)).ask(question, mode="quote")
    assert all(any(citation.quote.startswith(side) for citation in answer.citations) for side in (first, second))
