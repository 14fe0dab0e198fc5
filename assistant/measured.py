"""What `roadmap eval --mode write` found for each generator, and the choice of the mode `auto` that follows from it.

The file lies in the data folder: what was measured on one corpus says nothing about another.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

FILE = "write-mode.json"
CHANCE = 0.05  # p-value below which the difference counts
LEAST = 30  # questions from which on a measurement decides anything


@dataclass(frozen=True, slots=True)
class Measured:
    """Strict accuracy of the same questions, written by one model and quoted."""

    model: str
    questions: int
    written: float  # 0 to 1
    quoted: float
    p: float  # of the paired permutation test that writing is not better

    @property
    def better(self) -> Literal["quote", "write"]:
        """Which mode `auto` takes: writing only where it was measured to be better."""
        decided = self.questions >= LEAST and self.written > self.quoted and self.p < CHANCE
        return "write" if decided else "quote"


def read_measured(data: Path, model: str) -> Measured | None:
    """What was measured for this model; None when nothing was, or the file cannot be read."""
    try:
        return Measured(**json.loads((data / FILE).read_text(encoding="utf-8"))[model])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_measured(data: Path, measured: Measured) -> None:
    """Put a measurement in the place of an earlier one of the same model. Raises OSError when the disk refuses."""
    try:
        held = json.loads((data / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        held = {}
    entries = (held if isinstance(held, dict) else {}) | {measured.model: asdict(measured)}
    partial = data / f".{FILE}.{os.getpid()}"
    partial.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
    partial.replace(data / FILE)
