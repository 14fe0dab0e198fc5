"""A document, answers over it, and an assistant that plays a script: computable by hand, no model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from judging_fake import Span, judged_by_cosine
from numpy.typing import NDArray

from assistant.answer import Answer, Citation, Event, Finished, Mode, Retrieved, Sentence, SentenceReady, Turn
from assistant.generator import Generator
from index.hit import Hit
from ingest.builder import DocumentBuilder
from ingest.document import Document, Passage


def roadmap_document() -> Document:
    """Three sections: an introduction, a list with a nested item and a table, and code."""
    builder = DocumentBuilder()
    builder.add("heading", "A roadmap", level=1)
    builder.add("paragraph", "It takes two years. See https://example.org/plan for more.")
    builder.add("heading", "Phase 1: Maths", level=2)
    builder.add("paragraph", "Learn these:")
    builder.add("item", "Linear algebra", ordinal=1)
    builder.add("item", "matrices", level=1)
    builder.add("item", "Statistics", ordinal=2)
    builder.table([["Topic", "Weeks"], ["Calculus", "6"]])
    builder.add("heading", "Phase 2: Code", level=2)
    builder.add("code", "import numpy\nprint(1)")
    return builder.build("plans/roadmap.md", "0" * 64, meta={"url": "https://example.org/roadmap"})


def citation(document: Document, marker: int, quote: str) -> Citation:
    """A citation of the first place where `quote` stands."""
    start = document.text.index(quote)
    section = next(s for s in document.sections if s.start <= start < s.end)
    return Citation(marker, document.id, document.title, section.heading_path, None, start, start + len(quote), quote)


def covered_answer(question: str = "What do I learn in phase 1?") -> Answer:
    """Two cited list items from the document above."""
    document = roadmap_document()
    passage = Passage(
        "p1", document.id, document.title, document.sections[1].heading_path, None, ((60, 75), (80, 90)), "whatever was there"
    )
    return Answer(
        question=question,
        standalone_question=question,
        status="answered",
        sentences=(
            Sentence("Linear algebra", "quoted", (1,), 1.0, bullet="1."),
            Sentence("Statistics", "quoted", (2,), 1.0, bullet="2."),
        ),
        citations=(citation(document, 1, "Linear algebra"), citation(document, 2, "Statistics")),
        hits=(Hit(passage, 1, 0.9, 0.8, 0.7), Hit(replace(passage, id="p2"), 2, 0.5, 0.4, 0.3, rerank=0.2)),
        confidence=0.93,
        mode="quote",
        model="",
        seconds={"retrieve": 0.01, "total": 0.02},
        generation=3,
    )


def code_answer() -> Answer:
    """A cited sentence, two lines of code and a sentence behind them."""
    answer, document = covered_answer("How do I begin?"), roadmap_document()
    code = "import numpy\nprint(1)"
    return replace(
        answer,
        sentences=(
            Sentence("It takes two years.", "quoted", (1,), 1.0),
            Sentence(code, "quoted", (2,), 1.0, code=True),
            Sentence("Statistics", "quoted", (3,), 1.0),
        ),
        citations=tuple(citation(document, n, quote) for n, quote in enumerate(("It takes two years.", code, "Statistics"), 1)),
    )


def refusal(question: str = "How do I bake bread?") -> Answer:
    """The documents do not cover it; one topic nearby is named."""
    return Answer(
        question, question, "not_covered", (), (), (), 0.04, "quote", "",
        seconds={"total": 0.01}, suggestions=("What do I learn in phase 1?",),
    )  # fmt: skip


MARKDOWN = """---
url: https://example.org/roadmap
---

# A roadmap

It takes two years. See https://example.org/plan for more.

## Phase 1: Maths

Learn these:

1. Linear algebra
   - matrices
2. Statistics

| Topic | Weeks |
|---|---|
| Calculus | 6 |

## Phase 2: Code

```
import numpy
print(1)
```
"""


def write_roadmap(corpus: Path) -> None:
    """Put the file into `corpus` that reads as `roadmap_document`."""
    (corpus / "plans").mkdir(parents=True)
    (corpus / "plans" / "roadmap.md").write_text(MARKDOWN, encoding="utf-8")


class WordLengthEmbedder:
    """A text's vector counts its words by length: 16 numbers, normalised."""

    id = "word-length"
    digest = "1"
    dimension = 16

    def embed_question(self, question: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimension, np.float32)
        for word in question.split():
            vector[min(len(word), self.dimension) - 1] += 1
        return vector / max(float(np.linalg.norm(vector)), 1e-12)

    def lists(self, word: str) -> bool:
        return False

    def embed_words(self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]) -> list[NDArray[np.float32]]:
        return self.embed_passages(texts, spans)[1]

    def importance(self) -> NDArray[np.float32]:
        return np.zeros(self.dimension, np.float32)

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
        wholes = np.stack([self.embed_question(text) for text in texts])
        parts = [
            np.array([self.embed_question(text[start:end]) for start, end in own], np.float32).reshape(-1, self.dimension)
            for text, own in zip(texts, spans, strict=True)
        ]
        progress(len(texts))
        return wholes, parts


class ScriptedAssistant:
    """Plays `answers` by question, one sentence at a time; waits before each sentence while `gate` is cleared.

    `heard` keeps the (question, history) pairs it was asked, `modes` the mode of each.
    """

    def __init__(self, *answers: Answer | BaseException) -> None:
        self.answers = list(answers)
        self.default: Callable[[str], Answer] = covered_answer
        self.heard: list[tuple[str, tuple[Turn, ...]]] = []
        self.modes: list[Mode] = []
        self.gate = threading.Event()
        self.gate.set()
        self.threshold = 0.35
        self.auto: Mode = "quote"
        self.generator: Generator | None = None

    def stream(
        self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto", cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Event]:
        self.heard.append((question, tuple(history)))
        self.modes.append(mode)
        planned = self.answers.pop(0) if self.answers else self.default(question)
        if isinstance(planned, BaseException):
            raise planned
        yield Retrieved(planned.standalone_question, planned.hits)
        for sentence in planned.sentences:
            assert self.gate.wait(10)
            if cancelled():
                return
            yield SentenceReady(sentence, tuple(c for c in planned.citations if c.marker in sentence.citations))
        yield Finished(planned)

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        """What the program asks by itself, to see whether a question is answered: neither heard nor scripted."""
        return self.default(question)

    def search(self, question: str, history: Sequence[Turn] = (), k: int = 10) -> tuple[str, tuple[Hit, ...]]:
        return question, covered_answer(question).hits[:k]
