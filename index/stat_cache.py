"""Which files need not be read again: those whose size, times and inode are what they were when their digest was taken.

As git does for its working tree. A file that was changed within a tick of the clock before it was read might be changed again
in the same tick, and look the same ("racily clean"): it is not remembered, and is read again the next time. What is remembered
is a saving of time and nothing else: without it, or where a byte of it is wrong, everything is read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from index import storage

NAME = "stat-cache.json"
TICK = 50_000_000  # nanoseconds; kernels stamp files with a clock that ticks every 10 ms or more often
COARSE = 2_000_000_000  # nanoseconds; some file systems count whole seconds, or every other one
Stamp: TypeAlias = tuple[int, int, int, int]  # bytes, modified and changed in nanoseconds since the epoch, inode


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was just before it was read; `settled` says whether a later change is sure to show."""

    stamp: Stamp
    settled: bool


class StatCache:
    """The digests of files by name, each valid as long as its file looks as it did.

    Only names that are asked for, or kept, during its life are saved: those of deleted files go.
    """

    def __init__(self, known: Mapping[str, tuple[Stamp, str]]) -> None:
        """`known` is what an earlier build saved."""
        self._known = known
        self._kept: dict[str, tuple[Stamp, str]] = {}
        self.changed = False  # whether anything was read, so that there is something to save

    @property
    def empty(self) -> bool:
        """Whether nothing was known beforehand."""
        return not self._known

    @classmethod
    def load(cls, folder: Path) -> StatCache:
        """The one in this folder; an empty one where there is none or it cannot be read."""
        body = storage.read_sealed(folder / NAME)
        try:
            return cls({name: (tuple(stamp), sha256) for name, (*stamp, sha256) in json.loads(body or b"{}").items()})
        except (ValueError, TypeError, AttributeError):
            return cls({})

    def successor(self) -> StatCache:
        """One that knows what this one kept."""
        return StatCache(dict(self._kept))

    def digest(self, name: str, path: Path, read: Callable[[], str]) -> str:
        """The SHA-256 of the file at `path`: the remembered one where it holds, else what `read` gives."""
        look = look_at(path)
        known = self._known.get(name)
        if known is not None and look is not None and look.stamp == known[0]:
            self._kept[name] = known
            return known[1]
        digest = read()
        self.keep(name, look, digest)
        return digest

    def keep(self, name: str, look: Look | None, digest: str) -> None:
        """Remember the digest of what was read after that look; an empty one says that it could not be read."""
        self.changed = True
        if digest and look is not None and look.settled:
            self._kept[name] = (look.stamp, digest)

    def save(self, folder: Path) -> None:
        """Write it, where anything was read since it was loaded. Raises StorageFailed."""
        if self.changed:
            entries = {name: (*stamp, digest) for name, (stamp, digest) in self._kept.items()}
            body = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
            storage.replace_sealed(folder / NAME, body)


def look_at(path: Path) -> Look | None:
    """How a file looks now, itself and not what it may link to; None where that cannot be told."""
    now = time.time_ns()
    try:
        found = path.lstat()
    except OSError:
        return None
    last = max(found.st_mtime_ns, found.st_ctime_ns)
    doubt = COARSE + TICK if found.st_mtime_ns % 1_000_000_000 == 0 else TICK
    return Look((found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino), last + doubt < now)
