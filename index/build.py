"""Brings the index up to date with a corpus folder: reads what changed, embeds what is new, publishes a new generation.

Readers keep answering from the old generation until the new one is complete and verified; a failure at any point leaves
the old one in use.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from index import generation, storage
from index.embedder import Embedder, Span, Vectors
from index.generation import Content, IndexDamaged, IndexMissing, Manifest, Refused, Sentences, lexical_text
from index.library import usable_manifest
from ingest.corpus import SourceFile, digest_of, scan
from ingest.document import Document, Passage
from ingest.errors import CorpusEmpty, DocumentRefused, RoadmapError
from ingest.passages import split
from ingest.quotable import quotable_spans
from ingest.readers import read_document, reader_for

PASSAGE_LIMIT = 900  # characters; about what did best in early trials, other sizes are not swept yet

Action = Literal["added", "changed", "unchanged", "removed", "refused"]


class IndexBusy(RoadmapError):
    """Another process is building this index."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is; `total` is 0 where it is not known."""

    stage: Literal["read", "embed", "write", "publish"]
    done: int
    total: int
    document: str = ""


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What a build did with one document."""

    id: str
    action: Action
    passages: int
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; `published` is False when nothing had changed."""

    generation: int
    documents: tuple[DocumentState, ...]
    passages: int
    embedded: int
    seconds: float
    published: bool


@dataclass(frozen=True, slots=True)
class _Previous:
    """The last sound generation, for reuse."""

    manifest: Manifest | None
    content: Content

    def rows_by_key(self) -> dict[str, int]:
        first, spans = self.content.sentences.first, self.content.sentences.spans.tolist()
        return {
            _key(passage, [(start, end) for start, end in spans[first[row] : first[row + 1]]]): row
            for row, passage in enumerate(self.content.passages)
        }


def update(
    corpus: Path,
    data: Path,
    embedder: Callable[[], Embedder],
    embedder_identity: tuple[str, str],
    *,
    rebuild: bool = False,
    passage_limit: int = PASSAGE_LIMIT,
    progress: Callable[[Progress], None] = lambda state: None,
) -> BuildReport:
    """Make the index mirror the corpus folder.

    `embedder` is called only when something must be embedded; `embedder_identity` is the (id, digest) it will have. With
    `rebuild` nothing of the earlier index is used.

    Raises:
        CorpusMissing, CorpusEmpty: there is nothing to index.
        IndexBusy: another build is running.
        StorageFailed: the disk refused.
    """
    started = time.monotonic()
    sources = scan(corpus)
    storage.make_folder(generation.index_folder(data))
    with _only_writer(data):
        generation.reclaim(data)
        previous = _open_previous(data, embedder_identity, passage_limit, rebuild)
        documents, states, refused = _read_documents(sources, previous, progress)
        if not documents:
            reasons = f" ({refused[0].reason})" if refused else ""
            raise CorpusEmpty(f"{corpus} holds no document that can be indexed{reasons}; add one and run it again.")
        removed = _removed(previous, {source.id for source in sources})
        if previous.manifest is not None and _nothing_changed(previous, states, removed, refused, data):
            return BuildReport(
                previous.manifest.number, tuple(states), previous.manifest.passages, 0, time.monotonic() - started, False
            )
        number = max([0, *generation.numbers(data)]) + 1
        passages, counts = _split(documents, previous, states, passage_limit)
        content, embedded = _embed(documents, passages, previous, embedder, progress)
        progress(Progress("write", 0, 1))
        manifest = Manifest(
            number, generation.now(), *embedder_identity, content.vectors.shape[1], passage_limit,
            len(documents), len(passages), str(corpus), tuple(refused),
        )  # fmt: skip
        last_good = previous.manifest.number if previous.manifest else generation.current_number(data)
        _write_and_publish(data, number, content, manifest, last_good, progress)
    finished = [DocumentState(s.id, s.action, counts.get(s.id, 0), s.reason, s.warnings) for s in [*states, *removed]]
    return BuildReport(number, tuple(finished), len(passages), embedded, time.monotonic() - started, True)


@contextmanager
def _only_writer(data: Path) -> Iterator[None]:
    lock = FileLock(generation.index_folder(data) / "writer.lock", timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise IndexBusy(f"Another process is building the index in {data}; wait for it to end and run it again.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise storage.StorageFailed(
            f"{lock.lock_file} could not be written ({reason}); free space or fix permissions and run it again."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _open_previous(data: Path, identity: tuple[str, str], limit: int, rebuild: bool) -> _Previous:
    none = np.zeros((0, 0), np.float32)
    sentences = Sentences(np.zeros(1, np.int64), np.zeros((0, 2), np.int64), none.astype(np.float16))
    nothing = _Previous(None, Content((), (), none, sentences))
    if rebuild:
        return nothing
    try:
        manifest, _ = usable_manifest(data, generation.current_number(data))
        fits = (manifest.embedder, manifest.embedder_digest, manifest.passage_limit) == (*identity, limit)
        return _Previous(manifest, generation.read(data, manifest)[0]) if fits else nothing
    except (IndexMissing, IndexDamaged):
        return nothing  # both mean: build from scratch; errors of disk or permission are raised instead


def _read_documents(
    sources: Sequence[SourceFile], previous: _Previous, progress: Callable[[Progress], None]
) -> tuple[list[Document], list[DocumentState], list[Refused]]:
    known = {document.id: document for document in previous.content.documents}
    documents: list[Document] = []
    states: list[DocumentState] = []
    refused: list[Refused] = []
    for done, source in enumerate(sources, start=1):
        progress(Progress("read", done, len(sources), source.id))
        before = known.get(source.id)
        try:
            reader_for(source.id)  # an unknown suffix is refused unread
            if before is not None and digest_of(source.path, source.id) == before.digest:
                document, action = before, "unchanged"
            else:
                document = read_document(source.path, source.id)
                action = "changed" if before else "added"
        except DocumentRefused as refusal:
            refused.append(Refused(source.id, refusal.code.value, refusal.reason))
            states.append(DocumentState(source.id, "refused", 0, refusal.reason))
            continue
        documents.append(document)
        states.append(DocumentState(source.id, action, 0, warnings=document.warnings))  # type: ignore[arg-type]
    return documents, states, refused


def _removed(previous: _Previous, present: set[str]) -> list[DocumentState]:
    gone = [document.id for document in previous.content.documents if document.id not in present]
    return [DocumentState(name, "removed", 0) for name in gone]


def _nothing_changed(
    previous: _Previous, states: list[DocumentState], removed: list[DocumentState], refused: list[Refused], data: Path
) -> bool:
    assert previous.manifest is not None
    return (
        not removed
        and all(state.action in ("unchanged", "refused") for state in states)
        and len(previous.content.documents) == sum(state.action == "unchanged" for state in states)
        and tuple(refused) == previous.manifest.refused
        and generation.current_number(data) == previous.manifest.number
    )


def _split(
    documents: list[Document], previous: _Previous, states: list[DocumentState], limit: int
) -> tuple[tuple[Passage, ...], Mapping[str, int]]:
    kept: dict[str, list[Passage]] = {}
    for passage in previous.content.passages:
        kept.setdefault(passage.document_id, []).append(passage)
    unchanged = {state.id for state in states if state.action == "unchanged"}
    passages: list[Passage] = []
    counts: dict[str, int] = {}
    for document in documents:
        own = kept.get(document.id, []) if document.id in unchanged else split(document, limit=limit)
        counts[document.id] = len(own)
        passages += own
    return tuple(passages), counts


def _embed(
    documents: Sequence[Document],
    passages: tuple[Passage, ...],
    previous: _Previous,
    embedder: Callable[[], Embedder],
    progress: Callable[[Progress], None],
) -> tuple[Content, int]:
    """Vectors of all passages and their sentences: kept bit for bit where the same text was embedded before."""
    texts = {document.id: document for document in documents}
    spans = [quotable_spans(texts[passage.document_id], passage) for passage in passages]
    keys = [_key(passage, own) for passage, own in zip(passages, spans, strict=True)]
    rows = previous.rows_by_key()
    new: dict[str, int] = {}
    for row, key in enumerate(keys):
        if key not in rows:
            new.setdefault(key, row)
    kept = previous.content
    dimension = kept.vectors.shape[1]
    fresh: dict[str, tuple[Vectors, Vectors]] = {}
    if new:
        progress(Progress("embed", 0, len(new)))
        model = embedder()
        dimension = model.dimension
        inputs = [_input(passages[row], spans[row]) for row in new.values()]
        wholes, parts = model.embed_passages(
            [text for text, _ in inputs], [own for _, own in inputs], lambda done: progress(Progress("embed", done, len(new)))
        )
        fresh = dict(zip(new, zip(wholes, parts, strict=True), strict=True))
    vectors = np.empty((len(passages), dimension), np.float32)
    sentence_vectors: list[NDArray[np.float16]] = []
    for row, key in enumerate(keys):
        if key in fresh:
            vectors[row] = fresh[key][0]
            sentence_vectors.append(fresh[key][1].astype(np.float16))
        else:
            vectors[row] = kept.vectors[rows[key]]
            first, last = kept.sentences.first[rows[key] : rows[key] + 2]
            sentence_vectors.append(kept.sentences.vectors[first:last])
    sentences = Sentences(
        first=np.concatenate([[0], np.cumsum([len(own) for own in spans])]).astype(np.int64),
        spans=np.array([span for own in spans for span in own], np.int64).reshape(-1, 2),
        vectors=np.concatenate(sentence_vectors),
    )
    return Content(tuple(documents), passages, vectors, sentences), len(new)


def _input(passage: Passage, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """What is embedded for a passage, and where in it the document's `spans` stand."""
    text = lexical_text(passage)
    offset = len(text) - len(passage.text)
    moved: list[Span] = []
    for start, end in passage.spans:
        moved += [(offset + s - start, offset + e - start) for s, e in spans if start <= s and e <= end]
        offset += end - start + 1
    return text, moved


def _write_and_publish(
    data: Path,
    number: int,
    content: Content,
    manifest: Manifest,
    last_good: int | None,
    progress: Callable[[Progress], None],
) -> None:
    generation.write(data, number, content, manifest)
    progress(Progress("publish", 0, 1))
    written = generation.read_manifest(data, number)
    read_back, _ = generation.read(data, written)  # reopen what the disk holds before anyone depends on it
    if not np.array_equal(read_back.vectors, content.vectors):
        raise IndexDamaged(f"Generation {number} reads back differently from what was written; check the disk and retry.")
    generation.publish(data, number)
    generation.collect(data, keep=[n for n in (number, last_good) if n is not None])
    progress(Progress("publish", 1, 1))


def _key(passage: Passage, spans: Sequence[Span]) -> str:
    """The same for passages whose vectors must be the same, in whatever document they stand."""
    return hashlib.sha256(repr(_input(passage, spans)).encode()).hexdigest()
