"""The manifest of a generation: what is inside, how it was made, and whether every file is still what was written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.folder import IndexDamaged, file_digest, files_of, folder_of, read_bytes

FORMAT = 3
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that could not be indexed, and why."""

    document_id: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds and how it was made."""

    number: int
    created: str  # ISO 8601, UTC
    embedder: str
    embedder_digest: str
    dimension: int
    passage_limit: int  # characters
    documents: int
    passages: int
    corpus: str  # the folder that the documents came from; in early indexes as it was named, since then absolute
    refused: tuple[Refused, ...]
    files: Mapping[str, str] = field(default_factory=dict)  # name -> SHA-256
    digests: Mapping[str, str] = field(
        default_factory=dict
    )  # document id -> SHA-256 of its source, "" where that must be read again; empty in early indexes
    readers: str = ""  # `ingest.version.readers_digest` of those that read the documents; empty in early indexes
    terms: str = ""  # `index.version.terms_digest` of what made the lexical index; empty in early indexes
    texts: str = ""  # `index.version.texts_digest` of what was embedded; empty in early indexes, which were embedded likewise
    format: int = FORMAT

    def written(self) -> tuple[bytes, ...]:
        """Itself as JSON, and the digest of that, in pieces."""
        body = json.dumps(asdict(self), indent=1, sort_keys=True).encode()
        return body, b"\n", _digest(body), b"\n"


def now() -> str:
    """The time for a manifest."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def read_manifest(data: Path, number: int) -> Manifest:
    """The manifest, checked against its own digest.

    Raises:
        IndexDamaged: missing, altered, or of another format.
        IndexUnreadable: it may not be read now.
    """
    path = folder_of(data, number) / MANIFEST
    try:
        fields = _fields(path)
        if fields["format"] != FORMAT:
            raise ValueError(f"it has format {fields['format']}, this version reads {FORMAT}")
        if fields["number"] != number:
            raise ValueError(f"it belongs to generation {fields['number']}")
        fields["refused"] = tuple(Refused(**entry) for entry in fields["refused"])
        return Manifest(**fields)
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"{path} cannot be used ({error}); run `roadmap index --rebuild`.") from error


def corpus_of(data: Path, number: int) -> str:
    """The folder that a generation of whatever format was made from; empty where its manifest is not what was written.

    Raises:
        IndexUnreadable: it may not be read now.
    """
    try:
        return str(_fields(folder_of(data, number) / MANIFEST)["corpus"])
    except (ValueError, KeyError, TypeError):
        return ""


def _fields(path: Path) -> dict[str, Any]:
    """What a manifest says. Raises ValueError where it is missing or not what its own digest was made of."""
    written = read_bytes(path)
    if written is None:
        raise ValueError("it is missing")
    body = written[:-66]  # then a line break, 64 hexadecimal digits, a line break
    if written != b"\n".join([body, _digest(body), b""]):
        raise ValueError("its digest does not match")
    fields: dict[str, Any] = json.loads(body)
    return fields


def verify_files(data: Path, manifest: Manifest, digest_of: Callable[[Path], str] = file_digest) -> None:
    """Compare every file of a generation with its manifest; unless `digest_of` knows better, every byte is read.

    Raises:
        IndexDamaged: the first file that is missing, altered or unexpected.
        IndexUnreadable: one may not be read now.
    """
    for name, digest in manifest.files.items():
        path = folder_of(data, manifest.number) / name
        if digest_of(path) != digest:
            raise _damaged(path)
    check_unexpected(data, manifest)


def _damaged(path: Path) -> IndexDamaged:
    return IndexDamaged(f"{path} is damaged or missing; run `roadmap index --rebuild`.")


def read_verified(data: Path, manifest: Manifest, name: str) -> bytes:
    """A file's bytes: those that were compared with the manifest, not those of a second reading."""
    path = folder_of(data, manifest.number) / name
    found = read_bytes(path)
    if found is None or hashlib.sha256(found).hexdigest() != manifest.files[name]:
        raise _damaged(path)
    return found


def check_unexpected(data: Path, manifest: Manifest) -> None:
    folder = folder_of(data, manifest.number)
    present = {path.relative_to(folder).as_posix() for path in files_of(folder)}
    if unexpected := present - set(manifest.files) - {MANIFEST}:
        raise IndexDamaged(f"{folder / min(unexpected)} does not belong there; run `roadmap index --rebuild`.")


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
