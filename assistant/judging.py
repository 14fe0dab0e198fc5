"""The few best units read together with the question, by the cross-encoder.

The words of a near miss meet those of the question as well as an answer's do; only what has read both tells them apart. Nothing
of that can be kept for the next question, so few units are read.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.question import Question
from assistant.reading import readings
from assistant.signals import Signals
from assistant.units import Unit
from index.cross_encoder import NUMBERS
from index.search import Snapshot

NAMES = ("answers", "evidence")  # the logits of `index.cross_encoder`


def judgements(question: Question, units: Sequence[Unit], snapshot: Snapshot) -> Signals:
    """How the cross-encoder judges each unit, shape (units, len(NAMES))."""
    rows = np.zeros((len(units), NUMBERS), np.float32)
    if not units:
        return rows
    read = readings(units)
    places = [list(reading.units.values()) for reading in read]
    texts, headings = [reading.text for reading in read], [reading.headings_end for reading in read]
    found = snapshot.embedder().judge(question.content, texts, headings, places)
    for reading, logits in zip(read, found, strict=True):
        rows[list(reading.units)] = logits
    return rows
