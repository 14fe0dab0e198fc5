"""Starts the Streamlit server in a process of its own, with every privacy and safety switch set, and waits for its end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from ingest.errors import RoadmapError
from ui.settings import Settings
from ui.theme import THEME

START_SECONDS = 60.0
STOP_SECONDS = 5.0


class PortInUse(RoadmapError):
    """Something else listens on the port, or the address is not one of this machine's."""


class ServerFailed(RoadmapError):
    """The Streamlit server ended before it answered."""


def check_port(host: str, port: int) -> None:
    """Raise PortInUse unless the chat could listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":  # a port whose last connection is still closing is free; on Windows this would share it
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except socket.gaierror as exc:
        raise PortInUse(f"{host} is not an address of this machine; try --host 127.0.0.1.") from exc
    except OSError as exc:
        raise PortInUse(
            f"Port {port} on {host} cannot be used ({exc.strerror}); stop what uses it or choose another with --port."
        ) from exc


def command(settings: Settings) -> list[str]:
    """The command line of the server. Flags win over any `config.toml` of the folder it is started in."""
    flags = {
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": "localhost" if settings.host in ("127.0.0.1", "::1") else settings.host,
        "browser.serverPort": str(settings.port),
        "client.showErrorDetails": "none",
        "client.showErrorLinks": "false",
        "client.toolbarMode": "viewer",
        "global.developmentMode": "false",
        "runner.magicEnabled": "false",
        "runner.postScriptGC": "false",  # a full collection after every poll held up the models and the answers
        "server.address": settings.host,
        "server.port": str(settings.port),
        "server.headless": "true",
        "server.showEmailPrompt": "false",
        "server.fileWatcherType": "none",
        "server.runOnSave": "false",
        "server.enableCORS": "true",
        "server.enableXsrfProtection": "true",
        "server.xsrfCookieSameSite": "strict",
        "server.enableStaticServing": "false",
        "server.enableAgentApi": "false",
        "server.maxUploadSize": "25",
        "server.disconnectedSessionTTL": "60",
        "logger.level": "warning",
        "logger.hideWelcomeMessage": "true",
        **THEME,
    }
    hosts = ["localhost", "127.0.0.1", "[::1]", settings.host] if _is_local(settings.host) else []
    app = Path(__file__).with_name("app.py")
    # -P keeps the working directory off the module path: a folder of documents may hold an index/ or a corpus/ of its own.
    start = [sys.executable, "-P", "-m", "ui.streamlit_process", "run", str(app)]
    return start + [f"--{name}={value}" for name, value in flags.items()] + [f"--server.allowedHosts={name}" for name in hosts]


def environment(settings: Settings) -> dict[str, str]:
    """The variables of a child process: the settings in force, this installation on the module path, no hub, no telemetry."""
    package_root = str(Path(__file__).resolve().parents[1])
    known = os.environ.get("PYTHONPATH", "")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(("STREAMLIT_", "ROADMAP_"))}
    models = {name: os.environ[name] for name in ("ROADMAP_MODELS",) if name in os.environ}
    return {
        **kept,
        **models,
        **settings.environment(),
        "PYTHONPATH": os.pathsep.join(path for path in (package_root, known) if path),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


def run_server(
    settings: Settings, *, browser: bool, ready: Callable[[str], None], beside: Callable[[], object] | None = None
) -> int:
    """Run the chat until it ends or a signal comes; gives 0 after a signal. `ready` is told the address once it answers.

    `beside` is called once, at its side, and given up when the chat ends.

    Raises ServerFailed when the server ends before it answered.
    """
    url = address(settings)
    with subprocess.Popen(command(settings), env=environment(settings), stdin=subprocess.DEVNULL) as child:
        with _forwarded(child) as stopped:
            if beside is not None:
                threading.Thread(target=beside, name="beside", daemon=True).start()
            deadline = time.monotonic() + START_SECONDS
            while child.poll() is None and not stopped.is_set() and not _answers(settings):
                if time.monotonic() > deadline:
                    child.kill()
                    raise ServerFailed(f"The chat did not answer on {url} in {START_SECONDS:.0f} s; see its messages above.")
                stopped.wait(0.1)
            if child.poll() is None and not stopped.is_set():
                ready(f"The chat is open at {url} (Ctrl+C stops it)")
                if browser:
                    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
            while child.poll() is None and not stopped.wait(0.5):
                pass
            if stopped.is_set():
                _end(child)
                return 0
        raise ServerFailed(f"The chat ended by itself (exit code {child.returncode}); see its messages above.")


def address(settings: Settings) -> str:
    """Where a browser on this machine finds the chat."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.host, settings.host)
    return f"http://{host}:{settings.port}"


def _is_local(host: str) -> bool:
    return host in ("127.0.0.1", "localhost", "::1")


def _answers(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    try:
        with socket.create_connection((host, settings.port), timeout=1):
            return True
    except OSError:
        return False


@contextmanager
def _forwarded(child: subprocess.Popen[bytes]) -> Iterator[threading.Event]:
    """Signals that ask to stop set the event given; the earlier handlers come back at the end."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), stop) for name in names}
    try:
        yield stopped
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
        _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
