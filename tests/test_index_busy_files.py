"""A file that cannot be read for the moment: what was read of it before is kept, and that is told until it was read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import BREAD, PLAN, RIVERS, build, open_library, write_corpus

from index import changes
from index.folder import folder_of
from index.manifest import read_manifest
from index.status import read_status
from ingest import corpus as corpus_module
from ingest.document import Document
from ingest.errors import DocumentRefused, Refusal
from ingest.readers import read_document

FILES = {"bread.md": BREAD, "plan.md": PLAN}


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The documents that another program has locked now."""
    names: set[str] = set()

    def refuse(name: str) -> None:
        if name in names:
            raise DocumentRefused(name, Refusal.UNREADABLE, "it cannot be opened (Sharing violation)")

    def digest(path: Path, name: str = "") -> str:
        refuse(name)
        return corpus_module.digest_of(path, name)

    def document(path: Path, name: str) -> Document:
        refuse(name)
        return read_document(path, name)

    monkeypatch.setattr(changes, "digest_of", digest)
    monkeypatch.setattr("index.status.digest_of", digest)
    monkeypatch.setattr(changes, "read_document", document)
    return names


def test_a_locked_document_stays_and_is_read_when_it_can_be(tmp_path: Path, busy: set[str]) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    write_corpus(corpus, {"plan.md": PLAN + "\nMore.\n", "rivers.md": RIVERS, "bread.md": BREAD})
    busy.update(["plan.md", "rivers.md"])
    report = build(corpus, data)
    states = {state.id: (state.action, "is kept" in state.reason) for state in report.documents}
    assert states == {"bread.md": ("unchanged", False), "plan.md": ("refused", True), "rivers.md": ("refused", False)}
    found = open_library(data).snapshot().documents
    assert list(found) == ["bread.md", "plan.md"], "in the order of a fresh build"
    assert "More." not in found["plan.md"].text
    status = read_status(data, corpus)
    assert [entry.document_id for entry in status.refused] == ["plan.md", "rivers.md"]
    assert status.stale == (("plan.md", "changed"),)
    assert not build(corpus, data).published, "as long as it is locked nothing is new"
    busy.clear()
    build(corpus, data)
    assert "More." in open_library(data).snapshot().documents["plan.md"].text
    assert (read_status(data, corpus).stale, read_status(data, corpus).refused) == ((), ())


def test_what_was_kept_is_read_again_also_where_its_bytes_are_the_same(tmp_path: Path, busy: set[str]) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    (corpus / "plan.md").touch()
    busy.add("plan.md")
    write_corpus(corpus, {**FILES, "rivers.md": RIVERS})
    assert read_manifest(data, build(corpus, data).generation).digests["plan.md"] == ""
    busy.clear()
    assert read_manifest(data, build(corpus, data).generation).digests["plan.md"] != ""


def test_documents_in_a_folder_that_cannot_be_opened_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", {"team/plan.md": PLAN, "team/bread.md": BREAD}), tmp_path / "data"
    build(corpus, data)
    real = corpus_module.os.scandir

    def locked(folder: str | Path) -> object:
        if Path(folder).name == "team":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    with monkeypatch.context() as patch:
        patch.setattr(corpus_module.os, "scandir", locked)
        report = build(corpus, data)
        assert {state.id: state.action for state in report.documents} == {
            "team": "refused",
            "team/bread.md": "unchanged",
            "team/plan.md": "unchanged",
        }
        assert set(open_library(data).snapshot().documents) == {"team/bread.md", "team/plan.md"}
        assert read_status(data, corpus).stale == ()
    build(corpus, data)
    assert read_status(data, corpus).refused == ()


def test_a_name_that_is_not_utf_8_is_refused_before_anything_is_embedded(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    try:
        (corpus / "caf\udce9.md").write_text("# Plan\n\nText.\n")
    except (OSError, UnicodeEncodeError):
        pytest.skip("this file system has no such names")
    report = build(corpus, data)
    (refused,) = [state for state in report.documents if state.action == "refused"]
    assert "give it another name" in refused.reason
    refused.id.encode()
    assert folder_of(data, report.generation).is_dir()
