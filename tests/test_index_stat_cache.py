"""Nothing changed means nothing read; and no change is missed, whatever times a file claims."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import BREAD, PLAN, WordEmbedder, build, open_library, write_corpus

from index import stat_cache
from index.folder import file_digest, folder_of, index_folder, numbers
from index.manifest import read_manifest
from index.stat_cache import StatCache, look_at
from ingest.corpus import digest_of

FILES = {"plan.md": PLAN, "bread.md": BREAD}
OTHER = PLAN.replace("six weeks", "ten weeks")  # as many bytes


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path, list[str]]:
    """A corpus and its index, both remembered; then the names of what is read are listed."""
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    settle()
    build(corpus, data)
    read: list[str] = []
    monkeypatch.setattr("index.changes.digest_of", lambda path, name: (read.append(name), digest_of(path, name))[1])
    monkeypatch.setattr("index.build.file_digest", lambda path: (read.append(path.name), file_digest(path))[1])
    return corpus, data, read


def settle() -> None:
    """Wait until what was written can be told from what is written next."""
    time.sleep(2 * stat_cache.TICK / 1e9)


def text(data: Path) -> str:
    return open_library(data).snapshot().documents["plan.md"].text


def test_nothing_changed_reads_no_document_and_no_file_of_the_index(settled: tuple[Path, Path, list[str]]) -> None:
    corpus, data, read = settled
    before = {path: path.stat() for path in data.rglob("*") if path.is_file()}
    assert not build(corpus, data).published
    assert read == []
    assert {path: path.stat() for path in before if path.name != "writer.lock"} == {
        path: status for path, status in before.items() if path.name != "writer.lock"
    }, "and writes nothing"


def test_a_touched_document_is_read_once_and_makes_no_generation(settled: tuple[Path, Path, list[str]]) -> None:
    corpus, data, read = settled
    os.utime(corpus / "plan.md")
    settle()
    for _ in range(2):
        assert not build(corpus, data).published
        assert read == ["plan.md"], "it is remembered with its new times"
    assert numbers(data) == [1]


def forge_times(path: Path) -> None:
    before = path.stat()
    path.write_text(OTHER, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_with_times(path: Path) -> None:
    before, new = path.stat(), path.with_suffix(".new")
    new.write_text(OTHER, encoding="utf-8")
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
    new.replace(path)


def date_ahead(path: Path) -> None:
    path.write_text(OTHER, encoding="utf-8")
    os.utime(path, (4e9, 4e9))


def date_back(path: Path) -> None:
    path.write_text(OTHER, encoding="utf-8")
    os.utime(path, (0, 0))


@pytest.mark.parametrize("edit", [forge_times, replace_with_times, date_ahead, date_back])
def test_an_edit_of_the_same_size_is_noticed_whatever_its_times_say(
    edit: Callable[[Path], None], settled: tuple[Path, Path, list[str]]
) -> None:
    corpus, data, _ = settled
    size = (corpus / "plan.md").stat().st_size
    edit(corpus / "plan.md")
    assert (corpus / "plan.md").stat().st_size == size
    assert build(corpus, data).published
    assert "ten weeks" in text(data)


def test_a_document_dated_ahead_is_read_each_time(settled: tuple[Path, Path, list[str]]) -> None:
    """Whether it was changed since cannot be told from a time that has not come yet."""
    corpus, data, read = settled
    os.utime(corpus / "plan.md", (4e9, 4e9))
    for _ in range(3):
        assert not build(corpus, data).published
    assert read == ["plan.md"] * 3


def test_a_document_changed_in_the_tick_in_which_it_was_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock that stands still both look the same: what is this young is never remembered."""
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    plan = corpus / "plan.md"
    monkeypatch.setattr(stat_cache, "look_at", lambda path: frozen)
    monkeypatch.setattr("index.changes.look_at", lambda path: frozen)
    frozen = look_at(plan)
    assert frozen is not None
    assert not frozen.settled
    build(corpus, data)
    plan.write_text(OTHER, encoding="utf-8")
    assert build(corpus, data).published
    assert "ten weeks" in text(data)


def test_times_in_whole_seconds_are_believed_later(tmp_path: Path) -> None:
    """They may be those of a file system that counts every other second."""
    path = tmp_path / "a.md"
    path.write_text("a")
    settle()
    now = time.time()
    os.utime(path, (int(now) - 1, int(now) - 1))
    settle()
    found = look_at(path)
    assert found is not None
    assert not found.settled
    os.utime(path, (int(now) - 10, int(now) - 10.5))
    settle()
    found = look_at(path)
    assert found is not None
    assert found.settled


def test_a_bad_byte_of_the_cache_costs_time_only(settled: tuple[Path, Path, list[str]]) -> None:
    corpus, data, read = settled
    path = index_folder(data) / stat_cache.NAME
    whole = path.read_bytes()
    for damaged in (b"", b"?", whole[:-1], whole.replace(b"corpus/plan.md", b"corpus/plan.mD"), b"\0" * len(whole)):
        path.write_bytes(damaged)
        read.clear()
        assert not build(corpus, data).published
        assert {"plan.md", "bread.md", "vectors.npy"} <= set(read)
    path.unlink()
    assert not build(corpus, data).published


def test_a_rebuild_reads_everything(settled: tuple[Path, Path, list[str]]) -> None:
    corpus, data, _ = settled
    report = build(corpus, data, rebuild=True)
    assert {state.action for state in report.documents} == {"added"}
    assert report.embedded == report.passages


def test_an_index_that_rotted_without_a_trace_is_built_anew_when_it_is_needed(
    settled: tuple[Path, Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that flips a bit changes no time. Readers notice, and so does the next build that needs what was there."""
    corpus, data, _ = settled
    vectors = folder_of(data, 1) / "vectors.npy"
    cache = StatCache.load(index_folder(data))
    whole = vectors.read_bytes()
    vectors.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    settle()
    look = look_at(vectors)
    cache.keep("gen-000001/vectors.npy", look, read_manifest(data, 1).files["vectors.npy"])
    for path in [*corpus.iterdir(), *folder_of(data, 1).rglob("*")]:
        name = f"corpus/{path.name}" if path.parent == corpus else path.relative_to(index_folder(data)).as_posix()
        if path.is_file() and path != vectors:
            cache.digest(name, path, lambda path=path: file_digest(path))
    cache.save(index_folder(data))
    assert not build(corpus, data).published, "nothing is read, so nothing is noticed"
    write_corpus(corpus, {**FILES, "plan.md": OTHER})
    embedder = WordEmbedder()
    report = build(corpus, data, embedder)
    assert report.published
    assert report.embedded == report.passages
    assert open_library(data).snapshot().warning == ""


def test_what_is_remembered_goes_with_the_document(settled: tuple[Path, Path, list[str]]) -> None:
    corpus, data, _ = settled
    path = index_folder(data) / stat_cache.NAME
    assert b"bread.md" in path.read_bytes()
    write_corpus(corpus, {"plan.md": PLAN})
    build(corpus, data)
    assert b"bread.md" not in path.read_bytes()
