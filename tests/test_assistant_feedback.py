"""What a learner said about an answer is kept whole, and what became of it is kept with it."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from ui_fakes import covered_answer, refusal

from assistant.answer import Turn
from assistant.feedback import (
    MAX_COMMENT,
    FeedbackInvalid,
    FeedbackStore,
    FeedbackUnavailable,
    FeedbackUnknown,
    has_feedback,
    open_feedback,
)


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return open_feedback(tmp_path / "data")


def test_everything_that_was_said_and_shown_is_read_back_by_another_process(store: FeedbackStore, tmp_path: Path) -> None:
    history = (Turn("user", "What is phase 1?"), Turn("assistant", "Maths. [1]"))
    kept = store.add(
        "down",
        covered_answer("and then?"),
        conversation_id="c1",
        answer_id="a1",
        history=history,
        reason="incomplete",
        comment="  What about SQL? 学習 Robert'); DROP TABLE feedback;--  ",
    )
    read = open_feedback(tmp_path / "data").get(kept.id)
    assert read == kept
    assert (read.rating, read.reason, read.state, read.item_id) == ("down", "incomplete", "open", "")
    assert read.comment == "What about SQL? 学習 Robert'); DROP TABLE feedback;--"
    assert (read.history, read.answer) == (history, covered_answer("and then?"))
    assert (read.question, read.standalone_question, read.hits) == ("and then?", "and then?", covered_answer().hits)
    assert (read.conversation_id, read.answer_id) == ("c1", "a1")


def test_the_newest_comes_first_and_states_are_told_apart(store: FeedbackStore) -> None:
    first, second, third = (store.add("gap", refusal(f"Q{number}")) for number in range(3))
    store.resolve(second.id, "dismissed", note="spam")
    assert [entry.id for entry in store.list()] == [third.id, second.id, first.id]
    assert [entry.id for entry in store.list("open")] == [third.id, first.id]
    assert [entry.id for entry in store.list(limit=1)] == [third.id]
    assert (store.count(), store.count("dismissed"), store.count("item")) == (2, 1, 0)
    assert store.get(second.id).note == "spam"


def test_a_learner_who_thinks_again_replaces_what_is_open(store: FeedbackStore) -> None:
    store.add("down", covered_answer(), answer_id="a1")
    store.add("up", covered_answer(), answer_id="a1")
    assert [entry.rating for entry in store.list()] == ["up"]
    latest = store.of_answer("a1")
    assert latest is not None and latest.rating == "up"
    assert store.of_answer("a2") is None


def test_what_somebody_worked_on_is_never_replaced_or_taken_back(store: FeedbackStore) -> None:
    kept = store.add("down", covered_answer(), answer_id="a1")
    store.resolve(kept.id, "item", item_id="fb-1")
    store.add("up", covered_answer(), answer_id="a1")
    assert store.withdraw("a1")
    assert not store.withdraw("a1")
    assert [entry.item_id for entry in store.list()] == ["fb-1"]


def test_any_database_can_hold_it_and_asking_whether_there_is_one_makes_none(tmp_path: Path) -> None:
    assert not has_feedback(tmp_path)
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    open_feedback(tmp_path / "unused", url).add("up", covered_answer())
    assert open_feedback(tmp_path / "unused", url).count() == 1
    assert not (tmp_path / "unused").exists()
    assert has_feedback(tmp_path, url)
    open_feedback(tmp_path)
    assert has_feedback(tmp_path)


def test_feedback_from_outside_the_chat_is_not_mixed_up(store: FeedbackStore) -> None:
    store.add("down", covered_answer("one"))
    store.add("down", covered_answer("two"))
    assert [entry.question for entry in store.list()] == ["two", "one"]


def test_the_beginning_of_an_id_is_enough_while_it_is_the_only_one(store: FeedbackStore) -> None:
    entries = [store.add("up", covered_answer()) for _ in range(20)]
    assert store.get(entries[3].id[:20]).id == entries[3].id
    shared = next(a.id[0] for a in entries for b in entries if a is not b and a.id[0] == b.id[0])  # 20 ids, 16 first digits
    with pytest.raises(FeedbackUnknown, match="More than one"):
        store.get(shared)


@pytest.mark.parametrize("wrong", ["nothing", "", "%", "_"])
def test_an_unknown_id_is_named(store: FeedbackStore, wrong: str) -> None:
    store.add("up", covered_answer())
    with pytest.raises(FeedbackUnknown, match="There is no feedback"):
        store.get(wrong)
    with pytest.raises(FeedbackUnknown):
        store.resolve(wrong, "dismissed")


def test_only_known_ratings_and_states_are_taken(store: FeedbackStore) -> None:
    with pytest.raises(FeedbackInvalid, match="up, down, gap"):
        store.add("meh", covered_answer())  # type: ignore[arg-type]
    kept = store.add("up", covered_answer())
    for state, item in (("done", ""), ("item", ""), ("dismissed", "fb-1")):
        with pytest.raises(FeedbackInvalid):
            store.resolve(kept.id, state, item_id=item)  # type: ignore[arg-type]
    assert store.get(kept.id).state == "open"


def test_the_run_that_settled_it_is_kept_until_it_is_opened_again(store: FeedbackStore) -> None:
    kept = store.add("down", covered_answer())
    store.resolve(kept.id, "item", item_id="fb-1")
    store.settle(kept.id, "run-7")
    assert store.get(kept.id).fixed_in == "run-7"
    assert store.resolve(kept.id, "open").fixed_in == ""


def test_a_long_comment_is_cut(store: FeedbackStore) -> None:
    assert len(store.add("down", covered_answer(), comment="x" * 9999).comment) == MAX_COMMENT


def test_halves_of_characters_are_replaced(store: FeedbackStore) -> None:
    half = "half \udfff"
    stored = store.add("down", covered_answer(half), history=(Turn("user", half),), reason=half, comment=half)
    assert store.get(stored.id) == stored
    assert stored.question == stored.comment == stored.reason == stored.history[0].content == "half \ufffd"


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_only_the_owner_can_read_the_file(store: FeedbackStore, tmp_path: Path) -> None:
    store.add("up", covered_answer())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").glob("conversations.sqlite*")}
    assert modes == {0o600}


def test_a_damaged_file_and_a_folder_that_cannot_be_made_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(FeedbackUnavailable, match=r"conversations\.sqlite cannot be read"):
        open_feedback(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(FeedbackUnavailable, match="cannot be written"):
        open_feedback(tmp_path / "file" / "data")


def test_many_writers_at_once_lose_nothing(store: FeedbackStore, tmp_path: Path) -> None:
    def write() -> None:
        own = open_feedback(tmp_path / "data")
        for _ in range(5):
            own.add("down", covered_answer())

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.count() == 20
