"""Corpus folder in, source files and their bytes out: what belongs to the corpus, and reading it without being fooled.

Nothing outside the folder is read: symbolic links, pipes and devices are listed, so that they are reported, and refused unread.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pathspec

from ingest.encoding import decode
from ingest.errors import CorpusMissing, DocumentRefused, Refusal
from ingest.limits import check_size

IGNORE_FILE = ".roadmapignore"
# Hidden files, the marks of office programs at files that are open, and what Windows leaves in folders.
_JUNK = re.compile(r"\.|~\$|(?:desktop\.ini|thumbs\.db|\$recycle\.bin|system volume information)$", re.I)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the corpus as it was found; `id` is its POSIX path relative to the corpus, spelled as on disk."""

    id: str  # where the name is not valid UTF-8, with its wrong bytes spelled out
    path: Path
    size: int  # bytes
    mtime_ns: int  # nanoseconds since the epoch


def scan(corpus: Path, *, without: Path | None = None) -> tuple[SourceFile, ...]:
    """The files of the corpus sorted by id, without hidden ones, what systems leave behind, and what `.roadmapignore` names.

    `.roadmapignore` at the corpus root has the syntax of gitignore. Folders that are symbolic links, and those that may not be
    opened, are listed like files and refused when read. What vanishes meanwhile is left out, and so is the folder `without`:
    that of the index may lie among the documents. Raises CorpusMissing.
    """
    apart = without.resolve() if without is not None else None
    try:
        if not stat.S_ISDIR(corpus.stat().st_mode):
            raise CorpusMissing(f"The corpus {corpus} is not a folder; name a folder that holds the documents.")
        return tuple(sorted(_walk(corpus, _ignored(corpus), apart), key=lambda source: source.id))
    except FileNotFoundError as error:
        raise CorpusMissing(f"The corpus folder {corpus} does not exist; create it or name another one.") from error
    except OSError as error:
        raise CorpusMissing(f"The corpus folder {corpus} cannot be read ({error.strerror}); check its permissions.") from error


def _ignored(corpus: Path) -> pathspec.GitIgnoreSpec:
    file = corpus / IGNORE_FILE
    try:
        lines = decode(file.read_bytes(), IGNORE_FILE)[0].splitlines() if file.is_file() else []
    except DocumentRefused as refusal:
        raise CorpusMissing(f"{file} cannot be used: {refusal.reason}.") from refusal
    spec = pathspec.GitIgnoreSpec(())
    for number, line in enumerate(lines, start=1):
        try:
            spec += pathspec.GitIgnoreSpec.from_lines([line])
        except ValueError as error:
            raise CorpusMissing(f"Line {number} of {file}, “{line.strip()[:80]}”, is no pattern; mend or delete it.") from error
    return spec


def is_hidden(corpus: Path, document_id: str) -> bool:
    """Whether `.roadmapignore` keeps a file of this name out of the corpus. Raises CorpusMissing where it cannot be used."""
    try:
        return bool(_ignored(corpus).match_file(document_id))
    except OSError as error:
        raise CorpusMissing(f"{corpus / IGNORE_FILE} cannot be read ({error.strerror}); check its permissions.") from error


def _walk(corpus: Path, ignored: pathspec.GitIgnoreSpec, apart: Path | None) -> Iterator[SourceFile]:
    root = corpus.resolve()
    pending = [(corpus, "")]
    while pending:
        folder, prefix = pending.pop()
        try:
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            if folder == corpus:
                raise
            continue
        except OSError:
            if folder == corpus:
                raise
            with suppress(FileNotFoundError):
                yield _source(prefix.rstrip("/"), folder, folder.lstat())
            continue
        for entry in entries:
            document_id = prefix + entry.name.encode("utf-8", "backslashreplace").decode()
            if _JUNK.match(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if Path(root, prefix, entry.name) != apart and not ignored.match_file(document_id + "/"):
                    pending.append((folder / entry.name, document_id + "/"))
            elif not ignored.match_file(document_id):
                with suppress(FileNotFoundError):
                    yield _source(document_id, folder / entry.name, entry.stat(follow_symlinks=False))


def _source(document_id: str, path: Path, status: os.stat_result) -> SourceFile:
    return SourceFile(document_id, path, status.st_size, status.st_mtime_ns)


def check_file(path: Path, document_id: str) -> None:
    """Look at a listed file without opening it.

    Raises DocumentRefused: UNSAFE_FILE for what is no regular file or has a name that is not UTF-8, UNREADABLE for a folder
    that may not be opened. A file that is gone is told when it is read.
    """
    if not path.as_posix().endswith(document_id):  # as it is listed, its name is spelled in another way
        raise DocumentRefused(document_id, Refusal.UNSAFE_FILE, "its name is not valid UTF-8; give it another name")
    with suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            raise DocumentRefused(
                document_id, Refusal.UNREADABLE, "it is a folder that cannot be opened; check its permissions"
            )
        if not stat.S_ISREG(mode):
            raise _unsafe(document_id, mode)


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
