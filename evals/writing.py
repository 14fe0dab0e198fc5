"""Is it better to let the model write? The same questions, written and quoted, compared question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.measured import Measured, save_measured
from evals.paired import sign_flip
from evals.run import Outcome
from evals.store import RunUnwritable


def measure_writing(
    models: Mapping[str, str], documents: Mapping[str, str], written: Sequence[Outcome], quoted: Sequence[Outcome]
) -> Measured:
    """Strict accuracy of answerable questions and of refusals, for both modes, and how likely chance explains a gain.

    `models` (role -> id) and `documents` (id -> digest) are what both runs were made with, as a run's head records them.
    """
    pairs = [(_right(w), _right(q)) for w, q in zip(written, quoted, strict=True)]
    count = max(1, len(pairs))
    p = sign_flip([q - w for w, q in pairs], alternative="less")
    return Measured(models, documents, len(pairs), sum(w for w, _ in pairs) / count, sum(q for _, q in pairs) / count, p)


def store_writing(data: Path, measured: Measured) -> None:
    """Keep it for the mode `auto`. Raises `RunUnwritable`."""
    try:
        save_measured(data, measured)
    except OSError as exc:
        raise RunUnwritable(f"{data} cannot be written ({exc.strerror}); free space or use another folder.") from exc


def _right(outcome: Outcome) -> float:
    strict = outcome.metrics.get("strict_accuracy")
    return float(strict if strict is not None else outcome.metrics.get("refused") or 0.0)
