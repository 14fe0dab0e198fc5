"""BM25 over stemmed terms: built in memory, brought up to date text by text, saved as plain arrays and JSON without pickle.

The weights are those of bm25s (Lù 2024, arXiv 2407.03618): each (term, text) has its finished score, so that a question only
adds up. Unlike there the counts are kept too, so that an update reads the words of new texts only.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.npy import npy_parts, read_npy
from index.terms import term_counts, terms

# As in Anserini. BM25 alone found 0.03 to 0.08 more first passages for the three sets of evals/training than with 1.5 and 0.75.
K1, B = 0.9, 0.4
_WEIGHTS, _COUNTS, _LENGTHS = "data.csc.index.npy", "counts.npy", "lengths.npy"
_TOGETHER = 1 << 20  # weights computed at once
_ROWS, _STARTS, _VOCABULARY = "indices.csc.index.npy", "indptr.csc.index.npy", "vocab.index.json"


@dataclass(frozen=True, slots=True)
class Counts:
    """What the weights are made of."""

    counts: NDArray[np.int32]  # how often each term of `LexicalIndex` stands in its text, in the order of the weights
    lengths: NDArray[np.int32]  # (texts,): terms in each text


class LexicalIndex:
    """BM25 (Lucene variant, k1 = 0.9, b = 0.4) of a fixed list of texts."""

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        starts: NDArray[np.int64],
        rows: NDArray[np.int32],
        weights: NDArray[np.float32],
        size: int,
        counts: Counts | None,
    ) -> None:
        """Term `t` stands in the texts `rows[starts[c]:starts[c + 1]]`, ascending, where c = vocabulary[t]."""
        self._vocabulary = vocabulary
        self._starts = starts
        self._rows = rows
        self._weights = weights
        self._size = size
        self._counts = counts  # None in an index that an earlier version wrote

    @classmethod
    def build(
        cls, texts: Sequence[str], kept: LexicalIndex | None = None, origins: NDArray[np.int64] | None = None
    ) -> LexicalIndex:
        """Index the texts; one without any term can never be found.

        `origins`, shape (len(texts),), names the text of `kept` that each of them is, or -1 where it is new. The result is the
        same with and without.
        """
        texts_of = np.full(len(texts), -1, np.int64) if origins is None else origins.copy()
        if kept is None or kept._counts is None:
            kept, texts_of = None, np.full(len(texts), -1, np.int64)
        _, first = np.unique(texts_of, return_index=True)
        again = np.ones(len(texts), bool)
        again[first] = False  # a second copy of a kept text is read like a new one
        texts_of[again] = -1
        fresh = np.flatnonzero(texts_of < 0)
        names, columns, rows, counts, lengths = _count(texts, fresh)
        sizes = np.zeros(len(texts), np.int32)
        sizes[fresh] = lengths
        if kept is not None and kept._counts is not None:
            of_kept = np.full(kept._size, -1, np.int32)
            of_kept[texts_of[texts_of >= 0]] = np.flatnonzero(texts_of >= 0)
            moved = of_kept[kept._rows]
            stays = moved >= 0
            column = np.repeat(np.arange(len(kept._vocabulary), dtype=np.int32), np.diff(kept._starts))
            rows = np.concatenate([moved[stays], rows])
            counts = np.concatenate([kept._counts.counts[stays], counts])
            columns = np.concatenate([column[stays], columns + len(kept._vocabulary)])
            names = [*kept._vocabulary, *names]
            sizes[texts_of >= 0] = kept._counts.lengths[texts_of[texts_of >= 0]]
        return cls._made(names, columns, rows, counts, sizes)

    @classmethod
    def _made(
        cls,
        names: Sequence[str],
        columns: NDArray[np.int32],
        rows: NDArray[np.int32],
        counts: NDArray[np.int32],
        lengths: NDArray[np.int32],
    ) -> LexicalIndex:
        """From triples (column, row, count) in any order; a name may have several columns, and columns may be empty."""
        used = np.zeros(len(names), bool)
        used[columns] = True
        vocabulary = {name: column for column, name in enumerate(sorted({n for n, u in zip(names, used, strict=True) if u}))}
        renamed = np.array([vocabulary.get(name, -1) for name in names], np.int64)
        size = len(lengths)
        places = renamed[columns]  # column and row in one number, the only array that has eight bytes for each (term, text)
        places *= size
        places += rows
        order = np.argsort(places)
        counts = counts[order]
        places = places[order]
        del order
        starts = np.searchsorted(places, np.arange(len(vocabulary) + 1) * size)
        holding = np.diff(starts)
        rarity = np.log1p((size - holding + 0.5) / (holding + 0.5))
        mean = float(lengths.mean()) if lengths.any() else 1.0
        damping = K1 * (1 - B + B * lengths / mean)
        sorted_rows, weights = np.empty(len(places), np.int32), np.empty(len(places), np.float32)
        for at in range(0, len(places), _TOGETHER):
            part = slice(at, at + _TOGETHER)
            column, row = np.divmod(places[part], size)
            sorted_rows[part] = row
            weights[part] = rarity[column] * counts[part] / (counts[part] + damping[row])
        return cls(vocabulary, starts, sorted_rows, weights, size, Counts(counts, lengths))

    def files(self) -> dict[str, tuple[bytes | memoryview, ...]]:
        """The index as files: their names, and what they hold in pieces."""
        arrays: dict[str, NDArray[np.generic]] = {_WEIGHTS: self._weights, _ROWS: self._rows, _STARTS: self._starts}
        if self._counts is not None:
            arrays |= {_COUNTS: self._counts.counts, _LENGTHS: self._counts.lengths}
        words = json.dumps(dict(self._vocabulary), ensure_ascii=False).encode()
        return {**{name: npy_parts(array) for name, array in arrays.items()}, _VOCABULARY: (words,)}

    @classmethod
    def load(cls, files: Mapping[str, bytes], size: int) -> LexicalIndex:
        """What `files` gave for `size` texts, which must have been verified.

        Raises:
            KeyError, ValueError: a file is missing or cannot be read.
        """
        starts, rows, weights = (read_npy(files[name]) for name in (_STARTS, _ROWS, _WEIGHTS))
        counts = Counts(read_npy(files[_COUNTS]), read_npy(files[_LENGTHS])) if _COUNTS in files else None
        return cls(json.loads(files[_VOCABULARY]), starts, rows, weights, size, counts)

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 score of every text, shape (size,); all zero when no term of the question occurs."""
        found = np.zeros(self._size, np.float32)
        for term in terms(question):
            if (column := self._vocabulary.get(term)) is not None:
                start, end = self._starts[column : column + 2]
                found[self._rows[start:end]] += self._weights[start:end]  # no row stands twice in a column
        return found

    def rarity(self, term: str) -> float:
        """Inverse document frequency of a stemmed term, as BM25 weighs it: high for rare terms, highest for unknown ones."""
        found = len(self.rows_with(term))
        return float(np.log1p((self._size - found + 0.5) / (found + 0.5)))

    def rows_with(self, term: str) -> NDArray[np.int64]:
        """The texts that hold a stemmed term."""
        column = self._vocabulary.get(term)
        if column is None:
            return np.zeros(0, np.int64)
        return np.asarray(self._rows[self._starts[column] : self._starts[column + 1]], np.int64)

    def vocabulary(self, letter: str) -> list[str]:
        """The stemmed terms that begin with a letter."""
        return [term for term in self._vocabulary if term.startswith(letter)]

    def knows(self, term: str) -> bool:
        """Whether any indexed text holds this stemmed term."""
        return term in self._vocabulary


def _count(
    texts: Sequence[str], rows: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Of the texts `rows`: terms, then column, row and count of every (term, text), then how many terms each text has."""
    names: dict[str, int] = {}
    columns, counts = array("i"), array("i")
    distinct = np.zeros(len(rows), np.int64)
    lengths = np.zeros(len(rows), np.int32)
    for place, row in enumerate(rows.tolist()):
        held = term_counts(texts[row])
        columns.extend(names.setdefault(term, len(names)) for term in held)
        counts.extend(held.values())
        distinct[place], lengths[place] = len(held), held.total()
    of_text = np.repeat(rows.astype(np.int32), distinct)
    return list(names), np.array(columns, np.int32), of_text, np.array(counts, np.int32), lengths
