"""The vectors of the words of short texts, each of which knows its sentence; the texts of the last questions are kept.

What is read for one question is often read for the next one as well, and reading is what costs.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embedder import Embedder, Span
from index.terms import WORD

KEPT = 1024  # texts, some 50 kB each; half as many were read a tenth more often


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, in order."""

    spans: NDArray[np.int64]  # (words, 2): half-open, in characters of the text
    vectors: NDArray[np.float16]  # (words, dimension): unit vectors


class WordVectors:
    """Computes them with an embedder; threads may share it."""

    def __init__(self, embedder: Callable[[], Embedder], kept: int = KEPT) -> None:
        self._embedder = embedder
        self._limit = kept
        self._kept: OrderedDict[str, Words] = OrderedDict()  # the text asked for last stands last
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> list[Words]:
        """The words of each text; those that are not kept are computed in one pass."""
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        if new := [text for text in dict.fromkeys(texts) if text not in found]:
            spans: list[list[Span]] = [[match.span() for match in WORD.finditer(text)] for text in new]
            vectors = self._embedder().embed_words(new, spans)
            for text, places, own in zip(new, spans, vectors, strict=True):
                found[text] = Words(np.array(places, np.int64).reshape(-1, 2), own.astype(np.float16))
        with self._lock:
            for text in texts:
                self._kept[text] = found[text]
                self._kept.move_to_end(text)
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
        return [found[text] for text in texts]
