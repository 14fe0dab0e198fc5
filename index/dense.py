"""Nearest vectors by inner product (FAISS): exact for a small index, compressed with exact rescoring for a large one.

Above `EXACT` vectors a scan of everything takes longer than a question may; then each vector is also held as one bit a
dimension (RaBitQ, Gao and Long 2024, arXiv 2405.12497), all of those are compared, and the best `OVERSAMPLED` times as many
as asked for are scored again with the vectors themselves. RaBitQ learns nothing from the data: the same vectors always give the
same index, it is made of verified vectors when they are loaded, and no file of its own can be damaged or stale.
`python -m evals.benchmarks vectors` measures recall and time of both up to a million vectors.
"""

from __future__ import annotations

import os

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedder import Vectors

EXACT = 50_000  # vectors; about where the compressed index begins to be faster
OVERSAMPLED = 10  # at 3 the ten nearest are found too, but of 200 only nine in ten


class DenseIndex:
    """A fixed set of unit vectors, in rows. Any number of threads may search it."""

    def __init__(self, vectors: Vectors, *, compressed: bool | None = None) -> None:
        """`vectors` has shape (n, dimension), is kept and must not change; None compresses above `EXACT` vectors."""
        self._vectors = vectors
        self.compressed = len(vectors) > EXACT if compressed is None else compressed
        dimension = vectors.shape[1]
        self._index = (
            faiss.IndexRaBitQ(dimension, faiss.METRIC_INNER_PRODUCT) if self.compressed else faiss.IndexFlatIP(dimension)
        )
        if len(vectors):
            faiss.omp_set_num_threads(os.cpu_count() or 1)
            self._index.train(vectors)  # RaBitQ only takes the mean
            self._index.add(vectors)

    def nearest(self, vector: Vectors, count: int) -> NDArray[np.int64]:
        """The rows of the `count` nearest vectors, nearest first; all rows when there are no more."""
        count = min(count, len(self._vectors))
        if count == 0:
            return np.zeros(0, np.int64)
        # One question is one thread's work; others that are woken for it only make it wait, 60 ms on a busy machine.
        faiss.omp_set_num_threads(1)
        wanted = min(OVERSAMPLED * count, len(self._vectors)) if self.compressed else count
        rows: NDArray[np.int64] = self._index.search(vector[None, :], wanted)[1][0]
        if not self.compressed:
            return rows[rows >= 0]
        rows = np.sort(rows[rows >= 0])
        cosines = self._vectors[rows] @ vector
        return rows[np.lexsort((rows, -cosines))[:count]]
