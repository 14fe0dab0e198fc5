"""What one document may cost: the budgets every reader keeps, and the check of zip archives against them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass

from ingest.errors import DocumentRefused, Refusal


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets for one document; what exceeds them is refused, not cut."""

    file_bytes: int = 25 * 1024 * 1024
    pages: int = 2_000
    characters: int = 2_000_000  # of extracted text
    zip_entries: int = 1_000
    zip_ratio: int = 100  # unpacked to packed
    zip_bytes: int = 200 * 1024 * 1024  # unpacked, all entries together
    seconds: float = 30.0  # wall clock and processor time in the child
    memory_bytes: int = 768 * 1024 * 1024  # address space of the child
    reply_bytes: int = 64 * 1024 * 1024  # what the child may send back


LIMITS = Limits()


def check_size(size: int, document_id: str, limits: Limits = LIMITS) -> None:
    """Raise DocumentRefused (LIMIT) for a file of more than `file_bytes`; `size` in bytes."""
    if size > limits.file_bytes:
        raise too_much(document_id, f"it is {_mib(size)} large; the limit is {_mib(limits.file_bytes)}")


def check_characters(count: int, document_id: str, limits: Limits = LIMITS) -> None:
    """Raise DocumentRefused (LIMIT) for more than `characters` of extracted text."""
    if count > limits.characters:
        raise too_much(document_id, f"it holds more than {limits.characters:,} characters of text")


def too_much(document_id: str, what: str) -> DocumentRefused:
    """The refusal of a document that exceeds a budget; `what` says which one."""
    return DocumentRefused(document_id, Refusal.LIMIT, f"{what}; split it into smaller documents")


def check_zip(data: bytes, document_id: str, limits: Limits = LIMITS) -> None:
    """Refuse archives made to overflow their reader: entries, declared sizes, ratio, overlaps, and sizes that lie.

    Every entry is unpacked once, piece by piece, and only counted.
    Raises DocumentRefused: LIMIT, UNSAFE_ZIP, ENCRYPTED, CORRUPT.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_declared(entries, len(data), document_id, limits)
            _check_overlaps(entries, document_id)
            for entry in entries:
                _count(archive, entry, document_id)
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, UnicodeError) as error:
        raise DocumentRefused(document_id, Refusal.CORRUPT, f"its archive is damaged ({error}); save it again") from error
    except Exception as error:
        if type(error).__module__ != "zlib":  # zlib.error is all that is left of a damaged entry
            raise
        raise DocumentRefused(document_id, Refusal.CORRUPT, f"its archive is damaged ({error}); save it again") from error


def _check_declared(entries: list[zipfile.ZipInfo], size: int, document_id: str, limits: Limits) -> None:
    if len(entries) > limits.zip_entries:
        raise too_much(document_id, f"its archive has {len(entries):,} entries; the limit is {limits.zip_entries:,}")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.zip_bytes or unpacked > size * limits.zip_ratio:
        raise too_much(document_id, f"its {_mib(size)} unpack to {_mib(unpacked)}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise DocumentRefused(document_id, Refusal.ENCRYPTED, "its archive is encrypted; save it without a password")


def _check_overlaps(entries: list[zipfile.ZipInfo], document_id: str) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise DocumentRefused(
                document_id, Refusal.UNSAFE_ZIP, "entries of its archive overlap; save it again with its program"
            )
        end = entry.header_offset + 30 + len(entry.orig_filename.encode("utf-8", "replace")) + entry.compress_size


def _count(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, document_id: str) -> None:
    read = 0
    with archive.open(entry) as stream:
        while piece := stream.read(1 << 16):
            read += len(piece)
            if read > entry.file_size:
                raise too_much(document_id, f"{entry.filename} in its archive is larger than it says")


def _mib(size: int) -> str:
    return f"{size / (1024 * 1024):,.1f} MB"
