"""What the library page lists: every document of the index and of the corpus folder, with its facts and its state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Literal

from index.status import IndexStatus
from ingest.corpus import SourceFile
from ingest.document import Document
from ingest.readers import READERS

State = Literal["indexed", "new", "changed", "deleted", "refused"]
Order = Literal["title", "newest", "largest", "state"]
_RANK: Mapping[State, int] = {"refused": 0, "new": 1, "changed": 2, "deleted": 3, "indexed": 4}


@dataclass(frozen=True, slots=True)
class Entry:
    """One document. `sections`, `passages` and `characters` are 0 where it is not indexed."""

    id: str
    title: str
    state: State
    format: str  # Markdown, PDF, …; "" where no reader knows it
    uploaded: bool
    sections: int = 0
    passages: int = 0
    characters: int = 0
    size: int | None = None  # bytes of the file; None where it is gone
    modified: datetime | None = None  # UTC; None where it is gone
    reason: str = ""  # why it was refused, and what to do
    warnings: tuple[str, ...] = ()


def catalogue(
    status: IndexStatus,
    documents: Mapping[str, Document],
    sources: Sequence[SourceFile],
    uploaded: Callable[[str], bool],
) -> tuple[Entry, ...]:
    """Every document that is indexed, waits to be, or was refused; sorted by title."""
    files = {source.id: source for source in sources}
    changes = dict(status.stale)
    reasons = {entry.document_id: entry.reason for entry in status.refused}
    indexed = {info.id for info in status.documents}
    entries: list[Entry] = []
    for info in status.documents:
        document = documents.get(info.id)
        state: State = "deleted" if changes.get(info.id) == "removed" else "changed" if info.id in changes else "indexed"
        sections = len(document.sections) if document is not None else 0
        entries.append(
            Entry(
                info.id, info.title, state, _format(info.id), uploaded(info.id), sections, info.passages, info.characters,
                *_facts(files.get(info.id)), reason=reasons.get(info.id, ""), warnings=info.warnings,
            )
        )  # fmt: skip
    for entry in status.refused:
        if entry.document_id in files and entry.document_id not in indexed:
            known = entry.document_id
            entries.append(
                Entry(
                    known, known, "refused", _format(known), uploaded(known),
                    size=files[known].size, modified=_time(files[known]), reason=entry.reason,
                )
            )  # fmt: skip
    for name, change in status.stale:
        if change == "added" and name in files:
            size, modified = _facts(files[name])
            entries.append(Entry(name, name, "new", _format(name), uploaded(name), size=size, modified=modified))
    return ordered(entries, "title")


def matching(entries: Sequence[Entry], words: str) -> tuple[Entry, ...]:
    """Those with `words` in the title or file name, whatever their case."""
    wanted = " ".join(words.split()).casefold()
    return tuple(entry for entry in entries if wanted in entry.title.casefold() or wanted in entry.id.casefold())


def ordered(entries: Sequence[Entry], order: Order) -> tuple[Entry, ...]:
    """The entries in this order; what needs attention comes first in the order of states."""
    by_title = sorted(entries, key=lambda entry: (entry.title.casefold(), entry.id))
    if order == "newest":
        by_title.sort(key=lambda entry: entry.modified.timestamp() if entry.modified else 0.0, reverse=True)
    elif order == "largest":
        by_title.sort(key=lambda entry: entry.size or 0, reverse=True)
    elif order == "state":
        by_title.sort(key=lambda entry: _RANK[entry.state])
    return tuple(by_title)


def bytes_text(size: int) -> str:
    """
    >>> bytes_text(900), bytes_text(4_100), bytes_text(2_500_000)
    ('900 bytes', '4.1 kB', '2.5 MB')
    """
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1e3:.1f} kB" if size < 1e6 else f"{size / 1e6:,.1f} MB"


def _facts(source: SourceFile | None) -> tuple[int | None, datetime | None]:
    return (None, None) if source is None else (source.size, _time(source))


def _time(source: SourceFile) -> datetime | None:
    try:
        return datetime.fromtimestamp(source.mtime_ns / 1e9, UTC)
    except (OverflowError, ValueError, OSError):  # a file system may say anything
        return None


def _format(document_id: str) -> str:
    reader = READERS.get(PurePosixPath(document_id).suffix.casefold())
    return "" if reader is None else reader.name
