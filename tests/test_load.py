"""Ten chats at once on the running program, with its real models; and more than it can take."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import pytest
from conftest import CORPUS
from load_visitor import Visit
from ui_tab import CHROMIUM, Tab, chromium, served

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.conversations import Conversations
from assistant.local_model import GENERATOR
from index.embedder import EMBEDDER, TransformerEmbedder
from index.library import Library
from index.weights import Source, is_present
from ui import server
from ui.settings import read_settings
from ui.worker import QUEUE, THREADS

CHATS = 10
QUESTIONS = (
    "What does a machine learning engineer do?",
    "How long does it take to become a machine learning engineer?",
    "What are the phases of the roadmap?",
    "Which mathematics do I need?",
    "How do I learn linear algebra?",
    "Which programming language should I learn first?",
    "How do I build a portfolio?",
    "What is overfitting?",
    "How do I prepare for interviews?",
    "What is gradient descent?",
    "How do I deploy a model?",
    "How do I bake bread?",
)
ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Running:
    """A server with the real models, and the store it writes into."""

    address: str
    process: subprocess.Popen[bytes]
    store: Conversations

    def memory(self) -> int:
        """Bytes of memory that the server holds."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


@pytest.fixture
def running(corpus_index: Path, tmp_path: Path) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    database = f"sqlite:///{tmp_path / 'chats.sqlite'}"
    flags = {"corpus": CORPUS, "data": corpus_index, "port": port, "database": database, "mode": "quote"}
    settings = read_settings(flags, config=None)
    # A visit that has ended is forgotten at once, where a learner's is kept for a minute in case it comes back.
    command = [part.replace("TTL=60", "TTL=1") for part in server.command(settings)]
    assert "--server.disconnectedSessionTTL=1" in command
    with subprocess.Popen(command, env=server.environment(settings), stdin=subprocess.DEVNULL) as child:
        try:
            deadline = time.monotonic() + 60
            while not server._answers(settings):
                assert child.poll() is None and time.monotonic() < deadline, "the server did not answer"
                time.sleep(0.1)
            store = Conversations(database)
            yield Running(server.address(settings), child, store)
            store.close()
        finally:
            server._end(child)


@pytest.fixture
def alone(corpus_index: Path, embedder: TransformerEmbedder) -> dict[str, Answer]:
    """Each question answered by itself."""
    assistant = Assistant(Library(corpus_index, lambda: embedder))
    return {question: assistant.ask(question, mode="quote") for question in QUESTIONS}


def _chat(address: str, questions: tuple[str, ...]) -> tuple[str, list[tuple[str, ...]]]:
    """A visit that asks these, one after the other; its conversation and what it saw after each."""
    seen = []
    with Visit(address) as visit:
        for question in questions:
            visit.ask(question)
            visit.answered()
            seen.append(visit.answers)
        return visit.conversation, seen


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is read in /proc")
def test_ten_chats_at_once_each_get_the_answer_they_would_get_alone(
    running: Running, alone: dict[str, Answer], capsys: pytest.CaptureFixture[str]
) -> None:
    memory: list[int] = []
    seconds: list[Mapping[str, float]] = []
    for _ in range(ROUNDS):
        plans = [(QUESTIONS[n % len(QUESTIONS)], QUESTIONS[(n + 5) % len(QUESTIONS)]) for n in range(CHATS)]
        with ThreadPoolExecutor(CHATS) as threads:
            chats = list(threads.map(lambda plan: _chat(running.address, plan), plans))
        assert len({conversation for conversation, _ in chats}) == CHATS
        for (conversation, seen), plan in zip(chats, plans, strict=True):
            messages = running.store.messages(conversation)
            assert [message.content for message in messages if message.role == "user"] == list(plan)
            given = [message.answer for message in messages if message.role == "assistant"]
            assert {message.state for message in messages} == {"done"}
            first, expected = given[0], alone[plan[0]]
            assert first is not None
            assert (first.question, first.status) == (plan[0], expected.status)
            assert first.sentences == expected.sentences
            assert first.citations == expected.citations
            assert [hit.passage.id for hit in first.hits] == [hit.passage.id for hit in expected.hits]
            if expected.citations:  # and it is what the tab showed
                assert any(expected.citations[0].document_id in each or expected.citations[0].title in each for each in seen[0])
            seconds += [answer.seconds for answer in given if answer is not None]
        time.sleep(3)  # the visits are forgotten, the questions to ask next are found
        memory.append(running.memory())
    grown = memory[-1] / memory[0]
    with capsys.disabled():
        search, decision = (quantiles([each[step] for each in seconds], n=20)[-1] for step in ("retrieve", "evidence"))
        print(
            f"\n{CHATS} chats at once, {len(seconds)} answers: p95 of retrieval {1000 * search:.0f} ms, "
            f"of ranking the evidence and deciding {1000 * decision:.0f} ms; "
            f"memory after each round {', '.join(f'{size / 1e6:.0f} MB' for size in memory)}"
        )
    assert grown < 1.1, f"memory grew from {memory[0]:,} to {memory[-1]:,} bytes with {CHATS} visits"


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(("mode", "model"), [("Quoted", EMBEDDER), ("Written", GENERATOR)], ids=["quoted", "written"])
def test_the_first_words_are_seen_before_the_answer_ends(
    running: Running, mode: str, model: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    """How soon depends on what else the machine does; the figures are printed."""
    if not is_present(model):
        pytest.skip("the model was not pulled; run `roadmap models pull`")
    with chromium() as browser:
        tab = Tab(browser, running.address)
        tab.open("/")
        tab.page.locator('[data-testid="stSidebar"]').get_by_text(mode, exact=True).click()
        tab.settled()
        tab.timed(QUESTIONS[0])  # loads what is loaded when it is first needed
        seen = []
        for question in QUESTIONS[1:7]:
            tab.page.wait_for_timeout(1500)  # a learner reads; the program looks for questions to ask next
            seen.append(tab.timed(question))
        tab.check()
        tab.close()
    assert all(0 < each.question <= each.words <= each.end for each in seen)
    with capsys.disabled():
        told = ", ".join(
            f"{name} {median(getattr(each, name) for each in seen):.2f} s" for name in ("question", "words", "end")
        )
        print(f"\n{mode}, seen after Enter, median of {len(seen)}: {told}; slowest words {max(s.words for s in seen):.2f} s")


def test_beyond_its_capacity_there_is_a_queue_that_is_seen_and_then_a_word_and_nothing_hangs(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "long.md").write_text("# Steps\n\n" + "".join(f"- Step {n} of many\n" for n in range(60)))
    with served(tmp_path) as address, ExitStack() as stack, ThreadPoolExecutor(QUEUE) as threads:
        visits = [stack.enter_context(Visit(address)) for _ in range(QUEUE)]
        late = stack.enter_context(Visit(address))
        questions = [f"Number {number}, slowly?" for number in range(QUEUE)]
        list(threads.map(Visit.ask, visits, questions))
        late.ask("One too many?")
        assert f"{QUEUE} questions are being answered already; ask again in a moment" in late.text
        assert "One too many?" in late.text  # put back, so that it need not be typed again
        deadline = time.monotonic() + 15
        while len(places := _places(visits)) < QUEUE - THREADS:
            assert time.monotonic() < deadline, f"of {QUEUE} chats, only {len(places)} say that they wait"
            list(threads.map(Visit.poll, visits))
        assert sorted(places) == list(range(THREADS, QUEUE))
        list(threads.map(lambda visit: visit.press("Stop"), visits))
        list(threads.map(Visit.answered, visits))
        for question, visit in zip(questions, visits, strict=True):
            assert question in visit.text
            assert "Stopped" in visit.text
        late.ask("And now?")
        late.answered()
        assert "Step 59 of many" in late.answers[0]


def _places(visits: Sequence[Visit]) -> list[int]:
    """How many answers come before that of each visit that is told to wait."""
    return [int(place) for visit in visits for place in re.findall(r"Waiting for its turn, (\d+) before it", visit.text)]
