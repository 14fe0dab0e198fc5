"""The chat as it is installed, with an assistant that quotes every document from its beginning: what a browser test runs.

A question with "slowly" in it takes a third of a second a sentence; one with "bread" in it is not covered;
in answer to one with "differ" in it the first two documents' words are said to differ.
"""

from __future__ import annotations

import runpy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ui_fake_index import COMMAND
from ui_fakes import WordLengthEmbedder, refusal

import ui
from assistant.answer import Answer, Citation, Event, Finished, Mode, Position, Retrieved, Sentence, SentenceReady, Turn
from index.hit import Hit
from index.library import Library
from ui import assembly, runtime


class QuotingAssistant:
    """Answers with the blocks of all documents, in order."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.threshold = 0.35

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        *_, last = self.stream(question, history, mode=mode)
        assert isinstance(last, Finished)
        return last.answer

    def search(self, question: str, history: Sequence[Turn] = (), k: int = 10) -> tuple[str, tuple[Hit, ...]]:
        return question, self.library.snapshot().search(question, k)

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        mode: Mode = "auto",
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        snapshot = self.library.snapshot()
        hits = snapshot.search(question, 3)
        yield Retrieved(question, hits)
        if "bread" in question:
            yield Finished(replace(refusal(question), suggestions=tuple(d.title for d in snapshot.documents.values())))
            return
        sentences: list[Sentence] = []
        citations: list[Citation] = []
        for document in snapshot.documents.values():
            for section in document.sections:
                for block in document.blocks:
                    if not section.start <= block.start < section.end or block.kind in ("heading", "code"):
                        continue
                    if cancelled():
                        return
                    if "slowly" in question:
                        time.sleep(0.3)
                    text, marker = document.text[block.start : block.end], len(citations) + 1
                    citations.append(
                        Citation(
                            marker, document.id, document.title, section.heading_path, block.page, block.start, block.end, text
                        )
                    )
                    several = document.title if len(snapshot.documents) > 1 else ""
                    sentences.append(Sentence(text, "quoted", (marker,), 1.0, "-" if block.kind == "item" else "", several))
                    yield SentenceReady(sentences[-1], (citations[-1],))
        differ = tuple(Position(c.marker, c.quote[:20]) for c in citations[:2]) if "differ" in question else ()
        yield Finished(
            Answer(
                question, question, "answered", tuple(sentences), tuple(citations), hits, 0.9, "quote", "",
                seconds={"total": 0.1}, missing=(question,), disagreement=differ,
            )
        )  # fmt: skip


def _open_assistant(settings: object, library: Library, *, write: bool = True) -> QuotingAssistant:
    return QuotingAssistant(library)


if __name__ == "__main__":
    assembly.load_embedder = lambda settings: WordLengthEmbedder()
    assembly.embedder_identity = lambda settings: (WordLengthEmbedder.id, WordLengthEmbedder.digest)
    assembly.open_assistant = _open_assistant  # type: ignore[assignment]
    runtime.index_command = lambda: COMMAND
    runpy.run_path(str(Path(ui.__file__).with_name("app.py")), run_name="__main__")
