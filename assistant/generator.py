"""What a generator is, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from assistant.answer import Turn
from ingest.errors import RoadmapError


class GeneratorUnusable(RoadmapError):
    """The model or the server that should write the answer cannot be used."""


class Generator(Protocol):
    """Writes text for a conversation. Calls from several threads wait for each other."""

    @property
    def id(self) -> str:
        """Names the model in answers and runs."""
        ...

    def stream(
        self, instructions: str, turns: Sequence[Turn], *, max_tokens: int, cancelled: Callable[[], bool] = ...
    ) -> Iterator[str]:
        """Pieces of the reply as they are made, greedily decoded; ends early once `cancelled` says so.

        Raises:
            GeneratorUnusable: the server does not answer or refuses.
        """
        ...
