"""A question and a text read in one pass (a cross-encoder, Nogueira and Cho 2019, arXiv 1901.04085), judged place by place.

What is read apart can be compared but not weighed: only a text whose words have seen the question tells that it speaks of the
same thing and yet does not say what is asked. What its words are is weighed by a head, and how they meet the question's by late
interaction (ColBERT, arXiv 2004.12832), which needs less to learn from.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.bert import BertEncoder, PairTokens, unit_vectors

Span = tuple[int, int]
Floats = NDArray[np.float32]
NUMBERS = 2  # numbers for each place: whether it answers, how much of it is evidence
READ = 16  # pairs in one pass


class CrossEncoder:
    """The bundled embedder with tuned weights and a head over what it gives; threads may share it."""

    def __init__(self, folder: Path, changes: Path, *, bfloat16: bool, embeddings: BertEncoder | None = None) -> None:
        """`changes` is the file that `evals/train_cross_encoder.py` writes; `embeddings` an encoder that has the same ones.

        Raises:
            OSError, ValueError, KeyError: a file is missing, or is none of these.
        """
        self._encoder = BertEncoder(folder, bfloat16=bfloat16, changes=changes)
        extra, dimension = self._encoder.extra, self._encoder.dimension
        self._weights, self._bias = extra["head.weight"], extra["head.bias"]
        self._importance, self._scale = extra["importance"], extra["scale"]
        shapes = self._weights.shape, self._bias.shape, self._importance.shape, self._scale.shape
        if shapes != ((NUMBERS, 2 * dimension), (NUMBERS,), (dimension,), (1,)):
            raise ValueError("its head does not fit")
        if embeddings is not None:
            self._encoder.share_embeddings(embeddings)

    def judge(
        self, question: str, texts: Sequence[str], headings: Sequence[int], places: Sequence[Sequence[Sequence[Span]]]
    ) -> list[Floats]:
        """For each text the logits of its places, shape (places, NUMBERS).

        A place is one or more spans, 0-based half-open character offsets into its text; the characters before `headings` of a
        text say where all of its places stand. First comes whether a place answers the question, then how much of it is
        evidence. What is behind the length limit of the model is judged by the pair.
        """
        found = []
        for at in range(0, len(texts), READ):
            here = slice(at, at + READ)
            pairs = self._encoder.encode_pairs(question, texts[here])
            each = zip(pairs, headings[here], places[here], strict=True)
            found += [self._judged(pair, end, own) for pair, end, own in each]
        return found

    def _judged(self, pair: PairTokens, headings: int, places: Sequence[Sequence[Span]]) -> Floats:
        rows = np.empty((len(places), 2 * len(pair.first)), np.float32)
        met = np.zeros((len(places), NUMBERS), np.float32)
        asked = unit_vectors(pair.question)
        importance = np.exp(asked @ self._importance)
        cosines = asked @ unit_vectors(pair.vectors).T
        above = tokens_inside(pair.offsets, [(0, headings)])
        for row, answers, spans in zip(rows, met, places, strict=True):
            inside = tokens_inside(pair.offsets, spans)
            row[:] = np.concatenate([pair.vectors[inside].mean(axis=0) if inside.any() else pair.first, pair.first])
            if (inside | above).any() and len(asked):
                best = cosines[:, inside | above].max(axis=1)
                answers[0] = self._scale[0] * float(best @ importance) / float(importance.sum())
        return np.asarray(rows @ self._weights.T + self._bias + met, np.float32)


def tokens_inside(offsets: NDArray[np.int64], spans: Sequence[Span]) -> NDArray[np.bool_]:
    """Which tokens stand in one of the spans, wholly or in part; shape (tokens,)."""
    starts, ends = np.array(spans, np.int64).reshape(-1, 2).T
    return np.asarray(((offsets[:, :1] < ends) & (offsets[:, 1:] > starts)).any(axis=1))
