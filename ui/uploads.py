"""Uploaded bytes in, files of the corpus out: names cleaned, content looked at, nothing overwritten that was not asked for.

Uploads live in `uploads/` inside the corpus, so that they are documents like any other, and only what lies there is ever
deleted by the chat.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import threading
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from index import storage
from ingest.corpus import IGNORE_FILE, is_hidden, scan
from ingest.errors import CorpusMissing, DocumentRefused, Refusal, RoadmapError
from ingest.limits import LIMITS, check_size
from ingest.readers import READERS
from ingest.sniff import check_type, sniff

FOLDER = "uploads"
NAME_BYTES = 120  # of the name on disk, in UTF-8, without its suffix
_ABANDONED = 3600.0  # seconds after which a half-written file belongs to nobody
_FORBIDDEN = re.compile(r"[<>:\"/\\|?*%`$&;{}\[\]()!#^~'@=+,]")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)
_SUFFIX_OF = {"PDF": ".pdf", "HTML": ".html"}


class UploadFailed(RoadmapError):
    """The uploads folder cannot be written, or is not a folder inside the corpus."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of one uploaded file."""

    name: str  # as it was sent, on one line
    outcome: Literal["added", "replaced", "known", "refused"]
    document_id: str = ""  # where it is, "" where it was refused
    reason: str = ""  # one sentence: why it was refused, or what else should be known


class Uploads:
    """The uploads folder of a corpus."""

    def __init__(self, corpus: Path) -> None:
        self.corpus = corpus
        self.folder = corpus / FOLDER
        self._lock = threading.Lock()  # names are chosen one upload after the other

    def add(self, name: str, data: bytes, *, replace: bool = False, first: bool = False) -> Upload:
        """Store a file; one of the same content is not stored twice, one of the same name is kept beside it or replaced.

        With `first` the corpus folder is made where there is none. Else a missing one is an error: it may be on a disk that is
        not there for the moment, and an index of this file alone would then take the place of the one that is used.

        Raises UploadFailed, StorageFailed.
        """
        label = _label(name)
        try:
            check_size(len(data), label)
            if not data.strip():
                raise DocumentRefused(label, Refusal.EMPTY, "it is empty; choose another file")
            wanted = clean_name(name, data)
            check_type(data, wanted)
        except DocumentRefused as refusal:
            return Upload(label, "refused", reason=refusal.reason)
        with self._lock:
            self._prepare(first)
            if is_hidden(self.corpus, f"{FOLDER}/{wanted}"):
                reason = f"{IGNORE_FILE} in the folder of documents leaves out files of this name; change its name or that list"
                return Upload(label, "refused", reason=reason)
            digest = hashlib.sha256(data).hexdigest()
            if (same := self._same(len(data), digest)) is not None:
                return Upload(label, "known", same, f"its content is in the library already, as {same}")
            taken = {path.name.casefold(): path.name for path in self.folder.iterdir()}
            held = taken.get(wanted.casefold())
            if held is not None and replace:
                self._write(held, data)
                return Upload(label, "replaced", f"{FOLDER}/{held}")
            free = wanted if held is None else _free_name(wanted, set(taken))
            self._write(free, data)
            reason = "" if held is None else f"the other document of this name, {FOLDER}/{held}, was kept"
            return Upload(label, "added", f"{FOLDER}/{free}", reason)

    def holds(self, document_id: str) -> bool:
        """Whether this document was uploaded, and can therefore be deleted here."""
        path = PurePosixPath(document_id)
        return len(path.parts) == 2 and path.parts[0] == FOLDER and path.name not in (".", "..")

    def delete(self, document_id: str) -> None:
        """Delete an uploaded file; one that is gone already is no error. Raises UploadFailed, StorageFailed."""
        if not self.holds(document_id):
            raise UploadFailed(f"{document_id} was not uploaded; delete the file itself in {self.corpus} and update the index.")
        with self._lock:
            self._check_folder()
            storage.remove(self.folder / PurePosixPath(document_id).name)

    def files(self) -> tuple[str, ...]:
        """The document ids of all uploads."""
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(f"{FOLDER}/{path.name}" for path in self.folder.iterdir() if not path.name.startswith(".")))

    def _prepare(self, first: bool) -> None:
        if not self.corpus.is_dir() and not (first and not self.corpus.exists()):
            raise UploadFailed(f"The corpus folder {self.corpus} does not exist; create it or name another one with --corpus.")
        try:
            storage.make_folder(self.folder)
        except storage.StorageFailed as exc:
            raise UploadFailed(
                f"{self.folder} cannot be made ({_cause(exc)}); start with --corpus and a folder that you can write."
            ) from exc
        self._check_folder()
        for leftover in self.folder.glob(".part-*"):
            if time.time() - leftover.lstat().st_mtime > _ABANDONED:  # by a process that was killed
                storage.remove(leftover)

    def _check_folder(self) -> None:
        try:
            mode = self.folder.lstat().st_mode
        except OSError:
            return
        if not stat.S_ISDIR(mode):
            raise UploadFailed(f"{self.folder} is not a folder but a link or a file; remove it, so that uploads have a place.")

    def _same(self, size: int, digest: str) -> str | None:
        """The document of the corpus with this content."""
        try:
            alike = [source for source in scan(self.corpus) if source.size == size]
        except CorpusMissing:
            return None
        for source in alike:
            with suppress(OSError):  # what cannot be read is not known to be the same
                if source.path.is_file() and not source.path.is_symlink() and storage.sha256_of(source.path) == digest:
                    return source.id
        return None

    def _write(self, name: str, data: bytes) -> None:
        """Complete or not at all: a name that starts with a dot is never read as a document."""
        part = self.folder / f".part-{os.getpid()}-{threading.get_ident()}"
        storage.remove(part)
        try:
            storage.write_file(part, data)
            storage.move(part, self.folder / name)
            storage.sync_folder(self.folder)
        except storage.StorageFailed:
            storage.remove(part)
            raise


def clean_name(name: str, data: bytes) -> str:
    """A file name that is safe on every system and as like the given one as can be, with the suffix of its format.

    Raises DocumentRefused for a format without a reader.

    >>> clean_name("../../etc/Mein Plan?.MD", b"# Plan")
    'Mein Plan.md'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    text = "".join(letter for letter in last if letter.isprintable() and unicodedata.category(letter)[0] != "C")
    text = " ".join(_FORBIDDEN.sub(" ", text).split()).rstrip(" .")
    stem, dot, suffix = text.rpartition(".")
    suffix = (dot + suffix).strip().casefold() if dot else ""
    stem = stem if dot else text
    if suffix not in READERS and (found := sniff(data)) in _SUFFIX_OF:
        stem, suffix = f"{stem}{suffix}", _SUFFIX_OF[found]
    if suffix not in READERS:
        ending = f"files that end in {suffix}" if suffix else "files without an ending"
        reason = f"{ending} cannot be read; convert it to one of {' '.join(READERS)}"
        raise DocumentRefused(_label(name), Refusal.UNKNOWN_SUFFIX, reason)
    stem = stem.strip(" .-_") or "document"
    if _DEVICES.fullmatch(stem):
        stem += "-file"
    return _shortened(stem) + suffix


def accepted() -> list[str]:
    """The formats that can be uploaded, by their most usual suffix."""
    usual: dict[str, str] = {}
    for suffix, reader in READERS.items():
        usual.setdefault(reader.name, suffix)
    return list(usual.values())


def largest() -> int:
    """Bytes that one upload may have."""
    return LIMITS.file_bytes


def _free_name(name: str, taken: set[str]) -> str:
    path = PurePosixPath(name)
    numbers = (f"{path.stem}-{number}{path.suffix}" for number in range(2, len(taken) + 3))
    return next(free for free in numbers if free.casefold() not in taken)


def _shortened(stem: str) -> str:
    return stem.encode("utf-8")[:NAME_BYTES].decode("utf-8", "ignore").rstrip(" .") or "document"


def _label(name: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:200] or "The file"


def _cause(exc: BaseException) -> str:
    cause = exc.__cause__
    return cause.strerror or type(cause).__name__ if isinstance(cause, OSError) else str(exc)
