"""Questions put by several processes side by side, each with an index and models of its own.

Answering is mostly Python, of which one process computes on one core only. The outcomes are the same as those of one process;
the seconds of a question are measured while the others are at work.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import cast

from evals.run import Bench, Outcome, Task, put
from ingest.errors import RoadmapError

MOST = 4  # processes; each holds the embedding model and the index
WORTH = 60  # questions from which on a second process saves more than it takes to start
_END_SECONDS = 5.0


class ProcessLost(RoadmapError):
    """A process that put questions ended before it was told to."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Puts questions by so many processes. `open_bench` is called once in each and has to be importable by its name there."""

    open_bench: Callable[[], Bench]
    processes: int

    def __call__(self, tasks: Sequence[Task]) -> Generator[tuple[int, Outcome], None, None]:
        """The outcome of each task with its place, in the order in which they are done.

        Raises:
            ProcessLost: a process was killed, or ran out of memory.
            RoadmapError: what `open_bench` raises.
        """
        context = multiprocessing.get_context("spawn")  # a forked process would hang in the threads of the models
        started: dict[Connection, BaseProcess] = {}
        try:
            for _ in range(min(self.processes, len(tasks))):
                here, there = context.Pipe()
                process = context.Process(target=_work, args=(self.open_bench, there), daemon=True)
                process.start()
                there.close()
                started[here] = process
            yield from _share_out(tasks, started)
        finally:
            for link, worker in started.items():
                link.close()
                worker.terminate()
            for worker in started.values():
                worker.join(_END_SECONDS)


def processes_for(questions: int, cores: int) -> int:
    """How many processes to put so many questions with; 1 is this process alone.

    >>> processes_for(300, 2), processes_for(20, 2), processes_for(700, 16), processes_for(700, 1)
    (2, 1, 4, 1)
    """
    return min(cores, MOST) if questions >= WORTH else 1


def usable_cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _share_out(tasks: Sequence[Task], started: dict[Connection, BaseProcess]) -> Generator[tuple[int, Outcome], None, None]:
    """Gives each process its next task as soon as it has done one: slow questions hold up nobody.

    Each begins with a stretch of its own: questions that stand together read the same texts, which a process keeps.
    """
    bounds = [len(tasks) * number // len(started) for number in range(len(started) + 1)]
    stretches = {link: deque(range(*ends)) for link, ends in zip(started, pairwise(bounds), strict=True)}
    doing: dict[Connection, int] = {}
    left = len(tasks)
    while left:
        for link in wait(list(started)):
            link = cast(Connection, link)
            try:
                said = link.recv()
            except (EOFError, OSError) as exc:
                process = started[link]
                process.join(_END_SECONDS)
                raise ProcessLost(
                    f"A process that put questions ended by itself (exit code {process.exitcode}); "
                    "if memory is short, use --processes 1."
                ) from exc
            if isinstance(said, RoadmapError):
                raise said
            place = _next_place(stretches[link], stretches.values())
            if place is not None:
                link.send(tasks[place])
            if isinstance(said, Outcome):
                left -= 1
                yield doing.pop(link), said
            if place is not None:
                doing[link] = place


def _next_place(own: deque[int], stretches: Iterable[deque[int]]) -> int | None:
    """The next place of a process's own stretch, then the last one of the longest; None when all are given out."""
    if own:
        return own.popleft()
    longest = max(stretches, key=len)
    return longest.pop() if longest else None


def _work(open_bench: Callable[[], Bench], link: Connection) -> None:
    """What a process does: open, say so, then one outcome for each task until the link is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to all; the first process ends the others
    os.environ["OMP_NUM_THREADS"] = "1"  # a core for each process; read when PyTorch is imported, by what is opened here
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the first process has ended or needs no more
        try:
            bench = open_bench()
        except RoadmapError as exc:
            link.send(exc)
            return
        link.send("ready")
        while True:
            link.send(put(link.recv(), bench))
