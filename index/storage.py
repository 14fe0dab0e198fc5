"""The only place that changes files of the data folder: each step is one durable operation.

Order matters more than speed here: data is on the disk (fsync of file and folder) before the name that points to it changes.
Everything that is created is readable by its owner only.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import RoadmapError

Parts = Sequence[bytes | memoryview]  # a file's content, in pieces that need not be joined in memory
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ADVICE = {
    errno.EROFS: "choose a folder that can be written with --data",
    errno.EACCES: "fix the permissions of that folder",
    errno.EPERM: "fix the permissions of that folder",
    errno.EIO: "check the disk, or choose another one with --data",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "close other programs",
}


class StorageFailed(RoadmapError):
    """The disk refused to write (full, read-only, failing); nothing that was there before is lost."""


class StorageFull(StorageFailed):
    """There is no room (or no quota) for what is to be written."""


class Disk:
    """What changes the disk, one system call a method; tests put one in its place that fails, dies or keeps a record."""

    def make_folder(self, path: Path) -> None:
        """Create a folder in one that exists."""
        path.mkdir(mode=0o700)

    def create(self, path: Path) -> int:
        """Open a file that did not exist; gives its handle."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)

    def write(self, handle: int, data: memoryview) -> int:
        """Append; gives how many bytes were taken."""
        return os.write(handle, data)

    def sync(self, handle: int) -> None:
        """Force a file's data, or a folder's names, from the memory of the system to the disk."""
        os.fsync(handle)

    def move(self, source: Path, target: Path) -> None:
        """Rename a file or folder; an existing file is replaced in one step."""
        source.replace(target)

    def remove_file(self, path: Path) -> None:
        """Delete a name of a file."""
        path.unlink()

    def remove_folder(self, path: Path) -> None:
        """Delete an empty folder."""
        path.rmdir()


disk = Disk()


def make_folder(path: Path) -> None:
    """Create a folder with its parents, and force their names to the disk."""
    with _translated(path):
        for folder in [*reversed(path.parents), path]:
            if not folder.is_dir():
                disk.make_folder(folder)
                sync_folder(folder.parent)


def write_file(path: Path, *parts: bytes | memoryview) -> str:
    """Write a file that did not exist and force it to the disk; gives the SHA-256 of what it was to hold."""
    digest = hashlib.sha256()
    with _translated(path, sum(len(part) for part in parts)):
        handle = disk.create(path)
        try:
            for part in parts:
                digest.update(part)
                left = memoryview(part).cast("B")
                while left:
                    left = left[disk.write(handle, left) :]
            disk.sync(handle)
        finally:
            os.close(handle)
    return digest.hexdigest()


def write_files(folder: Path, files: Mapping[str, Parts]) -> dict[str, str]:
    """Write files into a new folder and force everything to the disk; names may hold one `/`. Gives their SHA-256 by name.

    Raises:
        StorageFull: before anything is written where the system knows that there is no room.
    """
    needed = sum(len(part) for parts in files.values() for part in parts)
    free = shutil.disk_usage(folder.parent).free
    if needed > free:
        raise StorageFull(_no_room(folder, os.strerror(errno.ENOSPC), needed, free))
    with _counting(folder, needed):
        folders = {folder: None, **{(folder / name).parent: None for name in files}}
        for path in folders:
            make_folder(path)
        digests = {name: write_file(folder / name, *parts) for name, parts in files.items()}
        for path in reversed(folders):
            sync_folder(path)
    return digests


def sync_folder(path: Path) -> None:
    """Force the names in a folder to the disk, where the system has such a thing."""
    if os.name == "nt":
        return
    with _translated(path):
        handle = os.open(path, os.O_RDONLY)
        try:
            disk.sync(handle)
        finally:
            os.close(handle)


def move(source: Path, target: Path) -> None:
    """Give a file or folder its final name; an existing file is replaced in one step."""
    with _translated(target):
        for attempt in range(8):
            try:
                disk.move(source, target)
                return
            except PermissionError:  # Windows: a virus scanner or a reader holds it for a moment
                if os.name != "nt" or attempt == 7:
                    raise
                time.sleep(0.05 * 2**attempt)


def replace_file(path: Path, data: bytes) -> None:
    """Change the content of a small file so that a reader sees the old or the new one, also after a power cut."""
    temporary = path.with_name(path.name + ".tmp")
    remove(temporary)
    write_file(temporary, data)
    move(temporary, path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Delete a file or folder if it is there."""
    with _translated(path, done="deleted"):
        if path.is_symlink() or not path.is_dir():
            if path.is_symlink() or path.exists():
                disk.remove_file(path)
            return
        for child in sorted(path.iterdir()):
            remove(child)
        disk.remove_folder(path)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_sealed(path: Path, body: bytes) -> None:
    """As `replace_file`, with the digest of the content in front of it, for `read_sealed`. Raises StorageFailed."""
    replace_file(path, _digest(body) + b"\n" + body)


def read_sealed(path: Path) -> bytes | None:
    """What `replace_sealed` wrote; None where it cannot be read or is no longer that."""
    try:
        digest, _, body = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return body if digest == _digest(body) else None


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


@contextmanager
def _translated(path: Path, needed: int | None = None, done: str = "written") -> Iterator[None]:
    """Errors of the system as `StorageFailed`, with `needed` bytes named where there was no room for them."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in FULL:
            raise StorageFull(_no_room(path, reason, needed)) from error
        advice = ADVICE.get(error.errno or 0, "free space or fix permissions")
        raise StorageFailed(f"{path} could not be {done} ({reason}); {advice} and run it again.") from error


@contextmanager
def _counting(folder: Path, needed: int) -> Iterator[None]:
    """Where one file found no room, name the bytes of all."""
    try:
        yield
    except StorageFull as full:
        reason = os.strerror(full.__cause__.errno or 0) if isinstance(full.__cause__, OSError) else "no room"
        raise StorageFull(_no_room(folder, reason, needed)) from full


def _no_room(path: Path, reason: str, needed: int | None, free: int | None = None) -> str:
    if free is None:
        try:
            free = shutil.disk_usage(path.parent).free
        except OSError:
            free = 0
    takes = "" if needed is None else f": it takes {needed:,} bytes and {free:,} are free"
    return f"{path} could not be written ({reason}){takes}; free space and run it again."
