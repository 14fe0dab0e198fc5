"""The root of every error this project raises on purpose, and the ones that reading documents can raise.

Each message is one sentence that says what is wrong, where, and what to do next.
"""

from __future__ import annotations

from enum import StrEnum


class RoadmapError(Exception):
    """Something went wrong that the person at the keyboard can act on."""


class CorpusMissing(RoadmapError):
    """The corpus folder does not exist, is not a folder, or cannot be listed."""


class CorpusEmpty(RoadmapError):
    """The corpus folder holds no document that could be read."""


class DocumentUnknown(RoadmapError):
    """A document id was asked for that the index does not hold."""


class Refusal(StrEnum):
    """Why a document was not read."""

    UNKNOWN_SUFFIX = "unknown-suffix"
    EMPTY = "empty"
    NO_TEXT = "no-text"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    LIMIT = "limit"
    TIMEOUT = "timeout"
    ENCODING = "encoding"
    BINARY = "binary"
    TYPE_MISMATCH = "type-mismatch"
    UNSAFE_ZIP = "unsafe-zip"
    UNSAFE_XML = "unsafe-xml"
    UNSAFE_FILE = "unsafe-file"
    UNREADABLE = "unreadable"
    CHANGED = "changed"


class DocumentRefused(RoadmapError):
    """One document cannot be indexed; the others still are.

    `code` is for programs, the message for people: it names the file, the reason and the remedy.
    """

    def __init__(self, document_id: str, code: Refusal, reason: str) -> None:
        super().__init__(f"{document_id}: {reason}")
        self.document_id = document_id
        self.code = code
        self.reason = reason

    def __reduce__(self) -> tuple[type[DocumentRefused], tuple[str, Refusal, str]]:
        return (DocumentRefused, (self.document_id, self.code, self.reason))
