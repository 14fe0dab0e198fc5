"""How the chat's server is started: every switch on the command line, nothing from the folder it is started in."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ui import server
from ui.server import PortInUse, ServerFailed, address, check_port, command, environment, run_server
from ui.settings import Settings, read_settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return read_settings({"data": tmp_path / "data", "corpus": tmp_path, "port": port})


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=rf"Port {port} on 127\.0\.0\.1 cannot be used .*--port"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(PortInUse):
        check_port("203.0.113.7", 8501)
    with pytest.raises(PortInUse, match="is not an address"):
        check_port("no.such.host.invalid", 8501)


def test_every_privacy_and_safety_switch_is_on_the_command_line(settings: Settings) -> None:
    flags = command(settings)
    for flag in (
        "--browser.gatherUsageStats=false",
        "--server.address=127.0.0.1",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--client.showErrorDetails=none",
        "--server.maxUploadSize=25",
        "--server.enableXsrfProtection=true",
        "--server.enableCORS=true",
        "--server.enableStaticServing=false",
        "--server.enableAgentApi=false",
        "--server.allowedHosts=127.0.0.1",
        "--server.allowedHosts=localhost",
    ):
        assert flag in flags
    assert "-P" in flags


def test_the_child_is_offline_and_gets_the_settings_in_force(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")
    monkeypatch.setenv("ROADMAP_PORT", "1")
    monkeypatch.setenv("ROADMAP_MODELS", "/models")
    variables = environment(settings)
    assert variables["HF_HUB_OFFLINE"] == variables["TRANSFORMERS_OFFLINE"] == "1"
    assert variables["ROADMAP_PORT"] == str(settings.port)
    assert variables["ROADMAP_MODELS"] == "/models"
    assert "STREAMLIT_SERVER_ADDRESS" not in variables


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", "http://127.0.0.1:8501"), ("0.0.0.0", "http://127.0.0.1:8501"), ("::1", "http://[::1]:8501")],
)
def test_the_address_that_is_opened_is_one_a_browser_understands(host: str, expected: str) -> None:
    assert address(Settings(host=host, port=8501)) == expected


def test_no_icon_of_the_browsers_tab_is_given_by_name() -> None:
    """Streamlit fetches those from the internet."""
    source = (Path(__file__).parents[1] / "ui" / "app.py").read_text(encoding="utf-8")
    assert "page_icon=ICON" in source


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the child process in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_starts_anywhere_obeys_its_flags_and_ends_with_its_parent(
    settings: Settings, tmp_path: Path, number: signal.Signals
) -> None:
    hostile = tmp_path / "somewhere"
    (hostile / ".streamlit").mkdir(parents=True)
    (hostile / ".streamlit" / "config.toml").write_text(
        '[browser]\ngatherUsageStats = true\n[server]\naddress = "0.0.0.0"\nport = 1\n[theme]\nbase = "dark"\n'
    )
    (hostile / "index").mkdir()
    (hostile / "index" / "__init__.py").write_text("raise SystemExit('the wrong package')")
    script = (
        "import sys; from ui.server import run_server; from ui.settings import read_settings\n"
        "sys.exit(run_server(read_settings(), browser=False, ready=lambda text: print(text, flush=True)))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-P", "-c", script], cwd=hostile, env=environment(settings), stdout=subprocess.PIPE, text=True
    )
    try:
        assert parent.stdout is not None
        said = ""
        while "The chat is open" not in said:
            line = parent.stdout.readline()
            assert line, "the server ended before it answered"
            said += line
        (child,) = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        parent.send_signal(number)
        started = time.monotonic()
        assert parent.wait(15) == 0
        assert time.monotonic() - started < 10
        with pytest.raises(ProcessLookupError):
            os.kill(int(child), 0)
        check_port(settings.host, settings.port)
    finally:
        parent.kill()
        parent.wait()


def test_what_runs_beside_the_chat_is_begun_at_once_and_given_up_at_its_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def beside() -> None:
        begun.set()
        time.sleep(60)

    script = "import time; time.sleep(0.5); raise SystemExit(7)"
    monkeypatch.setattr(server, "command", lambda settings: [sys.executable, "-c", script])
    started = time.monotonic()
    with pytest.raises(ServerFailed, match="exit code 7"):
        run_server(settings, browser=False, ready=lambda text: None, beside=beside)
    assert begun.is_set() and time.monotonic() - started < 30
