"""When nothing can be answered yet: what a learner is told, and that each button offered ends it once its cause is gone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from ui_fakes import MARKDOWN, ScriptedAssistant
from ui_scene import fake_rebuild, updated, visit
from ui_tab import CHROMIUM, Tab, chromium, served
from ui_visits import ask, keys, open_page, text_of, until, wait_until_ready
from ui_visits import scripted as scripted

from index.weights import WeightsMissing
from ui import assembly, shared
from ui.runtime import Runtime

_MISSING = "The weights of some/model are not on this machine; run `roadmap models pull`."


@pytest.fixture
def unindexed(scripted: ScriptedAssistant, tmp_path: Path) -> Iterator[Runtime]:
    """The program without an index."""
    shutil.rmtree(tmp_path / ".roadmap" / "index")
    st.cache_resource.clear()
    runtime = shared.shared_runtime()
    assert runtime is not None
    runtime.rebuild = fake_rebuild(runtime)
    yield runtime


@pytest.fixture
def modelless(scripted: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """The program without models, until `monkeypatch` is undone."""

    def nothing(settings: object, library: object, write: bool = True) -> ScriptedAssistant:
        raise WeightsMissing(_MISSING)

    st.cache_resource.clear()
    with monkeypatch.context() as patch:
        patch.setattr(assembly, "open_assistant", nothing)
        runtime = shared.shared_runtime()
        assert runtime is not None
        wait_until_ready(runtime)
    yield runtime


def _ended(runtime: Runtime) -> None:
    until(lambda: runtime.rebuild.view().state != "running")


def test_a_first_build_that_fails_says_why_in_the_chat_and_can_be_tried_again(unindexed: Runtime, tmp_path: Path) -> None:
    (tmp_path / "corpus").rename(tmp_path / "elsewhere")
    page = open_page()
    assert "There is nothing to answer from yet. The corpus folder" in text_of(page)
    page.button(key="build-first").click().run()
    _ended(unindexed)
    page.run()
    assert "The index could not be built. The corpus folder" in text_of(page)
    assert page.button(key="build-first").label == "Try again"
    (tmp_path / "elsewhere").rename(tmp_path / "corpus")
    page.button(key="build-first").click().run()
    _answers(page, unindexed)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "holds no document that can be indexed; add one"),
        ({"a.pdf": b"%PDF-1.4 broken"}, "holds no document that can be indexed (a.pdf: it is damaged"),
        ({"a.txt": b"", "b.docx": b"nothing", "c.md": b""}, ", and 2 more); add one"),
    ],
)
def test_a_corpus_without_a_sound_document_says_so_in_the_chat(
    unindexed: Runtime, tmp_path: Path, files: dict[str, bytes], told: str
) -> None:
    shutil.rmtree(tmp_path / "corpus")
    (tmp_path / "corpus").mkdir()
    for name, content in files.items():
        (tmp_path / "corpus" / name).write_bytes(content)
    unindexed.rebuild.start()
    _ended(unindexed)
    text = text_of(open_page())
    assert "The index could not be built." in text
    assert told in text
    assert "Add documents below" in text
    assert "Documents can be added on the Library page as well." in text


@pytest.mark.parametrize("corpus", ["missing", "empty", "refused"])
def test_the_first_document_is_dropped_in_the_chat_which_then_builds_the_index_and_answers(
    unindexed: Runtime, tmp_path: Path, corpus: str
) -> None:
    shutil.rmtree(tmp_path / "corpus")
    if corpus != "missing":
        (tmp_path / "corpus").mkdir()
    if corpus == "refused":
        (tmp_path / "corpus" / "scan.pdf").write_bytes(b"%PDF-1.4 broken")
        unindexed.rebuild.start()
        _ended(unindexed)
    page = open_page()
    assert "Add documents below" in text_of(page)
    assert ("There is nothing to answer from yet." in text_of(page)) is (corpus != "refused"), "a build has said it"
    assert ("scan.pdf: it is damaged" in text_of(page).replace("*", "")) is (corpus == "refused")
    _drop(page, "photo.exe", b"MZ")
    assert "Not added: files that end in .exe cannot be read" in text_of(page)
    assert unindexed.rebuild.view().state != "running"
    _drop(page, "broken.pdf", b"%PDF-1.7\n1 0 obj << >> endobj\nnothing more")
    _ended(unindexed)
    assert "Saved, but it cannot be read" in text_of(page.run())
    _drop(page, "roadmap.md", MARKDOWN.encode())
    _answers(page, unindexed)


def _answers(page: AppTest, runtime: Runtime) -> None:
    """The first build ends, and the chat offers examples and answers."""
    updated(runtime)
    page.run()
    wait_until_ready(runtime)
    page.run()
    assert keys(page, "example-")
    assert "Linear algebra" in text_of(ask(page, "What do I learn in phase 1?"))


def _drop(page: AppTest, name: str, data: bytes) -> None:
    uploader: Any = page.get("file_uploader")[0]
    uploader.set_value([(name, data, "application/octet-stream")]).run()
    assert not page.exception


def test_nothing_can_be_dropped_in_the_chat_where_managing_is_switched_off(
    unindexed: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tmp_path / "corpus")
    monkeypatch.setattr(unindexed, "settings", unindexed.settings.model_copy(update={"manage": False}))
    page = open_page()
    assert page.get("file_uploader") == []
    assert "There is nothing to answer from yet. The corpus folder corpus does not exist" in text_of(page)
    assert f"Or put files into the folder {tmp_path / 'corpus'}" in text_of(page)


def test_a_corpus_that_is_gone_for_a_while_is_not_begun_anew_by_an_upload(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    runtime = shared.shared_runtime()
    assert runtime is not None and runtime.settings.corpus.absolute() == tmp_path / "corpus"
    (tmp_path / "corpus").rename(tmp_path / "elsewhere")
    _drop(page := visit("pages_library"), "roadmap.md", MARKDOWN.encode())
    assert "does not exist" in text_of(page)
    assert not (tmp_path / "corpus").exists()


def test_an_index_that_was_built_while_nobody_looked_is_opened_by_the_next_visit(unindexed: Runtime) -> None:
    wait_until_ready(unindexed)
    assert unindexed.readiness == "failed"
    unindexed.rebuild.start()
    updated(unindexed)
    page = open_page()
    wait_until_ready(unindexed)
    assert keys(page.run(), "example-")


def test_a_build_does_not_make_missing_models_be_loaded_again_and_again(
    unindexed: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_until_ready(unindexed)
    loads: list[None] = []
    monkeypatch.setattr(unindexed, "load", lambda: loads.append(None))
    unindexed.rebuild.start()
    updated(unindexed)
    open_page().run()
    open_page()
    assert len(loads) == 1


def test_the_library_says_once_that_the_corpus_is_missing(unindexed: Runtime, tmp_path: Path) -> None:
    (tmp_path / "corpus").rename(tmp_path / "elsewhere")
    assert text_of(visit("pages_library")).count("The corpus folder") == 1
    unindexed.rebuild.start()
    _ended(unindexed)
    assert text_of(visit("pages_library")).count("The corpus folder") == 1


def test_models_that_have_come_are_found_by_trying_again(modelless: Runtime) -> None:
    page = open_page()
    assert "are not on this machine" in text_of(page)
    page.button(key="reload-models").click().run()
    wait_until_ready(modelless)
    assert keys(page.run(), "example-")


def test_models_that_have_come_are_found_by_checking_again(modelless: Runtime) -> None:
    page = visit("pages_settings")
    assert "are not on this machine" in text_of(page)
    page.button(key="check-again").click().run()
    wait_until_ready(modelless)
    assert modelless.readiness == "ready"
    assert "are not on this machine" not in text_of(page.run())


def test_the_settings_page_names_what_is_missing_once(unindexed: Runtime) -> None:
    wait_until_ready(unindexed)
    assert text_of(visit("pages_settings")).count("There is no index") == 2  # once among all checks, which are folded away


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_is_told_by_itself_how_a_build_and_loading_end(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "roadmap.md").write_text(MARKDOWN, encoding="utf-8")
    with served(tmp_path) as address, chromium() as browser:
        (tmp_path / "corpus").rename(tmp_path / "elsewhere")
        shutil.rmtree(tmp_path / "data" / "index")
        tab = Tab(browser, address, dark=True, width=360)
        tab.open("/")
        tab.page.locator(".st-key-build-first button", has_text="Build the index").click()
        tab.page.get_by_text("The index could not be built. The corpus folder").first.wait_for()
        assert tab.wider() == 0
        (tmp_path / "elsewhere").rename(tmp_path / "corpus")
        tab.page.locator(".st-key-build-first button", has_text="Try again").click()
        tab.page.locator(".st-key-examples").wait_for()
        tab.check()
        tab.close()
