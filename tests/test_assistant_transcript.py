"""Conversations leave as files and come back whole; what is no export, or was tampered with, is refused as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hostile_payloads import PAYLOADS
from markdown_it import MarkdownIt
from ui_fakes import code_answer, covered_answer, refusal

from assistant.answer import Sentence, answer_text
from assistant.conversations import Conversations, open_conversations
from assistant.record import answer_from_record, answer_record
from assistant.transcript import (
    TranscriptInvalid,
    answer_markdown,
    conversation_markdown,
    export_conversations,
    import_conversations,
)


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return open_conversations(tmp_path)


@pytest.fixture
def conversation(store: Conversations) -> str:
    """Two versions of an answer, then a question whose answer failed."""
    conversation = store.start("Which maths?")
    first = store.ask(conversation, "Which maths?")
    store.write(first, covered_answer("Which maths?"), "done")
    again, _, _ = store.ask_again(first)
    store.write(again, refusal("Which maths?"), "done")
    store.fail(store.ask(conversation, "And then?"), "The server does not answer.")
    return conversation


def test_code_keeps_its_lines_wherever_an_answer_goes() -> None:
    assert answer_text(code_answer()).splitlines() == [
        "It takes two years. [1]",
        "```",
        "import numpy",
        "print(1)",
        "```",
        "[2]",
        "Statistics [3]",
    ]
    assert "\n\n```\nimport numpy\nprint(1)\n```\n\n[2]\n\nStatistics [3]\n" in answer_markdown(code_answer())
    assert answer_from_record(json.loads(json.dumps(answer_record(code_answer())))) == code_answer()


def test_only_code_may_hold_what_markdown_would_run() -> None:
    """Nothing within a fence is run, and what is copied from there has to be the code."""
    hostile = "<script>![x](y)</script>\n```\n<b>"
    sentences = (Sentence(hostile, "quoted", (1,), 1.0, code=True), Sentence("<b> ![x](y)", "quoted", (2,), 1.0))
    markdown = answer_markdown(replace(code_answer(), sentences=sentences, citations=()))
    assert markdown == f"````\n{hostile}\n````\n\n[1]\n\n\\<b> !\\[x](y) [2]"


def test_no_sentence_can_pass_for_the_fence_of_code() -> None:
    """Else the code behind it would stand outside of its fence for who reads the Markdown, and its images be fetched."""
    image = "![p](https://evil.example/p.png)"
    for text in (f"x\n```\na\n````\n{image}\n```\ny", "``` x", "~~~ x"):
        sentences = (Sentence(text, "quoted", (1,), 1.0), Sentence(image, "quoted", (2,), 1.0, code=True))
        markdown = answer_markdown(replace(code_answer(), sentences=sentences, citations=()))
        kinds = [token.type for token in MarkdownIt().parse(markdown)]
        assert kinds.count("fence") == 1
        assert "<img" not in MarkdownIt().render(markdown)


def test_an_answer_to_share_has_every_number_with_its_quote() -> None:
    assert answer_markdown(covered_answer()).splitlines() == [
        "1. Linear algebra [1]",
        "2. Statistics [2]",
        "",
        "Sources:",
        "",
        "- [1] A roadmap (plans/roadmap.md), Phase 1: Maths: “Linear algebra”",
        "- [2] A roadmap (plans/roadmap.md), Phase 1: Maths: “Statistics”",
    ]


def test_a_title_is_named_once_and_no_line_begins_with_a_bar() -> None:
    answer = covered_answer()
    row = replace(answer.sentences[0], text="| QGIS | ArcGIS", bullet="")
    citation = replace(answer.citations[0], heading_path=(answer.citations[0].title,))
    lines = answer_markdown(replace(answer, sentences=(row,), citations=(citation,))).splitlines()
    assert lines[0] == "– | QGIS | ArcGIS [1]"
    assert lines[-1] == "- [1] A roadmap (plans/roadmap.md): “Linear algebra”"


def test_views_and_plain_sentences_to_share_are_paragraphs_of_their_own() -> None:
    answer = covered_answer()
    first, second = answer.sentences
    views = (replace(first, bullet="", attribution="One guide"), replace(second, attribution="Another guide"))
    text = answer_markdown(replace(answer, sentences=views))
    assert text.startswith("One guide:\n\nLinear algebra [1]\n\nAnother guide:\n\n2. Statistics [2]\n\nSources:")


def test_what_is_shared_fetches_nothing_and_holds_no_html() -> None:
    answer = covered_answer()
    hostile = replace(answer.sentences[0], text="![x](http://evil.example/x.png) <img src=x>")
    text = answer_markdown(replace(answer, sentences=(hostile,)))
    assert "![" not in text
    assert "\\<img" in text


@pytest.mark.parametrize(
    "payload", [*PAYLOADS, "\\<img src=x>", "\\\\<img src=x>", "\\![x](http://evil.example/x.png)", "`\\` <img src=x> `"]
)
def test_nothing_that_is_shared_is_html_or_an_image_to_who_reads_it(store: Conversations, payload: str) -> None:
    conversation = store.start(payload)
    answer = covered_answer(payload)
    sentences = (replace(answer.sentences[0], text=payload), replace(answer.sentences[1], text=payload, bullet=""))
    citations = tuple(replace(citation, quote=payload, title=payload, heading_path=(payload,)) for citation in answer.citations)
    store.write(store.ask(conversation, payload), replace(answer, sentences=sentences, citations=citations), "done")
    store.write(store.ask(conversation, payload), replace(refusal(payload), suggestions=(payload,)), "done")
    store.fail(store.ask(conversation, payload), payload)
    tokens = MarkdownIt().parse(conversation_markdown(payload, store.messages(conversation)))
    kinds = {each.type for token in tokens for each in (token, *(token.children or ()))}
    assert not kinds & {"html_block", "html_inline", "image"}


def test_a_conversation_to_read_tells_question_status_and_failure(store: Conversations, conversation: str) -> None:
    text = conversation_markdown("Which maths?", store.messages(conversation))
    assert text.startswith("# Which maths?\n\n## Which maths?\n\n*Not covered · ")
    assert "## And then?\n\n*The server does not answer.*" in text


def test_what_was_exported_comes_back_with_all_its_versions(store: Conversations, conversation: str, tmp_path: Path) -> None:
    other = open_conversations(tmp_path / "other")
    (brought,) = import_conversations(other, export_conversations(store, [conversation]).encode())
    assert brought != conversation
    before, after = store.messages(conversation), other.messages(brought)
    assert [(m.role, m.content, m.state, m.answer, m.error) for m in after] == [
        (m.role, m.content, m.state, m.answer, m.error) for m in before
    ]
    assert len(after[1].versions) == 2
    assert other.history(brought) == store.history(conversation)


def test_what_comes_back_has_the_dates_it_had(store: Conversations, conversation: str) -> None:
    content = json.loads(export_conversations(store, [conversation]))
    first, *_, last = content["conversations"][0]["messages"]
    first["created"], last["created"] = "2025-03-01T23:30:00-05:00", "2999-01-01T00:00:00+00:00"
    began = datetime.now(UTC)
    (future,) = import_conversations(store, json.dumps(content).encode())
    assert began <= store.messages(future)[-1].created <= datetime.now(UTC)  # none is later than now
    for message in content["conversations"][0]["messages"]:
        message["created"] = first["created"]
    (old,) = import_conversations(store, json.dumps(content).encode())
    assert {message.created for message in store.messages(old)} == {datetime(2025, 3, 2, 4, 30, tzinfo=UTC)}
    assert store.recent()[-1].id == old
    assert store.recent()[-1].updated == datetime(2025, 3, 2, 4, 30, tzinfo=UTC)
    assert [entry.id for entry in store.recent()[:2]] == [future, conversation]


def test_a_running_answer_comes_back_as_stopped(store: Conversations) -> None:
    conversation = store.start("Q")
    store.write(store.ask(conversation, "Q"), covered_answer("Q"), "running")
    (brought,) = import_conversations(store, export_conversations(store, [conversation]).encode())
    assert store.messages(brought)[1].state == "stopped"


def _first_answer(content: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = content["conversations"][0]["messages"][1]["answer"]
    return answer


@pytest.mark.parametrize(
    "tamper",
    [
        lambda content: content.update(kind="something"),
        lambda content: content.update(format=99),
        lambda content: content.update(conversations=None),
        lambda content: content["conversations"][0]["messages"][0].pop("content"),
        lambda content: content["conversations"][0]["messages"][0].update(content=["x"]),
        lambda content: content["conversations"][0]["messages"][0].update(role="system"),
        lambda content: content["conversations"][0]["messages"][0].update(created="yesterday"),
        lambda content: content["conversations"][0]["messages"][0].update(created="2026-01-01T00:00:00"),
        lambda content: content["conversations"][0]["messages"][0].update(created="0001-01-01T00:00:00+14:00"),
        lambda content: content["conversations"][0]["messages"].append(content["conversations"][0]["messages"][0]),
        lambda content: content["conversations"][0]["messages"][0].update(id=""),
        lambda content: content["conversations"][0]["messages"][0].update(
            parent=content["conversations"][0]["messages"][1]["id"]
        ),
        lambda content: content["conversations"][0]["messages"][1].update(parent="unknown"),
        lambda content: _first_answer(content)["citations"][0].update(start="0"),
        lambda content: _first_answer(content)["citations"][0].update(marker=True),
        lambda content: _first_answer(content)["citations"][0].update(extra=1),
        lambda content: _first_answer(content)["hits"][0].update(score="high"),
        lambda content: _first_answer(content)["seconds"].update(total="fast"),
        lambda content: _first_answer(content).update(status="perhaps"),
        lambda content: _first_answer(content).update(format=99),
        lambda content: _first_answer(content)["sentences"][0].update(citations=["1"]),
    ],
)
def test_a_tampered_export_is_refused_and_nothing_of_it_is_stored(
    store: Conversations, conversation: str, tamper: Callable[[dict[str, Any]], object]
) -> None:
    content = json.loads(export_conversations(store, [conversation]))
    tamper(content)
    with pytest.raises(TranscriptInvalid):
        import_conversations(store, json.dumps(content).encode())
    assert store.count() == 1


def test_halves_of_characters_in_an_export_are_replaced(store: Conversations, conversation: str) -> None:
    content = json.loads(export_conversations(store, [conversation]))
    _first_answer(content)["question"] = "half \udfff"
    content["conversations"][0]["title"] = "half \ud800"
    (brought,) = import_conversations(store, json.dumps(content).encode())
    answer = store.messages(brought)[1].answer
    assert answer is not None
    export_conversations(store, [brought]).encode()


def test_an_import_that_fails_midway_leaves_nothing_behind(store: Conversations, conversation: str) -> None:
    entries = [("one", store.everything(conversation)), ("two", (*store.everything(conversation), None))]
    with pytest.raises(AttributeError):
        store.add(entries)  # type: ignore[arg-type]
    assert store.count() == 1


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b"null", b'{"kind"', b"[" * 100_000])
def test_a_file_that_is_no_export_is_refused(store: Conversations, data: bytes) -> None:
    with pytest.raises(TranscriptInvalid, match="no export of conversations"):
        import_conversations(store, data)
