"""What `roadmap eval --mode write` found, and the choice of the mode `auto` that follows from it.

The file lies in the data folder. A measurement counts for the models it was made with (the generator, the embedder that finds
what it rewords, the judge of what it writes) and for the documents it was made on, as long as most of them are still the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

FILE = "write-mode.json"
CHANCE = 0.05  # p-value below which the difference counts
LEAST = 30  # questions from which on a measurement decides anything
SAME = 0.5  # share of the documents in use that it has to have been made on, unchanged


@dataclass(frozen=True, slots=True)
class Measured:
    """Strict accuracy of the same questions, written by a model and quoted."""

    models: Mapping[str, str]  # role -> id: generator, embedder and, where one is set, verifier
    documents: Mapping[str, str]  # document id -> the first 16 hex digits of its SHA-256
    questions: int
    written: float  # 0 to 1
    quoted: float
    p: float  # of the paired permutation test that writing is not better

    @property
    def better(self) -> Literal["quote", "write"]:
        """Which mode `auto` takes: writing only where it was measured to be better."""
        decided = self.questions >= LEAST and self.written > self.quoted and self.p < CHANCE
        return "write" if decided else "quote"

    def holds_for(self, documents: Mapping[str, str]) -> bool:
        """Whether enough of these documents (id -> SHA-256, or its beginning) are those it was made on."""
        same = sum(self.documents.get(name) == digest[:16] for name, digest in documents.items())
        return same > 0 and same >= SAME * len(documents)


def read_measured(data: Path, models: Mapping[str, str], documents: Mapping[str, str]) -> Measured | None:
    """What was measured with these models on these documents; None when nothing was, or the file cannot be read."""
    found = next((each for each in _stored(data) if each.models == models), None)
    return found if found is not None and found.holds_for(documents) else None


def save_measured(data: Path, measured: Measured) -> None:
    """Put a measurement in the place of an earlier one with the same models. Raises OSError when the disk refuses."""
    kept = [each for each in _stored(data) if each.models != measured.models]
    text = json.dumps([asdict(each) for each in (*kept, measured)], ensure_ascii=False, indent=1)
    partial = data / f".{FILE}.{os.getpid()}"
    partial.write_text(text + "\n", encoding="utf-8", newline="\n")
    partial.replace(data / FILE)


def _stored(data: Path) -> Sequence[Measured]:
    """What the file holds; nothing where it cannot be read, since what was measured can be measured again."""
    try:
        entries: Any = json.loads((data / FILE).read_text(encoding="utf-8"))
        return [_measured(entry) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _measured(entry: Any) -> Measured:
    models, documents = dict(entry["models"]), dict(entry["documents"])
    share = [float(entry[name]) for name in ("written", "quoted", "p")]
    return Measured(models, documents, int(entry["questions"]), *share)
