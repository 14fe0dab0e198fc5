"""Brings the index up to date with a corpus folder: reads what changed, embeds what is new, publishes a new generation.

Readers keep answering from the old generation until the new one is complete and verified; a failure at any point leaves
the old one in use.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from index import generation, storage
from index.embedder import Embedder
from index.generation import Content, IndexDamaged, IndexMissing, Manifest, Refused, lexical_text
from index.lexical import LexicalIndex
from index.library import usable_manifest
from index.reuse import embed_rows, make_plan
from ingest.corpus import SourceFile, digest_of, scan
from ingest.document import Document
from ingest.errors import CorpusEmpty, DocumentRefused, RoadmapError
from ingest.passages import split
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
        last_good = _last_good(data)
        fits = last_good is not None and _made_with(last_good) == (*embedder_identity, passage_limit)
        previous = last_good if fits and not rebuild else None
        digests = _digests(data, previous)
        found, states, refused = _read_documents(sources, digests, progress)
        if not found:
            reasons = f" ({refused[0].reason})" if refused else ""
            raise CorpusEmpty(f"{corpus} holds no document that can be indexed{reasons}; add one and run it again.")
        removed = [DocumentState(name, "removed", 0) for name in digests if name not in {source.id for source in sources}]
        if previous is not None and _nothing_changed(previous, digests, states, refused, removed, data):
            return BuildReport(previous.number, tuple(states), previous.passages, 0, time.monotonic() - started, False)
        number = max([0, *generation.numbers(data)]) + 1
        content, lexical, embedded = _assemble(data, previous, found, passage_limit, embedder, progress)
        progress(Progress("write", 0, 1))
        manifest = Manifest(
            number, generation.now(), *embedder_identity, content.vectors.shape[1], passage_limit,
            len(content.documents), len(content.passages), str(corpus), tuple(refused),
            digests={document.id: document.digest for document in content.documents},
        )  # fmt: skip
        _write_and_publish(data, number, content, lexical, manifest, last_good.number if last_good else None, progress)
    counts = Counter(passage.document_id for passage in content.passages)
    finished = [DocumentState(s.id, s.action, counts.get(s.id, 0), s.reason, s.warnings) for s in [*states, *removed]]
    return BuildReport(number, tuple(finished), len(content.passages), embedded, time.monotonic() - started, True)


@contextmanager
def _only_writer(data: Path) -> Iterator[None]:
    lock = FileLock(generation.index_folder(data) / "writer.lock", timeout=0, mode=0o600, fallback_to_soft=False)
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


def _last_good(data: Path) -> Manifest | None:
    """The manifest of the last sound generation, every byte of it verified; None without one."""
    try:
        return usable_manifest(data, generation.current_number(data))[0]
    except (IndexMissing, IndexDamaged):
        return None  # both mean: build from scratch; errors of disk or permission are raised instead


def _made_with(manifest: Manifest) -> tuple[str, str, int]:
    return manifest.embedder, manifest.embedder_digest, manifest.passage_limit


def _digests(data: Path, previous: Manifest | None) -> Mapping[str, str]:
    """The documents of the last generation, with the digests of their sources."""
    if previous is None:
        return {}
    if previous.digests:
        return previous.digests
    return {document.id: document.digest for document in generation.read(data, previous)[0].documents}


def _read_documents(
    sources: Sequence[SourceFile], digests: Mapping[str, str], progress: Callable[[Progress], None]
) -> tuple[dict[str, Document | None], list[DocumentState], list[Refused]]:
    """The documents of the corpus by id, None for those that are unchanged and therefore not read."""
    found: dict[str, Document | None] = {}
    states: list[DocumentState] = []
    refused: list[Refused] = []
    for done, source in enumerate(sources, start=1):
        progress(Progress("read", done, len(sources), source.id))
        action: Action = "changed" if source.id in digests else "added"
        try:
            reader_for(source.id)  # an unknown suffix is refused unread
            if action == "changed" and digest_of(source.path, source.id) == digests[source.id]:
                found[source.id] = None
                states.append(DocumentState(source.id, "unchanged", 0))
                continue
            document = read_document(source.path, source.id)
        except DocumentRefused as refusal:
            refused.append(Refused(source.id, refusal.code.value, refusal.reason))
            states.append(DocumentState(source.id, "refused", 0, refusal.reason))
            continue
        found[source.id] = document
        states.append(DocumentState(source.id, action, 0, warnings=document.warnings))
    return found, states, refused


def _nothing_changed(
    previous: Manifest,
    digests: Mapping[str, str],
    states: list[DocumentState],
    refused: list[Refused],
    removed: list[DocumentState],
    data: Path,
) -> bool:
    return (
        not removed
        and all(state.action in ("unchanged", "refused") for state in states)
        and len(digests) == sum(state.action == "unchanged" for state in states)
        and tuple(refused) == previous.refused
        and generation.current_number(data) == previous.number
    )


def _assemble(
    data: Path,
    previous: Manifest | None,
    found: Mapping[str, Document | None],
    limit: int,
    embedder: Callable[[], Embedder],
    progress: Callable[[Progress], None],
) -> tuple[Content, LexicalIndex, int]:
    """The new generation, and how many passages were embedded for it; what the last one holds already is taken from there."""
    kept, lexical = generation.read(data, previous) if previous is not None else (None, None)
    plan = make_plan(found, kept, lambda document: split(document, limit=limit))
    if plan.to_embed:
        progress(Progress("embed", 0, len(plan.to_embed)))
        model = embedder()
        vectors, sentences = plan.carry_over(kept, model.dimension)
        embed_rows(plan, model, vectors, sentences, lambda done: progress(Progress("embed", done, len(plan.to_embed))))
    else:
        assert kept is not None, "without an earlier generation every passage is new"
        vectors, sentences = plan.carry_over(kept, kept.vectors.shape[1])
    texts = [lexical_text(passage) for passage in plan.passages]
    content = Content(plan.documents, plan.passages, vectors, sentences)
    return content, LexicalIndex.build(texts, lexical, plan.origins), len(plan.to_embed)


def _write_and_publish(
    data: Path,
    number: int,
    content: Content,
    lexical: LexicalIndex,
    manifest: Manifest,
    last_good: int | None,
    progress: Callable[[Progress], None],
) -> None:
    generation.write(data, number, content, lexical, manifest)
    progress(Progress("publish", 0, 1))
    # Before anyone depends on it: the digests were taken from memory, so this compares what the disk holds with what was meant.
    generation.verify_files(data, generation.read_manifest(data, number))
    generation.publish(data, number)
    generation.collect(data, keep=[n for n in (number, last_good) if n is not None])
    progress(Progress("publish", 1, 1))
