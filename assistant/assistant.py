"""The way from a question to a cited answer: resolve, retrieve, rank evidence, check cover, quote or write, verify."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.answer import Answer, Event, Finished, Mode, Retrieved, Sentence, SentenceReady, Turn
from assistant.compose import compose
from assistant.context import IndexContext
from assistant.coverage import THRESHOLD, cover_features, probability
from assistant.definitions import definitions
from assistant.disagreement import disagreement
from assistant.ellipsis import fragment_of, names_only
from assistant.generator import Generator
from assistant.gist import gist
from assistant.interaction import interactions
from assistant.judging import judgements
from assistant.orders import only_orders, without_orders
from assistant.own_words import found_near, held, own_words
from assistant.parts import answered_by, parts_of
from assistant.question import Question, aimed, checked, plainly, read_question
from assistant.ranker import RERANKED, Ranked, judge, rank, rerank, to_judge
from assistant.sequel import next_item, unsaid, without_list
from assistant.sides import sides
from assistant.signals import signals, similarities
from assistant.standalone import apart
from assistant.suggest import suggestions
from assistant.units import ADDRESS, Unit, units_of
from assistant.verify import Entails
from assistant.write import Writing
from index.abbreviations import written_out
from index.embedder import Vectors
from index.hit import Hit
from index.library import Library
from index.search import Snapshot
from index.spelling import corrected, parted
from ingest.document import Passage

CANDIDATES = 24  # passages searched for evidence
HITS = 10  # of them kept as contexts
SURE = 0.75  # probability of cover from which a question read in other words is answered: a second look may err twice
UNHELD = 0.3  # most probability of cover where nothing that was found holds what a follow-up names itself
PARTLY = 0.77  # share of the threshold that the whole question has to reach where only a part of it is covered
MISSING = 0.75  # share of the threshold below which one part of a question counts as not covered
EVIDENCE_WEIGHT = 0.75  # of a passage's best unit against its retrieval score, when the passages are put in order


@dataclass(frozen=True, slots=True)
class Found:
    """What the documents hold for a question."""

    asked: Question
    hits: tuple[Hit, ...]  # the best passages, those with the best evidence first
    ranked: list[Ranked]  # the evidence units of all candidates, best first
    cover: float  # probability that the documents cover the question, 0 to 1
    searched: float  # when the passages were found, by `time.monotonic`
    unheld: frozenset[str] = frozenset()  # terms that a follow-up names itself and nothing that was found holds


class Assistant:
    """Answers questions from one library. Any number of threads may ask; each answer comes from exactly one generation."""

    def __init__(
        self,
        library: Library,
        *,
        generator: Generator | None = None,
        entails: Entails | None = None,
        threshold: float = THRESHOLD,
        auto: Literal["quote", "write"] = "quote",
    ) -> None:
        """Without a generator every answer is quoted; `entails` judges what it writes in the place of the bundled verifier.

        `threshold` is the probability of cover below which it refuses; `auto` is what the mode of that name does: what the
        evals measured to be better for this generator.
        """
        self.library = library
        self.generator = generator
        self.entails = entails
        self.threshold = threshold
        self.auto = auto

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        """The complete answer.

        Raises:
            QuestionInvalid: no question, or too long.
            RoadmapError: what `Library.snapshot` and the generator raise.
        """
        *_, last = self.stream(question, history, mode=mode)
        assert isinstance(last, Finished)
        return last.answer

    def search(self, question: str, history: Sequence[Turn] = (), k: int = HITS) -> tuple[str, tuple[Hit, ...]]:
        """The standalone question, and the `k` best passages for it."""
        question = checked(question)  # before anything is loaded
        snapshot = self.library.snapshot()
        asked = ask_of(question, history, snapshot)
        hits, _ = retrieve(asked, snapshot, k)
        return asked.standalone, hits

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        mode: Mode = "auto",
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        """What was found, then each sentence once it is verified, then the whole answer."""
        began = time.monotonic()
        question = checked(question)  # before anything is loaded
        snapshot = self.library.snapshot()
        asked = ask_of(question, history, snapshot)
        found = look_up(asked, snapshot)
        if found.cover < THRESHOLD and (spelt_out := in_words(asked, snapshot)) != asked:
            again = look_up(spelt_out, snapshot)
            found = again if again.cover >= SURE else found
        found = with_own_words(found, snapshot)
        asked, hits, ranked = found.asked, found.hits, found.ranked
        yield Retrieved(asked.standalone, hits)

        uncovered, wanted = self._parts(asked, snapshot)
        enough = found.cover >= self.threshold or (bool(wanted) and found.cover >= PARTLY * self.threshold)
        covered = enough and bool(ranked) and not only_orders(question)
        only_parts = bool(uncovered and wanted)  # nothing is added for a part that is not covered
        if asked.after:
            ranked = next_item(ranked, asked.after) or unsaid(ranked, asked.said)
        elif asked.said:
            ranked, wanted = unsaid(ranked, asked.said), unsaid(wanted, asked.said)
        elif asked.item:
            ranked = without_list(ranked, asked.item, asked.listing)
        named = asked.sources or snapshot.titles.named(asked.content)
        fitting = wanted if only_parts else ranked
        quoted, citations = compose(fitting, asked, named, wanted) if covered else ((), ())
        missing = tuple(part.asked for part in uncovered if not answered_by(part, citations))
        weighed = time.monotonic()

        writing: Writing | None = None
        write = (self.auto if mode == "auto" else mode) == "write" and not asked.notice  # what is asked then are the quotes
        if write and self.generator is not None and quoted:
            writing = Writing(asked.standalone, quoted, citations, self.generator, entails=self.entails, cancelled=cancelled)
        sentences: list[Sentence] = []
        first: float | None = None
        shown: set[int] = set()
        for sentence in writing or quoted:
            first = first or time.monotonic()
            sentences.append(sentence)
            fresh = tuple(c for c in citations if c.marker in sentence.citations and c.marker not in shown)
            shown.update(sentence.citations)
            yield SentenceReady(sentence, fresh)
        cited, differing = disagreement(asked.content, tuple(c for c in citations if c.marker in shown), fitting)
        ended = time.monotonic()
        yield Finished(
            Answer(
                question=asked.asked,
                standalone_question=asked.standalone,
                status="not_covered" if not sentences else "partial" if missing else "answered",
                sentences=tuple(sentences),
                citations=cited,
                disagreement=differing,
                hits=hits,
                confidence=found.cover,
                mode="write" if writing else "quote",
                model=self.generator.id if writing and self.generator else "",
                seconds={
                    "retrieve": found.searched - began,
                    "evidence": weighed - found.searched,
                    "first_token": (first or ended) - began,
                    "total": ended - began,
                },
                suggestions=() if sentences else suggestions(hits, asked.asked) or gist(snapshot),
                generation=snapshot.generation,
                notice=(writing.problem if writing else "") or (asked.notice if sentences else ""),
                missing=missing if sentences else (),
            )
        )

    def _parts(self, asked: Question, snapshot: Snapshot) -> tuple[list[Question], list[Ranked]]:
        """Of a question of several parts: those that are surely not covered, and the best evidence for each covered one.

        For a part that compares two things that is what says of each what it is.
        """
        missing: list[Question] = []
        wanted: list[Ranked] = []
        for part in parts_of(asked):
            found = look_up(part, snapshot)
            if found.ranked and found.cover >= self.threshold:
                compared = sides(part.content)
                wanted += (definitions(found.ranked, compared) if compared else []) or found.ranked[:1]
            elif found.cover < MISSING * self.threshold:
                missing.append(part)
        return missing, wanted


def ask_of(question: str, history: Sequence[Turn], snapshot: Snapshot) -> Question:
    """The question, standalone, with the documents of this snapshot that it names as sources. Raises QuestionInvalid."""
    asked = read_question(question, history, IndexContext(snapshot))
    asked = aimed(asked, snapshot.titles.mentions(asked.standalone))
    asked = plainly(asked)
    content = parted(corrected(asked.content, snapshot), snapshot)
    return replace(asked, content=content, standalone=corrected(asked.standalone, snapshot))


def in_words(asked: Question, snapshot: Snapshot) -> Question:
    """The question with the abbreviations that the documents explain written out."""
    content, standalone = (written_out(text, snapshot.abbreviations) for text in (asked.content, asked.standalone))
    return replace(asked, content=content, standalone=standalone)


def look_up(asked: Question, snapshot: Snapshot) -> Found:
    """The passages and the evidence for a question, and whether they cover it."""
    vector, candidates = search(asked, snapshot)
    searched = time.monotonic()
    ranked = rank_evidence(asked, vector, candidates, snapshot)
    hits = reorder(candidates, ranked)[:HITS]
    return Found(asked, hits, ranked, probability(cover_features(asked, ranked, hits, snapshot)), searched)


def with_own_words(found: Found, snapshot: Snapshot) -> Found:
    """What was found for a follow-up, where it holds what this one names itself; else what is found for that alone.

    Where the documents hold nothing of the kind, they do not cover it, however well they cover what it is about.
    """
    own = own_words(found.asked, snapshot)
    if found.cover < THRESHOLD or not own or held(own, found.asked, found.ranked):
        return found
    spoken, _ = apart(found.asked.content)
    alone = look_up(replace(found.asked, content=spoken), snapshot)
    if alone.cover >= SURE and held(own, alone.asked, alone.ranked) and names_only(fragment_of(spoken)):
        return alone  # "and toil?" names what it asks about; "is it free?" does not
    if found_near(own, found.hits):
        return found
    return replace(found, cover=min(found.cover, alone.cover, UNHELD), unheld=own)


def retrieve(asked: Question, snapshot: Snapshot, k: int = HITS) -> tuple[tuple[Hit, ...], list[Ranked]]:
    """The `k` best passages, those with the best evidence first, and the evidence units of all candidates, best first."""
    vector, candidates = search(asked, snapshot, max(CANDIDATES, k))
    ranked = rank_evidence(asked, vector, candidates[:CANDIDATES], snapshot)
    return reorder(candidates, ranked)[:k], ranked


def search(asked: Question, snapshot: Snapshot, k: int = CANDIDATES) -> tuple[Vectors, tuple[Hit, ...]]:
    """The vector of the question, shape (dimension,), and the `k` passages that search by it and by its words finds."""
    vector = snapshot.embedder().embed_question(asked.content)
    return vector, snapshot.search_vector(asked.content, vector, k, sources=asked.sources)


def rank_evidence(asked: Question, vector: Vectors, hits: Sequence[Hit], snapshot: Snapshot) -> list[Ranked]:
    """The evidence units of the retrieved passages, best first."""
    units = without_orders(units_of(hits, snapshot.documents))
    if not asked.wants.link:  # an address by itself answers only who asks for one
        units = [unit for unit in units if not ADDRESS.fullmatch(unit.text)]
    cosines = similarities(units, vector, snapshot)
    ranked = rank(units, signals(asked, units, cosines, snapshot))
    ranked = rerank(ranked, interactions(asked, [r.unit for r in ranked[:RERANKED]], snapshot))
    return judge(ranked, judgements(asked, [r.unit for r in to_judge(ranked)], snapshot))


def reorder(hits: Sequence[Hit], ranked: Sequence[Ranked]) -> tuple[Hit, ...]:
    """The hits with the value of the best unit inside each as `rerank`, in the order of both scores together."""
    values: dict[str, float] = {}
    for hit in hits:
        inside = (r.value for r in ranked if passage_holds(hit.passage, r.unit))
        values[hit.passage.id] = next(inside, 0.0)  # they come best first
    order = sorted(hits, key=lambda hit: (-(hit.score + EVIDENCE_WEIGHT * values[hit.passage.id]), hit.rank))
    return tuple(replace(hit, rank=rank, rerank=values[hit.passage.id]) for rank, hit in enumerate(order, start=1))


def passage_holds(passage: Passage, unit: Unit) -> bool:
    """Whether each part of a unit stands inside one of the spans of a passage."""
    return unit.document.id == passage.document_id and all(
        any(start <= part.start and part.end <= end for start, end in passage.spans) for part in unit.parts
    )
