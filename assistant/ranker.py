"""Learned weights that turn a unit's signals into how well it answers: trained by `python -m evals.train_evidence`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from assistant.signals import NAMES, Signals
from assistant.units import Unit

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit with what the ranker expects of it, each 0 to 1.

    `value` is how much of a complete and concise answer the unit is by itself; `relevance` how much of its text is evidence.
    """

    unit: Unit
    value: float
    relevance: float
    signals: Floats


@dataclass(frozen=True, slots=True)
class EvidenceModel:
    """A perceptron with one hidden layer over standardised signals; two outputs: value and relevance."""

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats

    def __call__(self, signals: Signals) -> Floats:
        """(n, 2): value and relevance of each row."""
        standard = np.clip((signals - self.mean) / self.scale, -5, 5)
        hidden = np.maximum(standard @ self.hidden + self.hidden_bias, 0)
        return np.asarray(1 / (1 + np.exp(-(hidden @ self.output + self.output_bias))), np.float32)


@cache
def evidence_model() -> EvidenceModel:
    """The weights that come with the program."""
    fields: Mapping[str, object] = json.loads((files("assistant") / "evidence_model.json").read_text(encoding="utf-8"))
    if fields["names"] != list(NAMES):
        raise ValueError("evidence_model.json was trained on other signals; run `python -m evals.train_evidence`.")
    return EvidenceModel(**{name: np.asarray(fields[name], np.float32) for name in EvidenceModel.__dataclass_fields__})


def rank(units: list[Unit], signals: Signals) -> list[Ranked]:
    """The units with their expected value and relevance, best value first."""
    if not units:
        return []
    scores = evidence_model()(signals)
    ranked = [Ranked(u, float(v), float(r), row) for u, (v, r), row in zip(units, scores, signals, strict=True)]
    return sorted(ranked, key=lambda r: (-r.value, r.unit.document.id, r.unit.start))
