"""The state of the index, looked at again and again: told anew where something changed, and read only there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fakes import build, write_corpus

from index.folder import IndexDamaged, folder_of
from index.library import read_usable
from index.status import StatusReader
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


def test_a_corpus_that_is_gone_is_told_or_not_compared(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    build(corpus, tmp_path / "data")
    reader = StatusReader(tmp_path / "data", corpus)
    corpus.rename(tmp_path / "elsewhere")
    with pytest.raises(CorpusMissing):
        reader.read()
    assert reader.read(compare=False).stale == ()
