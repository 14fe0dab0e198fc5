"""Uploaded files land in one folder of the corpus whatever they are called, and nothing is lost by it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.corpus import scan
from ingest.errors import DocumentRefused
from ui.uploads import FOLDER, UploadFailed, Uploads, clean_name

TEXT = b"# Plan\n\nLearn one thing after the other.\n"
NAMES = [
    "plan.md", "../../../etc/cron.d/plan.md", "..\\..\\plan.md", "/etc/passwd.txt", "C:\\temp\\plan.md", "CON.md", "nul.txt",
    "com1.md", "a:b.md", "plan.md.", "plan .md", ".hidden.md", ".roadmapignore.md", "-rf.md", "--help.md", "a\nb.md",
    "a\x00b.md", "\u202egnp.exe.md", "zero\u200bwidth.md", "e\u0301.md", "\u00e9.md", "PLAN.md", "Plan.MD", "x" * 300 + ".md",
    "😀" * 90 + ".md", "<img src=x onerror=alert(1)>.md", "![x](http:evil.example).md", "$(reboot).md", "`reboot`.md",
    "a;b|c&d.md", "%2e%2e%2fx.md", "~root.md", "....md", " .md", ".md", "plan.tar.md", "a/b/.md", "[1](x).md", "\ud800.md",
    "\ufeff.md", "uploads.md", "..md",
]  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "outer" / "corpus"
    folder.mkdir(parents=True)
    (folder / "own.md").write_text("# Own\n\nA document of the folder.\n")
    return folder


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_hostile_name_stays_inside_the_uploads_folder_and_can_be_read_there(corpus: Path, name: str) -> None:
    upload = Uploads(corpus).add(name, TEXT)
    assert upload.outcome == "added", upload
    assert sorted(path.name for path in corpus.parent.rglob("*") if path.is_file()) == sorted(
        ["own.md", upload.document_id.removeprefix(f"{FOLDER}/")]
    )
    assert upload.document_id in {source.id for source in scan(corpus)}
    assert (corpus / upload.document_id).read_bytes() == TEXT


@given(st.text(max_size=400))
def test_every_name_becomes_one_plain_file_name(name: str) -> None:
    try:
        cleaned = clean_name(name + ".md", TEXT)
    except DocumentRefused:
        return
    assert cleaned == Path(cleaned).name
    assert cleaned.endswith(".md")
    assert not cleaned.startswith((".", "-", " "))
    assert cleaned.isprintable()
    assert len(cleaned.encode()) <= 130
    assert clean_name(cleaned, TEXT) == cleaned, "cleaning a clean name must not change it"


def test_a_name_that_the_folder_leaves_out_is_refused_and_not_stored(corpus: Path) -> None:
    (corpus / ".roadmapignore").write_text("draft*\n")
    uploads = Uploads(corpus)
    upload = uploads.add("draft plan.md", TEXT)
    assert (upload.outcome, uploads.files()) == ("refused", ())
    assert ".roadmapignore" in upload.reason
    assert uploads.add("plan.md", TEXT).outcome == "added"


def test_a_file_that_cannot_be_read_is_not_taken_for_the_same(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (corpus / "locked.md").write_bytes(TEXT)

    def locked(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("index.storage.sha256_of", locked)
    assert Uploads(corpus).add("plan.md", TEXT).outcome == "added"


def test_both_files_of_one_name_are_kept(corpus: Path) -> None:
    uploads = Uploads(corpus)
    first, second, third = (
        uploads.add(name, TEXT + number) for name, number in (("a.md", b"1"), ("a.md", b"2"), ("A.MD", b"3"))
    )
    assert [upload.document_id for upload in (first, second, third)] == ["uploads/a.md", "uploads/a-2.md", "uploads/A-3.md"]
    assert second.reason == "the other document of this name, uploads/a.md, was kept"
    assert (corpus / first.document_id).read_bytes() == TEXT + b"1"


def test_a_file_is_replaced_only_when_that_was_asked_for(corpus: Path) -> None:
    uploads = Uploads(corpus)
    uploads.add("a.md", TEXT)
    upload = uploads.add("A.md", TEXT + b"new", replace=True)
    assert (upload.outcome, upload.document_id) == ("replaced", "uploads/a.md")
    assert uploads.files() == ("uploads/a.md",)
    assert (corpus / "uploads" / "a.md").read_bytes() == TEXT + b"new"


def test_the_same_content_is_not_stored_twice(corpus: Path) -> None:
    uploads = Uploads(corpus)
    own = (corpus / "own.md").read_bytes()
    assert uploads.add("other.md", own).document_id == "own.md"
    uploads.add("a.md", TEXT)
    known = uploads.add("b.md", TEXT)
    assert (known.outcome, known.document_id) == ("known", "uploads/a.md")
    assert uploads.files() == ("uploads/a.md",)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.exe", b"MZ", "cannot be read; convert it"),
        ("a", b"text", "cannot be read; convert it"),
        ("a.md", b"", "it is empty"),
        ("a.md", b" \n\t ", "it is empty"),
        ("a.md", b"x" * (25 * 1024 * 1024 + 1), "the limit is 25.0 MB"),
        ("a.pdf", b"only words", "it is named .pdf but holds"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "holds PNG data"),
        ("a.docx", b"words", "it is named .docx but holds"),
        ("a.md", b"SQLite format 3\0", "holds SQLite data"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason_and_not_stored(corpus: Path, name: str, data: bytes, reason: str) -> None:
    upload = Uploads(corpus).add(name, data)
    assert (upload.outcome, upload.document_id) == ("refused", "")
    assert reason in upload.reason
    assert Uploads(corpus).files() == ()


def test_a_pdf_without_a_suffix_gets_one(corpus: Path) -> None:
    assert Uploads(corpus).add("scan", b"%PDF-1.7\n1 0 obj").document_id == "uploads/scan.pdf"
    assert Uploads(corpus).add("page.aspx", b"<!doctype html><p>x</p>").document_id == "uploads/page.aspx.html"


def test_only_uploads_are_deleted(corpus: Path) -> None:
    uploads = Uploads(corpus)
    upload = uploads.add("a.md", TEXT)
    for other in ("own.md", "uploads/../own.md", "../corpus/own.md", "/etc/passwd", "uploads", "uploads/..", "uploads/a/b.md"):
        with pytest.raises(UploadFailed, match="was not uploaded"):
            uploads.delete(other)
    uploads.delete(upload.document_id)
    uploads.delete(upload.document_id)
    assert uploads.files() == ()
    assert (corpus / "own.md").is_file()


def test_a_link_in_place_of_the_folder_is_not_followed(corpus: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.md").write_bytes(TEXT)
    (corpus / FOLDER).symlink_to(elsewhere)
    with pytest.raises(UploadFailed, match="not a folder but a link"):
        Uploads(corpus).add("b.md", TEXT)
    with pytest.raises(UploadFailed, match="not a folder but a link"):
        Uploads(corpus).delete("uploads/a.md")
    assert sorted(path.name for path in elsewhere.iterdir()) == ["a.md"]


def test_a_link_among_the_uploads_is_removed_and_not_its_goal(corpus: Path) -> None:
    uploads = Uploads(corpus)
    uploads.add("a.md", TEXT)
    (corpus / FOLDER / "link.md").symlink_to(corpus / "own.md")
    uploads.delete("uploads/link.md")
    assert (corpus / "own.md").is_file()


def test_a_file_in_place_of_the_corpus_or_its_folder_is_said(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(UploadFailed, match="does not exist"):
        Uploads(tmp_path / "nowhere").add("a.md", TEXT)
    (corpus / FOLDER).write_text("x")
    with pytest.raises(UploadFailed, match=r"cannot be made|not a folder"):
        Uploads(corpus).add("a.md", TEXT)


def test_what_a_killed_upload_left_is_no_document_and_goes_with_the_next(corpus: Path) -> None:
    uploads = Uploads(corpus)
    uploads.add("a.md", TEXT)
    half = corpus / FOLDER / ".part-1-1"
    half.write_bytes(b"half")
    assert uploads.files() == ("uploads/a.md",)
    assert "uploads/.part-1-1" not in {source.id for source in scan(corpus)}
    uploads.add("b.md", TEXT + b"2")
    assert half.exists(), "another process may be writing it"
    os.utime(half, (0, 0))
    uploads.add("c.md", TEXT + b"3")
    assert not half.exists()
