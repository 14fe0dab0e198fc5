"""This project's index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.benchmarks.task import Task, run


class Roadmap:
    """`roadmap index` and `roadmap search`, in one process."""

    def __init__(self, task: Task) -> None:
        from index.embedder import TransformerEmbedder
        from index.library import Library

        self._corpus, self._data = Path(task.corpus), Path(task.data)
        self._library = Library(self._data, TransformerEmbedder)

    def build(self) -> int:
        """The passages are always this project's own: it has no setting for them."""
        return self._update()

    def update(self) -> None:
        """Only changed documents are read."""
        self._update()

    def search(self, question: str) -> Sequence[str]:
        """Of the generation in use."""
        return [hit.passage.text for hit in self._library.snapshot().search(question, 5)]

    def _update(self) -> int:
        from index.build import update
        from index.embedder import EMBEDDER, EMBEDDER_ID
        from index.weights import digest_of

        return update(self._corpus, self._data, self._library.embedder, (EMBEDDER_ID, digest_of(EMBEDDER))).passages


if __name__ == "__main__":
    run(Roadmap)
