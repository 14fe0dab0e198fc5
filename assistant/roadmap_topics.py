"""Topic notes in, their map out: phases in the order in which their last step can be reached, steps after what they need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from assistant.roadmap import Phase, Resource, Roadmap, Step, clean, plain, sketch, step_id
from ingest.document import Document

MAX_LISTED = 40  # entries of a list in the front matter that are looked at
_OTHER = "Other topics"


def is_topic(document: Document) -> bool:
    """Whether its front matter places it on a map."""
    return bool(clean(document.meta.get("phase"))) or isinstance(document.meta.get("prerequisites"), list | tuple)


def topic_roadmap(documents: Sequence[Document]) -> Roadmap:
    """The map of documents for which `is_topic` holds."""
    steps = _steps(documents)
    phases: dict[str, list[Step]] = {}
    for document, step in zip(documents, steps, strict=True):
        phases.setdefault(clean(document.meta.get("phase")), []).append(step)
    depths = _depths(steps)
    words = _capitals(document.title for document in documents)
    ordered = sorted(phases, key=lambda phase: _phase_order(phase, phases, depths))
    return Roadmap(
        "topics",
        "All topics",
        tuple(
            Phase(_phase_title(phase, words), tuple(sorted(phases[phase], key=lambda s: (depths[s.id], s.title))))
            for phase in ordered
        ),
    )


def folder_roadmap(documents: Sequence[Document]) -> Roadmap:
    """The map of documents without any such front matter: a phase a folder, in the order of their names."""
    folders: dict[str, list[Step]] = {}
    for document, step in zip(documents, _steps(documents), strict=True):
        folders.setdefault(str(PurePosixPath(document.id).parent), []).append(step)
    phases = [
        Phase(
            clean(folder.replace("/", " › ")) if folder != "." else "Documents",
            tuple(sorted(steps, key=lambda step: _natural(step.document_id))),
        )
        for folder, steps in sorted(folders.items(), key=lambda entry: _natural(entry[0]))
    ]
    return Roadmap("documents", "All documents", tuple(phases))


def _steps(documents: Sequence[Document]) -> list[Step]:
    steps: dict[str, Step] = {}
    owners: dict[str, str] = {}  # how prerequisites may call a step -> its id
    for document in documents:
        own = clean(document.meta.get("id"))
        title = clean(document.title) or document.id
        key = step_id(("topic", own or title), steps)
        steps[key] = Step(
            key,
            title,
            document.id,
            0,
            len(document.text),
            sketch(document.text),
            level=clean(document.meta.get("level"), 40),
            hours=clean(document.meta.get("hours"), 40),
            skills=tuple(text for entry in _list(document.meta.get("skills")) if (text := clean(entry))),
            resources=tuple(found for entry in _list(document.meta.get("resources")) if (found := _resource(entry))),
        )
        for name in (own, PurePosixPath(document.id).stem, document.id, title):
            owners.setdefault(plain(name), key)
    wanted = {
        key: tuple(
            dict.fromkeys(
                owner
                for entry in _list(document.meta.get("prerequisites"))
                if (owner := owners.get(plain(clean(entry)))) is not None and owner != key
            )
        )
        for key, document in zip(steps, documents, strict=True)
    }
    kept = _without_circles(wanted)
    return [replace(step, prerequisites=kept[key]) for key, step in steps.items()]


def _without_circles(wanted: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The prerequisites without those that would close a circle: nobody could begin with any step of it."""
    kept: dict[str, tuple[str, ...]] = {}
    for key, names in wanted.items():
        kept[key] = tuple(name for name in names if not _reaches(name, key, kept))
    return kept


def _reaches(start: str, goal: str, edges: Mapping[str, tuple[str, ...]]) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        at = waiting.pop()
        if at == goal:
            return True
        fresh = [name for name in edges.get(at, ()) if name not in seen]
        seen.update(fresh)
        waiting += fresh
    return False


def _depths(steps: Sequence[Step]) -> dict[str, int]:
    """How many steps stand on the longest way to each step, itself included."""
    needs = {step.id: step.prerequisites for step in steps}
    depths: dict[str, int] = {}
    for first in needs:
        waiting = [first]
        while waiting:
            at = waiting[-1]
            missing = [name for name in needs[at] if name not in depths]
            if missing:
                waiting += missing
            else:
                depths[at] = 1 + max((depths[name] for name in needs[at]), default=0)
                waiting.pop()
    return depths


def _phase_order(
    phase: str, phases: Mapping[str, Sequence[Step]], depths: Mapping[str, int]
) -> tuple[bool, int, float, float, str]:
    """Numbered phases by number; others by how early their last step can be reached, then by how early the others can."""
    number = re.match(r"(?:[^\W\d]+[ _-])?(\d{1,3})\b", phase)  # "2-mathematics", "phase 2: mathematics"
    own = [depths[step.id] for step in phases[phase]]
    return (not phase, int(number[1]) if number else 0, max(own), sum(own) / len(own), phase)


def _capitals(titles: Iterable[str]) -> dict[str, str]:
    """Words that titles write in capitals, by their small letters: `ml` is `ML` in the name of a phase too."""
    found = (word for title in titles for word in re.findall(r"\b[A-Z]{2,}s?\b", title))
    return {word.rstrip("s").casefold(): word.rstrip("s") for word in found}


def _phase_title(phase: str, capitals: Mapping[str, str]) -> str:
    if not phase:
        return _OTHER
    if " " in phase or phase != phase.casefold():
        return phase
    words = [capitals.get(word, word) for word in re.split(r"[-_]+", phase) if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _list(value: object) -> Sequence[object]:
    if isinstance(value, str):
        return [part for part in value.split(",") if part.strip()][:MAX_LISTED]
    return list(value)[:MAX_LISTED] if isinstance(value, list | tuple) else []


def _resource(entry: object) -> Resource | None:
    if not isinstance(entry, Mapping):
        address = _address(entry)
        title = clean(entry)
        return Resource(title, address) if title else None
    title, address = clean(entry.get("title")), _address(entry.get("url"))
    free = entry.get("free")
    if not title and not address:
        return None
    return Resource(title or address, address, clean(entry.get("kind"), 40), free if isinstance(free, bool) else None)


def _address(value: object) -> str:
    """The web address, "" for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    sound = parts.scheme in ("http", "https") and parts.hostname and not re.search(r"[\s<>\"\x00-\x1f]", text)
    return text if sound and len(text) <= 2000 else ""


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """`part 2` before `part 10`."""
    return tuple((int(part), "") if part.isdecimal() else (0, part.casefold()) for part in re.findall(r"\d+|\D+", name))
