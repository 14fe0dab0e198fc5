"""A cross-encoder that is computable by hand, for the embedders that are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]


def judged_by_cosine(
    embed: Callable[[str], NDArray[np.float32]], question: str, texts: Sequence[str], places: Sequence[Sequence[Sequence[Span]]]
) -> list[NDArray[np.float32]]:
    """Both logits of a place grow with the cosine of the question to its words."""
    asked = embed(question)
    cosines = [
        [float(asked @ embed(" ".join(text[start:end] for start, end in spans))) for spans in own]
        for text, own in zip(texts, places, strict=True)
    ]
    return [np.array([[8 * cosine - 4] * 2 for cosine in own], np.float32).reshape(-1, 2) for own in cosines]
