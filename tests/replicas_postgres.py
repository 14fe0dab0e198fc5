"""A PostgreSQL server for one test session: made in a temporary folder, run by a user without rights, gone afterwards."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER, PASSWORD = "roadmap", secrets.token_hex(8)
_SWITCHES = ("fsync=off", "shared_buffers=16MB", "max_connections=60", "autovacuum=off")  # thrown away afterwards


class Postgres:
    """A running server with databases of its own."""

    def __init__(self, programs: Path, folder: Path, account: str | None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._programs, self._folder, self._account = programs, folder, account
        self._server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the files of the server, and start it."""
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        if self._account:
            shutil.chown(self._folder, self._account)
            shutil.chown(secret, self._account)
        command = ["initdb", "-D", "data", "-U", USER, "--pwfile=password", "--auth=scram-sha-256", "--no-sync"]
        self._run(*command, "--encoding=UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        switches = [f"-c{switch}" for switch in (*_SWITCHES, f"port={self.port}", f"unix_socket_directories={self._folder}")]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", "data", "-clisten_addresses=127.0.0.1", *switches],
                cwd=self._folder, user=self._account, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self._answers():
            assert self._server.poll() is None and time.monotonic() < deadline, (self._folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        if self._server is not None:
            self._server.send_signal(signal.SIGINT)
            self._server.wait(30)
            self._server = None

    def database(self) -> str:
        """The SQLAlchemy URL of a new, empty database."""
        import psycopg

        name = f"chats_{secrets.token_hex(4)}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # nothing but hexadecimal digits
        return self._address(name).replace("postgresql:", "postgresql+psycopg:")

    def _address(self, name: str) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, *arguments]
        ended = subprocess.run(command, cwd=self._folder, user=self._account, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server; the test is skipped where Debian's package or the driver is not installed."""
    pytest.importorskip("psycopg", reason="PostgreSQL's driver is not installed (pip install psycopg[binary])")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    account = _account() if os.geteuid() == 0 else None  # it refuses to be run by root
    # Not below pytest's own folder, which no other user may enter.
    folder = Path(tempfile.mkdtemp(prefix="roadmap-postgres-"))
    server = Postgres(programs, folder, account)
    try:
        server.make()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def _programs() -> Path | None:
    """The folder of the server's programs; Debian keeps it off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    known = shutil.which("initdb")
    return found[-1].parent if found else Path(known).resolve().parent if known else None


def _account() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
