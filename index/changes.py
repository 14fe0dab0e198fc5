"""What changed in a corpus folder since a generation was made of it: each document read, found to be as it was, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from index.manifest import Refused
from index.stat_cache import Look, StatCache, look_at
from ingest.corpus import SourceFile, check_file, digest_of
from ingest.document import Document
from ingest.errors import DocumentRefused, Refusal
from ingest.readers import read_document, reader_for

_FOR_NOW = (Refusal.CHANGED, Refusal.UNREADABLE)
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
    kept: frozenset[str]  # of those found, the ones that could not be read now and stay as they were
    looks: Mapping[str, Look]  # of what was refused, by id: how it looked before it was read

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

    Files that `cache` knows are not read; with `reread` all are. What was indexed and cannot be read only for the moment, since
    another program writes it or has locked it, or its folder, is refused and stays as it was. `progress` is told how many files
    are done, and the name of the one in work.
    """
    found: dict[str, Document | None] = {}
    states: list[DocumentState] = []
    refused: list[Refused] = []
    kept: set[str] = set()
    looks: dict[str, Look] = {}
    for done, source in enumerate(sources, start=1):
        progress(done, source.id)
        name = f"corpus/{source.id}"
        look = look_at(source.path)
        try:
            check_file(source.path, source.id)
            reader_for(source.id)  # an unknown suffix is refused unread
            if source.id in digests and not reread:
                digest = cache.digest(name, source.path, partial(digest_of, source.path, source.id))
                if digest == digests[source.id]:
                    found[source.id] = None
                    states.append(DocumentState(source.id, "unchanged", 0))
                    continue
            document = read_document(source.path, source.id)
            cache.keep(name, look, document.digest)
        except DocumentRefused as refusal:
            held = _held(source.id, digests) if refusal.code in _FOR_NOW else []
            found |= dict.fromkeys(held)
            kept.update(held)
            looks |= {source.id: look} if look is not None else {}
            reason = refusal.reason + ("; what was read of it before is kept" if held else "")
            refused.append(Refused(source.id, refusal.code.value, reason))
            states.append(DocumentState(source.id, "refused", 0, reason))
            states += [DocumentState(name, "unchanged", 0) for name in held if name != source.id]
            continue
        found[source.id] = document
        action: Action = "changed" if source.id in digests else "added"
        if document.digest == digests.get(source.id):
            action = "unchanged"
        states.append(DocumentState(source.id, action, 0, warnings=document.warnings))
    present = {source.id for source in sources} | kept
    states += [DocumentState(name, "removed", 0) for name in digests if name not in present]
    return Changes(dict(sorted(found.items())), tuple(states), tuple(refused), frozenset(kept), looks)


def _held(name: str, digests: Mapping[str, str]) -> list[str]:
    """The documents of the last generation that are this file or lie in this folder."""
    return [known for known in digests if known == name or known.startswith(f"{name}/")]
