"""Answers are written by threads that no page can kill, and every word is stored before it is shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ui_fakes import ScriptedAssistant, covered_answer, refusal

from assistant.answer import Answer, Turn
from assistant.conversations import Conversations, open_conversations
from ingest.errors import RoadmapError
from ui.examples import CAREER, examples
from ui.worker import QUEUE, Busy, Worker


@pytest.fixture
def store(tmp_path: Path) -> Conversations:
    return open_conversations(tmp_path)


@pytest.fixture
def make(store: Conversations) -> Iterator[Callable[..., tuple[Worker, ScriptedAssistant]]]:
    made: list[tuple[Worker, ScriptedAssistant]] = []

    def build(*answers: object) -> tuple[Worker, ScriptedAssistant]:
        assistant = ScriptedAssistant(*answers)  # type: ignore[arg-type]
        made.append((Worker(lambda: assistant, store), assistant))
        return made[-1]

    yield build
    for worker, assistant in made:
        assistant.gate.set()
        worker.close()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 10 s"
        time.sleep(0.01)


def test_a_finished_answer_is_in_the_store_and_its_job_is_gone(store: Conversations, make: Callable) -> None:
    worker, _ = make(covered_answer("Q"))
    conversation = store.start("Q")
    job = worker.ask(conversation, "Q")
    assert job.wait(10)
    assert job.view().state == "done"
    assert store.messages(conversation)[1].answer == covered_answer("Q")
    _until(lambda: worker.job(job.answer_id) is None)


def test_sentences_are_shown_and_stored_one_by_one(store: Conversations, make: Callable) -> None:
    worker, assistant = make(covered_answer("Q"))
    assistant.gate.clear()
    conversation = store.start("Q")
    job = worker.ask(conversation, "Q")
    _until(lambda: bool(job.view().answer.hits))
    assert job.view().answer.sentences == ()
    assert job.view().state == "running"
    assistant.gate.set()
    assert job.wait(10)
    assert [sentence.text for sentence in job.view().answer.sentences] == ["Linear algebra", "Statistics"]


def test_stopping_keeps_what_was_written(store: Conversations, make: Callable) -> None:
    worker, assistant = make(covered_answer("Q"))
    conversation = store.start("Q")

    real = assistant.stream

    def paused(*arguments: object, **options: object) -> Iterator[object]:
        for number, event in enumerate(real(*arguments, **options)):
            yield event
            if number == 1:  # the first sentence is out
                assistant.gate.clear()

    assistant.stream = paused
    job = worker.ask(conversation, "Q")
    _until(lambda: len(job.view().answer.sentences) == 1)
    job.cancel()
    assistant.gate.set()
    assert job.wait(10)
    message = store.messages(conversation)[1]
    assert message.state == "stopped"
    assert message.answer is not None
    assert [s.text for s in message.answer.sentences] == ["Linear algebra"]
    assert [c.marker for c in message.answer.citations] == [1]


def test_a_named_error_is_the_answers_error(store: Conversations, make: Callable) -> None:
    worker, _ = make(RoadmapError("There is no question; type one."))
    conversation = store.start("?")
    job = worker.ask(conversation, "?")
    assert job.wait(10)
    assert (job.view().state, job.view().error) == ("failed", "There is no question; type one.")
    assert store.messages(conversation)[1].error == "There is no question; type one."


def test_an_unforeseen_error_ends_the_answer_and_is_logged(
    store: Conversations, make: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    worker, _ = make(ZeroDivisionError("secret detail"), covered_answer("again"))
    conversation = store.start("Q")
    job = worker.ask(conversation, "Q")
    assert job.wait(10)
    assert job.view().state == "failed"
    assert "secret detail" not in job.view().error
    assert "ZeroDivisionError" in caplog.text
    assert worker.ask(conversation, "again").wait(10)


def test_a_follow_up_brings_the_conversation_so_far(store: Conversations, make: Callable) -> None:
    worker, assistant = make(covered_answer("one"), refusal("two"), covered_answer("three"))
    conversation = store.start("one")
    for question in ("one", "two", "three"):
        assert worker.ask(conversation, question).wait(10)
    assert assistant.heard[0] == ("one", ())
    assert [turn.content for turn in assistant.heard[2][1] if turn.role == "user"] == ["one", "two"]
    assert assistant.heard[2][1][1] == Turn("assistant", "1. Linear algebra [1]\n2. Statistics [2]")


def test_beyond_the_queue_a_learner_is_told(store: Conversations, make: Callable) -> None:
    worker, assistant = make()
    assistant.gate.clear()
    conversation = store.start("Q")
    jobs = [worker.ask(conversation, f"Q{number}") for number in range(QUEUE)]
    with pytest.raises(Busy, match="ask again in a moment"):
        worker.ask(conversation, "one too many")
    assert len(store.messages(conversation)) == 2 * QUEUE
    assistant.gate.set()
    assert all(job.wait(10) for job in jobs)


def test_chats_that_run_at_once_do_not_mix(store: Conversations, make: Callable) -> None:
    worker, _ = make()
    conversations = [store.start(f"Q{number}") for number in range(QUEUE)]
    jobs = [worker.ask(conversation, f"Q{n}") for n, conversation in enumerate(conversations)]
    assert all(job.wait(10) for job in jobs)
    for number, conversation in enumerate(conversations):
        question, answer = store.messages(conversation)
        assert question.content == f"Q{number}"
        assert answer.answer is not None
        assert answer.answer.question == f"Q{number}"


def test_removing_a_conversation_ends_its_running_answer_quietly(store: Conversations, make: Callable) -> None:
    worker, assistant = make(covered_answer("Q"))
    assistant.gate.clear()
    conversation = store.start("Q")
    job = worker.ask(conversation, "Q")
    store.remove(conversation)
    assistant.gate.set()
    assert job.wait(10)
    assert "removed" in job.view().error


def test_closing_stops_what_is_running(store: Conversations, make: Callable) -> None:
    worker, assistant = make(covered_answer("Q"))
    assistant.gate.clear()
    conversation = store.start("Q")
    job = worker.ask(conversation, "Q")
    job.cancel()
    assistant.gate.set()
    worker.close()
    assert store.messages(conversation)[1].state == "stopped"
    assert job.view().state == "stopped"


def test_what_can_wait_comes_back_only_when_no_answer_is_being_written(store: Conversations, make: Callable) -> None:
    worker, assistant = make(covered_answer("Q"))
    worker.wait_until_idle()
    assistant.gate.clear()
    job = worker.ask(store.start("Q"), "Q")
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(worker.wait_until_idle)
        _until(lambda: bool(job.view().answer.hits))
        assert not waiting.done()
        assistant.gate.set()
        waiting.result(10)
    assert job.view().state == "done"


def test_questions_to_start_from_are_tried_while_nobody_waits_for_an_answer() -> None:
    order: list[str] = []

    class Asked:
        def ask(self, question: str, *, mode: str) -> Answer:
            order.append("try")
            return covered_answer(question)

    found = examples(Asked(), {}, lambda: order.append("give way"))  # type: ignore[arg-type]
    assert [example.question for example in found] == [question for _, question in CAREER]
    assert order == ["give way", "try"] * len(CAREER)
