"""The corpus folder: what belongs to it, and reading it without being fooled."""

import hashlib
import os
import sys
import unicodedata
from pathlib import Path

import pytest

from ingest import corpus as corpus_module
from ingest.corpus import digest_of, read_source, scan
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
