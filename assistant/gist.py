"""What the documents are about altogether, as questions: for whoever asks something that is far from all of them."""

from __future__ import annotations

import numpy as np

from assistant.orders import is_order
from assistant.suggest import MAX_SUGGESTIONS, question_about
from index.search import Snapshot

SAMPLE = 4000  # passages that are looked at, evenly spaced: a library of any size costs the same


def gist(snapshot: Snapshot) -> tuple[str, ...]:
    """Questions made of the titles of the documents whose passages are on average nearest to the middle of all."""
    step = -(-len(snapshot.passages) // SAMPLE)
    passages = snapshot.passages[::step]
    vectors = np.asarray(snapshot.vectors[::step], np.float32)
    near: dict[str, list[float]] = {}
    for passage, score in zip(passages, vectors @ vectors.mean(axis=0), strict=True):
        near.setdefault(passage.document_id, []).append(float(score))
    offered: dict[str, None] = {}
    for name in sorted(near, key=lambda name: -sum(near[name]) / len(near[name])):
        document = snapshot.documents[name]
        question = "" if is_order(document.title) else question_about("", document.title, document.text)
        if question:
            offered.setdefault(question)
        if len(offered) == MAX_SUGGESTIONS:
            break
    return tuple(offered)
