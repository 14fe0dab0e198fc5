"""Builds that cannot be made, and an index that others write or read meanwhile: the one that was there goes on answering."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from fakes import BREAD, PLAN, WordEmbedder, build, open_library, write_corpus
from filelock import FileLock

from index.build import IndexBusy, update
from index.folder import IndexMissing, index_folder, numbers
from index.library import EmbedderMismatch
from index.refusals import remembered
from index.status import read_status
from ingest.corpus import scan
from ingest.errors import CorpusEmpty, CorpusMissing

FILES = {"plan.md": PLAN, "bread.md": BREAD}


def no_model() -> WordEmbedder:
    raise AssertionError("a model was loaded")


def test_a_missing_or_empty_corpus_is_named_and_the_index_that_was_there_answers(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    with pytest.raises(CorpusMissing):
        build(tmp_path / "nowhere", data)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusEmpty, match="add one"):
        build(tmp_path / "empty", data)
    with pytest.raises(CorpusEmpty, match=r"\.xyz"):
        build(write_corpus(tmp_path / "odd", {"a.xyz": "?"}), data)
    assert open_library(data).snapshot().generation == 1
    assert numbers(data) == [1]


def test_what_was_refused_without_an_index_is_remembered_until_the_file_or_the_index_changes(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", {"a.md": "", "b.xyz": "?"}), tmp_path / "data"
    with pytest.raises(CorpusEmpty):
        build(corpus, data)
    assert {name: entry.code for name, entry in remembered(data, scan(corpus)).items()} == {
        "a.md": "empty",
        "b.xyz": "unknown-suffix",
    }
    for name in ("a.md", "b.xyz"):
        (corpus / name).write_text("\n")
    assert set(remembered(data, scan(corpus))) == {"b.xyz"}, "it is its name that is refused"
    file = index_folder(data) / "refused.json"
    file.write_bytes(file.read_bytes().replace(b"b.xyz", b"b.xyy"))
    assert remembered(data, scan(corpus)) == {}
    with pytest.raises(CorpusEmpty):
        build(corpus, data)
    (corpus / "plan.md").write_text(PLAN)
    build(corpus, data)
    assert [entry.document_id for entry in read_status(data, corpus).refused] == ["a.md", "b.xyz"]
    write_corpus(corpus, {"plan.md": PLAN})
    build(corpus, data)
    assert not file.exists()


def test_an_embedder_that_fails_leaves_the_old_index(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    write_corpus(corpus, {"plan.md": PLAN + "\nChanged.\n"})
    with pytest.raises(AssertionError, match="a model was loaded"):
        update(corpus, data, no_model, WordEmbedder().identity)
    assert set(open_library(data).snapshot().documents) == set(FILES)
    assert build(corpus, data).published


def test_a_second_writer_is_turned_away_and_readers_are_not(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    holder = (
        "import sys, time; from filelock import FileLock\n"
        f"lock = FileLock({str(index_folder(data) / 'writer.lock')!r}); lock.acquire(); print('held', flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        began = time.monotonic()
        with pytest.raises(IndexBusy, match="wait for it to end"):
            build(corpus, data)
        assert time.monotonic() - began < 2
        assert open_library(data).snapshot().generation == 1
        other.kill()  # a writer that dies leaves no lock behind
    assert not build(corpus, data).published


def test_the_lock_is_free_again_after_a_failed_build(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusEmpty):
        build(tmp_path / "empty", tmp_path / "data")
    with FileLock(index_folder(tmp_path / "data") / "writer.lock", timeout=0):
        pass
    with pytest.raises(IndexMissing):
        open_library(tmp_path / "data").snapshot()


def test_an_index_made_by_other_weights_is_not_searched(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    for other in (WordEmbedder(digest="2"), WordEmbedder(id="letters")):
        with pytest.raises(EmbedderMismatch, match="run `roadmap index`"):
            open_library(data, other).snapshot()
    other = WordEmbedder(digest="2")
    build(corpus, data, other)
    assert open_library(data, other).snapshot().generation == 2


# --- readers while it is rebuilt


def test_readers_see_exactly_one_generation_each_while_it_is_rebuilt_again_and_again(tmp_path: Path) -> None:
    """Generation n holds `Edition n` in every document: an answer that mixes two editions is a mixture."""
    corpus, data = tmp_path / "corpus", tmp_path / "data"

    def edition(number: int) -> None:
        write_corpus(corpus, {f"{name}.md": f"# {name}\n\nEdition {number} of {name}.\n" for name in ("a", "b", "c")})

    edition(1)
    build(corpus, data)
    shared = open_library(data)
    stop = threading.Event()
    problems: list[str] = []
    seen: set[int] = set()
    asked = 0

    def read() -> None:
        nonlocal asked
        while not stop.is_set():
            for library in (shared, open_library(data)):  # one that stays open, one that has just started
                try:
                    snapshot = library.snapshot()
                    texts = [hit.passage.text for hit in snapshot.search("edition", 5)]
                except Exception as error:
                    problems.append(repr(error))
                    continue
                wanted = f"Edition {snapshot.generation} "
                if len(texts) != 3 or not all(wanted in text for text in texts) or snapshot.warning:
                    problems.append(f"{snapshot.generation} {snapshot.warning}: {texts}")
                seen.add(snapshot.generation)
                asked += 1

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    until = time.monotonic() + 4
    number = 1
    while number < 13 or time.monotonic() < until:
        number += 1
        edition(number)
        assert build(corpus, data).generation == number
    stop.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert len(seen) > 5
    assert asked > 50
    assert shared.snapshot().generation == number
