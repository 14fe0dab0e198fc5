"""Two servers behind a proxy: one PostgreSQL of conversations, one index folder that they may only read."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from load_visitor import Visit
from replicas_postgres import postgres
from replicas_proxy import Proxy
from ui_fakes import MARKDOWN, WordLengthEmbedder
from ui_tab import CHROMIUM, Tab, chromium

from assistant.conversations import Conversations
from ui import assembly, server
from ui.settings import Settings, read_settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of folders")
UNSAVED = "Chats are not saved"


@dataclass(frozen=True, slots=True)
class Replicas:
    """Two running servers with what they share."""

    proxy: Proxy
    ports: tuple[int, int]
    settings: tuple[Settings, Settings]
    processes: list[subprocess.Popen[bytes]]
    store: Conversations  # as a third process sees it

    def address(self, number: int) -> str:
        return server.address(self.settings[number])

    def kill(self, number: int) -> None:
        """End one as a power cut would."""
        self.processes[number].kill()
        self.processes[number].wait()

    def revive(self, number: int) -> None:
        """Start one anew that was killed."""
        self.processes[number] = _start(self.settings[number])
        _await(self.settings[number], self.processes[number])


def _settings(folder: Path, database: str = "") -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = {"corpus": folder / "corpus", "data": folder / "data", "port": port, "database": database}
    return read_settings(flags, config=None)


def _indexed(folder: Path) -> None:
    """A corpus and its index; from then on nobody may write into them."""
    (folder / "corpus").mkdir()
    (folder / "corpus" / "roadmap.md").write_text(MARKDOWN, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "load_embedder", lambda settings: WordLengthEmbedder())
        patch.setattr(assembly, "embedder_identity", lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest))
        assembly.build_index(_settings(folder))
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o500 if path.is_dir() else 0o400)


def _without_rights() -> list[str]:
    """What makes a process of root keep to the permissions of files as everybody does."""
    if os.geteuid() != 0:
        return []
    found = shutil.which("setpriv")
    if found is None:
        pytest.skip("setpriv is not installed (apt-get install util-linux)")
    return [found, "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    here = Path(__file__).parent
    app = str(Path(server.__file__).with_name("app.py"))
    replaced = {app: str(here / "replicas_app.py"), "ui.streamlit_process": "streamlit"}
    command = [*_without_rights(), *(replaced.get(part, part) for part in server.command(settings))]
    environment = server.environment(settings)
    environment["PYTHONPATH"] = os.pathsep.join([str(here), environment["PYTHONPATH"]])
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)


def _await(settings: Settings, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not server._answers(settings):
        assert process.poll() is None and time.monotonic() < deadline, "the server did not answer"
        time.sleep(0.05)


@contextmanager
def _served(*several: Settings) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes = [_start(settings) for settings in several]
    try:
        for settings, process in zip(several, processes, strict=True):
            _await(settings, process)
        yield processes
    finally:
        for process in processes:
            server._end(process)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("replicas")
    _indexed(made)
    yield made
    for path in (made, *made.rglob("*")):
        path.chmod(0o700)  # so that pytest can delete it


@pytest.fixture(scope="module")
def replicas(folder: Path) -> Iterator[Replicas]:
    with postgres() as database:
        url = database.database()
        settings = _settings(folder, url), _settings(folder, url)
        ports = settings[0].port, settings[1].port
        with _served(*settings) as processes, Proxy(ports) as proxy:
            store = Conversations(url)
            yield Replicas(proxy, ports, settings, processes, store)
            store.close()


def test_what_is_asked_on_one_replica_is_read_and_continued_on_the_other(replicas: Replicas) -> None:
    with Visit(replicas.address(0)) as first:
        assert UNSAVED not in first.text
        first.ask("What do I learn?")
        first.answered()
        with Visit(replicas.address(1), first.conversation) as second:
            assert "Linear algebra" in second.answers[0]
            assert second.answers == first.answers
            second.ask("And then?")
            second.answered()
            assert second.conversation == first.conversation
        first.look()
        assert len(first.answers) == 2
        assert [m.content for m in replicas.store.messages(first.conversation) if m.role == "user"] == [
            "What do I learn?",
            "And then?",
        ]


def test_an_answer_is_seen_growing_on_the_other_replica(replicas: Replicas) -> None:
    with Visit(replicas.address(0)) as first:
        first.ask("What do I learn slowly?")
        with Visit(replicas.address(1), first.conversation) as second:
            assert second.running
            lengths = set()
            while second.running:
                lengths.add(sum(map(len, second.answers)))
                second.poll(0.2)
            assert len(lengths) > 2
        first.answered()
        assert second.answers == first.answers


def test_visits_through_the_proxy_reach_both_and_write_into_one_conversation(replicas: Replicas) -> None:
    before = len(replicas.proxy.served)
    with Visit(replicas.proxy.address) as starter:
        starter.ask("What comes first?")
        starter.answered()
        conversation = starter.conversation

    def ask(number: int) -> None:
        with Visit(replicas.proxy.address, conversation) as visit:
            visit.ask(f"Question {number}?")
            visit.answered()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(ask, range(6)))
    assert set(replicas.proxy.served[before:]) == set(replicas.ports)
    messages = replicas.store.messages(conversation)
    assert sorted(m.content for m in messages if m.role == "user")[:6] == [f"Question {number}?" for number in range(6)]
    assert [message.parent for message in messages] == ["", *(message.id for message in messages[:-1])]
    assert {message.state for message in messages} == {"done"}


def test_a_killed_replica_loses_no_word_and_the_other_goes_on(replicas: Replicas) -> None:
    with Visit(replicas.address(0)) as visit:
        visit.ask("What do I learn slowly?")
        while not visit.answers:
            visit.poll()
        shown = visit.answers[0]
        replicas.kill(0)
    with Visit(replicas.proxy.address, visit.conversation) as after:
        deadline = time.monotonic() + 20
        while after.running:
            assert time.monotonic() < deadline, "an answer that nobody writes was never ended"
            after.poll()
        assert "Stopped" in after.text
        assert replicas.store.messages(visit.conversation)[1].state == "stopped"
        stored = replicas.store.messages(visit.conversation)[1].answer
        assert stored is not None
        assert stored.sentences
        assert all(sentence.text in after.answers[0] for sentence in stored.sentences if sentence.text in shown)
        after.ask("And then?")
        after.answered()
        assert len(after.answers) == 2
    replicas.revive(0)
    with Visit(replicas.address(0), visit.conversation) as revived:
        assert revived.answers == after.answers


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_tab_goes_on_with_the_other_replica_when_its_own_is_killed(replicas: Replicas) -> None:
    with chromium() as browser:
        tab = Tab(browser, replicas.proxy.address)
        tab.open("/")
        tab.ask("What do I learn?")
        tab.page.wait_for_function("() => document.body.innerText.includes('Linear algebra')")
        tab.settled()
        mine = replicas.proxy.sockets[-1]
        replicas.kill(replicas.ports.index(mine))
        deadline = time.monotonic() + 30
        while replicas.proxy.sockets[-1] == mine:
            assert time.monotonic() < deadline, "the tab did not connect again"
            tab.page.wait_for_timeout(100)
        tab.settled()
        assert "Linear algebra" in tab.page.inner_text("body")
        tab.ask("And after that?")
        tab.page.wait_for_function("() => document.querySelectorAll('[data-testid=stChatMessage]').length >= 4")
        tab.check()
        replicas.revive(replicas.ports.index(mine))


def test_with_a_folder_that_can_only_be_read_it_answers_and_says_that_chats_are_not_saved(folder: Path) -> None:
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    settings = _settings(folder)
    with _served(settings), Visit(server.address(settings)) as visit:
        assert UNSAVED in visit.text
        visit.ask("What do I learn?")
        visit.answered()
        assert "Linear algebra" in visit.answers[0]
        with Visit(server.address(settings), visit.conversation) as again:
            assert again.answers == visit.answers
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
