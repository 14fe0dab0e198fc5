"""The models in use: which there are, whether their weights are on this machine, and how they are pulled and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.local_model import generator_source
from index import weights
from index.embedder import embedder_source
from index.weights import Role, Source

__all__ = ["ModelState", "embedder_source", "generator_source", "states"]


@dataclass(frozen=True, slots=True)
class ModelState:
    """One model for `roadmap models`."""

    id: str
    role: Role
    revision: str
    path: Path
    present: bool
    bytes: int


def states(sources: Sequence[Source]) -> tuple[ModelState, ...]:
    """Where each model's weights stand on this machine; reads no weights."""
    return tuple(
        ModelState(s.model_id, s.role, s.revision, weights.folder_of(s), weights.is_present(s), weights.size_of(s))
        for s in sources
    )
