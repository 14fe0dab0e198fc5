"""What a generation holds: documents, passages, the vectors of passages and sentences, and the text that was embedded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from index.embedder import Vectors
from ingest.document import Document, Passage


@dataclass(frozen=True, slots=True)
class Sentences:
    """The quotable spans inside passages (sentences, list items, rows, headings) and their vectors.

    Those of passage `i` are rows `first[i]` to `first[i + 1]`, in the order of `quotable_spans`.
    """

    first: NDArray[np.int64]  # (passages + 1,)
    spans: NDArray[np.int64]  # (m, 2): start and end in the document's text
    vectors: NDArray[np.float16]  # (m, dimension), unit length


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a generation stores besides its manifest and the lexical index made from it."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]  # in the order of `vectors`
    vectors: Vectors  # (n, dimension), unit length
    sentences: Sentences


@dataclass(frozen=True, slots=True)
class Draft:
    """What `write` makes a `Content` of. The rows of its vectors are in pieces: the last generation's stay where they are."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    vectors: Sequence[Vectors]
    first: NDArray[np.int64]
    spans: NDArray[np.int64]
    sentence_vectors: Sequence[NDArray[np.float16]]


def lexical_text(passage: Passage) -> str:
    """What stands for a passage in embedding and lexical search: its title and breadcrumb, then its text."""
    path = [heading for heading in passage.heading_path if heading != passage.title]
    return " > ".join([passage.title, *path]) + "\n" + passage.text


class LexicalTexts(Sequence[str]):
    """`lexical_text` of each passage, made when it is asked for."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages

    def __len__(self) -> int:
        return len(self._passages)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return LexicalTexts(self._passages[index])
        return lexical_text(self._passages[index])
