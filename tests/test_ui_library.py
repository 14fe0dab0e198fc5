"""The library page: what it lists, what becomes of uploads, and that nothing is deleted by accident."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from ui_fakes import MARKDOWN
from ui_fragment import click
from ui_scene import keys, scene, text_of, updated, visit

import index.status
from index.folder import numbers
from ui import pages_library, upload_view
from ui.checkup import look_at_index
from ui.runtime import Runtime
from ui.uploads import UploadFailed

SLOW = "# Slow\n\nThis document takes a second to be read.\n"
PLAN = b"# Second plan\n\nLearn one thing after the other.\n"


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Runtime]:
    files = {"plans/roadmap.md": MARKDOWN, "bread.md": "# Bread\n\nBread needs flour.\n", "empty.md": ""}
    with scene(monkeypatch, tmp_path, files) as opened:
        yield opened


def _library(**parameters: str) -> AppTest:
    return visit("pages_library", **parameters)


def _upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    uploader = page.get("file_uploader")[0]
    uploader.set_value([(name, data, "application/octet-stream") for name, data in files]).run()
    assert not page.exception
    return page


def test_documents_are_listed_with_sections_size_date_and_state(runtime: Runtime, tmp_path: Path) -> None:
    os.utime(tmp_path / "corpus" / "bread.md", (0, 1_700_000_000))
    (tmp_path / "corpus" / "new.md").write_text("# New\n\nText.\n")
    (tmp_path / "corpus" / "plans" / "roadmap.md").write_text("# A roadmap\n\nAll is new.\n")
    runtime.look_again()
    text = text_of(_library())
    passages = len(runtime.passages("plans/roadmap.md"))
    assert f"plans/roadmap.md · Markdown · 3 sections · {passages} passages" in text
    assert "bread.md · Markdown · 1 section · 1 passage · 28 bytes · 14 Nov 2023" in text
    assert "Answers still quote it as it was before the change." in text
    assert "It becomes part of the answers with the next update." in text
    assert "It is empty; fill it or delete it." in text
    (tmp_path / "corpus" / "bread.md").unlink()
    runtime.look_again()
    assert "The file is gone; answers quote it until the next update." in text_of(_library())


def test_documents_are_found_and_ordered(runtime: Runtime, tmp_path: Path) -> None:
    page = _library()
    assert keys(page, "passages-") == ["passages-plans/roadmap.md", "passages-bread.md"]
    page.selectbox(key="order-documents").set_value("largest").run()
    assert keys(page, "passages-") == ["passages-plans/roadmap.md", "passages-bread.md"]
    os.utime(tmp_path / "corpus" / "plans" / "roadmap.md", (0, 0))
    page.selectbox(key="order-documents").set_value("newest").run()
    assert keys(page, "passages-") == ["passages-bread.md", "passages-plans/roadmap.md"]
    page.text_input(key="find-document").set_value("  BREAD ").run()
    assert keys(page, "passages-") == ["passages-bread.md"]
    page.text_input(key="find-document").set_value("nothing").run()
    assert "No document has this" in text_of(page)


def test_many_documents_are_shown_page_by_page(runtime: Runtime, tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / "corpus" / f"note {number:02}.md").write_text(f"# Note {number:02}\n\nText.\n")
    runtime.rebuild.start()
    updated(runtime)
    page = _library()
    assert len(keys(page, "passages-")) == 24, "25 entries, of which one is refused"
    page.number_input(key="documents_page").set_value(2).run()
    assert len(keys(page, "passages-")) == 8
    page.text_input(key="find-document").set_value("note 0").run()
    assert len(keys(page, "passages-")) == 10


def test_an_upload_becomes_a_document_while_the_old_ones_go_on_answering(runtime: Runtime, tmp_path: Path) -> None:
    page = _library()
    before = page.get("file_uploader")[0].key
    _upload(page, ("second plan.md", PLAN), ("slowly.md", SLOW.encode()))
    assert page.get("file_uploader")[0].key != before, "the widget must be emptied"
    assert (tmp_path / "corpus" / "uploads" / "second plan.md").read_bytes() == PLAN
    assert "waiting to be read" in text_of(page) or "Being read" in text_of(page)
    assert runtime.library.snapshot().manifest.number == 1
    assert {"bread.md", "plans/roadmap.md"} <= set(runtime.library.snapshot().documents)
    updated(runtime)
    page.run()
    assert "Added as uploads/second plan.md: 1 passage." in text_of(page)
    assert "The documents are up to date: 2 added, 1 document refused" in text_of(page)
    assert "uploads/slowly.md" in runtime.library.snapshot().documents
    page.button(key="hide-uploaded").click().run()
    assert "Added as" not in text_of(page)


def test_while_an_update_runs_it_tells_how_far_it_is_and_can_be_stopped(runtime: Runtime) -> None:
    page = _upload(_library(), ("slowly.md", SLOW.encode()))
    assert page.button(key="stop-rebuild-library")
    page.button(key="stop-rebuild-library").click().run()
    deadline = time.monotonic() + 20
    while runtime.rebuild.view().state == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    page.run()
    assert "the index is as it was before" in text_of(page)
    assert numbers(runtime.settings.data) == [1]
    assert "it becomes part of the answers with the next update" in text_of(page)
    click(page, "library-rebuild")
    assert page.title, "the page was drawn, which looks at how far it is from now on"
    assert page.button(key="stop-rebuild-library")
    updated(runtime)
    page.run()
    assert "Added as uploads/slowly.md" in text_of(page)


def test_files_that_the_browser_names_twice_are_taken_once(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    class File:
        def __init__(self, name: str, data: bytes) -> None:
            self.name, self.file_id, self._data = name, name, data

        def getvalue(self) -> bytes:
            return self._data

    first, late = File("a.md", PLAN), File("b.md", PLAN + b"b")
    state: dict[str, Any] = {"upload-0": [first]}
    monkeypatch.setattr(upload_view.st, "session_state", state)
    upload_view._received(runtime, "upload-0")
    upload_view._received(runtime, "upload-0")
    state["upload-0"] = [first, late]
    upload_view._received(runtime, "upload-0")
    assert [(upload.name, upload.outcome) for upload in state["upload_last"]] == [("a.md", "added"), ("b.md", "added")]
    assert state["upload_round"] == 1
    state["upload-1"] = [late]
    upload_view._received(runtime, "upload-1")
    assert [(upload.name, upload.outcome) for upload in state["upload_last"]] == [("b.md", "known")]


def test_refused_uploads_say_why_and_the_others_are_taken(runtime: Runtime) -> None:
    page = _upload(
        _library(), ("<img src=x onerror=alert(1)>.exe", b"MZ"), ("empty.md", b" "),
        ("same.md", b"# Bread\n\nBread needs flour.\n"), ("plan.md", PLAN), ("PLAN.MD", PLAN + b"x"), ("scan.pdf", b"no pdf"),
    )  # fmt: skip
    text = text_of(page)
    assert "files that end in .exe cannot be read; convert it to one of .md" in text
    assert "it is empty; choose another file" in text
    assert "its content is in the library already, as bread.md" in text
    assert "it is named .pdf but holds" in text
    assert runtime.uploads.files() == ("uploads/PLAN-2.md", "uploads/plan.md")
    updated(runtime)
    page.run()
    assert "Added as uploads/PLAN-2.md: 1 passage. The other document of this name, uploads/plan.md, was kept." in text_of(page)


def test_an_upload_that_turns_out_unreadable_is_refused_with_its_remedy_and_can_be_deleted(runtime: Runtime) -> None:
    page = _upload(_library(), ("broken.pdf", b"%PDF-1.7\n1 0 obj << >> endobj\nnothing more"))
    updated(runtime)
    page.run()
    assert "Saved, but it cannot be read:" in text_of(page)
    assert "uploads/broken.pdf" in text_of(page)
    page.button(key="delete-uploads/broken.pdf").click().run()
    page.button(key="delete-now").click().run()
    assert runtime.uploads.files() == ()


def test_an_unreadable_upload_is_removed_where_it_is_told(runtime: Runtime) -> None:
    page = _upload(_library(), ("broken.pdf", b"%PDF-1.7\n1 0 obj << >> endobj\nnothing more"), ("plan.md", PLAN))
    updated(runtime)
    page.run()
    assert keys(page, "remove-") == ["remove-uploads/broken.pdf"]
    page.button(key="remove-uploads/broken.pdf").click().run()
    assert runtime.uploads.files() == ("uploads/plan.md",)
    updated(runtime)
    page.run()
    assert "broken.pdf" not in text_of(page)
    assert "uploads/broken.pdf" not in [entry.document_id for entry in runtime.status().refused]


def test_the_document_is_replaced_when_that_is_wanted(runtime: Runtime) -> None:
    page = _upload(_library(), ("plan.md", PLAN))
    updated(runtime)
    page.run()
    page.checkbox(key="upload-replace").check().run()
    _upload(page, ("plan.md", PLAN + b"\nMore.\n"))
    updated(runtime)
    page.run()
    assert "Replaced as uploads/plan.md" in text_of(page)
    assert runtime.uploads.files() == ("uploads/plan.md",)
    assert "More." in runtime.library.snapshot().documents["uploads/plan.md"].text


def test_deleting_is_confirmed_and_then_nothing_of_the_document_is_found(runtime: Runtime, tmp_path: Path) -> None:
    page = _upload(_library(), ("plan.md", PLAN))
    updated(runtime)
    page.run()
    assert keys(page, "delete-") == ["delete-uploads/plan.md"], "what was not uploaded is not deleted here"
    page.button(key="delete-uploads/plan.md").click().run()
    assert (tmp_path / "corpus" / "uploads" / "plan.md").is_file()
    page.button(key="delete-not").click().run()
    assert keys(page, "delete-n") == []
    assert (tmp_path / "corpus" / "uploads" / "plan.md").is_file()
    page.button(key="delete-uploads/plan.md").click().run()
    page.button(key="delete-now").click().run()
    assert not page.exception
    assert not (tmp_path / "corpus" / "uploads" / "plan.md").exists()
    updated(runtime)
    snapshot = runtime.library.snapshot()
    assert "uploads/plan.md" not in snapshot.documents
    assert all(hit.passage.document_id != "uploads/plan.md" for hit in snapshot.search("Learn one thing after the other.", 10))


def test_a_decision_in_the_dialog_is_heard_when_a_rerun_breaks_into_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _upload(_library(), ("plan.md", PLAN))
    updated(runtime)
    draw, broken = pages_library._draw_entries, []

    def breaking(*given: Any) -> None:
        if not broken:
            broken.append(True)
            st.rerun()
        draw(*given)

    page.run().button(key="delete-uploads/plan.md").click().run()
    monkeypatch.setattr(pages_library, "_draw_entries", breaking)
    page.button(key="delete-not").click().run()
    assert broken.pop()
    assert keys(page, "delete-n") == []
    broken.append(True)
    page.button(key="delete-uploads/plan.md").click().run()
    broken.clear()
    page.button(key="delete-now").click().run()
    assert broken
    assert runtime.uploads.files() == ()


def test_a_document_that_cannot_be_deleted_stays_and_the_page_says_why(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _upload(_library(), ("plan.md", PLAN))
    updated(runtime)

    def refuse(document_id: str) -> None:
        raise UploadFailed(f"{document_id} cannot be deleted (Permission denied).")

    monkeypatch.setattr(runtime.uploads, "delete", refuse)
    page.run().button(key="delete-uploads/plan.md").click().run()
    page.button(key="delete-now").click().run()
    assert "uploads/plan.md cannot be deleted (Permission denied)." in text_of(page)
    assert keys(page, "delete-n") == []
    assert keys(page, "delete-") == ["delete-uploads/plan.md"]


def test_a_document_can_be_deleted_from_its_own_page(runtime: Runtime) -> None:
    _upload(_library(), ("plan.md", PLAN))
    updated(runtime)
    runtime.library.snapshot()
    page = _library(d="uploads/plan.md")
    page.button(key="delete-uploads/plan.md").click().run()
    page.button(key="delete-now").click().run()
    assert page.title[0].value == "Library"
    assert runtime.uploads.files() == ()


def test_a_document_shows_its_sections_its_passages_and_where_it_belongs(runtime: Runtime) -> None:
    page = _library(d="plans/roadmap.md")
    text = text_of(page)
    assert "- A roadmap\n    - Phase 1: Maths\n    - Phase 2: Code" in text
    assert "Learn these:" in text
    assert "It belongs to the folder" in text
    page.button(key="all-documents").click().run()
    assert page.title[0].value == "Library"


def test_where_managing_is_switched_off_nothing_can_be_added_or_deleted(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.uploads.add("plan.md", PLAN)
    runtime.rebuild.start()
    updated(runtime)
    monkeypatch.setattr(runtime, "settings", runtime.settings.model_copy(update={"manage": False}))
    page = _library()
    assert page.get("file_uploader") == []
    assert keys(page, "delete-") == []


def test_without_an_index_documents_can_be_added_and_the_index_built(runtime: Runtime, tmp_path: Path) -> None:
    import shutil

    shutil.rmtree(tmp_path / ".roadmap" / "index")
    runtime.look_again()
    page = _library()
    text = text_of(page)
    assert "There is no index" in text
    assert "bread.md" in text
    page.button(key="library-rebuild").click().run()
    updated(runtime)
    page.run()
    assert "3 documents" not in text_of(page)
    assert "2 documents" in text_of(page)


def _ended(runtime: Runtime) -> None:
    assert runtime.rebuild.wait(60)
    runtime.look_again()


def test_where_every_document_was_refused_the_list_says_so_with_reason_and_remedy(runtime: Runtime, tmp_path: Path) -> None:
    import shutil

    shutil.rmtree(tmp_path / ".roadmap" / "index")
    shutil.rmtree(tmp_path / "corpus")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "empty.md").write_text("")
    page = _upload(_library(), ("broken.pdf", b"%PDF-1.7\n1 0 obj << >> endobj\nnothing more"))
    _ended(runtime)
    page.run()
    text = text_of(page)
    assert "It becomes part of the answers with the next update." not in text
    assert text.count("It cannot be read; the reason is below.") == 2
    assert "It is empty; fill it or delete it." in text
    assert "Saved, but it cannot be read: it is damaged" in text
    (tmp_path / "corpus" / "empty.md").write_text("# Not empty any more\n\nWords.\n")
    assert text_of(_library()).count("It becomes part of the answers with the next update.") == 1, "it waits to be read"
    runtime.rebuild.start()
    updated(runtime)
    assert {entry.document_id for entry in runtime.status().refused} == {"uploads/broken.pdf"}


def test_where_all_that_is_left_was_refused_the_list_says_so_beside_what_is_still_quoted(
    runtime: Runtime, tmp_path: Path
) -> None:
    for name in ("plans/roadmap.md", "bread.md"):
        (tmp_path / "corpus" / name).write_text(" ")
    (tmp_path / "corpus" / "new.md").write_text("\n")
    runtime.rebuild.start()
    _ended(runtime)
    assert runtime.rebuild.view().state == "failed"
    text = text_of(_library())
    assert "It becomes part of the answers with the next update." not in text
    assert text.count("Answers still quote it as it was before the change.") == 2
    assert text.count("It is empty; fill it or delete it.") == 4


def test_an_index_that_another_version_made_is_updated_from_the_library(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert keys(_library(), "library-rebuild") == []
    monkeypatch.setattr(index.status, "readers_digest", lambda: "other")
    runtime.look_again()
    assert keys(_library(), "library-rebuild") == ["library-rebuild"]
    (finding,) = [look_at_index(runtime.settings)]
    assert (finding.state, finding.told) == (
        "warning",
        "Its documents were read by another version of this program; update the index.",
    )


def test_a_corpus_that_cannot_be_written_is_one_sentence(runtime: Runtime, tmp_path: Path) -> None:
    (tmp_path / "corpus" / "uploads").write_text("in the way")
    page = _upload(_library(), ("plan.md", PLAN))
    assert "uploads" in page.error[0].value
    assert "remove it" in page.error[0].value or "cannot be made" in page.error[0].value


def test_an_unknown_document_is_said(runtime: Runtime) -> None:
    assert "not in the library" in text_of(_library(d="nothing.md"))
