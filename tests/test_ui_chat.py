"""What a learner does with answers: versions, next questions, thumbs, the X-ray, files; nothing that was shown is ever lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from ui_fakes import ScriptedAssistant, covered_answer, refusal
from ui_visits import answer_ids, answers_of, ask, drawn, keys, open_page, text_of, until
from ui_visits import scripted as scripted
from ui_visits import store as store

from assistant.conversations import Conversations
from assistant.question import MAX_CHARACTERS
from assistant.transcript import export_conversations, import_conversations
from assistant.xray import Candidate, Xray
from ui import pages_conversations, shared
from ui.runtime import Runtime
from ui.worker import QUEUE
from ui.xray_data import xray_data

LONG = "A long title that nobody would read to its end in a list that is as narrow as a sidebar"


def _runtime() -> Runtime:
    runtime = shared.shared_runtime()
    assert runtime is not None
    return runtime


def test_answering_anew_keeps_the_first_answer_as_a_version(scripted: ScriptedAssistant) -> None:
    page = open_page()
    scripted.answers = [covered_answer(), refusal()]
    ask(page, "q?")
    page.button(key=keys(page, "again-")[0]).click().run()
    assert not page.exception
    assert "Not covered" in text_of(page)
    assert "2 of 2" in text_of(page)
    at = [button.key for button in page.button]
    assert at.index(keys(page, "again-")[0]) < at.index(keys(page, "earlier-")[0]), "the pointer stays on what it has pressed"
    page.button(key=keys(page, "earlier-")[0]).click().run()
    assert "Linear algebra" in text_of(page)
    assert "1 of 2" in text_of(page)


def test_a_question_in_other_words_keeps_the_first_one_and_what_followed(scripted: ScriptedAssistant) -> None:
    page = open_page()
    for question in ("first?", "second?"):
        ask(page, question)
    page.button(key=keys(page, "edit-")[0]).click().run()
    page.text_area[0].set_value("first, in other words?")
    page.button(key=keys(page, "resend-")[0]).click().run()
    assert not page.exception
    assert scripted.heard[-1] == ("first, in other words?", ())
    assert len(page.chat_message) == 2
    page.button(key=keys(page, "earlier-")[0]).click().run()
    assert len(page.chat_message) == 4
    assert "second?" in text_of(page)


def test_a_question_about_the_program_is_answered_by_it_and_is_no_part_of_a_conversation(
    scripted: ScriptedAssistant, store: Conversations
) -> None:
    page = ask(open_page(), "What can you do?")
    assert "This assistant answers questions from one document" in page.info[0].value
    assert "The Library page lists the documents" in page.info[0].value
    assert "What does a machine learning engineer do" in page.info[0].value
    assert scripted.heard == [] and store.count() == 0
    assert page.run().info, "it stays, whatever has the page drawn anew"
    ask(page, "thanks!")
    assert page.info[0].value.startswith("Ask") and "This assistant" not in page.info[0].value
    ask(page, "What can you do with NumPy?")
    assert not page.info and len(scripted.heard) == 1


def test_a_title_that_nobody_gave_follows_the_first_question(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = ask(ask(open_page(), "first?"), "second?")

    def reword(number: int, words: str) -> str:
        page.button(key=keys(page, "edit-")[number]).click().run()
        page.text_area[0].set_value(words)
        page.button(key=keys(page, "resend-")[0]).click().run()
        assert not page.exception
        return store.recent()[0].title

    assert reword(1, "second, in other words?") == "first?"
    assert reword(0, "first, in other words?") == "first, in other words?"
    field = page.text_input(key=f"title-{store.recent()[0].id}")
    assert field.value == "first, in other words?"
    field.set_value("mine")
    page.button(key=keys(page, "renamed-")[0]).click().run()
    assert reword(0, "first, once more?") == "mine"


def test_an_empty_title_is_not_taken_and_the_page_says_so(scripted: ScriptedAssistant, store: Conversations) -> None:
    page = ask(open_page(), "first?")
    page.text_input(key=f"title-{store.recent()[0].id}").set_value("  ")
    page.button(key=keys(page, "renamed-")[0]).click().run()
    assert "The conversation keeps its title" in text_of(page)
    assert page.text_input(key=f"title-{store.recent()[0].id}").value == store.recent()[0].title == "first?"


def test_a_question_that_is_not_changed_after_all_stays(scripted: ScriptedAssistant) -> None:
    page = ask(open_page(), "first?")
    page.button(key=keys(page, "edit-")[0]).click().run()
    page.text_area[0].set_value("something else")
    page.button(key=keys(page, "cancel-")[0]).click().run()
    assert len(scripted.heard) == 1
    assert "first?" in text_of(page)


def test_only_answered_questions_are_offered_next(scripted: ScriptedAssistant) -> None:
    page = open_page()
    scripted.default = lambda question: refusal(question) if "bread" in question else covered_answer(question)
    scripted.answers = [replace(refusal(), suggestions=("How do I bake bread?", "What does phase 2 teach?"))]
    ask(page, "How do I bake a cake?")
    until(lambda: not _runtime().worker.suggesting(answer_ids(page)[0]))
    page.run()
    offered = [page.button(key=key).label.replace("\\", "") for key in keys(page, "suggestion-")]
    assert "What does phase 2 teach?" in offered
    assert not [question for question in offered if "bread" in question]


def test_a_thumb_is_stored_at_once_and_takes_a_reason(scripted: ScriptedAssistant) -> None:
    page = ask(ask(open_page(), "before?"), "What do I learn in phase 1?")
    answer_id = answer_ids(page)[-1]
    page.feedback(key=f"thumbs-{answer_id}").set_value(0).run()
    assert not page.exception
    assert _runtime().feedback().of_answer(answer_id).rating == "down"  # type: ignore[union-attr]
    page.button_group(key=f"reason-{answer_id}").set_value("Wrong").run()
    page.text_input(key=f"comment-{answer_id}").set_value("It is eight weeks.").run()
    page.button(key=f"send-{answer_id}").click().run()
    (entry,) = _runtime().feedback().list()
    assert (entry.rating, entry.reason, entry.comment) == ("down", "Wrong", "It is eight weeks.")
    assert replace(entry.answer, suggestions=()) == covered_answer("What do I learn in phase 1?")
    assert [turn.content for turn in entry.history if turn.role == "user"] == ["before?"]
    page.feedback(key=f"thumbs-{answer_id}").set_value(None).run()
    assert _runtime().feedback().of_answer(answer_id) is None


def test_a_gap_is_reported_with_one_click(scripted: ScriptedAssistant) -> None:
    page = open_page()
    scripted.answers = [refusal()]
    ask(page, "How do I bake bread?")
    page.button(key=keys(page, "gap-")[0]).click().run()
    assert "Reported" in text_of(page)
    (entry,) = _runtime().feedback().list()
    assert (entry.rating, entry.question) == ("gap", "How do I bake bread?")


def test_the_xray_shows_every_candidate_with_its_scores_and_what_became_of_it(scripted: ScriptedAssistant) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    assert drawn(page, "roadmap_xray") == []
    page.toggle(key="xray").set_value(True).run()
    assert not page.exception
    (xray,) = drawn(page, "roadmap_xray")
    assert [row["rank"] for row in xray["candidates"]] == list(range(1, len(xray["candidates"]) + 1))
    assert all(len(row["scores"]) == len(xray["explained"]) == 4 for row in xray["candidates"])
    assert "quoted as 1–2" in [row["fate"] for row in xray["candidates"]]
    assert all(row["fate"] for row in xray["candidates"])
    assert [step["name"] for step in xray["times"]] == ["Search", "Write"]


@pytest.mark.parametrize(
    ("changes", "confidence", "same", "told"),
    [
        ({}, 0.93, True, "so the question counts as covered."),
        ({"missing": ("what it costs",), "status": "partial"}, 0.93, True, "so the question counts as covered in part. "
         "Not covered, and so not answered: what it costs."),
        ({"missing": ("what it costs", "who pays"), "status": "partial"}, 0.2, True, "but a part of the question passes by "
         "itself, so that is answered. Not covered, and so not answered: what it costs; who pays."),
        ({"status": "not_covered"}, 0.04, True, "so there is no answer."),
        ({"status": "not_covered"}, 0.9, True, "but nothing could be shown for it, so there is no answer."),
        ({}, 0.04, False, "so the question would not be answered today."),
        ({"status": "not_covered"}, 0.93, False, "so the question would count as covered today."),
    ],
)  # fmt: skip
def test_the_xray_says_what_of_the_question_is_covered(
    changes: dict[str, Any], confidence: float, same: bool, told: str
) -> None:
    answer = replace(covered_answer(), **changes)
    verdict = xray_data(answer, Xray((), confidence, 0.35, 0.1, same))["verdict"]
    assert verdict.startswith(f"The cover check gives {confidence:.0%} that the documents answer this; 35% is the least")
    assert verdict.endswith(f", {told}")


def test_the_xray_shows_ten_candidates_and_what_is_quoted_at_once_and_the_rest_on_a_click() -> None:
    answer = covered_answer()
    hits = [replace(answer.hits[0], rank=rank) for rank in range(1, 14)]
    candidates = [Candidate(hit, hit.rank, "words", 0.5, "quoted" if hit.rank == 12 else "below", ()) for hit in hits]
    rows = xray_data(answer, Xray(tuple(candidates), 0.93, 0.35, 0.1, True))["candidates"]
    assert [row["rank"] for row in rows if row["later"]] == [11, 13]


def test_the_xray_tells_two_numbers_apart_where_one_decides_by_little_and_shows_links_by_their_name() -> None:
    answer = covered_answer()
    weak = Candidate(answer.hits[0], 1, "[MIT](https://ocw.mit.edu/a) and more", 0.0662, "weak", ())
    (row,) = xray_data(answer, Xray((weak,), 0.93, 0.35, 0.0694, True))["candidates"]
    assert "a probability of 0.066; 0.069 is needed" in row["fate"]
    assert row["words"] == "MIT (ocw.mit.edu) and more"


def test_the_xray_names_what_the_search_for_a_part_of_the_question_found() -> None:
    answer = replace(covered_answer(), status="partial", missing=("what it costs",))
    first = Candidate(answer.hits[0], 1, "Linear algebra", 0.5, "quoted", (1,))
    second = Candidate(answer.hits[1], 2, "Statistics", 0.5, "quoted", (2,))
    note = "Not in the table: 2. Each part of a question is searched for by itself as well."
    assert xray_data(answer, Xray((first,), 0.93, 0.35, 0.1, True))["note"] == note
    assert xray_data(answer, Xray((first, second), 0.93, 0.35, 0.1, True))["note"] == ""
    assert "index has changed" in xray_data(answer, Xray((first,), 0.93, 0.35, 0.1, False))["note"]
    beyond = xray_data(covered_answer(), Xray((first,), 0.93, 0.35, 0.1, True))["note"]
    assert beyond == "Not in the table: 2. A list is quoted whole, also where it goes on beyond what was found."


def test_a_question_that_finds_the_queue_full_is_put_back(scripted: ScriptedAssistant) -> None:
    page = open_page()
    scripted.gate.clear()
    conversation = _runtime().conversations.start("others")
    for number in range(QUEUE):
        _runtime().worker.ask(conversation, f"{number}?")
    ask(page, "mine?")
    assert "ask again in a moment" in text_of(page)
    told = drawn(page, "roadmap_attention")[0]
    assert told["restore"] == "mine?"
    scripted.gate.set()


@pytest.mark.parametrize("question", ["w" * (MAX_CHARACTERS + 1), "?!"])
def test_a_question_that_cannot_be_asked_is_put_back_and_begins_no_conversation(
    scripted: ScriptedAssistant, store: Conversations, question: str
) -> None:
    page = ask(open_page(), question)
    assert [warning.value for warning in page.warning] != []
    assert drawn(page, "roadmap_attention")[0]["restore"] == question
    assert page.title[0].value == "What would you like to know?"
    assert store.count() == 0
    assert page.chat_input(key="question").proto.max_chars == 0, "else what is pasted and too long would not even appear"


def test_a_question_that_was_changed_into_a_too_long_one_is_put_back(scripted: ScriptedAssistant) -> None:
    page = ask(open_page(), "first?")
    page.button(key=keys(page, "edit-")[0]).click().run()
    page.text_area[0].set_value("w" * (MAX_CHARACTERS + 1))
    page.button(key=keys(page, "resend-")[0]).click().run()
    assert f"at most {MAX_CHARACTERS}" in text_of(page)
    assert drawn(page, "roadmap_attention")[0]["restore"] == "w" * (MAX_CHARACTERS + 1)
    assert len(page.chat_message) == 2


def test_an_earlier_conversation_shows_its_last_questions_first(scripted: ScriptedAssistant, store: Conversations) -> None:
    conversation = store.start("long")
    for number in range(15):
        store.write(store.ask(conversation, f"Question {number}?"), covered_answer(f"Question {number}?"), "done")
    page = open_page(c=conversation)
    assert len(page.chat_message) == 24
    page.button(key="earlier").click().run()
    assert len(page.chat_message) == 30
    assert len(answers_of(page)) == 15


def test_a_conversation_is_renamed_downloaded_and_deleted_where_it_is_read(
    scripted: ScriptedAssistant, store: Conversations
) -> None:
    page = ask(open_page(), "What do I learn in phase 1?")
    (conversation,) = store.recent()
    page.text_input(key=f"title-{conversation.id}").set_value(LONG)
    page.button(key=f"renamed-{conversation.id}").click().run()
    (renamed,) = store.recent()
    assert renamed.title.startswith(LONG[:70])
    page.checkbox(key=f"sure-{conversation.id}").check().run()
    page.button(key="delete-conversation").click().run()
    assert not page.exception
    assert store.count() == 0
    assert page.title[0].value == "What would you like to know?"


def test_all_conversations_are_found_exported_and_brought_back(scripted: ScriptedAssistant, store: Conversations) -> None:
    for question in ("How long does it take?", "Which maths?"):
        conversation = store.start(question)
        store.write(store.ask(conversation, question), covered_answer(question), "done")
    exported = export_conversations(store, [entry.id for entry in store.recent()])
    page = _conversations_page()
    assert len(keys(page, "open-")) == 2
    page.text_input(key="find-conversation").set_value("ALGEBRA maths").run()
    assert [page.button(key=key).label.replace("\\", "") for key in keys(page, "open-")] == ["Which maths?"]
    for entry in store.recent():
        store.remove(entry.id)
    page.text_input(key="find-conversation").set_value("").run()
    page.get("file_uploader")[0].set_value([("c.json", exported.encode(), "application/json")]).run()
    assert not page.exception
    assert "2 conversations brought back" in text_of(page)
    assert sorted(entry.title for entry in store.recent()) == ["How long does it take?", "Which maths?"]
    page.get("file_uploader")[0].set_value([("c.json", b"{}", "application/json")]).run()
    assert "no export of conversations" in text_of(page)
    assert store.count() == 2


def test_conversations_are_brought_back_once_whatever_breaks_into_it(
    scripted: ScriptedAssistant, store: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.ask(store.start("How long does it take?"), "How long does it take?")
    exported = export_conversations(store, [entry.id for entry in store.recent()]).encode()

    def breaking(*given: Any) -> tuple[str, ...]:
        ids = import_conversations(*given)
        st.rerun()
        return ids

    monkeypatch.setattr(pages_conversations, "import_conversations", breaking)
    page = _conversations_page()
    page.get("file_uploader")[0].set_value([("c.json", exported, "application/json")]).run(timeout=5)
    assert store.count() == 2


def _conversations_page() -> AppTest:
    page = AppTest.from_string("from ui.pages_conversations import page\npage()\n", default_timeout=20).run()
    assert not page.exception
    return page


def test_what_is_downloaded_is_complete(scripted: ScriptedAssistant, store: Conversations) -> None:
    ask(open_page(), "What do I learn in phase 1?")
    (conversation,) = store.recent()
    record = json.loads(export_conversations(store, [conversation.id]))
    question, answer = record["conversations"][0]["messages"]
    assert question["content"] == "What do I learn in phase 1?"
    assert [citation["quote"] for citation in answer["answer"]["citations"]] == ["Linear algebra", "Statistics"]
