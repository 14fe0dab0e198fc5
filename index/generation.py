"""A generation: the folder that holds one complete, immutable state of the index.

    index/CURRENT                 the number of the generation in use, the stamp of its manifest, and a digest of both
    index/gen-000007/manifest.json    what is inside, and the SHA-256 of every other file
                     documents.jsonl, passages.jsonl, vectors.npy, sentence_*.npy, lexical/*

It is written once, under a temporary name, and never changed. Nothing is searched before every byte was verified.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from index import storage
from index.embedder import Vectors
from index.lexical import LexicalIndex
from index.npy import npy_parts, npy_stacked, read_npy
from ingest.document import Block, Document, Passage, Section
from ingest.errors import RoadmapError

FORMAT = 3
MANIFEST = "manifest.json"
POINTER = "CURRENT"
_VECTORS, _FIRST, _SPANS = "vectors.npy", "sentence_first.npy", "sentence_spans.npy"
_SENTENCE_VECTORS = "sentence_vectors.npy"
_PIECE = 1 << 20  # bytes of JSON that are joined; one string of all of it would be in memory twice
_Taken = TypeVar("_Taken")


class IndexMissing(RoadmapError):
    """No index was ever built in this data folder."""


class IndexDamaged(RoadmapError):
    """A generation is not what was written; it is never searched."""


class IndexUnreadable(RoadmapError):
    """The system does not let the index be read now; that says nothing about what is in it."""


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
    corpus: str  # where the documents came from
    refused: tuple[Refused, ...]
    files: Mapping[str, str] = field(default_factory=dict)  # name -> SHA-256
    digests: Mapping[str, str] = field(default_factory=dict)  # document id -> SHA-256 of its source; empty in early indexes
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Sentences:
    """The quotable spans inside passages (sentences, list items, rows, headings) and their vectors.

    Those of passage `i` are rows `first[i]` to `first[i + 1]`, in the order of `quotable_spans`.
    """

    first: NDArray[np.int64]  # (passages + 1,)
    spans: NDArray[np.int64]  # (m, 2): start and end in the document's text
    vectors: NDArray[np.float16]  # (m, dimension), unit length


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a generation stores besides its manifest and the lexical index made from it."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]  # in the order of `vectors`
    vectors: Vectors  # (n, dimension), unit length
    sentences: Sentences


@dataclass(frozen=True, slots=True)
class Draft:
    """What `write` makes a `Content` of. The rows of its vectors are in pieces: the last generation's stay where they are."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    vectors: Sequence[Vectors]
    first: NDArray[np.int64]
    spans: NDArray[np.int64]
    sentence_vectors: Sequence[NDArray[np.float16]]


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
    written = _bytes(index_folder(data) / POINTER) or b""
    number, _, rest = written.partition(b" ")
    if not number.isdigit():
        return None
    found = Pointer(int(number), rest[:16].decode(errors="replace"))
    return found if found.written() == written else None


def current_number(data: Path) -> int | None:
    """The generation that `CURRENT` names; as `current`."""
    pointer = current(data)
    return pointer.number if pointer is not None else None


def lexical_text(passage: Passage) -> str:
    """What stands for a passage in embedding and lexical search: its title and breadcrumb, then its text."""
    path = [heading for heading in passage.heading_path if heading != passage.title]
    return " > ".join([passage.title, *path]) + "\n" + passage.text


class LexicalTexts(Sequence[str]):
    """`lexical_text` of each passage, made when it is asked for."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages

    def __len__(self) -> int:
        return len(self._passages)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return LexicalTexts(self._passages[index])
        return lexical_text(self._passages[index])


def write(data: Path, number: int, draft: Draft, lexical: LexicalIndex, manifest: Manifest) -> Manifest:
    """Write a generation completely, under its final name, and force it to the disk; does not publish it.

    Raises:
        StorageFailed: the disk refused; what was written is removed, now or by the next build.
    """
    root = index_folder(data)
    storage.make_folder(root)
    staging = root / f".staging-{number:06d}"
    storage.remove(staging)
    parts: dict[str, storage.Parts] = {
        "documents.jsonl": _json_lines(draft.documents),
        "passages.jsonl": _json_lines(draft.passages),
        _VECTORS: npy_stacked(draft.vectors),
        _FIRST: npy_parts(draft.first),
        _SPANS: npy_parts(draft.spans),
        _SENTENCE_VECTORS: npy_stacked(draft.sentence_vectors),
        **{f"lexical/{name}": pieces for name, pieces in lexical.files().items()},
    }
    try:
        complete = replace(manifest, files=storage.write_files(staging, parts))
        body = json.dumps(asdict(complete), indent=1, sort_keys=True).encode()
        storage.write_file(staging / MANIFEST, body, b"\n", _digest(body), b"\n")
        storage.sync_folder(staging)
    except storage.StorageFailed:
        with contextlib.suppress(storage.StorageFailed):  # the next build tries again
            storage.remove(staging)
        raise
    target = folder_of(data, number)
    storage.remove(target)
    storage.move(staging, target)
    storage.sync_folder(root)
    return complete


def publish(data: Path, number: int) -> None:
    """Make a written and verified generation the one that readers open. Raises StorageFailed, IndexDamaged."""
    path = folder_of(data, number) / MANIFEST
    manifest = _bytes(path)
    if manifest is None:
        raise IndexDamaged(f"{path} is missing; run `roadmap index --rebuild`.")
    stamp = hashlib.sha256(manifest).hexdigest()[:16]
    storage.replace_file(index_folder(data) / POINTER, Pointer(number, stamp).written())


def collect(data: Path, keep: Sequence[int]) -> None:
    """Delete generations that are not to be kept, and what interrupted builds left behind.

    A generation loses its name first: one that is deleted in part is never taken for one that is damaged.
    """
    root = index_folder(data)
    unwanted = [number for number in numbers(data) if number not in keep]
    for number in unwanted:
        leaving = root / f".deleted-{number:06d}"
        storage.remove(leaving)
        storage.move(folder_of(data, number), leaving)
    if unwanted:
        storage.sync_folder(root)
    for leftover in [*root.glob(".staging-*"), *root.glob(".deleted-*"), *root.glob("*.tmp")]:
        storage.remove(leftover)


def reclaim(data: Path) -> None:
    """Delete what interrupted builds left behind, so that a disk they filled has room again.

    Whole generations go only where the current one is sound: else any of them may be the one that answers.
    """
    number, on_disk = current_number(data), numbers(data)
    keep = [other for other in on_disk if number is None or other <= number][-2:]
    if number not in on_disk or (keep != on_disk and not _sound(data, number)):
        keep = on_disk
    collect(data, keep)


def _sound(data: Path, number: int) -> bool:
    try:
        verify_files(data, read_manifest(data, number))
    except IndexDamaged:
        return False
    return True


def read_manifest(data: Path, number: int) -> Manifest:
    """The manifest, checked against its own digest.

    Raises:
        IndexDamaged: missing, altered, or of another format.
        IndexUnreadable: it may not be read now.
    """
    path = folder_of(data, number) / MANIFEST
    try:
        written = _bytes(path)
        if written is None:
            raise ValueError("it is missing")
        body = written[:-66]  # then a line break, 64 hexadecimal digits, a line break
        if written != b"\n".join([body, _digest(body), b""]):
            raise ValueError("its digest does not match")
        fields = json.loads(body)
        if fields["format"] != FORMAT:
            raise ValueError(f"it has format {fields['format']}, this version reads {FORMAT}")
        if fields["number"] != number:
            raise ValueError(f"it belongs to generation {fields['number']}")
        fields["refused"] = tuple(Refused(**entry) for entry in fields["refused"])
        return Manifest(**fields)
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"{path} cannot be used ({error}); run `roadmap index --rebuild`.") from error


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hex; empty where it cannot be had.

    Raises:
        IndexUnreadable: it may not be read now.
    """
    return _read(path, lambda file: hashlib.file_digest(file, "sha256").hexdigest()) or ""


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
    _nothing_unexpected(data, manifest)


def _damaged(path: Path) -> IndexDamaged:
    return IndexDamaged(f"{path} is damaged or missing; run `roadmap index --rebuild`.")


def _verified(data: Path, manifest: Manifest, name: str) -> bytes:
    """A file's bytes: those that were compared with the manifest, not those of a second reading."""
    path = folder_of(data, manifest.number) / name
    found = _bytes(path)
    if found is None or hashlib.sha256(found).hexdigest() != manifest.files[name]:
        raise _damaged(path)
    return found


def _nothing_unexpected(data: Path, manifest: Manifest) -> None:
    folder = folder_of(data, manifest.number)
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    if unexpected := present - set(manifest.files) - {MANIFEST}:
        raise IndexDamaged(f"{folder / min(unexpected)} does not belong there; run `roadmap index --rebuild`.")


def read(data: Path, manifest: Manifest) -> tuple[Content, LexicalIndex]:
    """The content of a generation, made of the very bytes that were verified.

    Raises:
        IndexDamaged: a byte is wrong or the parts do not fit each other.
        IndexUnreadable: a file may not be read now.
    """
    _nothing_unexpected(data, manifest)
    folder = folder_of(data, manifest.number)
    try:
        # One file after the other: the text of one is gone before the next is read.
        documents = tuple(_document(fields) for fields in _lines(_verified(data, manifest, "documents.jsonl")))
        passages = tuple(_passage(fields) for fields in _lines(_verified(data, manifest, "passages.jsonl")))
        arrays = (_VECTORS, _FIRST, _SPANS, _SENTENCE_VECTORS)
        vectors, first, spans, sentence_vectors = (read_npy(_verified(data, manifest, name)) for name in arrays)
        prefix = "lexical/"
        rest = [name for name in manifest.files if name not in ("documents.jsonl", "passages.jsonl", *arrays)]
        own = {name.removeprefix(prefix): _verified(data, manifest, name) for name in rest}
        lexical = LexicalIndex.load(own, len(passages))
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"{folder} cannot be read ({error}); run `roadmap index --rebuild`.") from error
    shape = (manifest.passages, manifest.dimension)
    fits = (
        (len(documents), len(passages), vectors.shape, first.shape) == (manifest.documents, shape[0], shape, (shape[0] + 1,))
        and first[-1] == len(spans) == len(sentence_vectors)
    )  # fmt: skip
    if not fits:
        raise IndexDamaged(f"The parts of {folder} do not belong together; run `roadmap index --rebuild`.")
    return Content(documents, passages, vectors, Sentences(first, spans, sentence_vectors)), lexical


def _bytes(path: Path) -> bytes | None:
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


def now() -> str:
    """The time for a manifest."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _json_lines(entries: Iterable[Document | Passage]) -> list[bytes]:
    """One line an entry, in pieces."""
    pieces: list[bytes] = []
    piece = bytearray()
    for entry in entries:
        piece += json.dumps(asdict(entry), ensure_ascii=False, default=str).encode() + b"\n"
        if len(piece) >= _PIECE:
            pieces.append(bytes(piece))
            piece.clear()
    return [*pieces, bytes(piece)]


def _lines(data: bytes) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in io.BytesIO(data))


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def _document(fields: dict[str, object]) -> Document:
    fields["sections"] = tuple(Section(**{**s, "heading_path": tuple(s["heading_path"])}) for s in fields["sections"])  # type: ignore[attr-defined]
    fields["blocks"] = tuple(Block(**b) for b in fields["blocks"])  # type: ignore[attr-defined]
    fields["warnings"] = tuple(fields["warnings"])  # type: ignore[arg-type]
    return Document(**fields)  # type: ignore[arg-type]


def _passage(fields: dict[str, object]) -> Passage:
    fields["spans"] = tuple((start, end) for start, end in fields["spans"])  # type: ignore[attr-defined]
    fields["heading_path"] = tuple(fields["heading_path"])  # type: ignore[arg-type]
    return Passage(**fields)  # type: ignore[arg-type]
