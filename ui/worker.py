"""Questions in, running answers out: each is written by a thread that outlives clicks, page changes and reloads.

The page only looks at `Job.view()`. Whatever was written is in the conversation store before it can be seen.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, takewhile
from typing import Protocol

from assistant.answer import Answer, Citation, Event, Finished, Mode, Retrieved, Sentence, SentenceReady, Turn
from assistant.conversations import Conversations, ConversationUnknown
from assistant.message import State
from assistant.suggest import answerable, nearby_questions
from ingest.document import Document
from ingest.errors import RoadmapError

log = logging.getLogger(__name__)

THREADS = 4  # quoting is quick and runs side by side; the generator lets one through at a time
QUEUE = 16  # answers running or waiting; beyond that a learner is told, instead of left waiting
WRITE_SECONDS = 0.1  # quotes that come faster than that are stored, and then shown, together
BEAT_SECONDS = 5.0  # how often answers being written are marked as such, for other processes that share the store
LOST = timedelta(seconds=30)  # without a mark for that long, the process that wrote an answer has ended


class Busy(RoadmapError):
    """More questions are waiting than the queue holds."""


class Streams(Protocol):
    """The part of `assistant.Assistant` that is used here."""

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto", cancelled: Callable[[], bool] = ...
    ) -> Iterator[Event]:
        """The events of an answer, `Finished` last."""
        ...

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        """The complete answer."""
        ...


@dataclass(frozen=True, slots=True)
class JobView:
    """How far an answer has come."""

    state: State
    waiting: bool  # in the queue, not begun
    answer: Answer  # what has been written so far
    error: str
    seconds: float  # since it was asked


class Job:
    """One answer being written."""

    def __init__(self, answer_id: str, conversation_id: str, question: str) -> None:
        self.answer_id = answer_id
        self.conversation_id = conversation_id
        self.question = question
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._finished = threading.Event()
        self._asked = time.monotonic()
        self._view = JobView("running", True, _empty(question), "", 0.0)

    def view(self) -> JobView:
        """An immutable picture of it now."""
        with self._lock:
            view = self._view
        return view if view.state != "running" else replace(view, seconds=time.monotonic() - self._asked)

    def cancel(self) -> None:
        """Stop it at the next sentence; what was written stays."""
        self._cancelled.set()

    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._cancelled.is_set()

    def wait(self, timeout: float) -> bool:
        """Whether it ended within `timeout` seconds."""
        return self._finished.wait(timeout)

    def _show(self, answer: Answer, state: State = "running", error: str = "") -> None:
        with self._lock:
            self._view = JobView(state, False, answer, error, time.monotonic() - self._asked)
        if state != "running":
            self._finished.set()


class Worker:
    """Writes answers into `conversations`, `THREADS` at a time. `assistant` is called when the first question comes.

    Behind each answer it looks for questions to ask next, near the answer in `documents`, and keeps those that are answered.
    """

    def __init__(
        self,
        assistant: Callable[[], Streams],
        conversations: Conversations,
        documents: Callable[[], Mapping[str, Document]] = dict,
    ) -> None:
        self._assistant = assistant
        self._conversations = conversations
        self._documents = documents
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="answer")
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._searches = threading.BoundedSemaphore(os.cpu_count() or 1)  # more at once: each slower, and none sooner
        self._ended = threading.Event()
        threading.Thread(target=self._beat, name="beat", daemon=True).start()

    def ask(self, conversation_id: str, question: str, *, mode: Mode = "auto", after: str | None = None) -> Job:
        """Store the question and begin its answer, behind the message `after` where that is given ("" for the beginning).

        Raises Busy when `QUEUE` answers are under way, ConversationUnknown, ConversationsUnavailable.
        """
        history = self._conversations.history(conversation_id, after)
        with self._lock:
            self._check_queue()
            job = Job(self._conversations.ask(conversation_id, question, after), conversation_id, question)
            self._jobs[job.answer_id] = job
        self._threads.submit(self._write, job, history, mode)
        return job

    def ask_again(self, answer_id: str, *, mode: Mode = "auto") -> Job:
        """Begin another answer to the question of this one, which is kept. Raises what `ask` raises."""
        with self._lock:
            self._check_queue()
            new, conversation_id, question = self._conversations.ask_again(answer_id)
            job = Job(new, conversation_id, question)
            self._jobs[job.answer_id] = job
        message = self._conversations.message(new)
        asked = None if message is None else self._conversations.message(message.parent)
        history = self._conversations.history(conversation_id, "" if asked is None else asked.parent)
        self._threads.submit(self._write, job, history, mode)
        return job

    def job(self, answer_id: str) -> Job | None:
        """The job that is writing this answer; None once it has ended: the store then holds it."""
        with self._lock:
            job = self._jobs.get(answer_id)
        return None if job is None or job.view().state != "running" else job

    def suggesting(self, answer_id: str) -> bool:
        """Whether questions to ask next are still being looked for behind this answer."""
        with self._lock:
            return answer_id in self._jobs

    def ahead(self, job: Job) -> int:
        """How many answers were asked for before this one and are not finished."""
        with self._lock:
            before = list(takewhile(lambda each: each is not job, self._jobs.values()))
        return sum(each.view().state == "running" for each in before)

    def wait_until_idle(self) -> None:
        """Come back when no answer is being written."""
        while not self._ended.is_set():
            with self._lock:
                running = next((job for job in self._jobs.values() if job.view().state == "running"), None)
            if running is None:
                return
            running.wait(1.0)

    def close(self) -> None:
        """Stop every answer at its next sentence and wait for the threads to end."""
        self._ended.set()
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.cancel()
        self._threads.shutdown()

    def _write(self, job: Job, history: Sequence[Turn], mode: Mode) -> None:
        answer = _empty(job.question)
        try:
            try:
                written = 0.0
                for event in self._events(job, history, mode):
                    answer = _with(answer, event)
                    if isinstance(event, Retrieved):
                        job._show(answer)
                    elif isinstance(event, SentenceReady) and _is_due(event.sentence, written):
                        self._conversations.write(job.answer_id, answer, "running")
                        job._show(answer)
                        written = time.monotonic()
                state: State = "stopped" if job.cancelled() else "done"
                shown = replace(answer, suggestions=())  # what is offered next is shown once it is checked
                self._conversations.write(job.answer_id, shown, state)
                job._show(shown, state)
                if state == "done":
                    self._suggest(job, answer, history)
            except ConversationUnknown as exc:  # removed while it was being answered
                job._show(answer, "failed", str(exc))
            except RoadmapError as exc:
                self._fail(job, answer, str(exc))
            except Exception:  # the thread's last line of defence: the learner must see an end, the log the traceback
                log.exception("an answer failed")
                self._fail(job, answer, "Something went wrong inside the program; its log names the place. Try to ask again.")
        finally:
            with self._lock:
                self._jobs.pop(job.answer_id, None)

    def _suggest(self, job: Job, answer: Answer, history: Sequence[Turn]) -> None:
        """Add to a finished answer the questions nearby that are answered; given up when somebody asks something else."""
        asked = [turn.content for turn in history if turn.role == "user"] + [job.question, answer.standalone_question]
        assistant, documents = self._assistant(), self._documents()
        near = chain(answer.suggestions, nearby_questions(answer, documents))
        unhurried = takewhile(lambda _: not (job.cancelled() or self._ended.is_set() or self._busy()), near)
        try:
            found = answerable(unhurried, asked, lambda question: assistant.ask(question, mode="quote"))
            if found:
                self._conversations.write(job.answer_id, replace(answer, suggestions=found), "done")
        except RoadmapError as exc:
            log.warning("no questions to ask next: %s", exc)
        except Exception:  # the answer itself is there; what failed is logged
            log.exception("looking for questions to ask next failed")

    def _busy(self) -> bool:
        with self._lock:
            return any(job.view().state == "running" for job in self._jobs.values())

    def _check_queue(self) -> None:
        if sum(job.view().state == "running" for job in self._jobs.values()) >= QUEUE:
            raise Busy(f"{QUEUE} questions are being answered already; ask again in a moment.")

    def _beat(self) -> None:
        """Mark what this process is writing, and end what a process wrote that is no more."""
        while not self._ended.wait(BEAT_SECONDS):
            with self._lock:
                writing = [job.answer_id for job in self._jobs.values() if job.view().state == "running"]
            with suppress(RoadmapError):  # the next question says what is wrong with the store
                if writing:
                    self._conversations.touch(writing)
                self._conversations.interrupt(LOST)

    def _events(self, job: Job, history: Sequence[Turn], mode: Mode) -> Iterator[Event]:
        """The assistant's events until the job is cancelled; a cancelled one need not reach `Finished`."""
        if job.cancelled():
            return
        stream = self._assistant().stream(job.question, history, mode=mode, cancelled=job.cancelled)
        with self._searches:
            found = next(stream, None)
        for event in () if found is None else chain((found,), stream):
            yield event
            if job.cancelled() and not isinstance(event, Finished):
                return

    def _fail(self, job: Job, answer: Answer, error: str) -> None:
        try:
            self._conversations.fail(job.answer_id, error)
        except RoadmapError as exc:
            error = f"{error} {exc}"
        job._show(answer, "failed", error)


def _is_due(sentence: Sentence, written: float) -> bool:
    """Whether a sentence is stored and shown by itself; quotes come without a pause, and wait for each other."""
    return sentence.kind == "written" or time.monotonic() - written > WRITE_SECONDS


def _empty(question: str) -> Answer:
    return Answer(question, question, "answered", (), (), (), confidence=0.0, mode="quote", model="")


def _with(answer: Answer, event: Event) -> Answer:
    """The answer so far and one event more."""
    if isinstance(event, Finished):
        return event.answer
    if isinstance(event, Retrieved):
        return replace(answer, standalone_question=event.standalone_question, hits=event.hits)
    known = {citation.marker for citation in answer.citations}
    fresh: tuple[Citation, ...] = tuple(citation for citation in event.citations if citation.marker not in known)
    sentences: tuple[Sentence, ...] = (*answer.sentences, event.sentence)
    return replace(answer, sentences=sentences, citations=answer.citations + fresh)
