"""Paired statistics: per-question differences in, an interval and a p-value out. Seeded: the same input gives the same output.

Two runs answer the same questions, so it is their differences that vary by chance, not the two averages by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Alternative = Literal["two-sided", "less"]

RESAMPLES = 4000  # of the bootstrap
FLIPS = 20_000  # of the permutation test, when there are too many to try all
_EXACT = 14  # differing questions up to which every assignment of signs is tried: 2**14 of them
_SLICES = 20  # drawn one after the other, so that thousands of questions stay within a few megabytes
_SEED = 20250101
_SAME = 1e-9  # sums closer than this are the same sum


def bootstrap_interval(values: Sequence[float], *, confidence: float = 0.95) -> tuple[float, float]:
    """The percentile bootstrap interval of the mean (Efron and Tibshirani 1993, chapter 13). `ValueError` on no values."""
    import numpy as np

    if not values:
        raise ValueError("there is nothing to resample")
    sample = np.asarray(values, dtype=np.float64)
    generator = np.random.default_rng(_SEED)
    size = (RESAMPLES // _SLICES, len(sample))
    means = np.concatenate([sample[generator.integers(0, len(sample), size)].mean(axis=1) for _ in range(_SLICES)])
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def p_text(p: float) -> str:
    """A p-value as it is printed: chance is never ruled out.

    >>> p_text(0.0312), p_text(0.00005)
    ('0.031', '<0.001')
    """
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def sign_flip(differences: Sequence[float], *, alternative: Alternative = "two-sided") -> float:
    """The p-value of the paired permutation test for the mean: how often random signs give a sum this far out (Fisher 1935).

    `less` asks whether the mean is below zero. Exact for few differing questions; otherwise from 20,000 random assignments,
    never 0. One when nothing differs.

    >>> sign_flip([-1, -1, -1, -1, -1], alternative="less")  # one of the 32 assignments is as low
    0.03125
    """
    import numpy as np

    changed = np.asarray([d for d in differences if d != 0], dtype=np.float64)
    if not len(changed):
        return 1.0
    exact = len(changed) <= _EXACT
    if exact:
        assignments = np.arange(2 ** len(changed))
        sums = (1.0 - 2.0 * ((assignments[:, None] >> np.arange(len(changed))) & 1)) @ np.abs(changed)
    else:
        generator = np.random.default_rng(_SEED)
        size = (FLIPS // _SLICES, len(changed))
        sums = np.concatenate([(generator.integers(0, 2, size) * 2.0 - 1.0) @ np.abs(changed) for _ in range(_SLICES)])
    observed = changed.sum()
    if alternative == "less":
        extreme = int((sums <= observed + _SAME).sum())
    else:
        extreme = int((np.abs(sums) >= abs(observed) - _SAME).sum())
    return extreme / len(sums) if exact else (extreme + 1) / (len(sums) + 1)
