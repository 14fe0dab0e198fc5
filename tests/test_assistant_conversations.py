"""Conversations are on disk before they are seen, and come back as they were."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from ui_fakes import covered_answer, refusal

from assistant.answer import Turn
from assistant.conversations import (
    Conversations,
    ConversationsUnavailable,
    ConversationUnknown,
    open_conversations,
)
from assistant.erase import erase_records
from assistant.message import TITLE_CHARACTERS
from assistant.record import RecordUnknown, answer_from_record, answer_record


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return open_conversations(tmp_path / "data")


@pytest.mark.parametrize("answer", [covered_answer(), refusal()], ids=["answered", "not covered"])
def test_an_answer_survives_its_record_without_loss(answer: object) -> None:
    import json

    assert answer_from_record(json.loads(json.dumps(answer_record(answer)))) == answer  # type: ignore[arg-type]


def test_another_process_that_leaves_the_database_takes_nothing_along(store: Conversations, tmp_path: Path) -> None:
    first = store.start("What first?")
    open_conversations(tmp_path / "data")  # as feedback and progress do
    read = "import sqlite3, sys; held = sqlite3.connect(sys.argv[1]); held.execute('SELECT 1 FROM conversation'); held.close()"
    [file] = (tmp_path / "data").glob("*.sqlite")
    subprocess.run([sys.executable, "-c", read, file], check=True)
    second = store.start("What then?")
    count = read.replace("held.close()", "print(len(held.execute('SELECT 1 FROM conversation').fetchall()))")
    seen = subprocess.run([sys.executable, "-c", count, file], check=True, capture_output=True, text=True)
    assert (first != second, seen.stdout.strip()) == (True, "2")


def test_an_answer_of_another_version_is_named(store: Conversations, tmp_path: Path) -> None:
    conversation = store.start("Q")
    store.write(store.ask(conversation, "Q"), covered_answer(), "done")
    with sqlite3.connect(tmp_path / "data" / "conversations.sqlite") as connection:
        connection.execute("UPDATE message SET answer = '{\"format\": 99}' WHERE role = 'assistant'")
    connection.close()
    with pytest.raises(RecordUnknown, match="format 99, this version reads 1"):
        store.messages(conversation)


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


def test_a_loop_of_messages_shows_each_of_them_once(store: Conversations, tmp_path: Path) -> None:
    conversation = store.start("Q")
    store.ask(conversation, "Q")
    asked, answer = (message.id for message in store.messages(conversation))
    with sqlite3.connect(tmp_path / "data" / "conversations.sqlite") as connection:
        connection.execute("UPDATE message SET parent = ? WHERE id = ?", (answer, asked))
    connection.close()
    assert [message.id for message in store.messages(conversation)] == [asked, answer]
    store.show(asked)
    assert sorted(message.id for message in store.messages(conversation)) == sorted([asked, answer])


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


def test_halves_of_characters_in_an_answer_are_replaced(store: Conversations) -> None:
    conversation = store.start("Q")
    store.write(store.ask(conversation, "Q"), covered_answer("half \udfff"), "done")
    answer = store.messages(conversation)[1].answer
    assert answer is not None
    assert answer.question == "half \ufffd"


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    open_conversations(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data" / "conversations.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["what?", "a#b", "50%", "a%41b", "a b", "ü?mode=ro"])
def test_the_file_is_in_a_data_folder_of_any_name(tmp_path: Path, name: str) -> None:
    conversation = open_conversations(tmp_path / name).start("Q")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    file = tmp_path / name / "conversations.sqlite"
    assert file.stat().st_size > 0
    assert open_conversations(tmp_path / name).exists(conversation)
    assert erase_records(tmp_path / name) == 1


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


def test_answering_anew_keeps_the_answer_that_was_there(store: Conversations) -> None:
    conversation = store.start("Q")
    first = store.ask(conversation, "Q")
    store.write(first, covered_answer("Q"), "done")
    second, its_conversation, question = store.ask_again(first)
    assert (its_conversation, question) == (conversation, "Q")
    shown = store.messages(conversation)
    assert [message.id for message in shown][1:] == [second]
    assert shown[1].versions == (first, second)
    store.show(first)
    assert store.messages(conversation)[1].answer == covered_answer("Q")


def test_a_question_in_other_words_opens_a_branch_and_loses_nothing(store: Conversations) -> None:
    conversation = store.start("one")
    for question in ("one", "two", "three"):
        store.write(store.ask(conversation, question), covered_answer(question), "done")
    before = store.messages(conversation)
    store.ask(conversation, "two, in other words", after=before[2].parent)
    assert [m.content for m in store.messages(conversation) if m.role == "user"] == ["one", "two, in other words"]
    assert [t.content for t in store.history(conversation) if t.role == "user"] == ["one"]
    store.show(before[2].id)
    assert store.messages(conversation)[:-1] != ()
    assert [m.content for m in store.messages(conversation) if m.role == "user"] == ["one", "two", "three"]
    assert len(store.everything(conversation)) == 8


def test_the_first_question_can_be_changed_too(store: Conversations) -> None:
    conversation = store.start("one")
    store.write(store.ask(conversation, "one"), covered_answer("one"), "done")
    store.ask(conversation, "another", after="")
    question, _ = store.messages(conversation)
    assert (question.content, len(question.versions)) == ("another", 2)
    assert store.history(conversation, until="") == ()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("maths", ["Which maths?"]),
        ("MATHS which", ["Which maths?"]),
        ("école", ["École d'été"]),
        ("algebra", ["Which maths?", "École d'été"]),
        ("algebra maths", ["Which maths?"]),
        ("100%", ["100% sure_thing"]),
        ("e_t", ["100% sure_thing"]),
        ("%", ["100% sure_thing"]),
        ("nothing", []),
    ],
)
def test_conversations_are_found_by_words_in_any_case(store: Conversations, words: str, found: list[str]) -> None:
    for title in ("École d'été", "Which maths?"):
        conversation = store.start(title)
        store.write(store.ask(conversation, title), covered_answer(title), "done")
    store.start("100% sure_thing")
    assert sorted(entry.title for entry in store.find(words)) == sorted(found)


def test_a_whole_page_that_was_pasted_is_searched_for_by_its_first_words(store: Conversations) -> None:
    conversation = store.start("Word " * 10)
    store.ask(conversation, "x" * 900)
    assert [found.id for found in store.find("word " * 1200 + "absent")] == [conversation]
    assert [found.id for found in store.find("x" * 60_000)] == [conversation]
    assert store.find("absent " * 1200) == ()


def test_what_was_found_in_an_answer_is_shown(store: Conversations) -> None:
    conversation = store.start("Which maths?")
    store.write(store.ask(conversation, "Which maths?"), covered_answer(), "done")
    (entry,) = store.find("algebra")
    assert "Linear algebra" in entry.excerpt


def test_a_conversation_is_renamed(store: Conversations) -> None:
    conversation = store.start("Q")
    store.rename(conversation, "  The  plan ")
    store.rename(conversation, " ")
    assert store.recent()[0].title == "The plan"
    with pytest.raises(ConversationUnknown):
        store.rename("nothing", "x")


def test_two_questions_at_once_follow_each_other(store: Conversations, tmp_path: Path) -> None:
    conversation = store.start("Q")
    threads = [threading.Thread(target=store.ask, args=(conversation, f"Q{n}")) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.messages(conversation)) == 12


def test_only_answers_that_nobody_writes_any_more_are_ended_in_a_shared_store(store: Conversations) -> None:
    conversation = store.start("Q")
    answer_id = store.ask(conversation, "Q")
    assert store.interrupt(timedelta(seconds=30)) == 0
    store.touch([answer_id])
    time.sleep(0.05)
    assert store.interrupt(timedelta(seconds=0.01)) == 1
    assert store.messages(conversation)[1].state == "stopped"


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """As that version made its tables, with two conversations whose messages are interleaved."""
    connection = sqlite3.connect(tmp_path / "conversations.sqlite")
    connection.executescript(
        "CREATE TABLE conversation (id VARCHAR(32) PRIMARY KEY, title TEXT NOT NULL, created VARCHAR(32) NOT NULL,"
        " updated VARCHAR(32) NOT NULL);"
        "CREATE TABLE message (number INTEGER PRIMARY KEY, id VARCHAR(32) NOT NULL UNIQUE,"
        " conversation_id VARCHAR(32) NOT NULL, role VARCHAR(16) NOT NULL, content TEXT NOT NULL,"
        " state VARCHAR(16) NOT NULL, answer TEXT NOT NULL,"
        " error TEXT NOT NULL, created VARCHAR(32) NOT NULL);"
    )
    moment = "2026-01-01T00:00:00.000000+00:00"
    for name in "ab":
        connection.execute("INSERT INTO conversation VALUES (?, ?, ?, ?)", (name, name, moment, moment))
    answer = json.dumps(answer_record(covered_answer()))
    for number, (name, role) in enumerate(
        [("a", "user"), ("b", "user"), ("a", "assistant"), ("b", "assistant"), ("a", "user")]
    ):
        held = answer if role == "assistant" else ""
        row = (number + 1, f"{name}{number}", name, role, f"words {number}", "done", held, "", moment)
        connection.execute("INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.commit()
    connection.close()
    for _ in range(2):  # and once more, when there is nothing left to do
        store = open_conversations(tmp_path)
        assert [message.id for message in store.messages("a")] == ["a0", "a2", "a4"]
        assert [message.id for message in store.messages("b")] == ["b1", "b3"]
    store.ask("b", "next")
    assert [message.content for message in store.messages("b")][2:] == ["next", ""]


def test_a_database_url_is_taken_instead_of_the_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    conversation = open_conversations(tmp_path / "data", url).start("Q")
    assert open_conversations(tmp_path / "data", url).exists(conversation)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "url", ["nonsense", "postgresql+nodriver://localhost/x", "nosuch://localhost/x", "postgresql+psycopg://u:p@h:port/x"]
)
def test_a_url_that_cannot_be_used_is_one_sentence(url: str) -> None:
    with pytest.raises(ConversationsUnavailable, match="check its URL and install its driver"):
        Conversations(url)
