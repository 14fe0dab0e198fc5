"""What was deleted is gone: from the answers at once, and from the disk with the last generation that held it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import WordEmbedder, build, open_library, write_corpus
from faults_counts import Tally
from faults_disk import Operation, WatchedDisk, on_disk
from faults_scenes import FIRST

from index import generation
from index.folder import folder_of
from index.manifest import read_manifest
from index.storage import StorageFailed

SECRET = """---
title: qxtitle notes
author: qxauthor
---

# Zebra qxheading

Zebrafish swim past qxbody and [qxlabel](https://example.org/qxlink).

| qxcolumn | weeks |
|---|---|
| qxcell | 3 |

```
qxcode = 1
```

- qxitem comes first
"""
CANARIES = tuple(f"qx{part}" for part in "title author heading body label link column cell code item name".split())
NAME = "sub/qxname.md"


def left(folder: Path) -> dict[str, set[str]]:
    """The canaries in the raw bytes of every file below, and in the names of the files."""
    found: dict[str, set[str]] = {}
    for path in folder.rglob("*"):
        data = str(path).encode() + (path.read_bytes() if path.is_file() else b"")
        if held := {canary for canary in CANARIES if canary.encode() in data.lower()}:
            found[path.name] = held
    return found


def test_no_byte_of_a_deleted_document_outlives_the_last_generation_that_held_it(tmp_path: Path, tally: Tally) -> None:
    corpus, data = tmp_path / "corpus", tmp_path / "data"
    build(write_corpus(corpus, {**FIRST, NAME: SECRET}), data)
    seen = set().union(*left(data).values())
    assert seen >= set(CANARIES) - {"qxauthor"}, "each of them was on the disk"
    build(write_corpus(corpus, FIRST), data)
    snapshot = open_library(data).snapshot()
    assert NAME not in snapshot.documents
    for canary in (*CANARIES, "zebrafish"):
        assert all("qx" not in hit.passage.text for hit in snapshot.search(canary, 50))
        assert not snapshot.lexical.knows(canary)
    assert left(folder_of(data, 2)) == {}
    assert left(folder_of(data, 1)), "the earlier generation is kept in case it is needed"
    rows = len(snapshot.passages)
    content, _ = generation.read(data, read_manifest(data, 2))
    assert len(content.vectors) == rows == len(content.sentences.first) - 1
    spans = int(content.sentences.first[-1])
    size = (folder_of(data, 2) / "sentence_vectors.npy").stat().st_size
    assert size == 128 + spans * content.sentences.vectors.itemsize * content.sentences.vectors.shape[1], "no row is left over"
    assert np.isfinite(content.vectors).all()
    build(write_corpus(corpus, {**FIRST, "new.md": "# New\n\nSomething else.\n"}), data)
    assert left(data) == {}
    tally(
        "P9", f"deleted: {len(seen)} canaries in text, title, table, link, code and name; 0 left in any byte of the data folder"
    )


def test_an_interrupted_deletion_is_finished_by_the_next_build(tmp_path: Path) -> None:
    corpus, data = tmp_path / "corpus", tmp_path / "data"
    build(write_corpus(corpus, {**FIRST, NAME: SECRET}), data)
    build(write_corpus(corpus, FIRST), data)
    write_corpus(corpus, {**FIRST, "new.md": "# New\n\nSomething else.\n"})

    def refuse(operation: Operation) -> None:
        if operation.kind.startswith("remove") and ".deleted" in str(operation.path):
            raise OSError(5, "Input/output error")

    with on_disk(WatchedDisk(refuse)), pytest.raises(StorageFailed, match="could not be deleted"):
        build(corpus, data)
    assert open_library(data).snapshot().generation == 3
    assert left(data), "it could not be deleted, and this was said"
    assert not build(corpus, data).published
    assert left(data) == {}


def test_renamed_and_twin_documents_cost_no_embedding(tmp_path: Path, tally: Tally) -> None:
    corpus, data = tmp_path / "corpus", tmp_path / "data"
    embedder = WordEmbedder()
    build(write_corpus(corpus, {"a.md": SECRET, "b.md": SECRET, **FIRST}), data, embedder)
    assert len(embedder.texts) == len(set(embedder.texts)), "twins are embedded once"
    embedder.texts.clear()
    build(write_corpus(corpus, {"moved/a.md": SECRET, "b.md": SECRET, "c.md": SECRET, **FIRST}), data, embedder)
    assert embedder.texts == []
    snapshot = open_library(data).snapshot()
    assert {hit.passage.document_id for hit in snapshot.search("zebrafish qxbody", 3)} == {"moved/a.md", "b.md", "c.md"}
    tally("P9", "renamed, and twins under three names: 0 passages embedded again, all names found")
