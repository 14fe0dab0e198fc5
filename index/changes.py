"""What changed in a corpus folder since a generation was made of it: each document read, found to be as it was, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from index.manifest import Refused
from index.stat_cache import StatCache, look_at
from ingest.corpus import SourceFile, digest_of
from ingest.document import Document
from ingest.errors import DocumentRefused
from ingest.readers import read_document, reader_for

Action = Literal["added", "changed", "unchanged", "removed", "refused"]


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What a build did with one document."""

    id: str
    action: Action
    passages: int
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """The documents of a corpus, beside those of the last generation."""

    found: Mapping[str, Document | None]  # by id; None for those that need not be parsed
    states: tuple[DocumentState, ...]  # of every file, then of what was removed; passages are not counted yet
    refused: tuple[Refused, ...]

    def none(self, refused: Sequence[Refused]) -> bool:
        """Whether the generation is still right, which was made when these were refused."""
        return self.refused == tuple(refused) and all(state.action in ("unchanged", "refused") for state in self.states)


def find_changes(
    sources: Sequence[SourceFile],
    digests: Mapping[str, str],
    cache: StatCache,
    progress: Callable[[int, str], None] = lambda done, document: None,
    *,
    reread: bool = False,
) -> Changes:
    """Compare the files of a corpus with `digests`, those of the last generation by document id; reads what is new.

    Files that `cache` knows are not read; with `reread` all are. `progress` is told how many files are done, and the name of
    the one in work.
    """
    found: dict[str, Document | None] = {}
    states: list[DocumentState] = []
    refused: list[Refused] = []
    for done, source in enumerate(sources, start=1):
        progress(done, source.id)
        name = f"corpus/{source.id}"
        try:
            reader_for(source.id)  # an unknown suffix is refused unread
            if source.id in digests and not reread:
                digest = cache.digest(name, source.path, partial(digest_of, source.path, source.id))
                if digest == digests[source.id]:
                    found[source.id] = None
                    states.append(DocumentState(source.id, "unchanged", 0))
                    continue
            look = look_at(source.path)
            document = read_document(source.path, source.id)
            cache.keep(name, look, document.digest)
        except DocumentRefused as refusal:
            refused.append(Refused(source.id, refusal.code.value, refusal.reason))
            states.append(DocumentState(source.id, "refused", 0, refusal.reason))
            continue
        found[source.id] = document
        action: Action = "changed" if source.id in digests else "added"
        if document.digest == digests.get(source.id):
            action = "unchanged"
        states.append(DocumentState(source.id, action, 0, warnings=document.warnings))
    present = {source.id for source in sources}
    states += [DocumentState(name, "removed", 0) for name in digests if name not in present]
    return Changes(found, tuple(states), tuple(refused))
