"""A generator read in a thread of its own, so that nobody waits longer for it than they want to."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from assistant.answer import Turn
from assistant.generator import Generator, GeneratorUnusable
from ingest.errors import RoadmapError

POLL = 0.02  # seconds between two looks at whether the reader was cancelled


class Pump:
    """Takes pieces from one reply. It is closed when it leaves its `with` block; the model then stops at its next piece."""

    def __init__(
        self, generator: Generator, instructions: str, turns: Sequence[Turn], max_tokens: int, cancelled: Callable[[], bool]
    ) -> None:
        self._pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._cancelled = cancelled
        self._failure: Exception | None = None
        self._id = generator.id

        def stopped() -> bool:
            return self._closed.is_set() or cancelled()

        def read() -> None:
            try:
                for piece in generator.stream(instructions, turns, max_tokens=max_tokens, cancelled=stopped):
                    self._pieces.put(piece)
                    if stopped():
                        break
            except Exception as error:  # raised again in the reader's thread
                self._failure = error
            finally:
                self._pieces.put(None)

        # Not a daemon: torch aborts the whole program when a thread of its is cut off at the end of the process.
        self._thread = threading.Thread(target=read, name="write", daemon=False)

    def __enter__(self) -> Pump:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()

    def pieces(self, until: Callable[[], float], silence: float) -> Iterator[str | None]:
        """The pieces; None each time `until`, a moment on the monotonic clock, has passed without one.

        Raises:
            GeneratorUnusable: nothing came for `silence` seconds, or the generator raised it.
            RoadmapError: what else the generator raised.
        """
        heard = time.monotonic()
        while not self._cancelled():
            now = time.monotonic()
            if now - heard > silence:
                raise GeneratorUnusable(f"{self._id} wrote nothing for {silence:g} seconds; the documents are quoted instead.")
            try:
                piece = self._pieces.get(timeout=POLL)
            except queue.Empty:
                if time.monotonic() >= until():
                    yield None
                continue
            if piece is None:
                if self._failure is not None:
                    raise self._problem(self._failure) from self._failure
                return
            heard = time.monotonic()
            yield piece

    def _problem(self, failure: Exception) -> RoadmapError:
        if isinstance(failure, RoadmapError):
            return failure
        return GeneratorUnusable(f"{self._id} stopped while writing ({failure}); ask again.")
