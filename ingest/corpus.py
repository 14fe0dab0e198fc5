"""Corpus folder in, source files and their bytes out: what belongs to the corpus, and reading it without being fooled.

Nothing outside the folder is read: symbolic links, pipes and devices are listed, so that they are reported, and refused unread.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pathspec

from ingest.errors import CorpusMissing, DocumentRefused, Refusal
from ingest.limits import check_size

IGNORE_FILE = ".roadmapignore"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the corpus as it was found; `id` is its POSIX path relative to the corpus, spelled as on disk."""

    id: str
    path: Path
    size: int  # bytes
    mtime_ns: int  # nanoseconds since the epoch


def scan(corpus: Path) -> tuple[SourceFile, ...]:
    """The files of the corpus sorted by id, without dot files, dot folders and what `.roadmapignore` names.

    `.roadmapignore` at the corpus root has the syntax of gitignore. Folders that are symbolic links are listed like files
    and refused when read. Raises CorpusMissing.
    """
    try:
        if not stat.S_ISDIR(corpus.stat().st_mode):
            raise CorpusMissing(f"The corpus {corpus} is not a folder; name a folder that holds the documents.")
        ignored = _ignored(corpus)
        return tuple(sorted(_walk(corpus, ignored), key=lambda source: source.id))
    except FileNotFoundError as error:
        raise CorpusMissing(f"The corpus folder {corpus} does not exist; create it or name another one.") from error
    except OSError as error:
        raise CorpusMissing(f"The corpus folder {corpus} cannot be read ({error.strerror}); check its permissions.") from error


def _ignored(corpus: Path) -> pathspec.GitIgnoreSpec:
    file = corpus / IGNORE_FILE
    lines = file.read_text("utf-8", "replace").splitlines() if file.is_file() else []
    return pathspec.GitIgnoreSpec.from_lines(lines)


def _walk(corpus: Path, ignored: pathspec.GitIgnoreSpec) -> Iterator[SourceFile]:
    pending = [(corpus, "")]
    while pending:
        folder, prefix = pending.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                document_id = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if not ignored.match_file(document_id + "/"):
                        pending.append((folder / entry.name, document_id + "/"))
                elif not ignored.match_file(document_id):
                    status = entry.stat(follow_symlinks=False)
                    yield SourceFile(document_id, folder / entry.name, status.st_size, status.st_mtime_ns)


def digest_of(path: Path, document_id: str = "") -> str:
    """SHA-256 of the bytes of the file, hex; raises DocumentRefused like `read_source`."""
    return hashlib.sha256(read_source(path, document_id or path.name)).hexdigest()


def read_source(path: Path, document_id: str) -> bytes:
    """The bytes of one source file, read once and known not to have changed meanwhile (tried twice).

    Raises DocumentRefused: UNSAFE_FILE for what is no regular file, LIMIT, CHANGED, UNREADABLE.
    """
    try:
        return _read_once(path, document_id)
    except DocumentRefused as refusal:
        if refusal.code is not Refusal.CHANGED:
            raise
        return _read_once(path, document_id)


def _read_once(path: Path, document_id: str) -> bytes:
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise _unsafe(document_id, found.st_mode)
        if found.st_nlink > 1 and found.st_uid != path.parent.stat().st_uid:
            reason = "it is a hard link to a file of somebody else; copy the file itself there"
            raise DocumentRefused(document_id, Refusal.UNSAFE_FILE, reason)
        check_size(found.st_size, document_id)
        # O_NOFOLLOW: not even a link put there since the check is followed; O_NONBLOCK: nor does a pipe block.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            opened = os.fstat(file.fileno())
            data = file.read(found.st_size + 1)
            after = os.fstat(file.fileno())
    except FileNotFoundError as error:
        raise DocumentRefused(document_id, Refusal.CHANGED, "it vanished while it was read; rebuild the index again") from error
    except OSError as error:
        reason = f"it cannot be opened ({error.strerror}); check its permissions"
        raise DocumentRefused(document_id, Refusal.UNREADABLE, reason) from error
    if not (_identity(found) == _identity(opened) == _identity(after)) or len(data) != found.st_size:
        raise DocumentRefused(
            document_id, Refusal.CHANGED, "it changed while it was read; rebuild the index when it is finished"
        )
    return data


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _unsafe(document_id: str, mode: int) -> DocumentRefused:
    kind = "a symbolic link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "not a regular file"
    return DocumentRefused(
        document_id, Refusal.UNSAFE_FILE, f"it is {kind}, which is never followed; copy the file itself there"
    )
