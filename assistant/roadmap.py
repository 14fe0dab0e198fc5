"""Documents in, maps of what there is to learn out: phases, the steps in each, and which step builds on which.

Topic notes say in their front matter where they belong. Documents that do not are mapped by their headings, or by folder.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.document import Document

TITLE_CHARACTERS = 120
_SHINGLE = 3  # words
_SKETCH = 48  # hashes kept of a text


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to learn from, as a topic note names it. `url` is "" where it is not a web address."""

    title: str
    url: str = ""
    kind: str = ""
    free: bool | None = None  # None: not said


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to learn: a topic note, or a section of a document.

    `id` is made from names, never from a position, so it stays when documents are added, moved or reordered. `sketch` is
    made from the words of the text: a step whose names have changed is found again by it.
    """

    id: str
    title: str
    document_id: str
    start: int  # its text in the document, 0-based and half-open
    end: int
    sketch: tuple[int, ...] = ()
    level: str = ""
    hours: str = ""
    skills: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    prerequisites: tuple[str, ...] = ()  # ids of steps


@dataclass(frozen=True, slots=True)
class Phase:
    """Steps that belong together."""

    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Roadmap:
    """One map."""

    id: str
    title: str
    phases: tuple[Phase, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, phase by phase."""
        return tuple(step for phase in self.phases for step in phase.steps)

    @property
    def connected(self) -> bool:
        """Whether any step builds on another, as far as the documents say."""
        return any(step.prerequisites for step in self.steps)

    def step(self, step_id: str) -> Step | None:
        """The step of this id; None where there is none."""
        return next((step for step in self.steps if step.id == step_id), None)

    def followers(self, step_id: str) -> tuple[Step, ...]:
        """The steps that name this one as a prerequisite."""
        return tuple(step for step in self.steps if step_id in step.prerequisites)


def roadmaps(documents: Iterable[Document]) -> tuple[Roadmap, ...]:
    """The maps of these documents, the best one to start with first.

    Topic notes make one map together. Without any, documents whose headings are numbered phases or steps come first, then
    all documents by folder. Last come the other documents that have headings.
    """
    from assistant.roadmap_headings import heading_roadmap
    from assistant.roadmap_topics import folder_roadmap, is_topic, topic_roadmap

    known = tuple(documents)
    topics = [document for document in known if is_topic(document)]
    found = [topic_roadmap(topics)] if topics else []
    outlines = [outline for document in known if document not in topics and (outline := heading_roadmap(document))]
    found += [outline.roadmap for outline in outlines if outline.numbered]
    if not topics and len(known) > 1:
        found.append(folder_roadmap(known))
    return (*found, *(outline.roadmap for outline in outlines if not outline.numbered))


def clean(value: object, characters: int = TITLE_CHARACTERS) -> str:
    """A value of the front matter or a heading as one line of at most `characters`; "" for what is no text or number."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in str(value)).split())
    return text if len(text) <= characters else text[: characters - 1].rstrip() + "…"


def plain(text: str) -> str:
    """The words of a title as they are compared.

    >>> plain("1. What is *NumPy*?")
    '1 what is numpy'
    """
    return " ".join(re.findall(r"\w+", text.casefold()))


def step_id(names: Sequence[str], taken: Mapping[str, Step]) -> str:
    """An id made from names, outermost first; a second step of the same names gets another one."""
    body = "\x1f".join(plain(name) or name for name in names)
    for number in range(len(taken) + 1):
        key = hashlib.sha256(f"{body}\x1e{number}".encode()).hexdigest()[:16]
        if key not in taken:
            return key
    raise AssertionError("more steps are taken than there are")


def sketch(text: str) -> tuple[int, ...]:
    """The smallest hashes of the text's runs of three words: of two texts that share most words, most are the same."""
    words = plain(text).split()
    runs = {" ".join(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1))} if words else set()
    hashes = sorted(int.from_bytes(hashlib.blake2b(run.encode(), digest_size=6).digest()) for run in runs)
    return tuple(hashes[:_SKETCH])


def likeness(left: Sequence[int], right: Sequence[int]) -> float:
    """About the share of word runs that two sketched texts have in common, 0 to 1."""
    if not left or not right:
        return 0.0
    together = sorted({*left, *right})[:_SKETCH]
    both = set(left) & set(right)
    return sum(value in both for value in together) / len(together)
