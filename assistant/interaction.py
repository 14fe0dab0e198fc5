"""How well each word of a question is met by the words of a unit: late interaction, as in ColBERT (arXiv 2004.12832).

One vector a text blurs which of its words fits what; the vectors of the words, which know their sentence, tell it. They cost a
pass through the embedder, so only the few best units are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.question import Question
from assistant.reading import readings
from assistant.signals import Signals
from assistant.units import Unit
from index.embedder import Vectors
from index.search import Snapshot
from index.terms import STOPWORDS, WORD, stem

NAMES = (
    "mean_met", "least_met", "two_least_met", "mean_met_all_words", "least_met_all_words", "cosine", "mean_met_by_rarity",
    "rarest_met",
)  # fmt: skip


def interactions(question: Question, units: Sequence[Unit], snapshot: Snapshot) -> Signals:
    """One row for each unit, shape (len(units), len(NAMES)), each number a cosine or a mean of cosines.

    A word of the question is met by the unit's word that is nearest to it. All but the two of all words leave function words
    out; without a content word they are 0.
    """
    rows = np.zeros((len(units), len(NAMES)), np.float32)
    read = readings(units)
    texts = [question.content, *(reading.text for reading in read)]
    words = [[match.span() for match in WORD.finditer(text)] for text in texts]
    if not units or not words[0]:
        return rows
    wholes, vectors = snapshot.embedder().embed_passages(texts, words)
    asked = [question.content[start:end].lower().replace("’", "'") for start, end in words[0]]
    content = np.array([word not in STOPWORDS for word in asked])
    rarity = np.array([snapshot.lexical.rarity(stem(word)) for word in asked], np.float32)[content]
    for reading, spans, own in zip(read, words[1:], vectors[1:], strict=True):
        for row, inside in reading.units.items():
            held = own[[end <= reading.headings_end or any(s <= start and end <= e for s, e in inside) for start, end in spans]]
            if len(held):
                met = (vectors[0] @ held.T).max(axis=1)
                rows[row] = _numbers(met, met[content], rarity, _cosine(wholes[0], held.sum(axis=0)))
    return rows


def _numbers(every: Vectors, met: Vectors, rarity: Vectors, cosine: float) -> tuple[float, ...]:
    if not len(met):
        return 0.0, 0.0, 0.0, float(every.mean()), float(every.min()), cosine, 0.0, 0.0
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
    )


def _cosine(one: Vectors, other: Vectors) -> float:
    return float(one @ other) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12)
