"""Makers of hostile and broken files: PDFs written byte by byte, archives whose tables lie, bombs that unpack to gigabytes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

import docx
from pypdf import PdfReader, PdfWriter

FONT = b"/Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>"
WORDS = b"BT /F1 12 Tf 72 700 Td (Good words stay.) Tj ET"


def assemble(objects: Sequence[bytes], trailer: bytes = b"", *, size: int | None = None) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    body, offsets = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1 if size is None else size
    end = b"trailer <</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF" % (count, trailer, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d %s>>\nstream\n" % (len(content), entries) + content + b"\nendstream"


def pdf(
    content: bytes = WORDS,
    *,
    filters: bytes = b"",
    pages: int = 1,
    catalog: bytes = b"",
    page: bytes = b"",
    more: Sequence[bytes] = (),
    trailer: bytes = b"",
) -> bytes:
    """A PDF whose pages share one content stream (object 3); `more` are objects from number 5 on."""
    kids = b" ".join([b"4 0 R"] * pages)
    objects = [
        b"<</Type /Catalog /Pages 2 0 R %s>>" % catalog,
        b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, pages),
        stream(content, filters),
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R %s %s>>" % (page, FONT),
        *more,
    ]
    return assemble(objects, trailer)


def many_pages(content: bytes, filters: bytes, pages: int) -> bytes:
    """A PDF of pages of their own that share one content stream."""
    kids = b" ".join(b"%d 0 R" % (number + 4) for number in range(pages))
    one = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R %s>>" % FONT
    root = b"<</Type /Pages /Kids [%s] /Count %d>>" % (kids, pages)
    return assemble([b"<</Type /Catalog /Pages 2 0 R>>", root, stream(content, filters), *[one] * pages])


def encrypted(data: bytes, user: str, algorithm: str) -> bytes:
    """The PDF with a user password (empty: it only restricts) and an owner password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user, "owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def flate_bomb(megabytes: int) -> bytes:
    """A zlib stream that unpacks to so many megabytes of spaces; made of one packed block that repeats."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b" " * (10 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(b" ") + packer.flush()
    return b"\x78\xda" + block * (megabytes // 10) + last + b"\0\0\0\0"


def word(text: str = "Good words stay.") -> bytes:
    """A DOCX with one paragraph."""
    source = docx.Document()
    source.add_paragraph(text)
    out = io.BytesIO()
    source.save(out)
    return out.getvalue()


def repacked(changes: dict[str, bytes], source: bytes | None = None) -> bytes:
    """A DOCX with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source or word())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return out.getvalue()


def body(xml: str) -> bytes:
    """`word/document.xml` with this body."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<?xml version="1.0"?><w:document xmlns:w="{space}"><w:body>{xml}</w:body></w:document>'.encode()


def overlapping_zip() -> bytes:
    """An archive whose second entry points into the first, as archives do that unpack to far more than they hold."""
    data = bytearray(repacked({}))
    central = [at for at in range(len(data)) if data[at : at + 4] == b"PK\x01\x02"]
    first = data[central[0] + 42 : central[0] + 46]
    data[central[1] + 42 : central[1] + 46] = first
    return bytes(data)


def lying_zip() -> bytes:
    """An archive whose largest entry states a size far below what it unpacks to."""
    data = bytearray(repacked({"word/document.xml": body("<w:p/>") + b" " * 5_000_000}))
    size = struct.pack("<I", len(body("<w:p/>")) + 5_000_000)
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = struct.pack("<I", 500)
    return bytes(data)


def many_entries(count: int) -> bytes:
    """A DOCX with so many empty entries beside its own."""
    out = io.BytesIO(word())
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(count):
            archive.writestr(f"x/{number}", b"")
    return out.getvalue()


def locked_word() -> bytes:
    """What an encrypted DOCX looks like from outside: an old container that names its one encrypted part."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500
