"""A generation: the folder that holds one complete, immutable state of the index.

    index/CURRENT                 the number of the generation in use, the stamp of its manifest, and a digest of both
    index/gen-000007/manifest.json    what is inside, and the SHA-256 of every other file
                     documents.jsonl, passages.jsonl, vectors.npy, sentence_*.npy, lexical/*

It is written once, under a temporary name, and never changed. Nothing is searched before every byte was verified.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from index import storage
from index.content import Content, Draft, Sentences
from index.folder import POINTER, IndexDamaged, Pointer, current_number, folder_of, index_folder, numbers, read_bytes
from index.lexical import LexicalIndex
from index.manifest import MANIFEST, Manifest, check_unexpected, read_manifest, read_verified, verify_files
from index.npy import npy_parts, npy_stacked, read_npy
from ingest.document import Block, Document, Passage, Section

_VECTORS, _FIRST, _SPANS = "vectors.npy", "sentence_first.npy", "sentence_spans.npy"
_SENTENCE_VECTORS = "sentence_vectors.npy"
_PIECE = 1 << 20  # bytes of JSON that are joined; one string of all of it would be in memory twice


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
        storage.write_file(staging / MANIFEST, *complete.written())
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
    manifest = read_bytes(path)
    if manifest is None:
        raise IndexDamaged(f"{path} is missing; run `roadmap index --rebuild`.")
    stamp = hashlib.sha256(manifest).hexdigest()[:16]
    storage.replace_file(index_folder(data) / POINTER, Pointer(number, stamp).written())


def withdraw(data: Path, last: int) -> None:
    """Delete every generation, the `last` sound one after all others: there is no index any more. Raises StorageFailed."""
    collect(data, keep=[last])
    storage.remove(index_folder(data) / POINTER)
    collect(data, keep=())


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


def read(data: Path, manifest: Manifest) -> tuple[Content, LexicalIndex]:
    """The content of a generation, made of the very bytes that were verified.

    Raises:
        IndexDamaged: a byte is wrong or the parts do not fit each other.
        IndexUnreadable: a file may not be read now.
    """
    check_unexpected(data, manifest)
    folder = folder_of(data, manifest.number)
    try:
        # One file after the other: the text of one is gone before the next is read.
        documents = tuple(_document(fields) for fields in _lines(read_verified(data, manifest, "documents.jsonl")))
        passages = tuple(_passage(fields) for fields in _lines(read_verified(data, manifest, "passages.jsonl")))
        arrays = (_VECTORS, _FIRST, _SPANS, _SENTENCE_VECTORS)
        vectors, first, spans, sentence_vectors = (read_npy(read_verified(data, manifest, name)) for name in arrays)
        prefix = "lexical/"
        rest = [name for name in manifest.files if name not in ("documents.jsonl", "passages.jsonl", *arrays)]
        own = {name.removeprefix(prefix): read_verified(data, manifest, name) for name in rest}
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


def _document(fields: dict[str, object]) -> Document:
    fields["sections"] = tuple(Section(**{**s, "heading_path": tuple(s["heading_path"])}) for s in fields["sections"])  # type: ignore[attr-defined]
    fields["blocks"] = tuple(Block(**b) for b in fields["blocks"])  # type: ignore[attr-defined]
    fields["warnings"] = tuple(fields["warnings"])  # type: ignore[arg-type]
    return Document(**fields)  # type: ignore[arg-type]


def _passage(fields: dict[str, object]) -> Passage:
    fields["spans"] = tuple((start, end) for start, end in fields["spans"])  # type: ignore[attr-defined]
    fields["heading_path"] = tuple(fields["heading_path"])  # type: ignore[arg-type]
    return Passage(**fields)  # type: ignore[arg-type]
