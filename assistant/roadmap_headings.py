"""One document in, its map out, read from headings alone: `Phase 2: …`, `Step 3: …`, or whatever its outline says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.roadmap import Phase, Roadmap, Step, clean, sketch, step_id
from index.number_words import CARDINALS
from ingest.document import Document

MIN_STEPS = 3
_WORDS = (
    "phase|step|stage|level|part|module|unit|chapter|lesson|milestone|week|month|quarter|semester|term|year|day|sprint|track"
)
_NUMBERED = re.compile(rf"\b({_WORDS})\s+(\d{{1,3}}|[ivx]{{1,5}}|{'|'.join(CARDINALS)})\b", re.I)
_LISTED = re.compile(r"(\d{1,3})[.)]\s")
_ROMAN = {"i": 1, "v": 5, "x": 10}


@dataclass(frozen=True, slots=True)
class Outline:
    """A map made from headings, and whether they are numbered phases or steps."""

    roadmap: Roadmap
    numbered: bool


@dataclass(slots=True)
class _Heading:
    """A heading with what stands below it, down to the next heading of its own depth or above."""

    path: tuple[str, ...]
    start: int
    end: int
    children: list[_Heading] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.path[-1]


def heading_roadmap(document: Document) -> Outline | None:
    """The map of a document's headings; None where it has fewer than `MIN_STEPS` steps."""
    top = _tree(document)
    while len(top) == 1 and top[0].children:
        top = top[0].children  # the title
    series = _series(top)
    groups = _phases(series, top) if series else _outline(document, top)
    taken: dict[str, Step] = {}
    phases: list[Phase] = []
    for title, headings in groups:
        steps: list[Step] = []
        for heading in headings:
            key = step_id(("section", document.title, *heading.path), taken)
            words = sketch(document.text[heading.start : heading.end])
            taken[key] = Step(
                key, clean(heading.title) or "Untitled", document.id, heading.start, heading.end, words,
            )  # fmt: skip
            steps.append(taken[key])
        phases.append(Phase(clean(title) or "Untitled", tuple(steps)))
    if len(taken) < MIN_STEPS:
        return None
    key = step_id(("document", str(document.meta.get("id") or document.id)), {})
    return Outline(Roadmap(key, clean(document.title) or document.id, tuple(phases)), bool(series))


def _tree(document: Document) -> list[_Heading]:
    top: list[_Heading] = []
    way: list[_Heading] = []
    for section in document.sections:
        if not section.heading_path:
            continue
        heading = _Heading(section.heading_path, section.start, section.end)
        while way and (
            len(way[-1].path) >= len(heading.path) or heading.path[: len(way[-1].path)] != way[-1].path
        ):  # fmt: skip
            way.pop()
        (way[-1].children if way else top).append(heading)
        for above in way:
            above.end = max(above.end, heading.end)
        way.append(heading)
    return top


def _series(top: Sequence[_Heading]) -> list[tuple[int, _Heading, _Heading | None]]:
    """The longest run of numbered headings, as `(number, heading, the heading above it)`; empty where there is none.

    Headings that count with a word win over those that begin with a bare number.
    """
    best: list[tuple[int, _Heading, _Heading | None]] = []
    level: list[tuple[_Heading, _Heading | None]] = [(heading, None) for heading in top]
    while level:
        runs: dict[str, list[tuple[int, _Heading, _Heading | None]]] = {}
        for heading, above in level:
            word, number = _number(heading.title)
            if not word:
                continue
            run = runs.setdefault(word, [])
            if run and number < run[-1][0]:
                best = _longer(best, run)
                run = runs[word] = []
            run.append((number, heading, above))
        for run in runs.values():
            best = _longer(best, run)
        level = [(child, heading) for heading, _ in level for child in heading.children]
    return best if _count(best) >= 2 else []


def _count(run: Sequence[tuple[int, _Heading, _Heading | None]]) -> int:
    return len({number for number, _, _ in run})


def _longer(
    one: list[tuple[int, _Heading, _Heading | None]], other: list[tuple[int, _Heading, _Heading | None]]
) -> list[tuple[int, _Heading, _Heading | None]]:
    return other if _weight(other) > _weight(one) else one


def _weight(run: Sequence[tuple[int, _Heading, _Heading | None]]) -> tuple[bool, int]:
    counts_with_a_word = bool(run) and _number(run[0][1].title)[0] != "#"
    return counts_with_a_word and _count(run) >= 2, _count(run)


def _number(heading: str) -> tuple[str, int]:
    """The word a heading counts with and its number: `("phase", 2)`; `#` for a bare number, "" for none."""
    if found := _NUMBERED.search(heading):
        word, number = found[1].casefold(), found[2].casefold()
        if number.isdigit():
            return word, int(number)
        return word, CARDINALS.index(number) + 1 if number in CARDINALS else _roman(number)
    if found := _LISTED.match(heading):
        return "#", int(found[1])
    return "", 0


def _roman(digits: str) -> int:
    values = [_ROMAN[digit] for digit in digits]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def _phases(
    series: Sequence[tuple[int, _Heading, _Heading | None]], top: Sequence[_Heading]
) -> list[tuple[str, list[_Heading]]]:
    """Numbered headings below several others are the steps of those; otherwise they are the phases themselves."""
    above = {id(parent): parent for _, _, parent in series if parent is not None}
    if len(above) > 1:
        return [(parent.title, parent.children) for parent in above.values()]
    phases: dict[int, list[_Heading]] = {}
    for number, heading, _ in series:
        phases.setdefault(number, []).append(heading)
    groups: list[tuple[str, list[_Heading]]] = []
    for headings in phases.values():
        children = [child for heading in headings for child in heading.children]
        groups.append((headings[0].title, children or headings))
    if all(len(steps) == 1 for _, steps in groups):  # a row of steps without phases
        parent = series[0][2]
        title = parent.title if parent is not None else "Steps"
        return [(title, [step for _, steps in groups for step in steps])]
    return groups


def _outline(document: Document, top: list[_Heading]) -> list[tuple[str, list[_Heading]]]:
    """Sections with parts of their own are phases where most have some; otherwise all sections are steps."""
    if 2 * sum(bool(heading.children) for heading in top) > len(top) > 1:
        return [(heading.title, heading.children or [heading]) for heading in top]
    return [(document.title, top)]
