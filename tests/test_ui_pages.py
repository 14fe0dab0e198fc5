"""Each page as a learner meets it, by key: the real index and store, and an assistant that plays a script."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from ui_fakes import ScriptedAssistant, WordLengthEmbedder, covered_answer, refusal, roadmap_document, write_roadmap

from assistant.answer import Answer, Sentence
from assistant.conversations import Conversations, open_conversations
from ingest.errors import RoadmapError
from ui import assembly, shared
from ui.runtime import Runtime

APP = Path(__file__).parents[1] / "ui" / "app.py"


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedAssistant]:
    """A corpus of one document with its index, and the assistant all visits get."""
    for name in list(os.environ):
        if name.startswith("ROADMAP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    write_roadmap(tmp_path / "corpus")
    assistant = ScriptedAssistant()
    monkeypatch.setattr(assembly, "load_embedder", lambda settings: WordLengthEmbedder())
    monkeypatch.setattr(assembly, "embedder_identity", lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest))
    monkeypatch.setattr(assembly, "open_assistant", lambda settings, library, write=True: assistant)
    assembly.build_index(shared.read_settings())
    st.cache_resource.clear()
    yield assistant
    assistant.gate.set()
    runtime = shared.shared_runtime()
    if runtime is not None:
        runtime.close()
    st.cache_resource.clear()


@pytest.fixture
def store(scripted: ScriptedAssistant, tmp_path: Path) -> Conversations:
    return open_conversations(tmp_path / ".roadmap")


def _open(**parameters: str) -> AppTest:
    """A visit, after the models were loaded."""
    runtime = shared.shared_runtime()
    assert runtime is not None
    _wait(runtime)
    page = AppTest.from_file(str(APP), default_timeout=20)
    for name, value in parameters.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def _wait(runtime: Runtime) -> None:
    import time

    deadline = time.monotonic() + 20
    while not (runtime.examples_ready or runtime.readiness == "failed"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _ask(page: AppTest, question: str) -> AppTest:
    page.chat_input(key="question").set_value(question).run()
    assert not page.exception
    return page


def _text(page: AppTest) -> str:
    """Everything that is written on the page, sidebar included."""
    elements = [*page.title, *page.markdown, *page.caption, *page.error, *page.warning, *page.info]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def _keys(page: AppTest, beginning: str) -> list[str]:
    return [button.key for button in page.button if button.key and button.key.startswith(beginning)]


def test_a_first_visit_is_greeted_with_examples_that_are_answered(scripted: ScriptedAssistant) -> None:
    page = _open()
    assert page.title[0].value == "What would you like to know?"
    example = page.button(key="example-0-0")
    question = example.label.replace("\\", "")
    scripted.answers = [covered_answer(question)]
    example.click().run()
    assert not page.exception
    assert [message.name for message in page.chat_message] == ["user", "assistant"]
    assert scripted.heard[-1][0] == question


def test_examples_that_the_documents_do_not_cover_are_not_shown(scripted: ScriptedAssistant) -> None:
    scripted.default = refusal
    assert _keys(_open(), "example-") == []


def test_an_answer_shows_its_status_its_sentences_and_a_button_for_each_citation(scripted: ScriptedAssistant) -> None:
    page = _ask(_open(), "What do I learn in phase 1?")
    text = _text(page)
    assert "Covered" in text
    assert "1. Linear algebra" in text
    assert "quoted word for word" in text
    assert "Phase 1: Maths" in text
    assert [page.button(key=key).label for key in _keys(page, "cite-")] == ["1", "2"]
    assert "Linear algebra" in str(page.button(key=_keys(page, "cite-")[0]).help)


def test_a_citation_opens_its_source_with_the_quoted_words_marked(scripted: ScriptedAssistant) -> None:
    page = _ask(_open(), "What do I learn in phase 1?")
    page.button(key=_keys(page, "cite-")[1]).click().run()
    assert not page.exception
    text = _text(page)
    assert ":yellow-background[Statistics]" in text
    assert "matrices" in text
    assert "plans/roadmap.md" in text
    assert {expander.label.replace("\\", "") for expander in page.expander} >= {"Before: A roadmap", "After: Phase 2: Code"}


def test_a_source_that_has_changed_since_says_so_and_shows_what_was_quoted(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    page = _ask(_open(), "What do I learn in phase 1?")
    (tmp_path / "corpus" / "plans" / "roadmap.md").write_text("# A roadmap\n\nAll is new.\n")
    assembly.build_index(shared.read_settings())
    page.button(key=_keys(page, "cite-")[0]).click().run()
    text = _text(page)
    assert "has changed, and these words are gone" in text
    assert "> Linear algebra" in text


def test_what_is_not_covered_is_said_and_the_suggestions_can_be_asked(scripted: ScriptedAssistant) -> None:
    page = _open()
    scripted.answers = [refusal()]
    _ask(page, "How do I bake bread?")
    assert "Not covered" in _text(page)
    assert "The documents do not cover this." in _text(page)
    assert _keys(page, "cite-") == []
    (suggestion,) = _keys(page, "suggestion-")
    page.button(key=suggestion).click().run()
    assert scripted.heard[-1][0] == "What do I learn in phase 1?"
    assert len(page.chat_message) == 4


def test_views_of_several_sources_are_named(scripted: ScriptedAssistant) -> None:
    from dataclasses import replace

    page = _open()
    sentences = tuple(
        replace(sentence, bullet="", attribution=f"Plan {name}")
        for sentence, name in zip(covered_answer().sentences, "AB", strict=True)
    )
    scripted.answers = [replace(covered_answer(), sentences=sentences, missing=("the price",), status="partial")]
    text = _text(_ask(page, "q?"))
    assert "**Plan A**" in text
    assert "**Plan B**" in text
    assert "Partly covered" in text
    assert "Not covered by the documents: the price." in text


def test_a_failed_answer_shows_its_sentence_and_the_next_question_works(scripted: ScriptedAssistant) -> None:
    page = _open()
    scripted.answers = [RoadmapError("The server does not answer; start it.")]
    _ask(page, "q?")
    assert "The server does not answer; start it." in _text(page)
    _ask(page, "What do I learn in phase 1?")
    assert "Linear algebra" in _text(page)


def test_a_running_answer_can_be_stopped_and_keeps_what_was_written(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = _open()
    scripted.gate.clear()
    _ask(page, "slow?")
    (stop,) = _keys(page, "stop-")
    assert "Reading what was found" in _text(page)
    page.button(key=stop).click().run()
    scripted.gate.set()
    runtime = shared.shared_runtime()
    assert runtime is not None
    job = runtime.worker.job(stop.removeprefix("stop-"))
    assert job is None or job.wait(10)
    page.run()
    assert not page.exception
    assert _keys(page, "stop-") == []
    assert "Stopped" in _text(page)


def test_a_reload_finds_the_conversation_by_its_address(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = _ask(_open(), "What do I learn in phase 1?")
    (conversation,) = store.recent()
    assert page.query_params["c"] == conversation.id
    again = _open(c=conversation.id)
    assert "Linear algebra" in _text(again)
    assert len(again.chat_message) == 2


def test_an_answer_goes_on_when_the_visit_ends_and_a_reload_shows_it(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = _open()
    scripted.gate.clear()
    _ask(page, "What do I learn in phase 1?")
    (conversation,) = store.recent()
    del page
    scripted.gate.set()
    runtime = shared.shared_runtime()
    assert runtime is not None
    job = runtime.worker.job(store.messages(conversation.id)[1].id)
    assert job is None or job.wait(10)
    assert "Statistics" in _text(_open(c=conversation.id))


def test_an_unknown_conversation_is_a_new_one_with_a_notice(scripted: ScriptedAssistant) -> None:
    page = _open(c="0" * 32)
    assert "not here any more" in _text(page)
    assert page.title[0].value == "What would you like to know?"


def test_a_new_conversation_leaves_the_earlier_one_in_the_list(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = _ask(_open(), "What do I learn in phase 1?")
    page.button(key="new-conversation").click().run()
    assert not page.exception
    assert page.title[0].value == "What would you like to know?"
    (conversation,) = store.recent()
    page.button(key=f"conversation-{conversation.id}").click().run()
    assert "Linear algebra" in _text(page)


def test_follow_ups_bring_the_history(scripted: ScriptedAssistant) -> None:
    page = _open()
    _ask(page, "What do I learn in phase 1?")
    _ask(page, "And then?")
    assert [turn.role for turn in scripted.heard[-1][1]] == ["user", "assistant"]


def test_hostile_words_are_shown_as_words(scripted: ScriptedAssistant) -> None:
    from dataclasses import replace

    page = _open()
    hostile = "<img src=x onerror=alert(1)> ![a](http://evil.example/x.png) :red[x]"
    answer: Answer = replace(covered_answer(hostile), sentences=(Sentence(hostile, "quoted", (1,), 1.0, attribution=hostile),))
    scripted.answers = [answer]
    _ask(page, hostile)
    for element in page.markdown:
        assert element.allow_html is False
        assert not re.search(r"(?<!\\)!\[", element.value)
    shown = [element.value for element in page.markdown if "onerror" in element.value]
    assert len(shown) >= 3
    assert all("\\<img" in value for value in shown)


def test_the_sidebar_tells_documents_state_and_models(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    text = _text(_open())
    assert "A roadmap" in text
    assert "Up to date with the documents" in text
    assert "Nothing you ask leaves this machine" in text
    (tmp_path / "corpus" / "new.md").write_text("# New\n\nText.\n")
    runtime = shared.shared_runtime()
    assert runtime is not None
    runtime._status = None  # do not wait for its age
    assert "1 new since the index was built" in _text(_open())


def test_without_an_index_the_page_says_how_to_make_one(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    import shutil

    shutil.rmtree(tmp_path / ".roadmap" / "index")
    st.cache_resource.clear()
    page = _open()
    assert "There is no index" in _text(page)
    assert page.button(key="rebuild")


def test_a_wrong_setting_is_a_sentence_on_the_page(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    (tmp_path / "roadmap.toml").write_text("prot = 1\n")
    st.cache_resource.clear()
    page = AppTest.from_file(str(APP), default_timeout=20).run()
    assert not page.exception
    assert "“prot”, which is not a setting" in _text(page)
    (tmp_path / "roadmap.toml").unlink()


def _library(**parameters: str) -> AppTest:
    script = "from ui.pages_library import page\npage()\n"
    runtime = shared.shared_runtime()
    assert runtime is not None
    _wait(runtime)
    page = AppTest.from_string(script, default_timeout=20)
    for name, value in parameters.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def test_the_library_lists_documents_and_what_is_not_indexed(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    (tmp_path / "corpus" / "empty.md").write_text("")
    assembly.build_index(shared.read_settings())
    (tmp_path / "corpus" / "new.md").write_text("# New\n\nText.\n")
    text = _text(_library())
    assert "**A roadmap**" in text
    assert "1 documents" not in text
    assert "empty.md" in text
    assert "new.md" in text


def test_the_library_finds_a_document_by_title_and_shows_its_passages(scripted: ScriptedAssistant) -> None:
    page = _library()
    page.text_input(key="find-document").set_value("nothing like this").run()
    assert "No document has this" in _text(page)
    page.text_input(key="find-document").set_value("ROADMAP").run()
    page.button(key="passages-plans/roadmap.md").click().run()
    assert not page.exception
    text = _text(page)
    assert f"{len(roadmap_document().text):,} characters" in text
    assert "Learn these:" in text
    assert page.code[0].value == "import numpy\nprint(1)"
    page.button(key="all-documents").click().run()
    assert page.title[0].value == "Library"


def test_an_unknown_document_is_said(scripted: ScriptedAssistant) -> None:
    assert "not in the library" in _text(_library(d="nothing.md"))


def test_the_mode_chosen_in_the_sidebar_is_asked_for(scripted: ScriptedAssistant) -> None:
    page = _open()
    _ask(page, "one?")
    page.segmented_control(key="mode").set_value("write").run()
    _ask(page, "two?")
    assert scripted.modes[-2:] == ["auto", "write"]
