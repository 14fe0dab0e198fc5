"""Results go to stdout, everything else to stderr; what a terminal could take for a command is shown, not sent."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.build import Progress

_STAGES = {
    "read": "Reading documents",
    "embed": "Embedding passages",
    "write": "Writing the index",
    "publish": "Checking what was written",
}


def printable(text: str) -> str:
    r"""`text` without anything a terminal would act on.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def say(text: str) -> None:
    """One line of result."""
    sys.stdout.write(printable(text) + "\n")


def say_json(value: object) -> None:
    """A result for programs: one line of JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def tell(text: str) -> None:
    """One line of progress or warning."""
    sys.stderr.write(printable(text) + "\n")
    sys.stderr.flush()


@contextmanager
def build_progress() -> Iterator[Callable[[Progress], None]]:
    """Draws a build: a bar a stage in a terminal, a line a stage elsewhere."""
    if not sys.stderr.isatty():
        seen: set[str] = set()

        def line(state: Progress) -> None:
            if state.stage not in seen:
                seen.add(state.stage)
                tell(f"{_STAGES[state.stage]} ({state.total})" if state.total > 1 else _STAGES[state.stage])

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<26}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def bar(state: Progress) -> None:
            if state.stage not in tasks:
                tasks[state.stage] = bars.add_task(_STAGES[state.stage], total=state.total or None)
            bars.update(tasks[state.stage], completed=state.done, total=state.total or None)

        yield bar


@contextmanager
def json_progress() -> Iterator[Callable[[Progress], None]]:
    """Writes a build's progress to stderr as a JSON object a line, for a program that shows it."""

    def line(state: Progress) -> None:
        entry = {"stage": state.stage, "done": state.done, "total": state.total, "document": state.document}
        sys.stderr.write(json.dumps(entry) + "\n")
        sys.stderr.flush()

    yield line


@contextmanager
def counter(label: str) -> Iterator[Callable[[int, int], None]]:
    """Draws `(done, total)`: a bar in a terminal, a line every tenth part elsewhere."""
    if not sys.stderr.isatty():

        def line(done: int, total: int) -> None:
            if done and (done % max(1, total // 10) == 0 or done == total):
                tell(f"{label}: {done} of {total}")

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn(label, markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(label, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


@contextmanager
def json_counter() -> Iterator[Callable[[int, int], None]]:
    """Writes `(done, total)` to stderr as a JSON object a line, for a program that shows it."""

    def line(done: int, total: int) -> None:
        sys.stderr.write(json.dumps({"done": done, "total": total}) + "\n")
        sys.stderr.flush()

    yield line
