"""DOCX archives made to do harm, locked, old or broken: read or refused, and never unpacked further than the limits allow."""

import io
import zipfile

import docx
import pytest

from ingest.errors import DocumentRefused, Refusal
from ingest.readers import parse


def saved(source: object) -> bytes:
    buffer = io.BytesIO()
    source.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def plain() -> bytes:
    source = docx.Document()
    source.add_paragraph("Harmless words.")
    return saved(source)


def rewritten(changes: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The plain document with parts replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain())) as source, zipfile.ZipFile(buffer, "w", compression) as target:
        for name in source.namelist():
            target.writestr(name, changes.pop(name, None) or source.read(name))
        for name, part in changes.items():
            target.writestr(name, part)
    return buffer.getvalue()


def refusal(data: bytes) -> Refusal:
    with pytest.raises(DocumentRefused) as refused:
        parse(data, "plan.docx")
    return refused.value.code


def document_xml(body: str, prologue: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<?xml version="1.0"?>{prologue}<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'.encode()


def test_a_part_that_unpacks_to_millions_of_characters_is_refused_unread() -> None:
    text = document_xml("<w:p><w:r><w:t>" + "a" * 60_000_000 + "</w:t></w:r></w:p>")
    assert refusal(rewritten({"word/document.xml": text})) is Refusal.LIMIT


def test_too_much_text_in_an_honest_archive_is_refused() -> None:
    text = document_xml("".join(f"<w:p><w:r><w:t>{n} {'words ' * 100}</w:t></w:r></w:p>" for n in range(4_000)))
    assert refusal(rewritten({"word/document.xml": text}, compression=zipfile.ZIP_STORED)) is Refusal.LIMIT


def test_many_entries_are_refused() -> None:
    assert refusal(rewritten({f"x/{number}.txt": b"x" for number in range(1_100)})) is Refusal.LIMIT


def test_a_size_that_lies_is_noticed() -> None:
    data = bytearray(rewritten({"word/extra.xml": b"a" * 5_000}))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.rfind(signature)
        data[at + offset : at + offset + 4] = (10).to_bytes(4, "little")
    assert refusal(bytes(data)) in (Refusal.LIMIT, Refusal.CORRUPT)


def test_overlapping_entries_are_refused() -> None:
    data = bytearray(rewritten({"a.xml": b"one", "b.xml": b"two"}, compression=zipfile.ZIP_STORED))
    last = data.rfind(b"PK\x01\x02")
    before = data.rfind(b"PK\x01\x02", 0, last)
    data[last + 42 : last + 46] = data[before + 42 : before + 46]
    assert refusal(bytes(data)) is Refusal.UNSAFE_ZIP


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">',
    ],
)
def test_xml_entities_are_refused(prologue: str) -> None:
    assert refusal(rewritten({"word/document.xml": document_xml("<w:p/>", prologue)})) is Refusal.UNSAFE_XML


def test_entries_with_paths_outside_are_never_unpacked_and_remote_templates_never_fetched() -> None:
    space = "http://schemas.openxmlformats.org"
    relation = (
        f'<?xml version="1.0"?><Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" '
        f'Type="{space}/officeDocument/2006/relationships/attachedTemplate" Target="http://127.0.0.1:9/x.dotm" '
        'TargetMode="External"/></Relationships>'
    ).encode()
    data = rewritten({"../../evil.txt": b"x", "word/_rels/settings.xml.rels": relation})
    assert parse(data, "plan.docx").text == "Harmless words."


def test_a_macro_file_under_another_name_gives_its_text() -> None:
    with zipfile.ZipFile(io.BytesIO(plain())) as archive:
        types = archive.read("[Content_Types].xml")
    macro = types.replace(
        b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        b"application/vnd.ms-word.document.macroEnabled.main+xml",
    )
    assert macro != types
    assert parse(rewritten({"[Content_Types].xml": macro, "word/vbaProject.bin": b"x"}), "plan.docx").text == "Harmless words."


def test_a_locked_document_an_old_one_and_a_broken_one() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert refusal(ole + "EncryptedPackage".encode("utf-16-le")) is Refusal.ENCRYPTED
    assert refusal(ole) is Refusal.TYPE_MISMATCH
    assert refusal(plain()[:3_000]) is Refusal.CORRUPT
    assert refusal(rewritten({"word/document.xml": b"<broken"})) is Refusal.CORRUPT
    empty = io.BytesIO()
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.txt", "no document in here")
    assert refusal(empty.getvalue()) is Refusal.CORRUPT


def test_tables_nested_a_thousand_times_are_read_or_refused() -> None:
    cell = "<w:tbl><w:tr><w:tc>" * 1_000 + "<w:p><w:r><w:t>deep</w:t></w:r></w:p>" + "</w:tc></w:tr></w:tbl>" * 1_000
    data = rewritten({"word/document.xml": document_xml(cell)}, compression=zipfile.ZIP_STORED)
    try:
        assert "deep" in parse(data, "plan.docx").text
    except DocumentRefused as refused:
        assert refused.code in (Refusal.LIMIT, Refusal.CORRUPT)
