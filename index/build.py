"""Brings the index up to date with a corpus folder: reads what changed, embeds what is new, publishes a new generation.

Readers keep answering from the old generation until the new one is complete and verified; a failure at any point leaves
the old one in use.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from index import generation, refusals, storage
from index.changes import DocumentState, find_changes
from index.content import Draft, LexicalTexts
from index.embedder import Embedder
from index.folder import IndexDamaged, IndexMissing, current_number, file_digest, index_folder, numbers
from index.lexical import LexicalIndex
from index.library import usable_manifest
from index.manifest import Manifest, now, read_manifest, verify_files
from index.origin import keep_origin
from index.reuse import Source, embed, make_plan
from index.stat_cache import StatCache
from index.version import terms_digest, texts_digest
from ingest.corpus import SourceFile, scan
from ingest.document import Document
from ingest.errors import CorpusEmpty, RoadmapError
from ingest.passages import split
from ingest.version import readers_digest

PASSAGE_LIMIT = 900  # characters


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

    `embedder` is called only when something must be embedded; `embedder_identity` is the (id, digest) it will have. When the
    readers are others than those that made the last generation, every document is read again, and passages are embedded whose
    text is then another one; when words are counted otherwise, they are counted again. With `rebuild` nothing of the earlier
    index is used. When nothing is left of what the folder held, the index is removed.

    Raises:
        CorpusMissing, CorpusEmpty: there is nothing to index.
        IndexBusy: another build is running.
        StorageFailed: the disk refused.
    """
    started = time.monotonic()
    sources = scan(corpus, without=data)
    storage.make_folder(index_folder(data))
    run = _Run(corpus.absolute(), data, sources, embedder, embedder_identity, rebuild, passage_limit, progress, started)
    with _only_writer(data):
        generation.reclaim(data)
        cache = StatCache.load(index_folder(data))
        try:
            return run.update(cache)
        except IndexDamaged:
            if cache.empty:
                raise
            # Bytes of the last generation changed and the times of their file did not: nothing that is remembered is believed.
            return run.update(StatCache({}))


@dataclass(frozen=True, slots=True)
class _Run:
    """What `update` was told, and when."""

    corpus: Path
    data: Path
    sources: Sequence[SourceFile]
    embedder: Callable[[], Embedder]
    embedder_identity: tuple[str, str]
    rebuild: bool
    passage_limit: int
    progress: Callable[[Progress], None]
    started: float

    def update(self, cache: StatCache) -> BuildReport:
        """As `update`, by the only writer."""
        data = self.data
        last_good = _last_good(data, cache)
        fits = last_good is not None and _made_with(last_good) == (*self.embedder_identity, self.passage_limit, texts_digest())
        previous = last_good if fits and not self.rebuild else None
        digests = _digests(data, previous)
        readers = readers_digest()
        reread = previous is not None and previous.readers != readers
        recount = previous is not None and previous.terms != terms_digest()
        changes = find_changes(self.sources, digests, cache, self._read, reread=reread)
        if not changes.found:
            refusals.remember(data, changes.refused, changes.looks)
            if last_good is not None and self._emptied(last_good):
                keep_origin(data, last_good.corpus)
                generation.withdraw(data, last_good.number)
                raise CorpusEmpty(f"{self.corpus} holds none of its documents any more, and the index of them was removed.")
            others = f", and {len(changes.refused) - 1} more" if len(changes.refused) > 1 else ""
            reasons = "".join(f" ({first.document_id}: {first.reason}{others})" for first in changes.refused[:1])
            raise CorpusEmpty(f"{self.corpus} holds no document that can be indexed{reasons}; add one and run it again.")
        current = current_number(data)
        same = not reread and not recount and previous is not None and previous.corpus == str(self.corpus)
        if same and previous is not None and current == previous.number and changes.none(previous.refused):
            cache.save(index_folder(data))
            refusals.remember(data, changes.refused, changes.looks)
            return BuildReport(previous.number, changes.states, previous.passages, 0, self._seconds(), False)
        number = max([0, *numbers(data)]) + 1
        draft, lexical, embedded, reworded = _assemble(
            data, previous, changes.found, self.passage_limit, self.embedder, self.progress, recount=recount
        )
        self.progress(Progress("write", 0, 1))
        manifest = Manifest(
            number, now(), *self.embedder_identity, draft.vectors[0].shape[1], self.passage_limit,
            len(draft.documents), len(draft.passages), str(self.corpus), changes.refused,
            # What was kept is read when it can be, also where its bytes are the same: perhaps by other readers.
            digests={d.id: "" if d.id in changes.kept else d.digest for d in draft.documents}, readers=readers,
            terms=terms_digest(), texts=texts_digest(),
        )  # fmt: skip
        generation.write(data, number, draft, lexical, manifest)
        self.progress(Progress("publish", 0, 1))
        # Before anyone depends on it: the digests came from memory; this compares what the disk holds with what was meant.
        verify_files(data, read_manifest(data, number), _digest_with(data, cache))
        generation.publish(data, number)
        generation.collect(data, keep=[number, *([last_good.number] if last_good is not None else [])])
        cache.save(index_folder(data))
        refusals.remember(data, changes.refused, changes.looks)
        self.progress(Progress("publish", 1, 1))
        counts = Counter(passage.document_id for passage in draft.passages)
        states = tuple(
            replace(state, passages=counts[state.id], action="changed" if state.id in reworded else state.action)
            for state in changes.states
        )
        return BuildReport(number, states, len(draft.passages), embedded, self._seconds(), True)

    def _emptied(self, last: Manifest) -> bool:
        """Whether no file is left of all that this very folder held; another folder that is empty is a mistake."""
        if Path(last.corpus).absolute() != self.corpus:
            return False
        present = {source.id for source in self.sources}
        folders = tuple(f"{name}/" for name in present)  # those that cannot be opened are among the files
        return not any(name in present or name.startswith(folders) for name in _digests(self.data, last))

    def _read(self, done: int, document: str) -> None:
        self.progress(Progress("read", done, len(self.sources), document))

    def _seconds(self) -> float:
        return time.monotonic() - self.started


@contextmanager
def _only_writer(data: Path) -> Iterator[None]:
    lock = FileLock(index_folder(data) / "writer.lock", timeout=0, mode=0o600, fallback_to_soft=False)
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


def _last_good(data: Path, cache: StatCache) -> Manifest | None:
    """The manifest of the last sound generation, every byte of it verified since it last changed; None without one."""
    try:
        return usable_manifest(data, current_number(data), _digest_with(data, cache))[0]
    except (IndexMissing, IndexDamaged):
        return None  # both mean: build from scratch; errors of disk or permission are raised instead


def _digest_with(data: Path, cache: StatCache) -> Callable[[Path], str]:
    root = index_folder(data)
    return lambda path: cache.digest(path.relative_to(root).as_posix(), path, partial(file_digest, path))


def _made_with(manifest: Manifest) -> tuple[str, str, int, str]:
    return manifest.embedder, manifest.embedder_digest, manifest.passage_limit, manifest.texts or texts_digest()


def _digests(data: Path, previous: Manifest | None) -> Mapping[str, str]:
    """The documents of the last generation, with the digests of their sources."""
    if previous is None:
        return {}
    if previous.digests:
        return previous.digests
    return {document.id: document.digest for document in generation.read(data, previous)[0].documents}


def _assemble(
    data: Path,
    previous: Manifest | None,
    found: Mapping[str, Document | None],
    limit: int,
    embedder: Callable[[], Embedder],
    progress: Callable[[Progress], None],
    *,
    recount: bool,
) -> tuple[Draft, LexicalIndex, int, frozenset[str]]:
    """The new generation, how many passages were embedded for it, and the documents whose words are not those of the last one.

    What the last one holds already is taken from there; with `recount` not the words that were counted.
    """
    kept, lexical = generation.read(data, previous) if previous is not None else (None, None)
    plan = make_plan(found, kept, lambda document: split(document, limit=limit))
    sources = [Source(kept.vectors, kept.sentences.first, kept.sentences.vectors)] if kept is not None else []
    if plan.to_embed:
        progress(Progress("embed", 0, len(plan.to_embed)))
        sources += embed(plan, embedder(), lambda done: progress(Progress("embed", done, len(plan.to_embed))))
    vectors, sentence_vectors = plan.stack(sources)
    draft = Draft(plan.documents, plan.passages, vectors, plan.first, plan.spans, sentence_vectors)
    earlier = {document.id: document for document in kept.documents} if kept is not None else {}
    reworded = frozenset(d.id for d in draft.documents if d.id in earlier and _words(d) != _words(earlier[d.id]))
    return (
        draft,
        LexicalIndex.build(LexicalTexts(plan.passages), None if recount else lexical, plan.origins),
        len(plan.to_embed),
        reworded,
    )


def _words(document: Document) -> tuple[object, ...]:
    return document.title, document.text, document.sections, document.blocks
