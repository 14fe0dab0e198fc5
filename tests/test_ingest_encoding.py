"""Bytes to text: every guess leaves a warning, and what is no text is refused."""

import codecs

import pytest

from ingest.encoding import decode
from ingest.errors import DocumentRefused, Refusal

TEXT = "Müller lernt Python – für 5 €."


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8"),
        codecs.BOM_UTF8 + TEXT.encode("utf-8"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    ],
)
def test_stated_encodings_are_read_without_a_warning(data: bytes) -> None:
    assert decode(data, "a.txt") == (TEXT, ())


@pytest.mark.parametrize(("broken", "lost"), [(b"\xe9", "1 byte of it is"), ("–".encode()[:2], "2 bytes of it are")])
def test_a_few_wrong_bytes_do_not_spoil_the_letters_of_all_others(broken: bytes, lost: str) -> None:
    text, (warning,) = decode(f"{TEXT}\n{TEXT}\n".encode() + broken, "a.txt", declared="windows-1252")
    assert text == f"{TEXT}\n{TEXT}\n\ufffd"
    assert warning.startswith(lost)


def test_western_text_is_not_taken_for_utf_8_because_of_one_pair_of_letters() -> None:
    text, (warning,) = decode("Müller, Ã©, Größe, Straße".encode("cp1252"), "a.txt")
    assert "Größe, Straße" in text
    assert "Windows-1252" in warning


@pytest.mark.parametrize("name", ["cp1252", "utf-16-le", "utf-16-be"])
def test_guessed_encodings_are_read_with_a_warning(name: str) -> None:
    text, warnings = decode(TEXT.encode(name), "a.txt")
    assert text == TEXT
    assert len(warnings) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [("机器学习路线图。第一阶段：学习 Python，三个月。", "gbk"), ("Сначала учите Python, потом SQL.", "cp1251")],
)
def test_a_text_in_an_unknown_alphabet_is_read_with_a_warning_that_it_is_unreadable(text: str, name: str) -> None:
    _, (warning,) = decode(text.encode(name), "a.txt")
    assert warning.startswith("Its encoding was not recognised ") and warning.endswith("saved as UTF-8.")
    assert "accented letters" in decode("Élève à Orléans, où l'été fut déjà gâché".encode("latin-1"), "a.txt")[1][0]


def test_a_declared_encoding_is_used_where_it_fits() -> None:
    assert decode("Привет".encode("koi8-r"), "a.html", declared="koi8-r") == ("Привет", ())
    assert decode("für".encode("latin-1"), "a.html", declared="no-such")[0] == "für"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"text with \0 in it", Refusal.BINARY),
        (bytes(range(32)) * 20, Refusal.BINARY),
        (b"\x01\x02\x03\x04abc", Refusal.BINARY),
        (codecs.BOM_UTF16_LE + b"a\0b", Refusal.ENCODING),
        (b"\x81\x8d\x8f\x90\x9d", Refusal.ENCODING),
        (codecs.BOM_UTF8 + b"\xff", Refusal.ENCODING),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, code: Refusal) -> None:
    with pytest.raises(DocumentRefused) as refused:
        decode(data, "a.txt")
    assert refused.value.code is code
    assert str(refused.value).startswith("a.txt: ")
