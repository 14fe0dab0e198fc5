"""`roadmap verify`: reads every byte of every generation, and says all that is wrong and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.folder import IndexDamaged, IndexMissing, current_number, folder_of, numbers, size_of
from index.generation import read
from index.library import pointer_problem
from index.manifest import Manifest, read_manifest

UNIT = 0.01  # how far the length of a vector may be from 1: sentence vectors are kept in 16 bits


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What `roadmap verify` found to be sound."""

    generation: int
    files: int
    bytes: int
    passages: int
    kept: tuple[int, ...]  # earlier generations, which are sound too


def verify_index(data: Path) -> VerifyReport:
    """Read and check every byte of the index, earlier generations included, and that its parts belong together.

    Raises:
        IndexMissing: there is none.
        IndexDamaged: with everything that is wrong and what to do, also where an earlier generation answers meanwhile.
        IndexUnreadable: a file may not be read now.
    """
    while True:
        number, on_disk = current_number(data), numbers(data)
        if not on_disk:
            raise IndexMissing(f"There is no index in {data}; run `roadmap index` first.")
        problem = pointer_problem(data, number, on_disk)
        problems = [problem] if problem else []
        sound: dict[int, Manifest] = {}
        for candidate in sorted(on_disk, reverse=True):
            try:
                sound[candidate] = _checked(data, candidate)
            except IndexDamaged as damage:
                if candidate == number or candidate in numbers(data):  # else it was deleted meanwhile, after a newer one
                    problems.append(str(damage))
        if not problems and number is not None:
            break
        if current_number(data) == number:  # else a build replaced what was being read
            usable = number if number in sound else max(sound, default=None)
            answers = f"Meanwhile answers come from generation {usable}." if usable else "Nothing can be searched until then."
            raise IndexDamaged(" ".join([*problems, answers]))
    manifest = sound.pop(number)
    size = size_of(folder_of(data, number))
    return VerifyReport(number, len(manifest.files) + 1, size, manifest.passages, tuple(sorted(sound)))


def _checked(data: Path, number: int) -> Manifest:
    """The manifest of a generation of which everything was read and compared."""
    manifest = read_manifest(data, number)
    content, _ = read(data, manifest)
    documents = {document.id: document for document in content.documents}
    first, spans = content.sentences.first, content.sentences.spans
    advice = "; run `roadmap index --rebuild`."
    for row, passage in enumerate(content.passages):
        document = documents.get(passage.document_id)
        if document is None or passage.text != "\n".join(document.text[start:end] for start, end in passage.spans):
            raise IndexDamaged(f"Passage {passage.id} is not part of {passage.document_id}{advice}")
        own = spans[first[row] : first[row + 1]]
        if not ((own[:, 0] >= 0) & (own[:, 0] < own[:, 1]) & (own[:, 1] <= len(document.text))).all():
            raise IndexDamaged(f"A sentence of passage {passage.id} is not part of {passage.document_id}{advice}")
    for vectors in (content.vectors, content.sentences.vectors):
        lengths = np.linalg.norm(vectors.astype(np.float32), axis=1)
        if not (np.abs(lengths - 1) < UNIT).all():
            raise IndexDamaged(f"A vector of {folder_of(data, number)} has not unit length{advice}")
    return manifest
