"""Conversations under eight writers and eight readers, of whom some are killed: what was stored stays, nobody sees a lock."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from faults_counts import Counts, Tally

from assistant.conversations import Conversations, open_conversations
from ingest.errors import RoadmapError

HERE = Path(__file__).parent
SEED = 20261121
WRITERS, READERS = 8, 8


def writer(data: Path, seconds: float) -> subprocess.Popen[str]:
    """A process with half of the writers."""
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    command = [sys.executable, str(HERE / "faults_conversations.py"), str(data), str(seconds), str(WRITERS // 2)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read(store: Conversations, stopped: threading.Event, problems: list[str], asked: list[int]) -> None:
    """Every answer that is done has its text, and stands after its question."""
    while not stopped.is_set():
        try:
            for conversation in store.recent(5):
                messages = store.messages(conversation.id)
                roles = [message.role for message in messages]
                if roles != ["user", "assistant"] * (len(roles) // 2):
                    problems.append(f"order {roles}")
                problems.extend(
                    f"{message.id} is done and empty"
                    for message in messages
                    if message.role == "assistant" and message.state == "done" and not message.content
                )
                asked.append(len(messages))
        except RoadmapError as error:
            problems.append(str(error))
        time.sleep(0.01)


@pytest.mark.timeout(0)
def test_writers_that_are_killed_lose_nothing_that_was_stored(tmp_path: Path, counts: Counts, tally: Tally) -> None:
    data = tmp_path / "data"
    store = open_conversations(data)
    stopped, problems, asked = threading.Event(), [], []
    readers = [threading.Thread(target=read, args=(store, stopped, problems, asked)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    dice = random.Random(SEED)
    until = time.monotonic() + counts.database_seconds
    stays = writer(data, counts.database_seconds + 2)
    killed, lines = 0, []
    while killed < 2 or time.monotonic() < until:
        other = writer(data, 60)
        assert other.stdout is not None
        first = other.stdout.readline()  # it is under way
        time.sleep(dice.uniform(0.05, 0.8))
        other.kill()
        killed += 1
        lines += [first, *other.stdout.read().splitlines()[:-1]]  # the last line may be cut
        other.wait()
    lines += stays.communicate(timeout=60)[0].splitlines()
    stopped.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert [line for line in lines if line.startswith("ERROR")] == []
    acknowledged = [line.split(maxsplit=2) for line in lines]
    assert len(acknowledged) > 20
    assert asked
    for _, answer, question in acknowledged:
        message = store.message(answer)
        assert message is not None, question
        assert (message.state, message.answer is not None and message.answer.question) == ("done", question.strip())
    store.interrupt()
    store.close()
    with sqlite3.connect(data / "conversations.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("SELECT count(*) FROM message WHERE state = 'running'").fetchone() == (0,)
    connection.close()
    who = f"{WRITERS} writers and {READERS} readers, {killed} processes killed (seed {SEED})"
    tally("T18", f"{who}: {len(acknowledged):,} answers acknowledged, 0 lost, 0 lock errors; integrity_check ok")
