"""An index made by other readers than the program has: documents are read again, and only text that is new is embedded."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import BREAD, PLAN, WordEmbedder, build, open_library, write_corpus

import index.build
import index.changes
import ingest
from index.folder import folder_of
from index.manifest import read_manifest
from index.status import read_status
from index.verify import verify_index
from ingest.document import Document
from ingest.readers import read_document
from ingest.version import readers_digest

FILES = {"plan.md": PLAN, "bread.md": BREAD}


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    """A corpus, and the data folder with its index."""
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    return corpus, data


def other_readers(patch: pytest.MonkeyPatch, digest: str = "other") -> None:
    patch.setattr(index.build, "readers_digest", lambda: digest)


def vectors(data: Path) -> dict[str, bytes]:
    snapshot = open_library(data).snapshot()
    return {passage.text: snapshot.vectors[row].tobytes() for row, passage in enumerate(snapshot.passages)}


def test_readers_that_read_the_same_leave_every_vector_and_are_asked_once(
    made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, data = made
    before = vectors(data)
    other_readers(monkeypatch)
    embedder = WordEmbedder()
    report = build(corpus, data, embedder)
    assert {state.id: state.action for state in report.documents} == {"plan.md": "unchanged", "bread.md": "unchanged"}
    assert (report.published, report.generation, report.embedded, embedder.texts) == (True, 2, 0, [])
    assert read_manifest(data, 2).readers == "other"
    assert vectors(data) == before
    assert not build(corpus, data, embedder).published


def test_only_passages_are_embedded_whose_text_is_read_otherwise(
    made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, data = made
    before = vectors(data)
    added = corpus.parent / "read otherwise.md"
    added.write_text(PLAN + "\n## Left out before\n\nThese words were taken for a footer.\n")

    def read(path: Path, document_id: str) -> Document:
        document = read_document(path, document_id)
        if document_id != "plan.md":
            return document
        return replace(read_document(added, document_id), digest=document.digest)

    monkeypatch.setattr(index.changes, "read_document", read)
    assert not build(corpus, data).published, "nothing says that the readers are others"
    other_readers(monkeypatch)
    embedder = WordEmbedder()
    report = build(corpus, data, embedder)
    assert {state.id: state.action for state in report.documents} == {"plan.md": "changed", "bread.md": "unchanged"}
    after = vectors(data)
    new = set(after) - set(before)
    assert any("taken for a footer" in text for text in new)
    assert report.embedded == len(embedder.texts) == len(new)
    assert {text: after[text] for text in set(before) & set(after)} == {text: before[text] for text in set(before) & set(after)}
    assert any("Flour" in text or "flour" in text for text in set(before) & set(after))
    assert "footer" in open_library(data).snapshot().documents["plan.md"].text
    verify_index(data)


def test_an_index_from_before_the_readers_were_noted_is_answered_from_and_read_again(made: tuple[Path, Path]) -> None:
    corpus, data = made
    path = folder_of(data, 1) / "manifest.json"
    fields = json.loads(path.read_bytes()[:-66])
    assert fields.pop("readers") == readers_digest()
    body = json.dumps(fields, indent=1, sort_keys=True).encode()
    path.write_bytes(body + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n")
    (data / "index" / "CURRENT").unlink()  # it names the manifest as it was
    assert read_manifest(data, 1).readers == ""
    assert open_library(data).snapshot().generation == 1
    assert read_status(data, corpus).readers_changed
    report = build(corpus, data)
    assert (report.published, report.embedded) == (True, 0)
    assert not read_status(data, corpus).readers_changed


def test_the_digest_is_that_of_the_source_whatever_its_line_ends(tmp_path: Path) -> None:
    folder = Path(ingest.__file__).parent
    copied = Path(shutil.copytree(folder, tmp_path / "ingest", ignore=shutil.ignore_patterns("__pycache__")))
    assert readers_digest(copied) == readers_digest()
    for path in (windows := Path(shutil.copytree(copied, tmp_path / "windows"))).glob("*.py"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert readers_digest(windows) == readers_digest()
    changed = Path(shutil.copytree(copied, tmp_path / "changed"))
    (changed / "plain.py").write_bytes((changed / "plain.py").read_bytes() + b"\n")
    assert readers_digest(changed) != readers_digest()
