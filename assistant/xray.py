"""How an answer was found, step by step: every candidate with its scores, what was quoted of it or why it was not.

Computed again from the stored answer's standalone question, with the same functions, in the index as it is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answer import Answer, Citation
from assistant.assistant import CANDIDATES, ask_of, retrieve
from assistant.compose import ANOTHER_SHARE, MORE_RELEVANCE, SHARE_OF_BEST, Place, Shape, choose, repeats
from assistant.coverage import cover_features, probability
from assistant.question import Question
from assistant.ranker import Ranked
from assistant.units import Unit
from index.hit import Hit
from index.search import Snapshot

Fate = Literal["quoted", "refused", "weak", "repeats", "enough", "below"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was looked at."""

    hit: Hit  # in the final order; its parts are 0 to 1, but a cosine may be below 0
    first_rank: int  # by the fused score alone, 1-based
    words: str  # of its best piece of evidence, "" where it has none
    relevance: float  # of that piece, 0 to 1
    fate: Fate
    markers: tuple[int, ...] = ()  # of the citations that stand in it


@dataclass(frozen=True, slots=True)
class Xray:
    """All candidates of one answer, best first, and the two numbers that decided whether there is an answer."""

    candidates: tuple[Candidate, ...]
    confidence: float  # probability that the documents cover the question, 0 to 1
    threshold: float
    needed: float  # least relevance of a piece that is added to the best one
    same_index: bool  # whether the index is still the one that answered


def xray(answer: Answer, snapshot: Snapshot, threshold: float, kept: int = 10) -> Xray:
    """Look into the answer. `kept` is how many passages an answer keeps as its contexts."""
    asked = ask_of(answer.standalone_question, (), snapshot)
    hits, ranked = retrieve(asked, snapshot, CANDIDATES)
    fused = sorted(hits, key=lambda hit: -hit.score)
    first_ranks = {hit.passage.id: rank for rank, hit in enumerate(fused, start=1)}
    best = max((each.relevance for each in ranked), default=0.0)
    needed = max(MORE_RELEVANCE, SHARE_OF_BEST * best)
    quoted = _quoted(answer, asked, ranked, snapshot)
    candidates = tuple(_candidate(hit, first_ranks[hit.passage.id], ranked, answer, quoted, best, kept) for hit in hits)
    same = snapshot.generation == answer.generation
    confidence = answer.confidence if same else probability(cover_features(asked, ranked, hits[:kept], snapshot))
    return Xray(candidates, confidence, threshold, needed, same)


def _quoted(answer: Answer, asked: Question, ranked: Sequence[Ranked], snapshot: Snapshot) -> list[Unit]:
    """The units that the answer quotes: those that are chosen again, or else those of which every span is cited.

    Others are chosen where the answer rests on more than its question (a conversation, several parts, an earlier index).
    """
    told = {marker for sentence in answer.sentences for marker in sentence.citations}
    cited = {(c.document_id, c.start, c.end) for c in answer.citations if c.marker in told}
    named = asked.sources or snapshot.titles.named(asked.content)
    chosen = [each.unit for each in choose(ranked, asked, named, Shape(asked, ranked))]
    if cited <= {place for unit in chosen for place in _places(unit)}:
        return [unit for unit in chosen if _places(unit) & cited]
    return [each.unit for each in ranked if _places(each.unit) <= cited]


def _places(unit: Unit) -> set[Place]:
    return {(unit.document.id, start, end) for start, end in unit.spans}


def _candidate(
    hit: Hit, first_rank: int, ranked: Sequence[Ranked], answer: Answer, quoted: Sequence[Unit], best: float, kept: int
) -> Candidate:
    inside = [each for each in ranked if each.unit.document.id == hit.passage.document_id and _holds(hit, each)]
    top = max(inside, key=lambda each: each.value * each.relevance, default=None)
    markers = tuple(c.marker for c in answer.citations if _stands_in(c, hit))
    if markers:
        fate: Fate = "quoted"
    elif answer.status == "not_covered":
        fate = "refused"
    elif top is None or top.relevance < max(MORE_RELEVANCE, (_share(hit, answer)) * best):
        fate = "weak"
    elif any(repeats(top.unit, unit) for unit in quoted):
        fate = "repeats"
    else:
        fate = "enough" if hit.rank <= kept else "below"
    return Candidate(hit, first_rank, top.unit.text if top else "", top.relevance if top else 0.0, fate, markers)


def _share(hit: Hit, answer: Answer) -> float:
    cited = {citation.document_id for citation in answer.citations}
    return SHARE_OF_BEST if hit.passage.document_id in cited else ANOTHER_SHARE


def _stands_in(citation: Citation, hit: Hit) -> bool:
    return citation.document_id == hit.passage.document_id and any(
        start < citation.end and citation.start < end for start, end in hit.passage.spans
    )


def _holds(hit: Hit, ranked: Ranked) -> bool:
    return all(any(start <= part.start and part.end <= end for start, end in hit.passage.spans) for part in ranked.unit.parts)
