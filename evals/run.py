"""A run: reference questions put to an assistant, one outcome each. Averages: `evals.summary`, files: `evals.store`.

A question that ends in an error is an outcome like any other: it scores zero and never drops out of the averages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from assistant.answer import Answer, Mode, Turn, answer_json, hit_json
from evals.answers import Support, answer_metrics, crash_metrics, evidence_cited, spoken_text
from evals.evidence import Located, Span
from evals.items import EvalItem
from evals.retrieval import Ranking, rank_evidence, retrieval_metrics
from index.hit import Hit
from ingest.document import Document
from ingest.errors import RoadmapError

if TYPE_CHECKING:
    from index.manifest import Manifest

DEPTH = 10  # passages asked for and judged

Progress = Callable[[int, int, str], None]  # done, total, id of the question that comes next ("" at the end)


class RunCancelled(RoadmapError):
    """The run was stopped before its last question; nothing of it is kept."""


class RunFailed(RoadmapError):
    """Not one question could be put to the assistant."""


class Corpus(Protocol):
    """What a run needs of an index: its number, its documents and how it was made."""

    @property
    def generation(self) -> int: ...

    @property
    def documents(self) -> Mapping[str, Document]: ...

    @property
    def manifest(self) -> Manifest: ...


class Asked(Protocol):
    """What is evaluated: `assistant.assistant.Assistant`, or anything that answers like it."""

    threshold: float  # least confidence with which it answers

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer: ...

    def search(self, question: str, history: Sequence[Turn] = (), k: int = 10) -> tuple[str, tuple[Hit, ...]]: ...


@dataclass(frozen=True, slots=True)
class Bench:
    """What questions are put to, and what their answers are judged with."""

    asked: Asked
    documents: Mapping[str, Document]
    support: Support


@dataclass(frozen=True, slots=True)
class Task:
    """One question to be put."""

    item: EvalItem
    places: tuple[Located, ...]  # of its evidence
    mode: Mode
    search_only: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question."""

    item: EvalItem
    status: str  # of the answer; "searched" in a search-only run; "crashed"
    error: str  # type and message when it crashed
    metrics: Mapping[str, float | None]  # by name, see evals.metrics; None where the question has no such figure
    evidence: tuple[tuple[Span, ...], ...]  # for each quote the places it stands at
    ranking: Ranking
    cited: tuple[bool, ...]  # for each quote whether the citations show it
    record: Mapping[str, object]  # as `roadmap ask --json`; of a search-only run its `contexts`
    seconds: float
    first_token: float | None = None
    words: int | None = None

    @property
    def refused(self) -> bool:
        """Whether the assistant said that the documents do not cover the question."""
        return self.status == "not_covered"


@dataclass(frozen=True, slots=True)
class RunHead:
    """What a run was made with. All of it is stored, so that any two runs can be compared later."""

    id: str
    created: str  # ISO 8601, UTC
    search_only: bool
    commit: str  # "" outside a git checkout; ends in "+" when files differ from the commit
    generation: int
    corpus_digest: str
    documents: Mapping[str, str]  # document id -> the first 16 hex digits of its SHA-256
    models: Mapping[str, str]  # role -> id
    config: Mapping[str, object]  # the settings in force, nested
    summary: Mapping[str, float | None] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)  # how many questions each figure rests on


@dataclass(frozen=True, slots=True)
class Run:
    """A run with all its outcomes, in the order of the items."""

    head: RunHead
    outcomes: tuple[Outcome, ...]


class Spread(Protocol):
    """Puts questions in another way than one after the other: `evals.spread.Spread`."""

    def __call__(self, tasks: Sequence[Task]) -> Generator[tuple[int, Outcome], None, None]:
        """The outcome of each task with its place among them, in the order in which they are done."""
        ...


def run_items(
    items: Sequence[EvalItem],
    located: Mapping[str, tuple[Located, ...]],
    asked: Asked,
    documents: Mapping[str, Document],
    support: Support,
    *,
    mode: Mode = "auto",
    search_only: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    spread: Spread | None = None,
) -> tuple[Outcome, ...]:
    """The outcome of every item, in order, with all its metrics.

    With `spread` the questions are put by it, to what it opens, and not to `asked`.

    Raises:
        RunCancelled: `cancelled` said so.
        RunFailed: every question ended in an error; the message repeats the first.
        RoadmapError: what `spread` raises.
    """
    tasks = [Task(item, located[item.id], mode, search_only) for item in items]
    done: dict[int, Outcome] = {}

    def look() -> None:
        if cancelled is not None and len(done) < len(tasks) and cancelled():
            raise RunCancelled(f"The run was stopped after {len(done)} of {len(tasks)} questions, which are not stored.")
        if progress is not None:
            progress(len(done), len(tasks), items[len(done)].id if len(done) < len(items) else "")

    look()
    with closing(spread(tasks) if spread else in_turn(tasks, Bench(asked, documents, support))) as outcomes:
        for place, outcome in outcomes:
            done[place] = outcome
            look()
    errors = [done[place].error for place in range(len(tasks)) if done[place].error]
    if tasks and len(errors) == len(tasks):
        raise RunFailed(f"Every question ended in an error, the first with: {errors[0]}")
    return with_retrieval([done[place] for place in range(len(tasks))])


def in_turn(tasks: Sequence[Task], bench: Bench) -> Generator[tuple[int, Outcome], None, None]:
    """One question after the other, in this process."""
    for place, task in enumerate(tasks):
        yield place, put(task, bench)


def put(task: Task, bench: Bench) -> Outcome:
    """What comes of one question, without the retrieval metrics, which are computed for all at once."""
    return _search(task, bench) if task.search_only else _ask(task, bench)


def with_retrieval(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes with the retrieval metrics of those questions that have evidence; computed for all of them at once."""
    values = retrieval_metrics({o.item.id: o.ranking for o in outcomes if o.item.evidence})
    return tuple(replace(o, metrics={**values.get(o.item.id, {}), **o.metrics}) for o in outcomes)


def _search(task: Task, bench: Bench) -> Outcome:
    item, places = task.item, task.places
    started = time.perf_counter()
    try:
        standalone, hits = bench.asked.search(item.question, item.history, DEPTH)
    except Exception as exc:  # whatever it is, it is this question's outcome
        return _crashed(item, places, exc, time.perf_counter() - started, {})
    seconds = time.perf_counter() - started
    record = {"standalone_question": standalone, "contexts": _contexts(hits)}
    ranking = rank_evidence(places, hits)
    return Outcome(item, "searched", "", {"crashed": 0.0}, _spans(places), ranking, (), record, seconds)


def _ask(task: Task, bench: Bench) -> Outcome:
    item, places = task.item, task.places
    started = time.perf_counter()
    try:
        answer = bench.asked.ask(item.question, item.history, mode=task.mode)
    except Exception as exc:  # whatever it is, it is this question's outcome
        return _crashed(item, places, exc, time.perf_counter() - started, crash_metrics(item))
    seconds = time.perf_counter() - started
    return Outcome(
        item=item,
        status=answer.status,
        error="",
        metrics={**answer_metrics(item, places, answer, bench.documents, bench.support), "crashed": 0.0},
        evidence=_spans(places),
        ranking=rank_evidence(places, answer.hits[:DEPTH]),
        cited=tuple(evidence_cited(place, answer.citations) for place in places),
        record={**answer_json(answer, item.id), "contexts": _contexts(answer.hits[:DEPTH])},
        seconds=seconds,
        first_token=answer.seconds.get("first_token"),
        words=len(spoken_text(answer.sentences).split()) if answer.status != "not_covered" else None,
    )


def _crashed(
    item: EvalItem, places: tuple[Located, ...], error: Exception, seconds: float, metrics: Mapping[str, float | None]
) -> Outcome:
    ranking = Ranking((None,) * len(places), 0)
    message = f"{type(error).__name__}: {error}"
    nothing = (False,) * len(places)
    return Outcome(item, "crashed", message, {**metrics, "crashed": 1.0}, _spans(places), ranking, nothing, {}, seconds)


def _spans(places: Sequence[Located]) -> tuple[tuple[Span, ...], ...]:
    return tuple(place.spans for place in places)


def _contexts(hits: Sequence[Hit]) -> list[dict[str, object]]:
    """As in the answer's JSON, with every span of the passage."""
    return [{**hit_json(hit), "spans": [list(span) for span in hit.passage.spans]} for hit in hits]
