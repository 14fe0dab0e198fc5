"""The only place that changes files of the data folder: each step is one durable operation.

Order matters more than speed here: data is on the disk (fsync of file and folder) before the name that points to it changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path

from ingest.errors import RoadmapError


class StorageFailed(RoadmapError):
    """The disk refused to write (full, read-only, failing); nothing that was there before is lost."""


def make_folder(path: Path) -> None:
    """Create a folder with its parents, readable by its owner only."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _failed(path, error) from error


def write_file(path: Path, data: bytes) -> None:
    """Write a file that did not exist and force it to the disk."""
    try:
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _failed(path, error) from error


def sync_file(path: Path) -> None:
    """Force a file that a library wrote to the disk."""
    try:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise _failed(path, error) from error


def sync_folder(path: Path) -> None:
    """Force the names in a folder to the disk, where the system has such a thing."""
    if os.name == "nt":
        return
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise _failed(path, error) from error


def move(source: Path, target: Path) -> None:
    """Give a file or folder its final name; an existing file is replaced in one step."""
    for attempt in range(8):
        try:
            source.replace(target)
            return
        except PermissionError as error:  # Windows: a virus scanner or a reader holds it for a moment
            if os.name != "nt" or attempt == 7:
                raise _failed(target, error) from error
            time.sleep(0.05 * 2**attempt)
        except OSError as error:
            raise _failed(target, error) from error


def replace_file(path: Path, data: bytes) -> None:
    """Change the content of a small file so that a reader sees the old or the new one, also after a power cut."""
    temporary = path.with_name(path.name + ".tmp")
    remove(temporary)
    write_file(temporary, data)
    move(temporary, path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Delete a file or folder if it is there."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _failed(path, error) from error


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _failed(path: Path, error: OSError) -> StorageFailed:
    reason = error.strerror or type(error).__name__
    return StorageFailed(f"{path} could not be written ({reason}); free space or fix permissions and run it again.")
