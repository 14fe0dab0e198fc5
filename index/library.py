"""Opens the generation in use and hands out snapshots of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from threadpoolctl import threadpool_limits

from index.content import Content
from index.embedder import Embedder
from index.folder import (
    POINTER,
    IndexDamaged,
    IndexMissing,
    Pointer,
    current,
    current_number,
    file_digest,
    index_folder,
    numbers,
)
from index.generation import read
from index.lexical import LexicalIndex
from index.manifest import Manifest, read_manifest, verify_files
from index.search import Snapshot, make_snapshot
from ingest.errors import RoadmapError

_Opened = TypeVar("_Opened")


class EmbedderMismatch(RoadmapError):
    """The index was made with other weights than the ones that would embed the question."""


class Library:
    """The index of a data folder, always at its newest published generation."""

    def __init__(self, data: Path, embedder: Callable[[], Embedder]) -> None:
        """`embedder` loads the model (or gives the loaded one) when the first question needs it."""
        self.data = data
        self._load = embedder
        self._embedder: Embedder | None = None
        self._held: tuple[Pointer | None, Snapshot] | None = None  # what CURRENT said when it was opened, and what was opened
        self._lock = threading.Lock()

    def embedder(self) -> Embedder:
        """The embedding model, loaded once."""
        with self._lock:
            if self._embedder is None:
                self._embedder = self._load()
            return self._embedder

    def snapshot(self) -> Snapshot:
        """The generation in use; cheap unless a new one was published since the last call.

        Raises:
            IndexMissing: nothing was built yet.
            IndexDamaged: no sound generation is left.
            IndexUnreadable: a file may not be read now.
            EmbedderMismatch: it was made by another embedder than the one configured.
        """
        held = self._held
        pointer = current(self.data)
        # A pointer missing beside generations is damage, and what is held stays right; without any the index was removed.
        if held is not None and (pointer == held[0] if pointer is not None else numbers(self.data)):
            return held[1]
        embedder = self.embedder()
        with self._lock:
            pointer = current(self.data)
            if self._held is None or pointer is None or self._held[0] != pointer:
                self._held = pointer, self._open(embedder)
            return self._held[1]

    def _open(self, embedder: Embedder) -> Snapshot:
        manifest, content, lexical, warning = read_usable(self.data)
        if manifest.embedder != embedder.id or manifest.embedder_digest != embedder.digest:
            raise EmbedderMismatch(
                f"The index in {self.data} was made with {manifest.embedder}, but {embedder.id} is set to ask it "
                "(or its weights differ); run `roadmap index` to build it anew."
            )
        # A question multiplies small matrices only: the other threads of the BLAS would only spin beside each product, which
        # takes twice the processor time, and the core that another question needs.
        threadpool_limits(1, user_api="blas")
        return make_snapshot(manifest, content, lexical, self.embedder, warning)


def usable_manifest(data: Path, number: int | None, digest_of: Callable[[Path], str] = file_digest) -> tuple[Manifest, str]:
    """The manifest of the generation to use, verified as `verify_files` does, and a warning when it is not the current one.

    Falls back to the newest sound generation when `CURRENT` or what it names is damaged.

    Raises:
        IndexMissing, IndexDamaged, IndexUnreadable
    """

    def verified(candidate: int) -> Manifest:
        manifest = read_manifest(data, candidate)
        verify_files(data, manifest, digest_of)
        return manifest

    return _first_sound(data, number, verified)


def read_usable(data: Path) -> tuple[Manifest, Content, LexicalIndex, str]:
    """The generation to use with all its content, and a warning as `usable_manifest` gives it; reads every byte once.

    A generation may be replaced and deleted while it is read; then its successor is read.

    Raises:
        IndexMissing, IndexDamaged, IndexUnreadable
    """

    def whole(candidate: int) -> tuple[Manifest, Content, LexicalIndex]:
        manifest = read_manifest(data, candidate)
        return manifest, *read(data, manifest)

    number = current_number(data)
    while True:
        try:
            (manifest, content, lexical), warning = _first_sound(data, number, whole)
        except (IndexDamaged, IndexMissing):
            newer = current_number(data)
            if newer == number:
                raise
        else:
            newer = current_number(data)
            if not warning or newer == number:
                return manifest, content, lexical, warning
        number = newer


def _first_sound(data: Path, number: int | None, opened: Callable[[int], _Opened]) -> tuple[_Opened, str]:
    """What `opened` makes of the current generation, else of the newest one it accepts, then with a warning."""
    candidates = sorted(numbers(data), key=lambda candidate: (candidate == number, candidate), reverse=True)
    problem = pointer_problem(data, number, candidates)
    damage: IndexDamaged | None = None
    for candidate in candidates:
        try:
            found = opened(candidate)
        except IndexDamaged as error:
            damage = damage or error
            continue
        reason = str(damage) if damage is not None else problem
        return found, f"{reason} Until then answers come from generation {candidate}." if reason else ""
    raise damage or IndexMissing(f"There is no index in {data}; run `roadmap index` first.")


def pointer_problem(data: Path, number: int | None, on_disk: Sequence[int]) -> str:
    """What is wrong with `CURRENT`, which says `number`, in a sentence; empty where nothing is."""
    if number in on_disk:
        return ""
    wrong = "is missing or damaged" if number is None else f"names generation {number}, which is missing"
    return f"{index_folder(data) / POINTER} {wrong}; run `roadmap index`."
