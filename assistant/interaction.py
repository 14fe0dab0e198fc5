"""How well each word of a question is met by the words of a unit: late interaction, as in ColBERT (arXiv 2004.12832).

One vector a text blurs which of its words fits what; the vectors of the words, which know their sentence, tell it. They cost a
pass through the embedder, so only the few best units are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.question import Question
from assistant.reading import readings
from assistant.signals import Signals
from assistant.units import Unit
from index.embedder import Span, Vectors
from index.search import Snapshot
from index.terms import STOPWORDS, stem

NAMES = (
    "mean_met", "least_met", "two_least_met", "mean_met_all_words", "least_met_all_words", "cosine", "mean_met_by_rarity",
    "rarest_met", "mean_met_by_importance",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Met:
    """How units meet a question. A word of the question is met by the unit's word that is nearest to it."""

    rows: Signals  # (units, len(NAMES)), each number a cosine or a mean of cosines
    words: Signals  # (units, words of the question): the cosine of each word times its share of the question's importance


def interactions(question: Question, units: Sequence[Unit], snapshot: Snapshot) -> Met:
    """How each unit meets the words of the question.

    Of the numbers in `rows`, those of all words and by importance count function words, the others are 0 without a content
    word.
    """
    rows = np.zeros((len(units), len(NAMES)), np.float32)
    if not units:
        return Met(rows, np.zeros((0, 0), np.float32))
    read = readings(units)
    words = snapshot.words.of([question.content, *(reading.text for reading in read)])
    vectors = words[0].vectors.astype(np.float32)
    each = np.zeros((len(units), len(vectors)), np.float32)
    if not len(vectors):
        return Met(rows, each)
    asked = [question.content[start:end].lower().replace("’", "'") for start, end in words[0].spans]
    content = np.array([word not in STOPWORDS for word in asked])
    importance = np.exp(vectors @ snapshot.embedder().importance())
    importance /= importance.sum()
    rarity = np.array([snapshot.lexical.rarity(stem(word)) for word in asked], np.float32)[content]
    for reading, held in zip(read, words[1:], strict=True):
        cosines = vectors @ held.vectors.astype(np.float32).T
        for row, spans in reading.units.items():
            inside = _inside(held.spans, [(0, reading.headings_end), *spans])
            if inside.any():
                met = cosines[:, inside].max(axis=1)
                whole = held.vectors[inside].sum(axis=0, dtype=np.float32)
                each[row] = met * importance
                rows[row] = _numbers(met, content, rarity, importance, _cosine(vectors.sum(axis=0), whole))
    return Met(rows, each)


def _inside(words: NDArray[np.int64], spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Which words lie in one of the spans, shape (words,)."""
    starts, ends = np.array(spans).T
    return np.asarray(((words[:, :1] >= starts) & (words[:, 1:] <= ends)).any(axis=1))


def _numbers(
    every: Vectors, content: NDArray[np.bool_], rarity: Vectors, importance: Vectors, cosine: float
) -> tuple[float, ...]:
    met = every[content]
    counted = float((every * importance).sum())
    if not len(met):
        return 0.0, 0.0, 0.0, float(every.mean()), float(every.min()), cosine, 0.0, 0.0, counted
    least = np.sort(met)
    return (
        float(met.mean()),
        float(least[0]),
        float(least[:2].mean()),
        float(every.mean()),
        float(every.min()),
        cosine,
        float((met * rarity).sum() / max(float(rarity.sum()), 1e-6)),
        float(met[rarity.argmax()]),
        counted,
    )


def _cosine(one: Vectors, other: Vectors) -> float:
    return float(one @ other) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12)
