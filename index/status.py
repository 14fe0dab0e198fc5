"""The state of the index, and of the corpus it should mirror, without a model: what lists and pages show."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from index.folder import current, files_of, folder_of, numbers, size_of
from index.library import read_usable
from index.manifest import Manifest, Refused
from index.refusals import remembered
from index.stat_cache import StatCache, look_at
from index.version import terms_digest
from ingest.corpus import digest_of, scan
from ingest.errors import DocumentRefused
from ingest.version import readers_digest


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """One indexed document, for lists."""

    id: str
    title: str
    passages: int
    characters: int
    digest: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The state of an index: what is in it, what was refused, and what changed in the corpus since."""

    generation: int
    built: str
    embedder: str
    documents: tuple[DocumentInfo, ...]
    passages: int
    refused: tuple[Refused, ...]
    stale: tuple[tuple[str, str], ...]  # (document id, added | changed | removed)
    size: int  # bytes on disk
    corpus: str
    warning: str
    readers_changed: bool = False  # whether the documents were read, or their words counted, otherwise than this program does


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What was read of the index when its files looked like `stamps`."""

    stamps: tuple[object, ...]
    manifest: Manifest
    documents: tuple[DocumentInfo, ...]
    size: int
    warning: str


def read_status(data: Path, corpus: Path | None = None) -> IndexStatus:
    """The state of the index once, compared with `corpus` where that is given. Raises what `StatusReader.read` raises."""
    return StatusReader(data, corpus).read()


class StatusReader:
    """Looks at one index and its corpus again and again, and reads only what has changed since; threads may share it."""

    def __init__(self, data: Path, corpus: Path | None = None) -> None:
        self._data = data
        self._corpus = corpus
        self._lock = threading.Lock()
        self._indexed: _Indexed | None = None
        self._digests = StatCache({})

    def read(self, *, compare: bool = True) -> IndexStatus:
        """The state now; without `compare` the corpus is not looked at.

        Raises:
            IndexMissing, IndexDamaged: as `Library.snapshot`.
            CorpusMissing: there is no such folder to compare with.
        """
        with self._lock:
            if self._indexed is None or self._indexed.stamps != tuple(self._stamps()):
                self._indexed = self._read_index()
            found = self._indexed
            manifest = found.manifest
            stale: tuple[tuple[str, str], ...] = ()
            refused = manifest.refused
            if compare and self._corpus is not None:
                stale, refused = self._compare(self._corpus, found.documents)
        return IndexStatus(
            manifest.number, manifest.created, manifest.embedder, found.documents, manifest.passages, refused,
            stale, found.size, manifest.corpus, found.warning,
            (manifest.readers, manifest.terms) != (readers_digest(), terms_digest()),
        )  # fmt: skip

    def _read_index(self) -> _Indexed:
        stamps = tuple(self._stamps())  # before it is read: what changes meanwhile is read once more
        manifest, content, _, warning = read_usable(self._data)
        counts = Counter(passage.document_id for passage in content.passages)
        documents = tuple(
            DocumentInfo(d.id, d.title, counts[d.id], len(d.text), d.digest, d.warnings) for d in content.documents
        )
        size = size_of(folder_of(self._data, manifest.number))
        return _Indexed(stamps, manifest, documents, size, warning)

    def _stamps(self) -> Iterator[object]:
        """What tells whether the index has changed: the pointer, and how each file of its generations looks."""
        yield current(self._data)
        for path in (path for number in numbers(self._data) for path in files_of(folder_of(self._data, number))):
            look = look_at(path)
            yield path, look.stamp if look is not None and look.settled else object()  # equal to nothing: it is read again

    def _compare(
        self, corpus: Path, documents: tuple[DocumentInfo, ...]
    ) -> tuple[tuple[tuple[str, str], ...], tuple[Refused, ...]]:
        """How the corpus differs from the index, and what was refused and looks as it did then."""
        sources = scan(corpus, without=self._data)
        refused = remembered(self._data, sources)
        indexed = {document.id: document.digest for document in documents}
        stale: dict[str, str] = {}
        digests = self._digests.successor()
        for source in sources:
            name = source.id
            if name not in indexed:
                stale |= {name: "added"} if name not in refused else {}
                continue
            try:
                same = digests.digest(name, source.path, partial(digest_of, source.path, name)) == indexed[name]
            except DocumentRefused:
                same = False  # the next build says why it cannot be read
            if not same or name in refused:
                stale[name] = "changed" if os.path.lexists(source.path) else "removed"
        self._digests = digests
        present = {source.id for source in sources}
        folders = tuple(f"{name}/" for name in present)  # those that cannot be opened: nobody knows what is in them
        stale |= {name: "removed" for name in indexed if name not in present and not name.startswith(folders)}
        return tuple(sorted(stale.items())), tuple(refused.values())
