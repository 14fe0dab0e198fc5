"""An embedder and a generator that are computable by hand, and small corpora to use them on: no model, no network."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from judging_fake import Span, judged_by_cosine
from numpy.typing import NDArray

from assistant.answer import Turn
from assistant.assistant import ask_of
from assistant.generator import GeneratorUnusable
from assistant.question import Question
from assistant.units import Unit, units_of
from index.build import BuildReport, Progress, update
from index.library import Library
from index.search import Snapshot
from index.terms import terms

DIMENSION = 64


class WordEmbedder:
    """A text's vector counts its content words at places given by their CRC-32, normalised; without any it is the first axis.

    `texts` keeps every passage text it was given, in order.
    """

    def __init__(self, id: str = "words", digest: str = "1") -> None:
        self.id = id
        self.digest = digest
        self.dimension = DIMENSION
        self.texts: list[str] = []

    @property
    def identity(self) -> tuple[str, str]:
        """What `update` is told of it."""
        return self.id, self.digest

    def embed_question(self, question: str) -> NDArray[np.float32]:
        vector = np.zeros(DIMENSION, np.float32)
        for term in terms(question):
            vector[zlib.crc32(term.encode()) % DIMENSION] += 1
        if not vector.any():
            vector[0] = 1
        return vector / np.float32(np.linalg.norm(vector))

    def lists(self, word: str) -> bool:
        return False

    def embed_words(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> list[NDArray[np.float32]]:
        return self.embed_passages(texts, spans)[1]

    def importance(self) -> NDArray[np.float32]:
        return np.zeros(DIMENSION, np.float32)

    def judge(
        self, question: str, texts: Sequence[str], headings: Sequence[int], places: Sequence[Sequence[Sequence[Span]]]
    ) -> list[NDArray[np.float32]]:
        return judged_by_cosine(self.embed_question, question, texts, places)

    def embed_passages(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[tuple[int, int]]],
        progress: Callable[[int], None] = lambda done: None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        self.texts += texts
        wholes = np.stack([self.embed_question(text) for text in texts])
        parts = [
            np.array([self.embed_question(text[start:end]) for start, end in own], np.float32).reshape(-1, DIMENSION)
            for text, own in zip(texts, spans, strict=True)
        ]
        progress(len(texts))
        return wholes, parts


class ScriptedGenerator:
    """Streams `pieces` until it is cancelled, then raises `failure` if there is one.

    `heard` keeps the (instructions, turns) it was given; `streamed` counts the pieces that were taken.
    """

    id = "scripted"

    def __init__(self, *pieces: str, failure: str = "") -> None:
        self.pieces = pieces
        self.failure = failure
        self.heard: list[tuple[str, tuple[Turn, ...]]] = []
        self.streamed = 0

    def stream(
        self,
        instructions: str,
        turns: Sequence[Turn],
        *,
        max_tokens: int,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[str]:
        self.heard.append((instructions, tuple(turns)))
        for piece in self.pieces:
            if cancelled():
                return
            self.streamed += 1
            yield piece
        if self.failure:
            raise GeneratorUnusable(self.failure)


PLAN = """# Learning plan

It takes two years in all.

## Phase 1: Mathematics

Linear algebra takes six weeks. Statistics takes eight weeks.

- Matrices: the language of models
- Probability: how to reason about chance

## Phase 2: Programming

Python is learned before SQL. Git keeps every version of the code.

| Tool | Weeks |
|---|---|
| Python | 12 |
| Git | 1 |
"""
BREAD = "# Bread\n\nBread needs flour, water, salt and yeast. The dough rests overnight.\n"
RIVERS = "# Rivers\n\nThe Danube flows through ten countries. The Rhine ends in the North Sea.\n"


def write_corpus(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """Make `folder` hold exactly these Markdown files; three small ones by default."""
    wanted = {"plan.md": PLAN, "bread.md": BREAD, "rivers.md": RIVERS} if files is None else files
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in wanted:
            path.unlink()
    for name, text in wanted.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def build(
    corpus: Path,
    data: Path,
    embedder: WordEmbedder | None = None,
    *,
    rebuild: bool = False,
    progress: Callable[[Progress], None] = lambda state: None,
) -> BuildReport:
    """Bring the index in `data` up to date with the word embedder."""
    embedder = embedder or WordEmbedder()
    return update(corpus, data, lambda: embedder, embedder.identity, rebuild=rebuild, progress=progress)


def open_library(data: Path, embedder: WordEmbedder | None = None) -> Library:
    """A library over `data` that embeds questions with the word embedder."""
    embedder = embedder or WordEmbedder()
    return Library(data, lambda: embedder)


def found(question: str, snapshot: Snapshot) -> tuple[Question, list[Unit]]:
    """The question as it is asked of the index, and the units of what is found."""
    asked = ask_of(question, (), snapshot)
    hits = snapshot.search_vector(asked.content, snapshot.embedder().embed_question(asked.content), 10)
    return asked, units_of(hits, snapshot.documents)
