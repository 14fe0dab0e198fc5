"""What the program needs to work, looked at one by one: each finding says whether it is there and what to do if not."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from ingest.corpus import scan
from ingest.errors import RoadmapError
from ui.assembly import sources
from ui.render import counted
from ui.settings import Settings
from ui.uploads import FOLDER

State = Literal["ok", "warning", "problem"]
LEAST_FREE = 500_000_000  # bytes on the disk of the data folder; an update writes the index a second time beside the first
_LOCAL = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the program needs."""

    name: str
    state: State
    told: str  # a sentence: how it is, and what to do where it is not well


def checkup(settings: Settings) -> tuple[Finding, ...]:
    """Look at everything; loads no model and asks nobody but a model server that was set."""
    return (*look_at_models(settings), look_at_index(settings), *look_at_places(settings))


def look_at_models(settings: Settings) -> Iterator[Finding]:
    """Whether the weights are there, or the server that has them answers."""
    from index.weights import is_present

    for source in sources(settings):
        if is_present(source):
            yield Finding("Model", "ok", f"{source.model_id} is on this machine.")
        else:
            yield Finding("Model", "problem", f"{source.model_id} is missing; run `roadmap models pull`.")
    server = settings.generator.server
    if server:
        yield _server(server, settings.generator.model)


def look_at_index(settings: Settings) -> Finding:
    """Whether there is an index that can be used, and whether it mirrors the documents."""
    from index.status import read_status

    try:
        status = read_status(settings.data, settings.corpus)
    except RoadmapError as exc:
        return Finding("Index", "problem", str(exc))
    if status.warning:
        return Finding("Index", "warning", status.warning)
    if status.stale:
        number = len(status.stale)
        changed = "1 document has" if number == 1 else f"{number:,} documents have"
        return Finding("Index", "warning", f"{changed} changed since it was built; update the index.")
    if status.readers_changed:
        return Finding("Index", "warning", "Its documents were read by another version of this program; update the index.")
    told = f"Generation {status.generation} holds {counted(len(status.documents), 'document')} and is up to date."
    return Finding("Index", "ok", told)


def look_at_places(settings: Settings) -> Iterator[Finding]:
    """Folders, disk and address: what is worth knowing before anything is fetched or built."""
    yield _documents(settings.corpus)
    if settings.database.get_secret_value():  # it keeps what is said; a replica may share an index that it only reads
        yield _writable("Data folder", settings.data, "the index cannot be updated from here", least="warning")
    else:
        yield _writable("Data folder", settings.data, "conversations and the index cannot be kept")
    if settings.manage:
        yield _writable("Uploads", settings.corpus / FOLDER, "documents cannot be added in the browser", least="warning")
    yield _disk(settings.data)
    yield _address(settings)


def _documents(corpus: Path) -> Finding:
    try:
        count = len(scan(corpus))
    except RoadmapError as exc:
        return Finding("Documents", "problem", str(exc))
    if not count:
        return Finding("Documents", "problem", f"{corpus} holds no documents; add some.")
    return Finding("Documents", "ok", f"{corpus} holds {counted(count, 'file')}.")


def _writable(name: str, folder: Path, without: str, least: State = "problem") -> Finding:
    """Tried in the folder itself, or in the nearest one above that exists."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".check-"):
            pass
    except OSError as exc:
        told = f"{place} cannot be written ({exc.strerror}), so {without}; change its permissions or name another folder."
        return Finding(name, least, told)
    return Finding(name, "ok", f"{folder} can be written.")


def _disk(data: Path) -> Finding:
    place = data.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    told = f"{free / 1e9:,.1f} GB are free on the disk of {data}"
    if free < LEAST_FREE:
        return Finding("Disk", "warning", f"{told}; free some, or an update of the index may fail.")
    return Finding("Disk", "ok", f"{told}.")


def _address(settings: Settings) -> Finding:
    where = f"http://{settings.host}:{settings.port}"
    if settings.host in _LOCAL:
        return Finding("Address", "ok", f"Browsers on this machine open {where}; no other machine can.")
    managed = (
        ", and every visitor may change documents and settings (set `manage = false` to forbid it)" if settings.manage else ""
    )
    return Finding("Address", "warning", f"{where} is open to other machines, asks nobody for a password{managed}.")


def _server(address: str, model: str) -> Finding:
    parts = urlsplit(address)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with closing(socket.create_connection((parts.hostname or "", port), timeout=1.0)):
            pass
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or "it does not answer"
        return Finding(
            "Model", "problem", f"The model server {address} cannot be reached ({reason}); start it or choose another."
        )
    if not model:
        return Finding("Model", "problem", f"No model is named for the server {address}; choose one.")
    return Finding("Model", "ok", f"{model} is asked at {address}; questions and passages go there when it writes.")


def paths(settings: Settings) -> tuple[tuple[str, Path], ...]:
    """Where everything lies, by what it is."""
    from index.weights import models_folder
    from ui.preferences import preferences_file

    database = () if settings.database.get_secret_value() else (("Conversations", settings.data / "conversations.sqlite"),)
    return (
        ("Documents", settings.corpus.absolute()),
        ("Uploaded documents", (settings.corpus / FOLDER).absolute()),
        ("Index", (settings.data / "index").absolute()),
        *((name, path.absolute()) for name, path in database),
        ("Choices of this page", preferences_file(settings.data).absolute()),
        ("Models", models_folder()),
    )


def size_of(path: Path) -> int | None:
    """Bytes of a file with its write-ahead log, or of all files below a folder; None where there is nothing."""
    if path.is_file():
        log = path.with_name(f"{path.name}-wal")  # what SQLite has not yet moved into the file
        return path.stat().st_size + (log.stat().st_size if log.is_file() else 0)
    if not path.is_dir():
        return None
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += (Path(folder) / name).lstat().st_size
            except OSError:  # deleted meanwhile
                continue
    return total
