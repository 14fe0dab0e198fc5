"""The folder of the index: which generations are in it, which one is in use, and how a file of it is read."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ingest.errors import RoadmapError

POINTER = "CURRENT"
_Taken = TypeVar("_Taken")


class IndexMissing(RoadmapError):
    """No index was ever built in this data folder."""


class IndexDamaged(RoadmapError):
    """A generation is not what was written; it is never searched."""


class IndexUnreadable(RoadmapError):
    """The system does not let the index be read now; that says nothing about what is in it."""


def index_folder(data: Path) -> Path:
    """Where the generations of a data folder are."""
    return data / "index"


def folder_of(data: Path, number: int) -> Path:
    """The folder of one generation."""
    return index_folder(data) / f"gen-{number:06d}"


def numbers(data: Path) -> list[int]:
    """The generations on disk, oldest first."""
    folder = index_folder(data)
    found = folder.glob("gen-*") if folder.is_dir() else ()
    return sorted(int(path.name[4:]) for path in found if path.name[4:].isdigit() and path.is_dir())


def files_of(folder: Path) -> list[Path]:
    """Everything but folders in it and below, sorted; what another process deletes meanwhile may be left out."""
    return sorted(Path(place, name) for place, _, names in os.walk(folder) for name in names)


def size_of(folder: Path) -> int:
    """The bytes of all files in a folder and below; as `files_of`."""
    size = 0
    for path in files_of(folder):
        with suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


@dataclass(frozen=True, slots=True)
class Pointer:
    """What `CURRENT` says: which generation is in use, and which of those that ever had its number."""

    number: int
    stamp: str  # the beginning of the SHA-256 of its manifest

    def written(self) -> bytes:
        """Both with a digest: a flipped bit must not make them the name of another generation."""
        text = f"{self.number} {self.stamp}"
        return f"{text} {hashlib.sha256(text.encode()).hexdigest()[:16]}\n".encode()


def current(data: Path) -> Pointer | None:
    """What `CURRENT` says; None when it is missing or is not what `publish` wrote.

    Raises:
        IndexUnreadable: it may not be read now.
    """
    written = read_bytes(index_folder(data) / POINTER) or b""
    number, _, rest = written.partition(b" ")
    if not number.isdigit():
        return None
    found = Pointer(int(number), rest[:16].decode(errors="replace"))
    return found if found.written() == written else None


def current_number(data: Path) -> int | None:
    """The generation that `CURRENT` names; as `current`."""
    pointer = current(data)
    return pointer.number if pointer is not None else None


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hex; empty where it cannot be had.

    Raises:
        IndexUnreadable: it may not be read now.
    """
    return _read(path, lambda file: hashlib.file_digest(file, "sha256").hexdigest()) or ""


def read_bytes(path: Path) -> bytes | None:
    """A file's content; as `_read`."""
    return _read(path, lambda file: file.read())


def _read(path: Path, taking: Callable[[io.BufferedReader], _Taken]) -> _Taken | None:
    """What is taken from a file; None where there is none to be had: no such file, or the disk cannot read it any more.

    Raises:
        IndexUnreadable: for every other reason, of which none is a sign of damage.
    """
    try:
        with path.open("rb") as file:
            return taking(file)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EIO):
            return None
        reason = error.strerror or type(error).__name__
        raise IndexUnreadable(f"{path} could not be read ({reason}); remove the cause and run it again.") from error
