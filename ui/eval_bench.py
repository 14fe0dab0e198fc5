"""What an evaluation asks: the assistant of these settings with the judge that is set, opened in each process that asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from index.library import Library
from ingest.errors import RoadmapError
from ui import assembly
from ui.settings import Settings

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from evals.answers import Support
    from evals.run import Bench
    from evals.spread import Spread
    from index.manifest import Manifest
    from index.search import Snapshot
    from ingest.document import Document


class IndexRenewed(RoadmapError):
    """The index was updated while a run began: its processes would not all ask the same documents."""


class HeldLibrary(Library):
    """A library that stays at the generation it was made with, whatever is published since."""

    def __init__(self, library: Library) -> None:
        """Raises what `Library.snapshot` raises."""
        super().__init__(library.data, library.embedder)
        self._snapshot = library.snapshot()

    def snapshot(self) -> Snapshot:
        """Always the same."""
        return self._snapshot


@dataclass(frozen=True, slots=True)
class StoredCorpus:
    """What a run needs of an index, read without loading a model."""

    manifest: Manifest
    documents: Mapping[str, Document]

    @property
    def generation(self) -> int:
        """Its number."""
        return self.manifest.number


def read_corpus(settings: Settings) -> StoredCorpus:
    """The index of these settings. Raises IndexMissing, IndexDamaged."""
    from index.library import read_usable

    manifest, content, _, _ = read_usable(settings.data)
    return StoredCorpus(manifest, {document.id: document for document in content.documents})


def support_of(assistant: Assistant) -> Support:
    """The judge of sentences that this assistant has."""
    from assistant.verify import support

    return partial(support, entails=assistant.entails)


def open_bench(settings: Settings, write: bool, generation: int) -> Bench:
    """An assistant, which without `write` only quotes, with this generation of its index and its judge, loaded.

    Raises `IndexRenewed` when another one is in use by now, and what `Library.snapshot` raises.
    """
    from evals.run import Bench

    library = HeldLibrary(assembly.open_library(settings))
    snapshot = library.snapshot()
    if snapshot.generation != generation:
        raise IndexRenewed(
            f"The index was updated to generation {snapshot.generation} while the run of generation {generation} began; "
            "run it again."
        )
    assistant = assembly.open_assistant(settings, library, write=write)
    return Bench(assistant, snapshot.documents, support_of(assistant))


def spread_over(settings: Settings, write: bool, processes: int, generation: int) -> Spread:
    """So many processes, each with a bench of its own over this generation of the index."""
    from evals.spread import Spread

    plain = Settings.model_construct(**dict(settings))  # of a class that the other processes know too
    return Spread(partial(open_bench, plain, write, generation), processes)
