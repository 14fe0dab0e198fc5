"""Write mode end to end against a server in another process, well and badly behaved: the learner always gets an answer soon."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes import PLAN, build, open_library, write_corpus

from assistant import write
from assistant.answer import Answer, Finished, SentenceReady
from assistant.assistant import Assistant
from assistant.served_model import ServedModel
from assistant.write import Pace
from index.library import Library

QUESTION = "How many weeks does statistics take?"
SOON = Pace(first=1.0, silence=1.0, whole=3.0, max_tokens=60)

Serve = Callable[[str], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server with a plan and gives its address."""
    running: list[subprocess.Popen[str]] = []

    def start(plan: str) -> str:
        script = Path(__file__).with_name("chat_server.py")
        process = subprocess.Popen([sys.executable, str(script), plan], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip()

    yield start
    for process in running:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    build(write_corpus(tmp_path / "corpus", {"plan.md": PLAN}), tmp_path / "data")
    return open_library(tmp_path / "data")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "PATIENT", SOON)


def asking(library: Library, address: str) -> Assistant:
    return Assistant(library, generator=ServedModel(address, "tiny", timeout=2.0), threshold=0.0)


def check(answer: Answer) -> None:
    assert answer.status == "answered"
    assert answer.model == "tiny"
    assert "900" not in " ".join(sentence.text for sentence in answer.sentences), "what no quote supports is never shown"


def test_a_server_writes_verified_sentences(library: Library, serve: Serve) -> None:
    answer = asking(library, serve("facts")).ask(QUESTION, mode="write")
    check(answer)
    assert answer.sentences[0].kind == "written"
    assert not answer.notice
    assert answer.citations


@pytest.mark.parametrize(
    ("plan", "notice"),
    [("hang", "wrote nothing for 1 seconds"), ("stall", "wrote nothing for 1 seconds"), ("busy", "503")],
)
def test_a_server_that_does_not_answer_is_named_and_the_quotes_are_shown(
    library: Library, serve: Serve, plan: str, notice: str
) -> None:
    began = time.monotonic()
    answer = asking(library, serve(plan)).ask(QUESTION, mode="write")
    assert time.monotonic() - began < 3
    check(answer)
    assert notice in answer.notice
    assert all(sentence.kind == "quoted" for sentence in answer.sentences)


@pytest.mark.parametrize("plan", ["drop", "slow"])
def test_a_server_that_breaks_off_or_is_slow_leaves_the_quotes(library: Library, serve: Serve, plan: str) -> None:
    began = time.monotonic()
    answer = asking(library, serve(plan)).ask(QUESTION, mode="write")
    assert time.monotonic() - began < 5
    check(answer)
    assert all(sentence.kind == "quoted" for sentence in answer.sentences)


def test_no_server_at_all_is_named_and_the_quotes_are_shown(library: Library) -> None:
    answer = asking(library, "http://127.0.0.1:9/v1").ask(QUESTION, mode="write")
    check(answer)
    assert "start the server or change the address" in answer.notice


def test_a_hanging_server_can_be_cancelled_and_does_not_block_the_next_answer(library: Library, serve: Serve) -> None:
    assistant = asking(library, serve("hang"))
    stop = threading.Event()
    began = time.monotonic()
    for event in assistant.stream(QUESTION, mode="write", cancelled=stop.is_set):
        stop.set()
        if isinstance(event, Finished):
            check(event.answer)
    assert time.monotonic() - began < 1
    assert assistant.ask(QUESTION, mode="quote").sentences


def test_the_first_quote_is_shown_while_a_slow_server_writes(library: Library, serve: Serve) -> None:
    assistant = asking(library, serve("slow"))
    began = time.monotonic()
    first = next(event for event in assistant.stream(QUESTION, mode="write") if isinstance(event, SentenceReady))
    assert time.monotonic() - began < 2
    assert first.sentence.kind == "quoted"
    assert first.citations
