"""Which vectors of the last generation serve again, and the arrays of the new one made of those and of newly embedded ones.

The cost of an update is a few copies a passage; words are read, and vectors made, for new text only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.content import Content, lexical_text
from index.embedder import Embedder, Span, Vectors
from ingest.document import Document, Passage
from ingest.quotable import quotable_spans

SLAB = 1024  # passages embedded in one call: their float32 sentence vectors are what memory has to hold besides the result


@dataclass(frozen=True, slots=True)
class Plan:
    """The passages of the new generation, and where the vectors of each come from."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    origins: NDArray[np.int64]  # (passages,): the row of the last generation with the same vectors, or -1
    first: NDArray[np.int64]  # (passages + 1,) and
    spans: NDArray[np.int64]  # (m, 2): as in `Sentences`
    to_embed: tuple[int, ...]  # rows, one for each text that is new
    copies: Mapping[int, int]  # row -> the row of `to_embed` that has the same text

    def stack(self, sources: Sequence[Source]) -> tuple[list[Vectors], list[NDArray[np.float16]]]:
        """The rows of the new generation in pieces, vectors and sentence vectors, each piece a part of one of the sources.

        `sources` are the last generation, where there is one, and then what `embed` gave.
        """
        begin = np.cumsum([0, *(len(source.vectors) for source in sources)])
        embedded = {row: place for place, row in enumerate(self.to_embed)}
        places = self.origins.copy()  # in all sources, one below the other
        for row in np.flatnonzero(places < 0).tolist():
            places[row] = begin[-1] - len(embedded) + embedded[self.copies.get(row, row)]
        owners = np.searchsorted(begin, places, side="right") - 1
        breaks = np.flatnonzero((np.diff(places) != 1) | (np.diff(owners) != 0)) + 1
        bounds = [0, *breaks.tolist(), len(places)]
        vectors, sentence_vectors = [], []
        for row, end in pairwise(bounds):
            source = sources[owners[row]]
            start = int(places[row] - begin[owners[row]])
            stop = start + end - row
            vectors.append(source.vectors[start:stop])
            sentence_vectors.append(source.sentence_vectors[source.first[start] : source.first[stop]])
        return vectors, sentence_vectors


@dataclass(frozen=True, slots=True)
class Source:
    """Passages that have vectors: those of a generation, or a slab of new ones."""

    vectors: Vectors
    first: NDArray[np.int64]
    sentence_vectors: NDArray[np.float16]


def make_plan(
    found: Mapping[str, Document | None], kept: Content | None, split: Callable[[Document], tuple[Passage, ...]]
) -> Plan:
    """Plan for the documents `found`, by id; those that are None stand unchanged in `kept`."""
    earlier = {document.id: document for document in kept.documents} if kept is not None else {}
    ranges = _ranges(kept.passages) if kept is not None else {}
    documents: list[Document] = []
    passages: list[Passage] = []
    origins: list[NDArray[np.int64]] = []
    spans: list[NDArray[np.int64]] = []
    counts: list[NDArray[np.int64]] = []
    new: list[int] = []
    for name, document in found.items():
        if document is None:
            assert kept is not None
            start, end = ranges.get(name, (0, 0))
            documents.append(earlier[name])
            passages += kept.passages[start:end]
            origins.append(np.arange(start, end))
            first = kept.sentences.first
            counts.append(np.diff(first[start : end + 1]))
            spans.append(kept.sentences.spans[first[start] : first[end]])
            continue
        documents.append(document)
        own = split(document)
        quotable = [quotable_spans(document, passage) for passage in own]
        new += range(len(passages), len(passages) + len(own))
        passages += own
        origins.append(np.full(len(own), -1))
        counts.append(np.array([len(each) for each in quotable], np.int64))
        spans.append(np.array([span for each in quotable for span in each], np.int64).reshape(-1, 2))
    rows, every = np.concatenate(origins), np.concatenate(spans)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    to_embed, copies = _match(new, lambda row: _input(passages[row], every[starts[row] : starts[row + 1]].tolist()), kept, rows)
    return Plan(tuple(documents), tuple(passages), rows, starts, every, to_embed, copies)


def _match(
    new: Sequence[int], input_of: Callable[[int], tuple[str, list[Span]]], kept: Content | None, origins: NDArray[np.int64]
) -> tuple[tuple[int, ...], dict[int, int]]:
    """Find the text of new rows in `kept`, entered in `origins`, and among themselves; gives `to_embed` and `copies`."""
    same_text: dict[str, list[int]] = {}
    if kept is not None and new:
        for row, passage in enumerate(kept.passages):
            same_text.setdefault(passage.text, []).append(row)
    seen: dict[bytes, int] = {}  # by a digest: the texts themselves would be in memory twice
    copies: dict[int, int] = {}
    for row in new:
        text, spans = input_of(row)
        for candidate in same_text.get(text.partition("\n")[2], ()):
            assert kept is not None
            if _input(kept.passages[candidate], _spans_of(kept, candidate)) == (text, spans):
                origins[row] = candidate
                break
        else:
            first = seen.setdefault(hashlib.sha256(repr((text, spans)).encode("utf-8", "surrogatepass")).digest(), row)
            if first != row:
                copies[row] = first
    return tuple(seen.values()), copies


def embed(plan: Plan, model: Embedder, progress: Callable[[int], None] = lambda done: None) -> Iterator[Source]:
    """The vectors of the rows `plan.to_embed`, in their order, slab by slab."""
    first = plan.first
    for at in range(0, len(plan.to_embed), SLAB):
        rows = plan.to_embed[at : at + SLAB]
        inputs = [_input(plan.passages[row], plan.spans[first[row] : first[row + 1]].tolist()) for row in rows]

        def report(done: int, before: int = at) -> None:
            progress(before + done)

        wholes, parts = model.embed_passages([text for text, _ in inputs], [own for _, own in inputs], report)
        starts = np.cumsum([0, *(len(own) for own in parts)])
        yield Source(wholes, starts, np.concatenate(parts).astype(np.float16))


def _input(passage: Passage, spans: Sequence[Sequence[int]]) -> tuple[str, list[Span]]:
    """What is embedded for a passage, and where in it the document's `spans` stand; two that are equal have equal vectors."""
    text = lexical_text(passage)
    offset = len(text) - len(passage.text)
    moved: list[Span] = []
    for start, end in passage.spans:
        moved += [(offset + s - start, offset + e - start) for s, e in spans if start <= s and e <= end]
        offset += end - start + 1
    return text, moved


def _spans_of(content: Content, row: int) -> list[list[int]]:
    first, last = content.sentences.first[row : row + 2]
    spans: list[list[int]] = content.sentences.spans[first:last].tolist()
    return spans


def _ranges(passages: Sequence[Passage]) -> dict[str, tuple[int, int]]:
    """Document id -> its passages, as a half-open range."""
    found: dict[str, tuple[int, int]] = {}
    for row, passage in enumerate(passages):
        found[passage.document_id] = (found.get(passage.document_id, (row, row))[0], row + 1)
    return found
