"""Hybrid search in one immutable snapshot of the index: dense (FAISS) and BM25, fused by a weighted sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import faiss
import numpy as np

from index.embedder import Embedder, Vectors
from index.generation import Content, Manifest
from index.hit import Hit
from index.lexical import LexicalIndex
from ingest.document import Document, Passage

DENSE_WEIGHT = 0.5  # of the fused score; see `roadmap eval`
DEPTH = 200  # candidates each side brings into the fusion


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation in memory. It never changes, so any number of threads may search it."""

    manifest: Manifest
    documents: Mapping[str, Document]
    passages: tuple[Passage, ...]
    vectors: Vectors
    lexical: LexicalIndex
    dense: faiss.IndexFlatIP
    embedder: Callable[[], Embedder]
    warning: str = ""  # set when this is not the generation that should be in use

    @property
    def generation(self) -> int:
        """Its number."""
        return self.manifest.number

    def search(self, question: str, k: int = 10, *, dense_weight: float = DENSE_WEIGHT) -> tuple[Hit, ...]:
        """The `k` best passages, best first; fewer when the index holds fewer."""
        vector = self.embedder().embed([question])
        return self.search_vector(question, vector[0], k, dense_weight=dense_weight)

    def search_vector(
        self, question: str, vector: Vectors, k: int = 10, *, dense_weight: float = DENSE_WEIGHT
    ) -> tuple[Hit, ...]:
        """As `search`, for a question that is already embedded as `vector`, shape (dimension,)."""
        depth = min(max(DEPTH, k), len(self.passages))
        if depth == 0:
            return ()
        lexical = self.lexical.scores(question)
        _, nearest = self.dense.search(vector[None, :], depth)
        strongest = np.argpartition(-lexical, depth - 1)[:depth]
        rows = np.union1d(nearest[0][nearest[0] >= 0], strongest[lexical[strongest] > 0])
        cosines = self.vectors[rows] @ vector
        shares = lexical[rows] / max(float(lexical.max()), 1e-9)
        # Dividing by the best score of the question makes the two comparable (max normalisation).
        fused = dense_weight * cosines / max(float(cosines.max()), 1e-9) + (1 - dense_weight) * shares
        order = np.lexsort((rows, -fused))[:k]
        return tuple(
            Hit(self.passages[rows[i]], rank, float(fused[i]), float(cosines[i]), float(shares[i]))
            for rank, i in enumerate(order, start=1)
        )


def make_snapshot(
    manifest: Manifest, content: Content, lexical: LexicalIndex, embedder: Callable[[], Embedder], warning: str = ""
) -> Snapshot:
    """Put a verified generation into memory, ready to be searched."""
    dense = faiss.IndexFlatIP(manifest.dimension)
    dense.add(content.vectors)
    documents = {document.id: document for document in content.documents}
    return Snapshot(manifest, documents, content.passages, content.vectors, lexical, dense, embedder, warning)
