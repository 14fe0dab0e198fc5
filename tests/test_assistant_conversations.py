"""Conversations are on disk before they are seen, and come back as they were."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from ui_fakes import covered_answer, refusal

from assistant.answer import Turn
from assistant.conversations import (
    TITLE_CHARACTERS,
    Conversations,
    ConversationsUnavailable,
    ConversationUnknown,
    open_conversations,
)
from assistant.record import answer_from_record, answer_record


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return open_conversations(tmp_path / "data")


@pytest.mark.parametrize("answer", [covered_answer(), refusal()], ids=["answered", "not covered"])
def test_an_answer_survives_its_record_without_loss(answer: object) -> None:
    import json

    assert answer_from_record(json.loads(json.dumps(answer_record(answer)))) == answer  # type: ignore[arg-type]


def test_a_question_is_stored_with_an_answer_to_come(store: Conversations) -> None:
    conversation = store.start("What first?")
    answer_id = store.ask(conversation, "What first?")
    question, answer = store.messages(conversation)
    assert (question.role, question.content, question.state) == ("user", "What first?", "done")
    assert (answer.id, answer.role, answer.state, answer.answer) == (answer_id, "assistant", "running", None)


def test_what_was_written_is_read_back_by_another_process(store: Conversations, tmp_path: Path) -> None:
    conversation = store.start("Q")
    store.write(store.ask(conversation, "Q"), covered_answer("Q"), "running")
    again = open_conversations(tmp_path / "data")
    message = again.messages(conversation)[1]
    assert message.answer == covered_answer("Q")
    assert message.content == "1. Linear algebra [1]\n2. Statistics [2]"


def test_answers_left_running_by_a_process_that_ended_are_stopped_and_keep_their_words(store: Conversations) -> None:
    conversation = store.start("Q")
    answer_id = store.ask(conversation, "Q")
    store.write(answer_id, covered_answer("Q"), "running")
    assert store.interrupt() == 1
    message = store.messages(conversation)[1]
    assert (message.state, message.answer) == ("stopped", covered_answer("Q"))
    assert store.interrupt() == 0


def test_history_leaves_out_questions_whose_answer_failed_or_is_not_there_yet(store: Conversations) -> None:
    conversation = store.start("one")
    store.write(store.ask(conversation, "one"), covered_answer("one"), "done")
    store.fail(store.ask(conversation, "two"), "No.")
    store.ask(conversation, "three")
    assert store.history(conversation) == (
        Turn("user", "one"),
        Turn("assistant", "1. Linear algebra [1]\n2. Statistics [2]"),
    )


def test_a_failed_answer_keeps_its_reason_and_what_was_written(store: Conversations) -> None:
    conversation = store.start("Q")
    answer_id = store.ask(conversation, "Q")
    store.write(answer_id, covered_answer("Q"), "running")
    store.fail(answer_id, "The disk is full.")
    message = store.messages(conversation)[1]
    assert (message.state, message.error) == ("failed", "The disk is full.")
    assert message.answer is not None


def test_the_conversation_used_last_comes_first(store: Conversations) -> None:
    first, second = store.start("first"), store.start("second")
    assert [c.id for c in store.recent()] == [second, first]
    store.ask(first, "more")
    assert [c.id for c in store.recent()] == [first, second]
    assert [c.id for c in store.recent(limit=1)] == [first]


def test_a_title_is_one_short_line(store: Conversations) -> None:
    store.start("a\nb  c " + "x" * 200)
    (conversation,) = store.recent()
    assert conversation.title.startswith("a b c x")
    assert len(conversation.title) == TITLE_CHARACTERS


def test_a_removed_conversation_is_gone_with_its_messages(store: Conversations) -> None:
    conversation = store.start("Q")
    answer_id = store.ask(conversation, "Q")
    store.remove(conversation)
    assert (store.exists(conversation), store.messages(conversation), store.count()) == (False, (), 0)
    with pytest.raises(ConversationUnknown):
        store.write(answer_id, covered_answer(), "done")


def test_asking_in_an_unknown_conversation_is_named(store: Conversations) -> None:
    with pytest.raises(ConversationUnknown):
        store.ask("nothing", "Q")


def test_words_of_any_script_and_quotes_of_sql_come_back(store: Conversations) -> None:
    text = "Robert'); DROP TABLE message;-- 学習 😀"
    conversation = store.start(text)
    store.ask(conversation, text)
    assert store.messages(conversation)[0].content == text


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    open_conversations(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data" / "conversations.sqlite").stat().st_mode) == 0o600


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(ConversationsUnavailable, match=r"conversations\.sqlite cannot be read"):
        open_conversations(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConversationsUnavailable, match="cannot be written"):
        open_conversations(tmp_path / "file" / "data")


def test_many_writers_at_once_lose_nothing(store: Conversations, tmp_path: Path) -> None:
    conversation = store.start("Q")

    def write() -> None:
        own = open_conversations(tmp_path / "data")
        for number in range(5):
            own.write(own.ask(conversation, f"Q{number}"), covered_answer(), "done")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    messages = store.messages(conversation)
    assert len(messages) == 40
    assert all(message.state == "done" for message in messages)


def test_what_a_killed_process_had_written_is_there(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from assistant.conversations import open_conversations\n"
        "from ui_fakes import covered_answer\n"
        "store = open_conversations(Path(sys.argv[1])); c = store.start('Q'); a = store.ask(c, 'Q')\n"
        "store.write(a, covered_answer('Q'), 'running'); os._exit(9)\n"
    )
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=environment, check=False)
    store = open_conversations(tmp_path)
    (conversation,) = store.recent()
    assert store.messages(conversation.id)[1].answer == replace(covered_answer("Q"))
