"""The corpus folder: what belongs to it, and reading it without being fooled."""

import hashlib
import os
import sys
import unicodedata
from pathlib import Path

import pytest

from ingest import corpus as corpus_module
from ingest.corpus import check_file, digest_of, is_hidden, read_source, scan
from ingest.errors import CorpusMissing, DocumentRefused, Refusal

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX files")


def code_of(path: Path) -> Refusal:
    with pytest.raises(DocumentRefused) as refused:
        read_source(path, path.name)
    return refused.value.code


def test_files_are_listed_sorted_without_dot_files_and_ignored_ones(tmp_path: Path) -> None:
    for name in ["b.md", "a/z.txt", "a/skip.txt", "drafts/x.md", ".hidden", ".git/config", "keep.log", "old.log"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / ".roadmapignore").write_text("drafts/\n*.log\n!keep.log\na/skip.*\n# comment\n")
    sources = scan(tmp_path)
    assert [source.id for source in sources] == ["a/z.txt", "b.md", "keep.log"]
    assert sources[0].path == tmp_path / "a" / "z.txt"
    assert sources[0].size == len("a/z.txt")
    assert sources[0].mtime_ns == (tmp_path / "a" / "z.txt").stat().st_mtime_ns


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_list_of_what_is_left_out_may_be_saved_by_any_editor(tmp_path: Path, encoding: str) -> None:
    for name in ("a.md", "private.md"):
        (tmp_path / name).write_text(name)
    (tmp_path / ".roadmapignore").write_text("private.md\n# comment\n", encoding=encoding)
    assert [source.id for source in scan(tmp_path)] == ["a.md"]
    assert is_hidden(tmp_path, "private.md")
    assert not is_hidden(tmp_path, "a.md")


@pytest.mark.parametrize("line", ["!", "a/***b/\\"])
def test_a_line_that_is_no_pattern_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / ".roadmapignore").write_text(f"a.md\n{line}\n")
    with pytest.raises(CorpusMissing, match=r"^Line 2 of .*roadmapignore"):
        scan(tmp_path)


def test_what_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    for name in ("a.md", "~$plan.docx", "desktop.ini", "sub/Thumbs.db", "$RECYCLE.BIN/b.md", "thumbs.db.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [source.id for source in scan(tmp_path)] == ["a.md", "thumbs.db.md"]


def test_a_folder_that_cannot_be_opened_is_one_refusal_and_one_that_vanishes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.md", "gone/b.md", "locked/c.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    real = os.scandir
    errors = {"gone": FileNotFoundError(2, "No such file"), "locked": PermissionError(13, "Permission denied")}

    def meddle(folder: Path) -> object:
        if folder.name in errors:
            raise errors[folder.name]
        return real(folder)

    monkeypatch.setattr(corpus_module.os, "scandir", meddle)
    sources = scan(tmp_path)
    assert [source.id for source in sources] == ["a.md", "locked"]
    with pytest.raises(DocumentRefused, match="check its permissions") as refused:
        check_file(sources[1].path, sources[1].id)
    assert refused.value.code is Refusal.UNREADABLE


def test_a_file_that_vanishes_while_the_folder_is_listed_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(name)
    real = os.scandir

    def meddle(folder: Path) -> object:
        found = list(real(folder))
        (tmp_path / "b.md").unlink(missing_ok=True)
        return found

    monkeypatch.setattr(corpus_module.os, "scandir", meddle)
    assert [source.id for source in scan(tmp_path)] == ["a.md"]


@POSIX
def test_a_name_that_is_not_utf_8_is_listed_in_letters_that_can_be_printed_and_refused(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.md")).write_text("# Plan")
    except OSError:
        pytest.skip("this file system has no such names")
    (source,) = scan(tmp_path)
    source.id.encode()
    with pytest.raises(DocumentRefused, match="give it another name"):
        check_file(source.path, source.id)


def test_the_folder_of_the_index_may_lie_among_the_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.md", "sub/data/CURRENT", "data/b.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(name)
    monkeypatch.chdir(tmp_path)
    assert [source.id for source in scan(tmp_path, without=Path("sub/data"))] == ["a.md", "data/b.md"]


def test_an_empty_folder_is_an_empty_corpus(tmp_path: Path) -> None:
    assert scan(tmp_path) == ()


@pytest.mark.parametrize("name", ["missing", "file.txt"])
def test_a_missing_corpus_is_one_clear_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("x")
    with pytest.raises(CorpusMissing, match=name) as missing:
        scan(tmp_path / name)
    assert "\n" not in str(missing.value)


@POSIX
def test_links_pipes_and_linked_folders_are_listed_and_refused_unread(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    inside = tmp_path / "corpus"
    inside.mkdir()
    (inside / "link.txt").symlink_to(secret)
    (inside / "folder").symlink_to(tmp_path)
    os.mkfifo(inside / "pipe.txt")
    sources = scan(inside)
    assert [source.id for source in sources] == ["folder", "link.txt", "pipe.txt"]
    assert {code_of(source.path) for source in sources} == {Refusal.UNSAFE_FILE}
    with pytest.raises(DocumentRefused, match="a symbolic link"):
        check_file(sources[0].path, "folder")


@POSIX
def test_names_that_look_alike_stay_apart(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "Übung.md") for form in ("NFC", "NFD")] + [
        "a.md",
        "A.md",
        "-rf.md",
        "a b\n.md",
        "😀.md",
    ]
    for name in names:
        (tmp_path / name).write_text(name)
    if len(list(tmp_path.iterdir())) < len(names):
        pytest.skip("this file system does not tell such names apart")
    assert [source.id for source in scan(tmp_path)] == sorted(names)


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"abc\r\n")
    assert digest_of(tmp_path / "a.md") == hashlib.sha256(b"abc\r\n").hexdigest()


def test_a_file_that_is_gone_counts_as_changed(tmp_path: Path) -> None:
    assert code_of(tmp_path / "gone.md") is Refusal.CHANGED


def test_a_file_that_changes_while_it_is_read_is_read_again_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"first")
    opened: list[int] = []
    real = os.open

    def meddle(name: Path, flags: int) -> int:
        opened.append(1)
        if len(opened) <= changes:
            path.write_bytes(b"longer" * len(opened))
        return real(name, flags)

    monkeypatch.setattr(corpus_module.os, "open", meddle)
    changes = 1
    assert read_source(path, "a.md") == b"longer"
    opened.clear()
    changes = 2
    assert code_of(path) is Refusal.CHANGED


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("x")
    path.chmod(0)
    assert code_of(path) is Refusal.UNREADABLE


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(26 * 1024 * 1024)
    assert code_of(path) is Refusal.LIMIT
