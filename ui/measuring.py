"""An evaluation in a process of its own: no click or reload ends it, it can be cancelled, and what it measured is stored."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ingest.errors import RoadmapError

MeasureState = Literal["idle", "running", "done", "cancelled", "failed"]
_KILL_SECONDS = 5.0  # after which a process that does not end by itself is ended


class MeasuringBusy(RoadmapError):
    """An evaluation is running already."""


@dataclass(frozen=True, slots=True)
class MeasureView:
    """How far an evaluation is, or how it ended."""

    state: MeasureState = "idle"
    done: int = 0
    total: int = 0  # 0 while the models load
    error: str = ""  # one sentence, when it failed
    result: Mapping[str, Any] | None = None  # what `roadmap eval --json` printed
    seconds: float = 0.0
    cancelling: bool = False

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return 1.0 if self.state == "done" else min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def left(self) -> float | None:
        """Seconds it will still take at this pace; None while that cannot be told."""
        if self.state != "running" or self.done < 5:
            return None
        return self.seconds * (self.total - self.done) / self.done


class Measuring:
    """Runs one evaluation at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._view = MeasureView()
        self._started = 0.0
        self._child: subprocess.Popen[str] | None = None

    def start(self, options: Sequence[str], environment: Mapping[str, str]) -> None:
        """Begin an evaluation with these options of `roadmap eval` and the settings in `environment`. Raises MeasuringBusy."""
        with self._lock:
            if self._view.state == "running":
                raise MeasuringBusy("An evaluation is running already; wait for it or cancel it.")
            self._started = time.monotonic()
            self._view = MeasureView("running")
            try:
                self._child = subprocess.Popen(
                    [*self._command, *options],
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    encoding="utf-8",
                    errors="backslashreplace",
                )
            except OSError as exc:
                reason = f"The evaluation could not be started ({exc.strerror}); run `roadmap eval` in a terminal."
                self._view = MeasureView("failed", error=reason)
                return
        threading.Thread(target=self._follow, args=(self._child,), name="measure", daemon=True).start()

    def view(self) -> MeasureView:
        """A picture of it now."""
        with self._lock:
            if self._view.state == "running":
                return replace(self._view, seconds=time.monotonic() - self._started)
            return self._view

    def cancel(self) -> None:
        """End it; nothing of the run is kept."""
        with self._lock:
            if self._view.state != "running" or self._child is None:
                return
            self._view = replace(self._view, cancelling=True)
            self._child.terminate()

    def close(self) -> None:
        """End a run that is under way and wait for it."""
        self.cancel()
        child = self._child
        if child is not None:
            try:
                child.wait(_KILL_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()

    def _follow(self, child: subprocess.Popen[str]) -> None:
        with child:
            assert child.stdout is not None and child.stderr is not None
            printed: list[str] = []
            reader = threading.Thread(target=lambda out: printed.append(out.read()), args=(child.stdout,), daemon=True)
            reader.start()
            said = ""
            for line in child.stderr:
                said = self._read(line) or said
            reader.join()
        with self._lock:
            view, seconds = self._view, time.monotonic() - self._started
            if view.cancelling:
                self._view = MeasureView("cancelled", view.done, view.total, seconds=seconds)
            elif child.returncode in (0, 1) and printed[0].strip():  # 1: the gate failed, and the result says so
                self._view = MeasureView("done", view.total, view.total, result=json.loads(printed[0]), seconds=seconds)
            else:
                reason = said.removeprefix("Error: ") or f"The evaluation ended with exit code {child.returncode}."
                self._view = MeasureView("failed", view.done, view.total, error=reason, seconds=seconds)

    def _read(self, line: str) -> str:
        """Take one line of the evaluation's stderr; gives it back when it is a message rather than progress."""
        try:
            entry = json.loads(line)
            done, total = int(entry["done"]), int(entry["total"])
        except (ValueError, KeyError, TypeError):
            return line.strip()
        with self._lock:
            self._view = replace(self._view, done=done, total=total)
        return ""


def eval_command() -> list[str]:
    """The command line of an evaluation that tells its progress. `-P` keeps the working directory off the module path."""
    return [sys.executable, "-P", "-m", "ui.cli", "eval", "--json", "--progress-json"]
