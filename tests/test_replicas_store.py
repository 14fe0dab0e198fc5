"""Conversations in a PostgreSQL that several processes share: the promises of a file, and no race that breaks them."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from replicas_postgres import PASSWORD, Postgres, postgres
from ui_fakes import covered_answer

from assistant.conversations import Conversations, ConversationsUnavailable, ConversationUnknown, open_conversations
from assistant.feedback import open_feedback
from assistant.progress import open_progress
from assistant.roadmap import Step


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def url(server: Postgres) -> str:
    return server.database()


@pytest.fixture
def store(url: str) -> Iterator[Conversations]:
    opened = Conversations(url)
    yield opened
    opened.close()


def _at_once(tasks: Sequence[Callable[[], object]]) -> list[object]:
    """Run all of them at the same moment; raises what one of them raises."""
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        start.wait(20)
        return task()

    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(run, tasks))


def test_replicas_that_start_at_the_same_moment_all_find_their_tables(url: str, tmp_path: Path) -> None:
    opened = [lambda opener=opener: opener(tmp_path, url) for opener in (open_conversations, open_feedback, open_progress) * 4]
    stores = _at_once(opened)
    conversation = stores[0].start("Q")  # type: ignore[attr-defined]
    assert stores[3].exists(conversation)  # type: ignore[attr-defined]
    assert stores[1].count() == stores[4].count() == 0  # type: ignore[attr-defined]
    for each in stores:
        each.close()  # type: ignore[attr-defined]
    assert not list(tmp_path.iterdir())


def test_what_one_replica_stores_another_reads_to_the_letter(store: Conversations, url: str, tmp_path: Path) -> None:
    conversation = store.start("Wie lerne ich Größe? 数学 🎓")
    store.write(store.ask(conversation, "Größe? 数学 🎓"), covered_answer("Größe? 数学 🎓"), "done")
    other = Conversations(url)
    question, answer = other.messages(conversation)
    assert (question.content, answer.answer, answer.state) == ("Größe? 数学 🎓", covered_answer("Größe? 数学 🎓"), "done")
    assert [c.id for c in other.find("gRÖßE")] == [conversation]
    assert other.history(conversation)[0].content == "Größe? 数学 🎓"
    step = Step("s1", "Größe", "plan.md", 0, 10, (1, 2, 3))
    mine, theirs = open_progress(tmp_path, url), open_progress(tmp_path, url)
    mine.mark(step, "done")
    assert theirs.marks([step]).states == {step.id: "done"}
    theirs.mark(step, "doing")
    assert mine.marks([step]).states == {step.id: "doing"}
    for each in (other, mine, theirs):
        each.close()


@pytest.mark.parametrize("place", ["file", "server"])
def test_words_that_a_database_cannot_hold_are_stored_without_what_it_cannot(
    place: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    store = open_conversations(tmp_path) if place == "file" else request.getfixturevalue("store")
    conversation = store.start("a\0b")
    answer_id = store.ask(conversation, "what\0 is \ud800 this?")
    store.fail(answer_id, "no\0")
    question, answer = store.messages(conversation)
    assert (question.content, answer.error) == ("what is \N{REPLACEMENT CHARACTER} this?", "no")
    assert [found.title for found in store.find("wh\0at")] == ["ab"]
    assert not store.exists("a\0b")
    store.close()


def test_questions_asked_at_once_through_two_replicas_follow_each_other(store: Conversations, url: str) -> None:
    other = Conversations(url)
    conversation = store.start("Q")

    def ask(which: Conversations, number: int) -> str:
        answer_id = which.ask(conversation, f"Q{number}")
        which.write(answer_id, covered_answer(f"Q{number}"), "done")
        return answer_id

    both = [lambda n=number, s=replica: ask(s, n) for number, replica in enumerate((store, other) * 6)]
    ids = _at_once(both)
    messages = store.messages(conversation)
    assert {message.id for message in messages if message.role == "assistant"} == set(ids)
    assert [message.parent for message in messages] == ["", *(message.id for message in messages[:-1])]
    for question, answer in zip(messages[::2], messages[1::2], strict=True):
        assert answer.answer is not None
        assert answer.answer.question == question.content
    assert other.messages(conversation) == messages
    other.close()


def test_a_conversation_removed_on_one_replica_ends_the_answer_on_the_other_by_name(store: Conversations, url: str) -> None:
    other = Conversations(url)
    for _ in range(10):
        conversation = store.start("Q")
        answer_id = store.ask(conversation, "Q")

        def write(answer_id: str = answer_id) -> str:
            try:
                for _ in range(30):
                    store.write(answer_id, covered_answer("Q"), "running")
            except ConversationUnknown:
                return "removed"
            return "written"

        def ask(conversation: str = conversation) -> str:
            try:
                return store.ask(conversation, "more")
            except ConversationUnknown:
                return "removed"

        _at_once([write, ask, lambda conversation=conversation: other.remove(conversation)])
        assert not store.exists(conversation)
        assert store.everything(conversation) == ()
    other.close()


def test_only_what_nobody_writes_any_more_is_ended(store: Conversations, url: str) -> None:
    other = Conversations(url)
    conversation = store.start("Q")
    written, left = store.ask(conversation, "Q1"), store.ask(conversation, "Q2")
    store.write(left, covered_answer("Q2"), "running")
    assert other.interrupt(timedelta(seconds=30)) == 0
    store.write(written, covered_answer("Q1"), "done")
    assert other.interrupt() == 1
    assert [message.state for message in store.messages(conversation) if message.role == "assistant"] == ["done", "stopped"]
    other.close()


def test_a_restart_of_the_server_is_not_noticed_and_its_end_is_one_sentence(server: Postgres) -> None:
    store = Conversations(server.database())
    conversation = store.start("Q")
    server.stop()
    try:
        with pytest.raises(ConversationsUnavailable, match="check that the server runs") as raised:
            store.start("another")
        assert PASSWORD not in str(raised.value)
        assert "\n" not in str(raised.value)
    finally:
        server.start()
    assert store.exists(conversation)
    _at_once([lambda: store.messages(conversation)] * 5)  # each has a connection of its own
    server.stop()
    server.start()
    assert store.exists(conversation)
    store.close()


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_folders_made_for_a_database_are_entered_by_their_owner_only(tmp_path: Path) -> None:
    open_conversations(tmp_path / "a" / "data").close()
    made = [tmp_path / "a", tmp_path / "a" / "data", tmp_path / "a" / "data" / "conversations.sqlite"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700, 0o700, 0o600]
