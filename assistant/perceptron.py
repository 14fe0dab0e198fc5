"""Perceptrons with one hidden layer, small enough to be kept as JSON and computed with NumPy alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_ARRAYS = ("mean", "scale", "hidden", "hidden_bias", "output", "output_bias")


@dataclass(frozen=True, slots=True)
class Perceptron:
    """Weights over standardised signals; what stands further from the mean than `limit` deviations counts as that far."""

    mean: Floats  # (signals,)
    scale: Floats  # (signals,)
    hidden: Floats  # (signals, units)
    hidden_bias: Floats  # (units,)
    output: Floats  # (units, outputs), or (units,) for one
    output_bias: Floats
    limit: float

    def __call__(self, signals: Floats) -> Floats:
        """Probabilities of shape (n, outputs), or (n,), from signals of shape (n, signals)."""
        standard = np.clip((signals - self.mean) / self.scale, -self.limit, self.limit)
        hidden = np.maximum(standard @ self.hidden + self.hidden_bias, 0)
        return np.asarray(1 / (1 + np.exp(-(hidden @ self.output + self.output_bias))), np.float32)


def logit(probabilities: Floats) -> Floats:
    """The logits of probabilities; those of 0 and 1 are about -11.5 and 11.5."""
    return np.asarray(np.log(probabilities + 1e-5) - np.log(1 - probabilities + 1e-5), np.float32)


def read_perceptron(file: str, names: Sequence[str], limit: float) -> Perceptron:
    """The weights in a file of this package.

    Raises:
        ValueError: they were trained on other signals than `names`.
    """
    fields = json.loads((files("assistant") / file).read_text(encoding="utf-8"))
    if fields["names"] != list(names):
        raise ValueError(f"{file} was trained on other signals; {fields['about']}")
    return Perceptron(**{name: np.asarray(fields[name], np.float32) for name in _ARRAYS}, limit=limit)


def write_perceptron(path: Path, model: Perceptron, names: Sequence[str], about: str, digits: int) -> None:
    """The same file anew; `about` says what the weights are and how they were trained."""
    arrays = {name: np.round(np.asarray(getattr(model, name), np.float64), digits).tolist() for name in _ARRAYS}
    path.write_text(json.dumps({"about": about, "names": list(names), **arrays}), encoding="utf-8")
