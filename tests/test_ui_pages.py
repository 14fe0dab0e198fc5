"""Each page as a learner meets it, by key: the real index and store, and an assistant that plays a script."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import RerunData
from streamlit.testing.v1 import AppTest, local_script_runner
from ui_fakes import ScriptedAssistant, covered_answer, refusal
from ui_fragment import click
from ui_visits import APP, answer_ids, answers_of, ask, drawn, keys, open_citation, open_page, text_of, until, wait_until_ready
from ui_visits import scripted as scripted
from ui_visits import store as store

from assistant.answer import Answer, Position, Sentence
from assistant.conversations import Conversations
from ingest.errors import RoadmapError
from ui import assembly, shared


def test_a_first_visit_is_greeted_with_examples_that_are_answered(scripted: ScriptedAssistant) -> None:
    page = open_page()
    assert page.title[0].value == "What would you like to know?"
    question = page.button(key="example-0-0").label.replace("\\", "")
    scripted.answers = [covered_answer(question)]
    click(page, "example-0-0")
    assert [message.name for message in page.chat_message] == ["user", "assistant"]
    assert scripted.heard[-1][0] == question


def test_examples_that_the_documents_do_not_cover_are_not_shown(scripted: ScriptedAssistant) -> None:
    scripted.default = refusal
    assert keys(open_page(), "example-") == []


def test_an_answer_shows_its_status_its_sentences_and_a_number_for_each_citation(scripted: ScriptedAssistant) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    text = text_of(page)
    assert "Covered" in text
    assert "1. Linear algebra" in text
    assert "quoted word for word" in text
    (answer,) = answers_of(page)
    assert [sentence["cites"] for sentence in answer["views"][0]["sentences"]] == [[1], [2]]
    assert answer["citations"]["1"]["quote"] == "Linear algebra"
    assert answer["citations"]["1"]["place"] == "Phase 1: Maths"
    assert answer["copy"].endswith("“Statistics”")


def test_a_citation_opens_its_source_with_the_quoted_words_marked(scripted: ScriptedAssistant) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    open_citation(page, answer_ids(page)[0], 2)
    text = text_of(page)
    assert ":yellow-background[Statistics]" in text
    assert "matrices" in text
    assert "plans/roadmap.md" in text
    assert {expander.label.replace("\\", "") for expander in page.expander} >= {"Before: A roadmap", "After: Phase 2: Code"}


def test_a_click_told_by_a_part_of_the_page_that_is_gone_opens_the_source_all_the_same(
    scripted: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    with monkeypatch.context() as patch:  # the answer was being written when it was clicked, and has ended meanwhile
        patch.setattr(local_script_runner, "RerunData", partial(RerunData, fragment_id_queue=["gone"]))
        open_citation(page, answer_ids(page)[0], 2)
    assert ":yellow-background[Statistics]" in text_of(page)


def test_a_click_that_is_told_twice_opens_its_source_once(scripted: ScriptedAssistant) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    answer_id = answer_ids(page)[0]
    open_citation(page, answer_id, 2, click=7.0)
    assert [answer["heard"] for answer in answers_of(page)] == [7.0]
    page.session_state["viewing"] = None  # it was closed
    page.run()
    assert ":yellow-background[" not in text_of(page)
    open_citation(page, answer_id, 2, click=7.0)
    assert ":yellow-background[" not in text_of(page)
    open_citation(page, answer_id, 2, click=8.0)
    assert ":yellow-background[Statistics]" in text_of(page)


def test_a_source_that_has_changed_since_says_so_and_shows_what_was_quoted(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    (tmp_path / "corpus" / "plans" / "roadmap.md").write_text("# A roadmap\n\nAll is new.\n")
    assembly.build_index(shared.read_settings())
    open_citation(page, answer_ids(page)[0], 1)
    text = text_of(page)
    assert "1–2 A roadmap changed since, these words are gone" in text
    assert "has changed, and these words are gone" in text
    assert "> Linear algebra" in text


def test_what_is_not_covered_is_said_and_the_suggestions_can_be_asked(scripted: ScriptedAssistant) -> None:
    page = open_page()
    scripted.answers = [refusal()]
    ask(page, "How do I bake bread?")
    assert "Not covered" in text_of(page)
    assert "The documents do not cover this." in text_of(page)
    assert answers_of(page) == []
    _until_suggested(page)
    (suggestion,) = keys(page, "suggestion-")
    click(page, suggestion)
    assert scripted.heard[-1][0] == "What do I learn in phase 1?"
    assert len(page.chat_message) == 4


def test_views_of_several_sources_are_named(scripted: ScriptedAssistant) -> None:
    from dataclasses import replace

    page = open_page()
    sentences = tuple(
        replace(sentence, bullet="", attribution=f"Plan {name}")
        for sentence, name in zip(covered_answer().sentences, "AB", strict=True)
    )
    scripted.answers = [replace(covered_answer(), sentences=sentences, missing=("the price",), status="partial")]
    text = text_of(ask(page, "q?"))
    assert [view["title"] for view in answers_of(page)[0]["views"]] == ["Plan A", "Plan B"]
    assert "Partly covered" in text
    assert "Not covered by the documents:** the price." in text


def test_figures_that_differ_are_set_side_by_side_with_document_and_date(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    from dataclasses import replace

    os.utime(tmp_path / "corpus" / "plans" / "roadmap.md", (1.7e9, 1.7e9))  # 14 November 2023; the document gives no date
    page = open_page()
    positions = (Position(1, "two years"), Position(2, "six weeks"))
    scripted.answers = [replace(covered_answer(), disagreement=positions)]
    ask(page, "q?")
    assert [(shown["figure"], shown["marker"], shown["title"]) for shown in answers_of(page)[0]["differing"]] == [
        ("two years", 1, "A roadmap"),
        ("six weeks", 2, "A roadmap"),
    ]
    assert answers_of(page)[0]["differing"][0]["date"] == "undated, file of 2023-11-14"
    assert "The documents give different figures: two years [1]; six weeks [2]." in answers_of(page)[0]["copy"]


def test_a_failed_answer_shows_its_sentence_and_the_next_question_works(scripted: ScriptedAssistant) -> None:
    page = open_page()
    scripted.answers = [RoadmapError("The server does not answer; start it.")]
    ask(page, "q?")
    assert "The server does not answer; start it." in text_of(page)
    ask(page, "What do I learn in phase 1?")
    assert "Linear algebra" in text_of(page)


def test_a_running_answer_can_be_stopped_and_keeps_what_was_written(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = open_page()
    scripted.gate.clear()
    ask(page, "slow?")
    (stop,) = keys(page, "stop-")
    assert "Reading what was found" in text_of(page)
    page.button(key=stop).click().run()
    scripted.gate.set()
    runtime = shared.shared_runtime()
    assert runtime is not None
    job = runtime.worker.job(stop.removeprefix("stop-"))
    assert job is None or job.wait(10)
    page.run()
    assert not page.exception
    assert keys(page, "stop-") == []
    assert "Stopped" in text_of(page)


def test_a_reload_finds_the_conversation_by_its_address(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    (conversation,) = store.recent()
    assert page.query_params["c"] == conversation.id
    again = open_page(c=conversation.id)
    assert "Linear algebra" in text_of(again)
    assert len(again.chat_message) == 2


def test_an_answer_goes_on_when_the_visit_ends_and_a_reload_shows_it(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = open_page()
    scripted.gate.clear()
    ask(page, "What do I learn in phase 1?")
    (conversation,) = store.recent()
    del page
    scripted.gate.set()
    runtime = shared.shared_runtime()
    assert runtime is not None
    job = runtime.worker.job(store.messages(conversation.id)[1].id)
    assert job is None or job.wait(10)
    assert "Statistics" in text_of(open_page(c=conversation.id))


def test_an_unknown_conversation_is_a_new_one_with_a_notice(scripted: ScriptedAssistant) -> None:
    page = open_page(c="0" * 32)
    assert "not here any more" in text_of(page)
    assert page.title[0].value == "What would you like to know?"


def test_a_new_conversation_leaves_the_earlier_one_in_the_list(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    page.button(key="new-conversation").click().run()
    assert not page.exception
    assert page.title[0].value == "What would you like to know?"
    (conversation,) = store.recent()
    page.button(key=f"conversation-{conversation.id}").click().run()
    assert not page.exception
    assert "Linear algebra" in text_of(page)


def test_follow_ups_bring_the_history(scripted: ScriptedAssistant) -> None:
    page = open_page()
    ask(page, "What do I learn in phase 1?")
    ask(page, "And then?")
    assert [turn.role for turn in scripted.heard[-1][1]] == ["user", "assistant"]


def test_hostile_words_are_shown_as_words(scripted: ScriptedAssistant) -> None:
    from dataclasses import replace

    page = open_page()
    hostile = "<img src=x onerror=alert(1)> ![a](http://evil.example/x.png) :red[x]"
    answer: Answer = replace(covered_answer(hostile), sentences=(Sentence(hostile, "quoted", (1,), 1.0, attribution=hostile),))
    scripted.answers = [answer]
    ask(page, hostile)
    for element in page.markdown:
        assert element.allow_html is False
        assert not re.search(r"(?<!\\)!\[", element.value)
    shown = [element.value for element in page.markdown if "onerror" in element.value]
    assert len(shown) == 2  # the question, and the title of the conversation
    assert all("\\<img" in value for value in shown)
    (view,) = answers_of(page)[0]["views"]
    assert view["title"] == hostile  # set as text by the page's script
    (sentence,) = view["sentences"]
    assert [address for _, address in sentence["runs"] if address] == ["http://evil.example/x.png"]


def test_the_sidebar_tells_documents_state_and_models(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    text = text_of(open_page())
    assert "1 document, up to date" in text
    assert "Nothing you ask leaves this machine" in text
    (tmp_path / "corpus" / "new.md").write_text("# New\n\nText.\n")
    runtime = shared.shared_runtime()
    assert runtime is not None
    runtime._status = None  # do not wait for its age
    assert "1 new since the index was built" in text_of(open_page())


def test_without_an_index_the_page_says_how_to_make_one(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / ".roadmap" / "index")
    st.cache_resource.clear()
    page = open_page()
    assert "There is no index" in text_of(page)
    assert page.button(key="rebuild")


def test_while_the_first_index_is_built_the_chat_says_so(
    scripted: ScriptedAssistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(tmp_path / ".roadmap" / "index")
    st.cache_resource.clear()
    page = open_page()
    runtime = shared.shared_runtime()
    assert runtime is not None
    idle = runtime.rebuild.view
    with monkeypatch.context() as patch:
        patch.setattr(runtime.rebuild, "view", lambda: replace(idle(), state="running"))
        page.run()
        assert "The index is being built" in text_of(page)
        assert "There is no index" not in text_of(page)
        assert "Questions can be answered once this is done" in text_of(page)
        assert [caption.value for caption in page.main.caption] == ["Starting."]
    assembly.build_index(shared.read_settings())
    runtime.load()
    wait_until_ready(runtime)
    ask(page.run(), "one?")
    assert scripted.heard


def _until_suggested(page: AppTest) -> None:
    runtime = shared.shared_runtime()
    assert runtime is not None
    (answer_id,) = answer_ids(page)
    until(lambda: not runtime.worker.suggesting(answer_id))
    page.run()
    assert not page.exception


def test_a_wrong_setting_is_a_sentence_on_the_page(scripted: ScriptedAssistant, tmp_path: Path) -> None:
    (tmp_path / "roadmap.toml").write_text("prot = 1\n")
    st.cache_resource.clear()
    page = AppTest.from_file(str(APP), default_timeout=20).run()
    assert not page.exception
    assert "“prot”, which is not a setting" in text_of(page)
    (tmp_path / "roadmap.toml").unlink()


def test_the_mode_chosen_in_the_sidebar_is_asked_for(scripted: ScriptedAssistant) -> None:
    page = open_page()
    ask(page, "one?")
    page.segmented_control(key="mode").set_value("write").run()
    ask(page, "two?")
    assert scripted.modes[-2:] == ["auto", "write"]
    assert page.query_params["mode"] == "write"


def test_choices_of_the_sidebar_survive_a_reload(scripted: ScriptedAssistant) -> None:
    page = open_page(mode="write", xray="on")
    assert page.segmented_control(key="mode").value == "write"
    ask(page, "one?")
    assert scripted.modes[-1] == "write"
    until(lambda: bool(answer_ids(page.run())))
    page = open_page(mode="write", xray="on", c=page.query_params["c"])
    assert drawn(page, "roadmap_xray"), "the X-ray is open in the first run already"
    page.segmented_control(key="mode").set_value("auto").run()
    page.toggle(key="xray").set_value(False).run()
    assert set(page.query_params) == {"c"}, "what is usual is not in the address"
    assert open_page(mode="sing").segmented_control(key="mode").value == "auto"


@pytest.mark.parametrize("name", ["app", "pages_library", "pages_evals"])
def test_nothing_stands_behind_a_fragment_in_its_place(
    scripted: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Streamlit may drop what the page drew of a fragment: what stood behind it would move up, and be lost."""
    sent: list[ForwardMsg] = []
    parse = local_script_runner.parse_tree_from_messages

    def overheard(messages: list[ForwardMsg]) -> object:
        sent.extend(messages)
        return parse(messages)

    monkeypatch.setattr(local_script_runner, "parse_tree_from_messages", overheard)
    if name == "app":
        open_page()
    else:
        assert not AppTest.from_string(f"from ui.{name} import page\npage()\n", default_timeout=20).run().exception
    paths = [(tuple(message.metadata.delta_path), message.delta.fragment_id) for message in sent if message.HasField("delta")]
    places = {fragment: min(path for path, drawn_by in paths if drawn_by == fragment) for _, fragment in paths if fragment}
    assert places
    for *parent, at in places.values():
        assert not [path for path, _ in paths if path[: len(parent)] == tuple(parent) and path[len(parent) :][:1] > (at,)]
