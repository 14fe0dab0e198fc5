"""txtai: Embeddings with content, upsert of changed documents.

It embeds what it is given and splits nothing by itself: by default a passage is a whole file, of which the model reads the
beginning. With --passages same it is given runs of whole lines, sentences where a line is longer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from txtai import Embeddings

from evals.benchmarks.task import SAME, Task, read_texts, run


class Txtai:
    """As its introduction; what changed is told by comparing texts, which it leaves to its user."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._embeddings = Embeddings(path=task.weights, content=True, gpu=False)
        self._known: dict[str, str] = {}

    def build(self) -> int:
        """All files at once."""
        self._known = read_texts(self._task)
        rows = [row for name, text in self._known.items() for row in self._rows(name, text)]
        self._embeddings.index(rows)
        self._embeddings.save(self._task.data)
        return len(rows)

    def update(self) -> None:
        """Delete and upsert the passages of files that differ."""
        texts = read_texts(self._task)
        changed = [name for name, text in texts.items() if self._known.get(name) != text]
        for name in changed:
            self._embeddings.delete([uid for uid, _ in self._rows(name, self._known.get(name, ""))])
            self._embeddings.upsert(self._rows(name, texts[name]))
        if changed:
            self._embeddings.save(self._task.data)
        self._known = texts

    def search(self, question: str) -> Sequence[str]:
        """The default search; a question is passed as it is."""
        return [str(found["text"]) for found in self._embeddings.search(question, 5)]

    def _rows(self, name: str, text: str) -> list[tuple[str, str]]:
        parts = [text] if self._task.cut == "default" else _parts(text)
        return [(f"{name}#{number}", part) for number, part in enumerate(parts)]


def _parts(text: str) -> list[str]:
    found: list[str] = []
    for piece in re.findall(r"[^\n]{1,900}(?:[.!?](?=\s)|$|\n)|[^\n]{1,900}", text, re.MULTILINE):
        if piece.strip():
            if found and len(found[-1]) + len(piece) <= SAME:
                found[-1] += "\n" + piece
            else:
                found.append(piece)
    return found


if __name__ == "__main__":
    run(Txtai)
