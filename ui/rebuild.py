"""Indexing in a process of its own: no click ends it, and the old generation answers until the new one is published."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

_STAGES = ("read", "embed", "write", "publish")
_SHARES = {"read": 0.2, "embed": 0.7, "write": 0.05, "publish": 0.05}  # of the time a build takes; embedding is most of it


@dataclass(frozen=True, slots=True)
class RebuildView:
    """How far a rebuild is, or how it ended."""

    state: Literal["idle", "running", "done", "failed", "stopped"] = "idle"
    stage: str = ""
    done: int = 0
    total: int = 0
    document: str = ""
    error: str = ""  # one sentence
    report: Mapping[str, Any] | None = None  # what `roadmap index --json` printed
    seconds: float = 0.0
    stage_seconds: float = 0.0  # since the stage began, or since its first part was done
    stage_done: int = 0  # what was done by then
    number: int = 0  # of the build, 1-based; 0 before the first

    @property
    def remaining(self) -> float | None:
        """About how many seconds it will take yet; None while that cannot be told."""
        if self.state != "running" or self.stage in ("", "read"):
            return None  # how much there is to embed is known only when everything was read
        if self.stage != "embed":
            return max(0.0, self.seconds * (1 - self.share))
        if self.done <= self.stage_done:
            return None
        each = self.stage_seconds / (self.done - self.stage_done)
        return each * (self.total - self.done) / _SHARES["embed"] * (1 - _SHARES["read"])

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        if self.state == "done":
            return 1.0
        if self.stage not in _STAGES:
            return 0.0
        before = sum(_SHARES[stage] for stage in _STAGES[: _STAGES.index(self.stage)])
        part = self.done / self.total if self.total else 0.0
        return min(1.0, before + _SHARES[self.stage] * part)


class Rebuild:
    """Runs one build at a time."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = tuple(command)
        self._environment = dict(environment)
        self._lock = threading.Lock()
        self._view = RebuildView()
        self._started = self._stage_started = 0.0
        self._stage_done = 0
        self._again = self._stopped = False
        self._read_already: set[str] = set()
        self._child: subprocess.Popen[str] | None = None

    def start(self, *, again: bool = False) -> bool:
        """Begin a build; False when one is running already.

        With `again` another one follows a build that is running: what was added since it began is then not left out.
        """
        with self._lock:
            if self._view.state == "running":
                self._again = self._again or again
                return False
            self._begin()
        threading.Thread(target=self._run, name="rebuild", daemon=True).start()
        return True

    def view(self) -> RebuildView:
        """A picture of it now."""
        with self._lock:
            if self._view.state == "running":
                now = time.monotonic()
                stage_seconds = now - self._stage_started
                return replace(
                    self._view, seconds=now - self._started, stage_seconds=stage_seconds, stage_done=self._stage_done
                )
            return self._view

    def has_read(self, document_id: str) -> bool:
        """Whether the build that runs has read this document."""
        with self._lock:
            return document_id in self._read_already

    def close(self) -> None:
        """End a build that is running; the old generation stays in use."""
        with self._lock:
            self._again, self._stopped = False, True
            child = self._child
        if child is not None and child.poll() is None:
            child.terminate()

    def wait(self, timeout: float = 10.0) -> bool:
        """Whether no build runs any more, after at most `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while self.view().state == "running" and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.view().state != "running"

    def _begin(self) -> None:
        self._started = self._stage_started = time.monotonic()
        self._stage_done = 0
        self._again = self._stopped = False
        self._read_already = set()
        self._child = None
        self._view = RebuildView("running", number=self._view.number + 1)

    def _run(self) -> None:
        while True:
            self._build()
            with self._lock:
                if not self._again:
                    return
                self._begin()

    def _build(self) -> None:
        try:
            child = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="backslashreplace",
            )
        except OSError as exc:
            self._end("failed", error=f"The build could not be started ({exc.strerror}); run `roadmap index` in a terminal.")
            return
        with self._lock:
            self._child = child
            stopped = self._stopped
        if stopped:  # before there was anything to stop
            child.terminate()
        with child:
            assert child.stdout is not None and child.stderr is not None
            printed: list[str] = []  # read beside the progress: a long report fills its pipe, and the build waits for ever
            reader = threading.Thread(target=lambda out: printed.append(out.read()), args=(child.stdout,), daemon=True)
            reader.start()
            said = ""
            for line in child.stderr:
                said = self._read(line) or said
            reader.join()
        if self._stopped and child.returncode not in (0, 3):
            late = self.view().stage == "publish"  # what is published stays so
            kept = "at its very end, and may be in use already" if late else "and the index is as it was before"
            self._end("stopped", error=f"The update was stopped {kept}.")
        elif child.returncode in (0, 3):  # 3: some documents were refused; the report names them
            self._end("done", report=json.loads(printed[0]))
        else:
            self._end("failed", error=said.removeprefix("Error: ") or f"The build ended with exit code {child.returncode}.")

    def _read(self, line: str) -> str:
        """Take one line of the build's stderr; gives it back when it is a message rather than progress."""
        try:
            entry = json.loads(line)
            stage, done, total, document = entry["stage"], int(entry["done"]), int(entry["total"]), entry["document"]
        except (ValueError, KeyError, TypeError):
            return line.strip()
        with self._lock:
            if stage != self._view.stage or not self._view.done:  # the first part takes longer: the model is loaded for it
                self._stage_started, self._stage_done = time.monotonic(), done
            self._read_already.add(self._view.document)  # a document is named when its turn comes
            self._view = replace(self._view, stage=stage, done=done, total=total, document=document)
        return ""

    def _end(
        self, state: Literal["done", "failed", "stopped"], *, error: str = "", report: Mapping[str, Any] | None = None
    ) -> None:
        with self._lock:
            seconds = time.monotonic() - self._started
            number = self._view.number
            self._view = RebuildView(state, error=error, report=report, seconds=seconds, number=number)


def index_command() -> list[str]:
    """The command line of a build that tells its progress. `-P` keeps the working directory off the module path."""
    return [sys.executable, "-P", "-m", "ui.cli", "index", "--json", "--progress-json"]
