"""A program that changes an index again and again and is stopped at its n-th change of the disk, for every n.

    python index_crasher.py CORPUS BASE OUT ACTION KILL|TERM|INT|HUP|trace [EVERY]

For n = 1, 1 + EVERY, ... it copies the data folder BASE (which may be missing) to OUT/n, and acts there in a forked child. Just
before its n-th operation on the disk the child sends itself that signal. Operations are seen where Python makes them (audit
events and fsync), so that nothing in the program has to announce them; what `index.storage` writes has points before and
half-way in each write too. OUT/n.json holds {"operation", "error", "message"}. With `trace` nothing is stopped, and
OUT/trace.json lists every operation.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakes import build
from faults_disk import Operation, WatchedDisk
from faults_scenes import ACTIONS

from index import storage
from ingest.errors import RoadmapError

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate")
LONGEST = 900  # operations; a build that has more is not the small one this is for


def watch(data: Path, before: Callable[[str], None]) -> None:
    """Call `before` with a description ahead of every operation of this process that changes the data folder."""

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | os.PathLike) and flags & WRITING and str(path).startswith(str(data)):
                before(f"open {path}")
        elif event in CHANGES:
            before(" ".join([event, *(str(argument) for argument in arguments if argument != -1)]))

    def synced(handle: int) -> None:  # nothing waits for the disk: a killed process loses nothing that it wrote
        before(f"fsync {Path(f'/proc/self/fd/{handle}').readlink()}")

    def writing(operation: Operation) -> None:  # no audit event tells of it
        if operation.kind == "write":
            before(f"write {len(operation.data)} bytes of {operation.path}")

    os.fsync = synced
    storage.disk = WatchedDisk(writing, half=True, wait=True)
    sys.addaudithook(audit)


def run_child(corpus: Path, data: Path, action: str, result: Path, mode: str, stop_at: int) -> None:
    """Act until the operation `stop_at`; leaves the process."""
    handle = os.open(result, os.O_WRONLY | os.O_CREAT)
    seen: list[str] = []

    def tell(error: str, message: str) -> None:
        os.pwrite(handle, json.dumps({"operation": seen[-1], "error": error, "message": message}).encode(), 0)

    def before(operation: str) -> None:
        seen.append(operation)
        if len(seen) == stop_at and mode != "trace":
            tell("", "")
            number = getattr(signal, f"SIG{mode}")
            if mode != "KILL" and signal.getsignal(number) is signal.SIG_IGN:  # as a shell leaves it to what runs behind it
                signal.signal(number, signal.default_int_handler if mode == "INT" else signal.SIG_DFL)
            os.kill(os.getpid(), number)

    watch(data, before)
    try:
        ACTIONS[action](corpus, data)
    except KeyboardInterrupt:
        os._exit(130)
    except RoadmapError as error:
        tell(type(error).__name__, str(error))
        os._exit(1)
    except BaseException as error:  # an error without a name is what the tests look for
        tell(f"UNNAMED {type(error).__name__}", str(error))
        os._exit(1)
    if mode == "trace":
        os.pwrite(handle, json.dumps(seen).encode(), 0)
    os._exit(0 if mode == "trace" or len(seen) < stop_at else 3)


def main(corpus: Path, base: Path, out: Path, action: str, mode: str, every: int) -> None:
    """Every stopping point in turn."""
    out.mkdir()
    build(corpus, out / "warm")  # so that every child finds all modules imported
    shutil.rmtree(out / "warm")
    for stop_at in range(1, LONGEST, every):
        name = "trace" if mode == "trace" else str(stop_at)
        if base.exists():
            shutil.copytree(base, out / name, copy_function=os.link)
        child = os.fork()
        if child == 0:
            run_child(corpus, out / name, action, out / f"{name}.json", mode, stop_at)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) == 0:  # it came through: there is no operation number `stop_at`
            return
    raise SystemExit(f"a build has more than {LONGEST} operations on the disk")


if __name__ == "__main__":
    folders = [Path(argument) for argument in sys.argv[1:4]]
    main(*folders, sys.argv[4], sys.argv[5], int(sys.argv[6]) if len(sys.argv) > 6 else 1)
