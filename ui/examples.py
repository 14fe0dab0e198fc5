"""Questions to start from, by goal; only those that the documents answer are ever shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.document import Document
from ingest.errors import RoadmapError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

CAREER = (
    ("Find out what it is", "What does a machine learning engineer do?"),
    ("Find out what it is", "How does a machine learning engineer differ from a data scientist?"),
    ("Start learning", "Which programming languages do I need?"),
    ("Start learning", "Which mathematics do I need?"),
    ("Plan the months", "What do I study in the first three months?"),
    ("Plan the months", "How long does it take to become a machine learning engineer?"),
    ("Get hired", "Which projects should be in my portfolio?"),
    ("Get hired", "How do I prepare for interviews?"),
)
SHOWN = 8
TRIED = 12  # of the questions made from headings


@dataclass(frozen=True, slots=True)
class Example:
    """A question and the goal it serves; the goal is the document's title where the question is made from a heading."""

    goal: str
    question: str


def examples(
    assistant: Assistant, documents: Mapping[str, Document], give_way: Callable[[], None] = lambda: None, most: int = SHOWN
) -> tuple[Example, ...]:
    """Up to `most` questions that the documents answer: those about careers first, then some made from headings.

    `give_way` is called before each is tried, and comes back when nobody waits for an answer.
    """
    found: list[Example] = []
    for goal, question in (*CAREER, *_from_headings(documents.values())):
        if len(found) == most:
            break
        give_way()
        if _answered(assistant, question):
            found.append(Example(goal, question))
    return tuple(found)


def _answered(assistant: Assistant, question: str) -> bool:
    try:
        return assistant.ask(question, mode="quote").status == "answered"
    except RoadmapError:
        return False


def _from_headings(documents: Iterable[Document]) -> list[tuple[str, str]]:
    """A question a document, about its first sections below the title, for up to `TRIED` in all."""
    rounds: list[tuple[int, str, str]] = []
    for document in documents:
        headings = [s.heading_path[-1] for s in document.sections if s.heading_path and s.heading_path[-1] != document.title]
        for number, heading in enumerate(headings[:3]):
            question = heading if heading.endswith("?") else f"What do the documents say about “{heading.rstrip(':. ')}”?"
            rounds.append((number, document.title, question))
    rounds.sort(key=lambda entry: entry[0])  # the first heading of every document before any second one
    return [(title, question) for _, title, question in rounds[:TRIED]]
