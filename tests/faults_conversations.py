"""A writer of conversations: says what was stored on stdout only after it was, until it is killed or SECONDS are over.

    python faults_conversations.py DATA SECONDS THREADS

A line is `CONVERSATION ANSWER TEXT` for an answer that must be there from now on; `ERROR ...` for one that was refused.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from ui_fakes import covered_answer

from assistant.conversations import open_conversations
from ingest.errors import RoadmapError


def main(data: Path, seconds: float, threads: int) -> None:
    """Write in so many threads."""
    store = open_conversations(data)
    until = time.monotonic() + seconds
    said = threading.Lock()

    def write(writer: int) -> None:
        conversation = store.start(f"Writer {writer}")
        at = 0
        while time.monotonic() < until:
            at += 1
            question = f"Question {at} of writer {writer}?"
            try:
                answer = store.ask(conversation, question)
                store.write(answer, covered_answer(question), "done")
                line = f"{conversation} {answer} {question}\n"
            except RoadmapError as error:
                line = f"ERROR {error}\n"
            with said:
                sys.stdout.write(line)
                sys.stdout.flush()

    running = [threading.Thread(target=write, args=(writer,)) for writer in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
