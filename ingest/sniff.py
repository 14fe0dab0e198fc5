"""First bytes in, format out: refuses a file whose content is not what its suffix says."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from ingest.errors import DocumentRefused, Refusal

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"PK\x05\x06", "ZIP"),
    (_OLE, "old Office"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\0", "SQLite"),
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html[\s>])", re.I | re.S
)
_EXPECTED = {".pdf": "PDF", ".docx": "ZIP"}


def sniff(data: bytes) -> str | None:
    """The name of the format the bytes start with, or None for what is or may be text.

    >>> sniff(b"%PDF-1.7 ..."), sniff(b"<!DOCTYPE html><title>x</title>"), sniff(b"Plain words")
    ('PDF', 'HTML', None)
    """
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            return name
    if _HTML.match(data[:4096]):
        return "HTML"
    # PDF readers accept other bytes before the header, mail headers for instance.
    return "PDF" if b"%PDF-" in data[:1024] and b"obj" in data[:8192] else None


def check_type(data: bytes, document_id: str) -> None:
    """Raise DocumentRefused where suffix and content disagree: TYPE_MISMATCH, or ENCRYPTED for a locked DOCX."""
    suffix = PurePosixPath(document_id).suffix.lower()
    found, expected = sniff(data), _EXPECTED.get(suffix)
    if found == expected or (found == "HTML" and suffix in (".html", ".htm", ".md", ".markdown")):
        return
    if suffix == ".docx" and data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise DocumentRefused(document_id, Refusal.ENCRYPTED, "it is protected by a password; save it without one")
    held = f"{found} data" if found else "something else"
    reason = f"it is named {suffix} but holds {held}; give it the suffix of its format or export it again"
    raise DocumentRefused(document_id, Refusal.TYPE_MISMATCH, reason)
