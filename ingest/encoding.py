"""Bytes in, text out. Guesses as little as possible, and says when it had to guess."""

from __future__ import annotations

import codecs
import re

from ingest.errors import DocumentRefused, Refusal

# UTF-32 first: its little-endian mark starts with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Marks that turn the direction of writing, halves of characters, and tags, in which orders can be smuggled.
_HIDING = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\U000e0020-\U000e007f]")
_ESCAPED, _BEYOND = re.compile("[\udc80-\udcff]"), re.compile("[^\x00-\x7f]")
_OUTNUMBER = 3
_HIGH = re.compile(rb"[\x80-\xff]")
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, document_id: str, *, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The text of `data` and warnings: where its encoding was guessed, where characters hide or reorder what it says.

    `declared` is the encoding that the file itself names.

    Order: byte order mark, UTF-16 by its zero bytes, UTF-8 with few wrong bytes, the declared encoding, Windows-1252.
    Raises DocumentRefused: BINARY where zero bytes or control characters say that it is no text, ENCODING where none fits.
    """
    text, warnings = _decode(data, document_id, declared)
    if _HIDING.search(text):
        warnings = (*warnings, "It held characters that hide or reorder text; they were taken out.")
    return text, warnings


def _decode(data: bytes, document_id: str, declared: str | None) -> tuple[str, tuple[str, ...]]:
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(name), ()
            except UnicodeDecodeError as error:
                raise _unreadable(document_id, name) from error
    if b"\0" in data:
        return _decode_utf16(data, document_id)
    if len(_CONTROLS.findall(data)) > len(data) // 20:
        raise _binary(document_id)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if (wrong := _wrong_bytes(data)) is not None:
            lost = "1 byte of it is" if wrong == 1 else f"{wrong:,} bytes of it are"
            return data.decode("utf-8", "replace"), (f"{lost} no valid UTF-8 and could not be read; save it as UTF-8.",)
        return _decode_legacy(data, document_id, declared)
    if declared and not text.isascii() and not _is(declared, "utf-8"):
        return text, (f"It names {declared} as its encoding but is valid UTF-8, so it was read as UTF-8.",)
    return text, ()


def _decode_utf16(data: bytes, document_id: str) -> tuple[str, tuple[str, ...]]:
    """Western text in UTF-16 has a zero in every other byte; other data with zeros is no text."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if len(data) % 2 == 0 and max(even, odd) * 4 >= len(data) and min(even, odd) * 20 <= max(even, odd):
        name = "utf-16-le" if odd > even else "utf-16-be"
        try:
            return data.decode(name), (f"It has no byte order mark; it was read as {name.upper()} because of its zero bytes.",)
        except UnicodeDecodeError as error:
            raise _unreadable(document_id, name) from error
    raise _binary(document_id)


def _wrong_bytes(data: bytes) -> int | None:
    """How many bytes do not fit text that is otherwise UTF-8; None where letters beyond ASCII do not clearly outnumber them.

    In other encodings such bytes stand in a valid order only by chance.
    """
    text = data.decode("utf-8", "surrogateescape")
    wrong = len(_ESCAPED.findall(text))
    beyond = len(_BEYOND.findall(text)) - wrong
    return wrong if beyond >= wrong * _OUTNUMBER else None


def _decode_legacy(data: bytes, document_id: str, declared: str | None) -> tuple[str, tuple[str, ...]]:
    named = f"it names {declared} as its encoding" if declared else "it names no encoding"
    for name in (declared, "cp1252"):
        if name is None or _is(name, "utf-8"):
            continue
        try:
            text = data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if name == declared:
            return text, ()
        if len(_HIGH.findall(data)) * 3 > len(data):  # a Western language needs few letters above ASCII
            lost = "most of its text is unreadable until it is saved as UTF-8"
            return text, (f"Its encoding was not recognised (it is not valid UTF-8 and {named}); {lost}.",)
        return text, (f"It is not valid UTF-8 and {named}; it was read as Windows-1252, so accented letters may be wrong.",)
    raise _unreadable(document_id, "utf-8")


def _is(name: str, other: str) -> bool:
    try:
        return codecs.lookup(name) == codecs.lookup(other)
    except LookupError:
        return False


def _unreadable(document_id: str, name: str) -> DocumentRefused:
    reason = f"its bytes are not valid {name.upper()} or any encoding it could be read in; save it as UTF-8"
    return DocumentRefused(document_id, Refusal.ENCODING, reason)


def _binary(document_id: str) -> DocumentRefused:
    reason = "it holds binary data, not text; if it is a document, export it as PDF, DOCX or UTF-8 text"
    return DocumentRefused(document_id, Refusal.BINARY, reason)
