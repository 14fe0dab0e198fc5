"""What a search gives back."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.document import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, with the parts its score is made of.

    `dense` is the cosine of question and passage; `lexical` the BM25 score divided by the best one of this question (0 to 1);
    `rerank` the score of a later stage, where one ran.
    """

    passage: Passage
    rank: int  # 1-based
    score: float
    dense: float
    lexical: float
    rerank: float | None = None
