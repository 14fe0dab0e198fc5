"""Readers in threads and processes while the index is rebuilt back to back: no question fails, no answer mixes generations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from fakes import open_library
from faults_counts import Counts, Tally
from faults_reader import Reading, ask, write_edition

HERE = Path(__file__).parent
THREADS, PROCESSES = 8, 2


def open_handles() -> int:
    """Files and sockets that this process holds."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def percentile(seconds: list[float], share: float) -> float:
    """In milliseconds."""
    return 1000 * sorted(seconds)[int(share * (len(seconds) - 1))]


@pytest.mark.timeout(0)
def test_every_answer_comes_from_exactly_one_generation_while_it_is_rebuilt(
    tmp_path: Path, counts: Counts, tally: Tally
) -> None:
    corpus, data, stop = tmp_path / "corpus", tmp_path / "data", tmp_path / "stop"
    write_edition(corpus, data, 1)
    open_library(data).snapshot().search("edition", 5)
    before = open_handles()
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    command = [sys.executable, str(HERE / "faults_reader.py"), str(data), str(stop)]
    others = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) for _ in range(PROCESSES)]
    readings = [Reading() for _ in range(THREADS)]
    threads = [threading.Thread(target=ask, args=(data, stop.exists, reading)) for reading in readings]
    for thread in threads:
        thread.start()
    number, until = 1, time.monotonic() + counts.reader_seconds
    try:
        while number <= counts.swaps or time.monotonic() < until:
            number += 1
            write_edition(corpus, data, number)
            time.sleep(0.02)  # so that there are readers who meet each generation
    finally:
        stop.touch()
        for thread in threads:
            thread.join()
        told = [json.loads(other.communicate(timeout=60)[0]) for other in others]
    outside = [Reading(one["asked"], one["problems"], set(one["seen"]), one["seconds"]) for process in told for one in process]
    assert [problem for reading in readings + outside for problem in reading.problems] == []
    for group in (readings, outside):
        assert sum(reading.asked for reading in group) > 50
        assert len(set().union(*(reading.seen for reading in group))) >= min(5, counts.swaps)
    assert open_handles() <= before + 2, "handles grow"
    asked = sum(reading.asked for reading in readings + outside)
    seconds = [second for reading in readings for second in reading.seconds]
    slow = f"p50 {percentile(seconds, 0.5):.0f} ms, p99 {percentile(seconds, 0.99):.0f} ms with opening"
    tally(
        "T6", f"{number - 1} swaps, {THREADS} threads and {PROCESSES} processes: {asked:,} questions, 0 failed, 0 mixed; {slow}"
    )
