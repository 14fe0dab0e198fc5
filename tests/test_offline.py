"""After set-up nothing connects outward: the whole flow, from documents to answers in the chat, on real weights.

Every process of the flow notes each address it wants to reach, and where Linux allows it they all run in a network
namespace that has no network at all. The hub's cache is an empty folder.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.weights import models_folder

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "corpus" / "sources"
NAMESPACE = ["unshare", "--map-root-user", "--net"]
WATCH = """
import os, sys

def note(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host)
    if host not in ("127.0.0.1", "::1", "localhost", "None", ""):
        with open(os.environ["NETWORK_LOG"], "a", encoding="utf-8") as log:
            log.write(f"{event} {host} by {sys.argv[:3]}\\n")

sys.addaudithook(note)
"""
FLOW = """
import fcntl, json, os, socket, struct, subprocess, sys, time, urllib.request
from pathlib import Path

def loopback_up():  # a new namespace has its loopback switched off
    with socket.socket() as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(probe, 0x8913, request))[1]
        fcntl.ioctl(probe, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))

def roadmap(name, *arguments):
    command = [sys.executable, "-m", "ui.cli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    Path(name).write_text(json.dumps({"code": done.returncode, "out": done.stdout, "err": done.stderr}))

if sys.argv[1] == "alone":
    loopback_up()
roadmap("index.json", "index", "--json")
roadmap("quote.json", "ask", "Which maths should I learn first?", "--mode", "quote", "--json")
roadmap("write.json", "ask", "What does a machine learning engineer do?", "--mode", "write", "--json")
Path("questions.jsonl").write_text(json.dumps({"id": "one", "question": "How long does it take?"}) + "\\n")
roadmap("batch.json", "batch", "questions.jsonl", "answers.jsonl")

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
command = [sys.executable, "-m", "ui.cli", "serve", "--no-browser", "--port", str(port)]
with open("serve.log", "wb") as log, subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as chat:
    for _ in range(600):
        try:
            page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            Path("page.html").write_bytes(page)
            break
        except OSError:
            if chat.poll() is not None:
                break
            time.sleep(0.1)
    time.sleep(1)
    chat.terminate()
"""


@dataclass(frozen=True)
class Flow:
    """What the flow left behind."""

    folder: Path
    alone: bool  # whether there was no network

    def result(self, name: str) -> str:
        """What a command printed; it must have succeeded."""
        done = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        assert done["code"] == 0, done["err"]
        return str(done["out"])


def _namespaces_allowed() -> bool:
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Flow:
    folder = tmp_path_factory.mktemp("offline")
    shutil.copytree(SOURCES, folder / "corpus")
    (folder / "empty").mkdir()
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")  # every Python process runs it first
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROADMAP_", "HF_", "TRANSFORMERS_"))}
    environment = {
        **kept,
        "PYTHONPATH": os.pathsep.join([str(folder / "watch"), str(ROOT)]),
        "NETWORK_LOG": str(folder / "network.log"),
        "ROADMAP_MODELS": str(models_folder()),
        "HF_HOME": str(folder / "empty"),
        "HF_HUB_CACHE": str(folder / "empty"),
        "XDG_CACHE_HOME": str(folder / "empty"),
    }
    alone = _namespaces_allowed()
    command = [sys.executable, "-c", FLOW, "alone" if alone else "among others"]
    subprocess.run([*NAMESPACE, *command] if alone else command, cwd=folder, env=environment, check=True, timeout=280)
    return Flow(folder, alone)


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the flow is run with POSIX means")


def test_without_a_network_the_index_is_built_and_questions_are_answered(flow: Flow) -> None:
    if not flow.alone:
        pytest.skip("user namespaces are not allowed on this machine (unshare --map-root-user --net)")
    assert json.loads(flow.result("index"))["passages"] > 0
    for name in ("quote", "write"):
        answer = json.loads(flow.result(name))
        assert answer["status"] == "answered"
        assert answer["citations"]
    flow.result("batch")
    (line,) = (flow.folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["id"] == "one"
    assert b"streamlit" in (flow.folder / "page.html").read_bytes().lower(), (flow.folder / "serve.log").read_text()


def test_no_process_of_the_flow_wants_to_reach_another_machine(flow: Flow) -> None:
    flow.result("write")
    log = flow.folder / "network.log"
    assert not log.exists(), log.read_text(encoding="utf-8")


def test_the_watch_over_the_network_sees_an_attempt(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "NETWORK_LOG": str(tmp_path / "network.log")}
    attempt = "import socket; s = socket.socket(); s.settimeout(0.1); s.connect_ex(('192.0.2.1', 9))"  # an address of nobody
    subprocess.run([sys.executable, "-c", attempt], env=environment, check=True, timeout=30)
    assert "192.0.2.1" in (tmp_path / "network.log").read_text(encoding="utf-8")
