"""How an answer was found, step by step: every candidate with its scores, what was quoted of it or why it was not.

Computed again from the stored answer's standalone question, with the same functions, in the index as it is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.additions import Additions, additions_model
from assistant.answer import Answer, Citation
from assistant.assistant import CANDIDATES, HITS, Found, ask_of, passage_holds, retrieve, with_own_words
from assistant.compose import ADDS, STRAY, Place, Shape, choose, repeats
from assistant.coverage import cover_features, probability
from assistant.question import MAX_CHARACTERS, Question
from assistant.ranker import Ranked
from assistant.standalone import apart
from assistant.units import Unit
from index.hit import Hit
from index.search import Snapshot
from index.terms import terms, words

Fate = Literal["quoted", "refused", "weak", "repeats", "stray", "enough", "below", "said"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was looked at."""

    hit: Hit  # in the final order; its parts are 0 to 1, but a cosine may be below 0
    first_rank: int  # by the fused score alone, 1-based
    words: str  # of its best piece of evidence, "" where it has none
    adds: float  # probability that this piece adds something to what is quoted, 0 to 1
    fate: Fate
    markers: tuple[int, ...] = ()  # of the citations that stand in it


@dataclass(frozen=True, slots=True)
class Xray:
    """All candidates of one answer, best first, and the two numbers that decided whether there is an answer."""

    candidates: tuple[Candidate, ...]
    confidence: float  # probability that the documents cover the question, 0 to 1
    threshold: float
    needed: float  # least probability with which a piece is added
    same_index: bool  # whether the index is still the one that answered
    unheld: tuple[str, ...] = ()  # words that a follow-up names itself and nothing that was found holds: then it is refused
    alone: str = ""  # a follow-up that was searched for without what it is about, since only so its own words are found


def xray(answer: Answer, snapshot: Snapshot, threshold: float, kept: int = HITS) -> Xray:
    """Look into the answer. `kept` is how many passages an answer keeps as its contexts."""
    asked = ask_of(answer.standalone_question[:MAX_CHARACTERS], (), snapshot)  # with what it follows it may be longer
    hits, ranked = retrieve(asked, snapshot, CANDIDATES)
    cover = probability(cover_features(asked, ranked, hits[:kept], snapshot))
    found = with_own_words(Found(asked, hits[:kept], ranked, cover, searched=0.0), snapshot)
    spoken, _ = apart(asked.content)
    alone = found.asked != asked
    if alone:
        asked = found.asked
        hits, ranked = retrieve(asked, snapshot, CANDIDATES)
    fused = sorted(hits, key=lambda hit: -hit.score)
    first_ranks = {hit.passage.id: rank for rank, hit in enumerate(fused, start=1)}
    named = asked.sources or snapshot.titles.named(asked.content)
    quoted = _quoted(answer, asked, ranked, named)
    beside = _Beside(asked, ranked, named, quoted)
    same = snapshot.generation == answer.generation
    left = _left_by_conversation(answer, choose(ranked, asked, named, beside.shape)) if same else []
    candidates = tuple(_candidate(hit, first_ranks[hit.passage.id], beside, answer, kept, left) for hit in hits)
    confidence = answer.confidence if same else found.cover
    unheld = tuple(dict.fromkeys(word for word in words(spoken) if found.unheld & set(terms(word))))
    return Xray(candidates, confidence, threshold, ADDS, same, unheld, spoken if alone else "")


def _quoted(answer: Answer, asked: Question, ranked: Sequence[Ranked], named: frozenset[str]) -> list[Ranked]:
    """The units that the answer quotes: those that are chosen again, or else those of which every span is cited.

    Others are chosen where the answer rests on more than its question (a conversation, several parts, an earlier index).
    """
    told = {marker for sentence in answer.sentences for marker in sentence.citations}
    cited = {(c.document_id, c.start, c.end) for c in answer.citations if c.marker in told}
    chosen = choose(ranked, asked, named, Shape(asked, ranked))
    if cited <= {place for each in chosen for place in _places(each.unit)}:
        return [each for each in chosen if _places(each.unit) & cited]
    return [each for each in ranked if _places(each.unit) <= cited]


def _left_by_conversation(answer: Answer, chosen: Sequence[Ranked]) -> list[Ranked]:
    """What the question by itself would choose and the answer to a follow-up does not quote: it was said, or is too much."""
    cited = {(c.document_id, c.start, c.end) for c in answer.citations}
    follows = bool(answer.citations) and answer.question != answer.standalone_question
    return [each for each in chosen if not _places(each.unit) <= cited] if follows else []


def _places(unit: Unit) -> set[Place]:
    return {(unit.document.id, start, end) for start, end in unit.spans}


class _Beside:
    """The ranked units beside those that are quoted."""

    def __init__(self, asked: Question, ranked: Sequence[Ranked], named: frozenset[str], quoted: Sequence[Ranked]) -> None:
        self.ranked = ranked
        self.quoted = quoted
        self.shape = Shape(asked, ranked)
        self._places = {id(each): place for place, each in enumerate(ranked)}
        self._additions = Additions(asked, named)
        self._several = len(named) > 1 or asked.wants.sources

    def adds(self, unit: Ranked) -> float:
        """The probability that a unit adds something; 0 where nothing is quoted."""
        if not self.quoted:
            return 0.0
        said = [self.shape.candidate(each, self._places[id(each)]) for each in self.quoted]
        other = self.shape.candidate(unit, self._places[id(unit)])
        return float(additions_model()(self._additions.features(said, [other]))[0, 0])

    def strays(self, unit: Ranked) -> bool:
        """Whether a unit is of a document that has nothing nearly as good as what is quoted of others."""
        best = max((each.value for each in self.quoted), default=0.0)
        other = all(each.unit.document is not unit.unit.document for each in self.quoted)
        return other and not self._several and unit.value < STRAY * best


def _candidate(hit: Hit, first_rank: int, beside: _Beside, answer: Answer, kept: int, left: Sequence[Ranked]) -> Candidate:
    inside = [each for each in beside.ranked if passage_holds(hit.passage, each.unit)]
    top = max(inside, key=lambda each: each.value * each.relevance, default=None)
    adds = beside.adds(top) if top else 0.0
    markers = tuple(c.marker for c in answer.citations if _stands_in(c, hit))
    if markers:
        fate: Fate = "quoted"
    elif answer.status == "not_covered":
        fate = "refused"
    elif top is not None and any(repeats(top.unit, each.unit) for each in beside.quoted):
        fate = "repeats"
    elif left and (adds >= ADDS or any(passage_holds(hit.passage, each.unit) for each in left)):
        fate = "said"
    elif adds < ADDS:
        fate = "weak"
    elif top is not None and beside.strays(top):
        fate = "stray"
    else:
        fate = "enough" if hit.rank <= kept else "below"
    return Candidate(hit, first_rank, top.unit.text if top else "", adds, fate, markers)


def _stands_in(citation: Citation, hit: Hit) -> bool:
    return citation.document_id == hit.passage.document_id and any(
        start < citation.end and citation.start < end for start, end in hit.passage.spans
    )
