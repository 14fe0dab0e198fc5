"""Disks that die, fail or keep a record: each takes the place of `index.storage.disk`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from index import storage

Kind = Literal["make folder", "create", "write", "sync", "move", "remove file", "remove folder"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of the disk. A sync names the file or folder that is forced out."""

    kind: Kind
    path: Path
    target: Path | None = None  # of a move
    data: bytes = b""  # of a write

    def __str__(self) -> str:
        return f"{self.kind} {self.path}" + (f" to {self.target}" if self.target else "")


class WatchedDisk(storage.Disk):
    """Announces each operation before it is done. What `before` raises is the disk's answer."""

    def __init__(self, before: Callable[[Operation], None], *, half: bool = False, wait: bool = False) -> None:
        """With `half`, a write is announced again when half of it is done; without `wait`, no sync reaches the disk."""
        self._before = before
        self._half = half
        self._wait = wait
        self._paths: dict[int, Path] = {}

    def make_folder(self, path: Path) -> None:
        self._before(Operation("make folder", path))
        super().make_folder(path)

    def create(self, path: Path) -> int:
        self._before(Operation("create", path))
        handle = super().create(path)
        self._paths[handle] = path
        return handle

    def write(self, handle: int, data: memoryview) -> int:
        path = self._paths[handle]
        self._before(Operation("write", path, data=bytes(data)))
        if not self._half:
            return super().write(handle, data)
        done = super().write(handle, data[: len(data) // 2])
        self._before(Operation("write", path, data=bytes(data[done:])))
        return done + super().write(handle, data[done:])

    def sync(self, handle: int) -> None:
        path = self._paths.pop(handle) if handle in self._paths else Path(f"/proc/self/fd/{handle}").readlink()
        self._before(Operation("sync", path))
        if self._wait:
            super().sync(handle)

    def move(self, source: Path, target: Path) -> None:
        self._before(Operation("move", source, target))
        super().move(source, target)

    def remove_file(self, path: Path) -> None:
        self._before(Operation("remove file", path))
        super().remove_file(path)

    def remove_folder(self, path: Path) -> None:
        self._before(Operation("remove folder", path))
        super().remove_folder(path)


@contextmanager
def on_disk(disk: storage.Disk) -> Iterator[None]:
    """Everything that is written meanwhile goes through `disk`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "disk", disk)
        yield


def record(action: Callable[[], object]) -> list[Operation]:
    """The operations of `action`, in order; they are done, but nothing waits for the disk."""
    operations: list[Operation] = []
    with on_disk(WatchedDisk(operations.append)):
        action()
    return operations
