"""What a sweep needs of the program: an index and an assistant for each combination of settings, made once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from index.build import PASSAGE_LIMIT, update
from index.embedder import Vectors
from index.hit import Hit
from index.library import Library
from index.search import DENSE_WEIGHT, Snapshot
from ui import assembly
from ui.console import build_progress
from ui.eval_bench import HeldLibrary
from ui.settings import Settings

if TYPE_CHECKING:
    from assistant.answer import Turn
    from assistant.assistant import Assistant
    from evals.sweep import Setting


@dataclass(frozen=True, slots=True)
class VariedSnapshot(Snapshot):
    """A snapshot that searches with another fusion weight, and gives no more than `limit` passages."""

    weight: float = DENSE_WEIGHT
    limit: int | None = None

    def search(self, question: str, k: int = 10, *, dense_weight: float | None = None) -> tuple[Hit, ...]:
        """As `Snapshot.search`, likewise."""
        return self.search_vector(question, self.embedder().embed_question(question), k, dense_weight=dense_weight)

    def search_vector(
        self,
        question: str,
        vector: Vectors,
        k: int = 10,
        *,
        sources: frozenset[str] = frozenset(),
        dense_weight: float | None = None,
    ) -> tuple[Hit, ...]:
        """As `Snapshot.search_vector`, with the weight of this snapshot where none is given."""
        depth = k if self.limit is None else min(k, self.limit)
        weight = self.weight if dense_weight is None else dense_weight
        return Snapshot.search_vector(self, question, vector, depth, sources=sources, dense_weight=weight)


class VariedLibrary(HeldLibrary):
    """A library that stays at one snapshot, which searches otherwise."""

    def __init__(self, library: Library, *, weight: float | None = None, limit: int | None = None) -> None:
        super().__init__(library)
        values = {field.name: getattr(self._snapshot, field.name) for field in fields(Snapshot)}
        self._snapshot = VariedSnapshot(**values, weight=DENSE_WEIGHT if weight is None else weight, limit=limit)


class SweepEngine:
    """Builds an index for every embedder and passage size in a folder of its own below the data folder, where it stays."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: tuple[tuple[object, ...], Library] | None = None  # the index asked last; one in memory is enough
        self._snapshot: Snapshot | None = None  # what is asked

    def open(self, setting: Setting) -> tuple[Assistant, Snapshot]:
        """An assistant that refuses nothing, over an index that is brought up to date first."""
        settings = self._of(setting)
        if self._held is None or self._held[0] != setting.index:
            with build_progress() as progress:
                update(
                    settings.corpus, settings.data, lambda: assembly.load_embedder(settings),
                    assembly.embedder_identity(settings), passage_limit=setting.passage_limit or PASSAGE_LIMIT,
                    progress=progress,
                )  # fmt: skip
            self._held = setting.index, assembly.open_library(settings)
        library = VariedLibrary(self._held[1], weight=setting.dense_weight, limit=setting.k)
        own = settings.model_copy(update={"threshold": 0.0})
        self._snapshot = library.snapshot()
        return assembly.open_assistant(own, library, write=setting.mode == "write"), self._snapshot

    def threshold(self, setting: Setting) -> float:
        """The setting's own, or the one in force."""
        from assistant.coverage import THRESHOLD

        chosen = self._settings.threshold if setting.threshold is None else setting.threshold
        return THRESHOLD if chosen is None else chosen

    def parted(self, question: str, history: Sequence[Turn]) -> bool:
        """Whether the assistant opened last sees several parts in a question. Raises QuestionInvalid."""
        from assistant.assistant import ask_of
        from assistant.parts import parts_of
        from assistant.question import checked

        assert self._snapshot is not None, "nothing was opened"
        return bool(parts_of(ask_of(checked(question), history, self._snapshot)))

    def _of(self, setting: Setting) -> Settings:
        """The settings with the models of this combination and a data folder for its index."""
        changed: dict[str, object] = {}
        for role in ("embedder", "generator"):
            if name := getattr(setting, role):
                held = getattr(self._settings, role)
                changed[role] = held.model_copy(update={"id": name, "revision": ""})
        embedder = setting.embedder or self._settings.embedder.id
        key = hashlib.sha256(repr((embedder, setting.passage_limit)).encode()).hexdigest()[:12]
        changed["data"] = self._settings.data / "sweeps" / f"index-{key}"
        return self._settings.model_copy(update=changed)
