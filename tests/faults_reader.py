"""A reader that asks without end while the index is rebuilt, as threads of a test or as a process of its own.

    python faults_reader.py DATA STOP     until the file STOP exists; prints {"asked", "problems", "seen", "seconds"} as JSON

Generation n must hold `Edition n` in every document, so that an answer that mixes two generations shows.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fakes import build, open_library, write_corpus

DOCUMENTS = ("a", "b", "c")


@dataclass(slots=True)
class Reading:
    """What a reader saw."""

    asked: int = 0
    problems: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)  # of each question


def edition(number: int) -> Mapping[str, str]:
    """The documents of generation `number`."""
    return {f"{name}.md": f"# {name}\n\nEdition {number} of {name}.\n" for name in DOCUMENTS}


def write_edition(corpus: Path, data: Path, number: int) -> None:
    """Build generation `number`."""
    write_corpus(corpus, edition(number))
    report = build(corpus, data)
    assert report.generation == number, report


def ask(data: Path, stopped: Callable[[], bool], reading: Reading) -> None:
    """Ask two libraries in turn, one that stays open and one that has just started, until `stopped`."""
    stays = open_library(data)
    while not stopped():
        for library in (stays, open_library(data)):
            began = time.perf_counter()
            try:
                snapshot = library.snapshot()
                texts = [hit.passage.text for hit in snapshot.search("edition", 5)]
            except Exception as error:
                reading.problems.append(repr(error))
                continue
            reading.seconds.append(time.perf_counter() - began)
            wanted = f"Edition {snapshot.generation} "
            if len(texts) != len(DOCUMENTS) or not all(wanted in text for text in texts) or snapshot.warning:
                reading.problems.append(f"{snapshot.generation} {snapshot.warning}: {texts}")
            reading.seen.add(snapshot.generation)
            reading.asked += 1
        time.sleep(0.01)  # the builds need the processor too


def main(data: Path, stop: Path) -> None:
    """Read in four threads."""
    readings = [Reading() for _ in range(4)]
    threads = [threading.Thread(target=ask, args=(data, stop.exists, reading)) for reading in readings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(json.dumps([asdict(reading) | {"seen": sorted(reading.seen)} for reading in readings]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
