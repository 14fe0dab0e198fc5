"""Nearest vectors by inner product (FAISS): exact for a small index, compressed with exact rescoring for a large one.

Above `EXACT` vectors a scan of everything takes longer than a question may; then each vector is also held as one bit a
dimension (RaBitQ, Gao and Long 2024, arXiv 2405.12497), all of those are compared, and the best `OVERSAMPLED` times as many
as asked for are scored again with the vectors themselves. RaBitQ learns nothing from the data: the same vectors always give the
same index, it is made of verified vectors when they are loaded, and no file of its own can be damaged or stale.
`python -m evals.benchmarks vectors` measures recall and time of both up to a million vectors.
"""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedder import Vectors

EXACT = 20_000  # vectors; where scanning them all begins to take as long as everything else in a search
OVERSAMPLED = 3


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
        if self.compressed and len(vectors):
            self._index.train(vectors)  # only takes the mean
        self._index.add(vectors)

    def nearest(self, vector: Vectors, count: int) -> NDArray[np.int64]:
        """The rows of the `count` nearest vectors, nearest first; all rows when there are no more."""
        count = min(count, len(self._vectors))
        if count == 0:
            return np.zeros(0, np.int64)
        wanted = min(OVERSAMPLED * count, len(self._vectors)) if self.compressed else count
        rows: NDArray[np.int64] = self._index.search(vector[None, :], wanted)[1][0]
        if not self.compressed:
            return rows[rows >= 0]
        rows = np.sort(rows[rows >= 0])
        cosines = self._vectors[rows] @ vector
        return rows[np.lexsort((rows, -cosines))[:count]]
