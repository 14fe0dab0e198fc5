"""Abbreviations are what the documents say they are, and only these are written out."""

from __future__ import annotations

import pytest

from index.abbreviations import abbreviations, written_out

KNOWN = {"ml": "machine learning", "map": "mean average precision", "cnn": "convolutional neural networks"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It uses retrieval-augmented generation (RAG).", {"rag": "retrieval-augmented generation"}),
        ("Machine Learning (ML) and, once more, the machine learning (ML) of old.", {"ml": "machine learning"}),
        ("Long short-term memory (LSTM) is old.", {"lstm": "long short-term memory"}),
        ("a certified Kubernetes administrator (CKA) has passed", {"cka": "certified kubernetes administrator"}),
        ("Spark (Apache), months (3), an aside (see above), the end (TBD).", {}),
        ("It is FTBFS (Fails To Build From Source), a DD (who is one)", {"ftbfs": "fails to build from source"}),
        ("SQL (short for something), CI (in short), Go (Google)", {}),
        ("(ML) stands at the beginning, and so do others(ML)", {}),
    ],
)
def test_what_stands_before_the_brackets_is_meant(text: str, found: dict[str, str]) -> None:
    assert abbreviations([text]) == found


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("what do CNNs do", "what do convolutional neural networks do"),
        ("is there a map of ml", "is there a map of machine learning"),
        ("what is MAP", "what is mean average precision"),
        ("is ml machine learning", "is ml machine learning"),
        ("HTML and SQL", "HTML and SQL"),
    ],
)
def test_only_abbreviations_are_written_out(question: str, meant: str) -> None:
    assert written_out(question, KNOWN) == meant
