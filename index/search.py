"""Hybrid search in one immutable snapshot of the index: dense (FAISS) and BM25, fused by a weighted sum.

A passage's dense score is made of its own cosine and that of its best sentence: one sentence on the point counts although
the rest of the passage is about something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.abbreviations import abbreviations
from index.content import Content, Sentences
from index.dense import DenseIndex
from index.embedder import Embedder, Vectors
from index.hit import Hit
from index.lexical import LexicalIndex
from index.manifest import Manifest
from index.titles import TitleIndex
from index.word_vectors import WordVectors
from ingest.document import Document, Passage

DENSE_WEIGHT = 0.59  # of the fused score, where neither ranking falls off; 0 and 1 leave one of the two out
DENSE_FALL, LEXICAL_FALL = 1.0, -0.6  # what the weight gains by the fall of each ranking over its ten best
LEAST_WEIGHT, MOST_WEIGHT = 0.2, 0.9
PASSAGE_SHARE = 0.25  # of the dense score; its best sentence has the rest (0, 0.25, 0.5, 0.75 and 1 were tried)
SOURCE_BONUS = 1.0  # for passages of a document that is asked as a source ("according to ...")
NAMED_BONUS = 0.15  # for passages of a document that the question names
LEAST_BEST = 0.05  # of the best dense score in the normalisation: below it the question is unlike everything, words decide
DEPTH = 200  # candidates each side brings into the fusion


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation in memory. It never changes, so any number of threads may search it."""

    manifest: Manifest
    documents: Mapping[str, Document]
    passages: tuple[Passage, ...]
    vectors: Vectors
    sentences: Sentences
    lexical: LexicalIndex
    dense: DenseIndex
    embedder: Callable[[], Embedder]
    words: WordVectors
    titles: TitleIndex
    abbreviations: Mapping[str, str]  # what they stand for, by the abbreviation in small letters
    rows: Mapping[str, tuple[int, int]]  # document id -> its passages, as a half-open range
    warning: str = ""  # set when this is not the generation that should be in use

    @property
    def generation(self) -> int:
        """Its number."""
        return self.manifest.number

    def search(self, question: str, k: int = 10, *, dense_weight: float = DENSE_WEIGHT) -> tuple[Hit, ...]:
        """The `k` best passages, best first; fewer when the index holds fewer."""
        return self.search_vector(question, self.embedder().embed_question(question), k, dense_weight=dense_weight)

    def search_vector(
        self,
        question: str,
        vector: Vectors,
        k: int = 10,
        *,
        sources: frozenset[str] = frozenset(),
        dense_weight: float = DENSE_WEIGHT,
    ) -> tuple[Hit, ...]:
        """As `search`, for a question that is already embedded as `vector`, shape (dimension,).

        `sources` are the ids of documents whose passages come first.
        """
        depth = min(max(DEPTH, k), len(self.passages))
        if depth == 0:
            return ()
        lexical = self.lexical.scores(question)
        nearest = self.dense.nearest(vector, depth)
        strongest = np.argpartition(-lexical, depth - 1)[:depth]
        rows = np.union1d(nearest, strongest[lexical[strongest] > 0])
        for source in sources:
            rows = np.union1d(rows, np.arange(*self.rows[source]))
        cosines = PASSAGE_SHARE * (self.vectors[rows] @ vector) + (1 - PASSAGE_SHARE) * self._best_sentences(rows, vector)
        shares = lexical[rows] / max(float(lexical.max()), 1e-9)
        # Dividing by the best score of the question makes the two comparable (max normalisation).
        similar = np.maximum(cosines / max(float(cosines.max()), LEAST_BEST), -1)
        weight = _fusion_weight(dense_weight, similar, shares)
        fused = weight * similar + (1 - weight) * shares
        if sources:
            fused = fused + SOURCE_BONUS * np.array([self.passages[row].document_id in sources for row in rows])
        elif named := self.titles.named(question):
            fused = fused + NAMED_BONUS * np.array([self.passages[row].document_id in named for row in rows])
        order = np.lexsort((rows, -fused))[:k]
        return tuple(
            Hit(self.passages[rows[i]], rank, float(fused[i]), float(cosines[i]), float(shares[i]))
            for rank, i in enumerate(order, start=1)
        )

    def sentence_cosines(self, document_id: str, vector: Vectors) -> dict[tuple[int, int], float]:
        """Cosine of the question to each quotable span of a document, by the span's start and end."""
        first, last = self.rows[document_id]
        start, end = self.sentences.first[first], self.sentences.first[last]
        cosines = self.sentences.vectors[start:end].astype(np.float32) @ vector
        return {
            (int(a), int(b)): float(cosine) for (a, b), cosine in zip(self.sentences.spans[start:end], cosines, strict=True)
        }

    def _best_sentences(self, rows: NDArray[np.int64], vector: Vectors) -> Vectors:
        """The highest cosine among the spans of each passage, shape (len(rows),)."""
        first, last = self.sentences.first[rows], self.sentences.first[rows + 1]
        picked = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)])
        cosines = self.sentences.vectors[picked].astype(np.float32) @ vector
        return np.maximum.reduceat(cosines, np.concatenate([[0], np.cumsum(last - first)[:-1]]))


def _fusion_weight(dense_weight: float, similar: NDArray[np.floating], shares: NDArray[np.floating]) -> float:
    """The weight of the dense scores for one question: a ranking that tells its best passages from the rest has more to say.

    Scores that fall as a sign of a good ranking: kin to NQC (Shtok et al. 2012, "Predicting query performance by query-drift
    estimation").
    """
    if dense_weight in (0.0, 1.0):
        return dense_weight
    weight = dense_weight + DENSE_FALL * _fall(similar) + LEXICAL_FALL * _fall(shares)
    return float(np.clip(weight, LEAST_WEIGHT, MOST_WEIGHT))


def _fall(shares: NDArray[np.floating]) -> float:
    """How far the tenth best score, or the last of fewer, lies below the best one, as a share of it: 0 to 1."""
    best = min(10, len(shares))
    tenth = float(np.partition(shares, -best)[-best])
    return 1 - min(max(tenth, 0.0), 1.0)


def make_snapshot(
    manifest: Manifest, content: Content, lexical: LexicalIndex, embedder: Callable[[], Embedder], warning: str = ""
) -> Snapshot:
    """Put a verified generation into memory, ready to be searched."""
    documents = {document.id: document for document in content.documents}
    rows: dict[str, tuple[int, int]] = {}
    for row, passage in enumerate(content.passages):
        rows[passage.document_id] = (rows.get(passage.document_id, (row, row))[0], row + 1)
    owners = np.repeat(np.arange(len(rows)), [end - start for start, end in rows.values()])

    def documents_with(term: str) -> int:
        return int(np.count_nonzero(np.bincount(owners[lexical.rows_with(term)])))

    def passages_with(terms: Iterable[str]) -> list[Passage]:
        together = set.intersection(*(set(lexical.rows_with(term).tolist()) for term in terms))
        return [content.passages[row] for row in sorted(together)]

    return Snapshot(
        manifest,
        documents,
        content.passages,
        content.vectors,
        content.sentences,
        lexical,
        DenseIndex(content.vectors),
        embedder,
        WordVectors(embedder),
        TitleIndex(content.documents, documents_with, passages_with),
        abbreviations(document.text for document in content.documents),
        rows,
        warning,
    )
