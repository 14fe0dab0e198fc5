"""BM25 over stemmed terms (bm25s): built in memory, saved as plain arrays and JSON, loaded without pickle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from index.terms import terms


class LexicalIndex:
    """BM25 (Lucene variant, k1 = 1.5, b = 0.75) of a fixed list of texts."""

    def __init__(self, model: bm25s.BM25, size: int) -> None:
        self._model = model
        self._size = size

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index the texts; a text without any term can never be found."""
        model = bm25s.BM25(k1=1.5, b=0.75)
        tokens = [terms(text) for text in texts]
        if not any(tokens):
            tokens = [["\u0000"], *tokens[1:]]  # bm25s cannot index an empty vocabulary
        model.index(tokens, show_progress=False)
        return cls(model, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index as files of `folder`, which must exist."""
        self._model.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> LexicalIndex:
        """Read what `save` wrote for `size` texts; `folder` must have been verified."""
        return cls(bm25s.BM25.load(folder, load_corpus=False, allow_pickle=False, show_progress=False), size)

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 score of every text, shape (size,); all zero when no term of the question occurs."""
        known = [term for term in terms(question) if term in self._model.vocab_dict]
        if not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._model.get_scores(known), np.float32)

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a stemmed term, as BM25 weighs it: high for rare terms, highest for unknown ones."""
        found = len(self.rows_with(term))
        return float(np.log1p((self._size - found + 0.5) / (found + 0.5)))

    def rows_with(self, term: str) -> NDArray[np.int64]:
        """The texts that hold a stemmed term."""
        token = self._model.vocab_dict.get(term)
        if token is None:
            return np.zeros(0, np.int64)
        indptr = self._model.scores["indptr"]
        return np.asarray(self._model.scores["indices"][indptr[token] : indptr[token + 1]], np.int64)

    def vocabulary(self, letter: str) -> list[str]:
        """The stemmed terms that begin with a letter."""
        return [term for term in self._model.vocab_dict if term.startswith(letter)]

    def knows(self, term: str) -> bool:
        """Whether any indexed text holds this stemmed term."""
        return term in self._model.vocab_dict
