"""Exact and compressed vector search from a thousand to a million vectors: recall and time, where the one overtakes the other.

The vectors are synthetic but resemble real ones: real passage and sentence vectors in pairs, 0.8 of one and 0.2 of the other,
with noise of half their length; the questions are real.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from index.dense import DenseIndex

NOISE = 0.5  # length, beside a vector of length one
BLOCK = 50_000


@dataclass(frozen=True, slots=True)
class Row:
    """What was found at one size."""

    size: int
    exact: float  # CPU ms a question, median; one thread does the work, so this is the time on an idle machine
    compressed: float
    recall: float  # of the exact ten nearest among the compressed ten
    recall_deep: float  # the same of the exact two hundred
    made: float  # seconds to make the compressed index


def resembling(real: NDArray[np.float32], count: int, seed: int = 0) -> NDArray[np.float32]:
    """`count` unit vectors like those of `real`, shape (count, dimension); the same for the same seed."""
    dice = np.random.default_rng(seed)
    made = np.empty((count, real.shape[1]), np.float32)
    for at in range(0, count, BLOCK):
        part = made[at : at + BLOCK]
        one, other = (real[dice.integers(len(real), size=len(part))] for _ in range(2))
        noise = dice.standard_normal(part.shape, np.float32) * np.float32(NOISE / np.sqrt(real.shape[1]))
        mixed = np.float32(0.8) * one + np.float32(0.2) * other + noise
        part[:] = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    return made


def measure(real: NDArray[np.float32], questions: NDArray[np.float32], sizes: Sequence[int]) -> list[Row]:
    """One row a size; both kinds of index answer each question in turn."""
    rows: list[Row] = []
    for size in sizes:
        vectors = resembling(real, size)
        exact = DenseIndex(vectors, compressed=False)
        started = time.perf_counter()
        compressed = DenseIndex(vectors, compressed=True)
        made = time.perf_counter() - started
        taken: tuple[list[float], list[float]] = ([], [])
        shares: tuple[list[float], list[float]] = ([], [])
        for question in questions:
            found: list[NDArray[np.int64]] = []
            for index, own in zip((exact, compressed), taken, strict=True):
                before = time.thread_time()
                found.append(index.nearest(question, 200))
                own.append(1000 * (time.thread_time() - before))
            for depth, share in zip((10, 200), shares, strict=True):
                true = set(found[0][:depth].tolist())
                share.append(len(true & set(found[1][:depth].tolist())) / len(true))
        rows.append(Row(size, median(taken[0]), median(taken[1]), float(np.mean(shares[0])), float(np.mean(shares[1])), made))
    return rows


def table(rows: Sequence[Row]) -> str:
    """As Markdown."""
    lines = [
        "| vectors | exact, CPU ms | compressed, CPU ms | recall of 10 | recall of 200 | made in, s |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.size:,} | {r.exact:.2f} | {r.compressed:.2f} | {r.recall:.4f} | {r.recall_deep:.4f} | {r.made:.2f} |"
        for r in rows
    ]
    return "\n".join(lines)
