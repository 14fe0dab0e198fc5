"""The state of the index, looked at again and again: told anew where something changed, and read only there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes import build, write_corpus

from index.folder import IndexDamaged, folder_of
from index.library import read_usable
from index.status import StatusReader, read_status
from ingest.corpus import digest_of
from ingest.errors import CorpusMissing


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was read: "index", or the id of a document."""
    found: list[str] = []

    def whole(data: Path) -> object:
        found.append("index")
        return read_usable(data)

    def one(path: Path, name: str = "") -> str:
        found.append(name)
        return digest_of(path, name)

    monkeypatch.setattr("index.status.read_usable", whole)
    monkeypatch.setattr("index.status.digest_of", one)
    return found


def test_nothing_is_read_again_that_looks_as_it_did(tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, data = write_corpus(tmp_path / "corpus"), tmp_path / "data"
    build(corpus, data)
    monkeypatch.setattr("index.stat_cache.TICK", -(10**18))  # the clock of this test stands still: all files are settled
    reader = StatusReader(data, corpus)
    first = reader.read()
    assert first.stale == ()
    assert reads == ["index", *sorted(document.id for document in first.documents)]
    reads.clear()
    assert reader.read() == first
    assert reads == []
    changed = first.documents[0].id
    (corpus / changed).write_text("# Something else\n\nIt is new.\n", encoding="utf-8")
    assert reader.read().stale == ((changed, "changed"),)
    assert reads == [changed]
    build(corpus, data)
    reads.clear()
    assert reader.read().generation == first.generation + 1
    assert reads == ["index"]


def test_ten_that_look_at_once_have_it_read_once(tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "data")
    monkeypatch.setattr("index.stat_cache.TICK", -(10**18))
    reader = StatusReader(tmp_path / "data")
    with ThreadPoolExecutor(10) as threads:
        states = list(threads.map(lambda _: reader.read(), range(10)))
    assert all(state == states[0] for state in states)
    assert reads == ["index"]


def test_damage_that_happens_while_it_is_looked_at_is_told(tmp_path: Path) -> None:
    build(write_corpus(tmp_path / "corpus"), tmp_path / "data")
    reader = StatusReader(tmp_path / "data")
    generation = reader.read().generation
    path = folder_of(tmp_path / "data", generation) / "passages.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IndexDamaged):
        reader.read()


def test_what_was_indexed_and_cannot_be_read_now_is_told_as_changed(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    build(corpus, tmp_path / "data")
    (corpus / "plan.md").rename(tmp_path / "elsewhere.md")
    (corpus / "plan.md").symlink_to(tmp_path / "elsewhere.md")
    with (corpus / "bread.md").open("ab") as file:
        file.truncate(26 * 1024 * 1024)
    assert read_status(tmp_path / "data", corpus).stale == (("bread.md", "changed"), ("plan.md", "changed"))


def test_what_was_refused_is_told_while_it_is_as_it_was(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus"), tmp_path / "data"
    for name in ("empty.md", "gone.md", "odd.xyz"):
        (corpus / name).write_text("")
    build(corpus, data)

    def told() -> tuple[list[str], tuple[tuple[str, str], ...]]:
        status = read_status(data, corpus)
        return [entry.document_id for entry in status.refused], status.stale

    assert told() == (["empty.md", "gone.md", "odd.xyz"], ())
    (corpus / "empty.md").write_text("# Mended\n\nIt says something.\n")
    (corpus / "gone.md").unlink()
    assert told() == (["odd.xyz"], (("empty.md", "added"),))
    build(corpus, data)
    assert told() == (["odd.xyz"], ())


def test_a_corpus_that_is_gone_is_told_or_not_compared(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    build(corpus, tmp_path / "data")
    reader = StatusReader(tmp_path / "data", corpus)
    corpus.rename(tmp_path / "elsewhere")
    with pytest.raises(CorpusMissing):
        reader.read()
    assert reader.read(compare=False).stale == ()
