"""The loop: what a learner reported becomes a reference question, and the next runs say whether it is answered now.

The questions stand in a file of the data folder, which `roadmap eval` asks besides the committed ones.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.feedback import Feedback, FeedbackStore
from evals.answers import answer_metrics
from evals.evidence import Located, find_quote, rest_on
from evals.item_file import append_item, remove_item
from evals.items import EvalItem, Evidence, items_folder, load_items
from evals.run import Outcome, Run
from evals.working import works
from ingest.document import Document, Passage
from ingest.errors import RoadmapError

KIND = "feedback"


class ReportUnusable(RoadmapError):
    """A report cannot become a reference question as it was asked for."""


@dataclass(frozen=True, slots=True)
class ReportState:
    """What a run found of one learner's report."""

    feedback: Feedback
    item_id: str
    works: bool
    fixed_in: str  # id of the run that first answered it as it should be, "" while none has
    before: bool  # whether the answer that was reported was as it should be: then nothing was fixed
    news: bool  # whether that changed with this run

    @property
    def text(self) -> str:
        """One line."""
        question = " ".join(self.feedback.question.split())
        if self.works and self.before:
            return f"{self.item_id}: answered as it should be since run {self.fixed_in}, as when it was reported: {question}"
        if self.works:
            return f"{self.item_id}: your report was fixed in run {self.fixed_in}: {question}"
        return f"{self.item_id}: your report {'is broken again' if self.news else 'is not fixed yet'}: {question}"


def learner_items(data: Path) -> Path:
    """The file of the data folder that holds the questions made of reports; it may not exist yet."""
    return data / "feedback-items.jsonl"


def item_files(data: Path, named: Sequence[Path] = (), documents: Container[str] | None = None) -> tuple[Path, ...]:
    """The files to ask: those that are named, or else the committed ones and the questions made of reports.

    The committed ones are about the starter corpus. Where `documents`, the ids of an index, say that it holds none of that,
    the questions made of reports are asked alone.
    """
    if named:
        return tuple(named)
    committed, own = sorted(items_folder().glob("*.jsonl")), learner_items(data)
    if not own.is_file():
        return tuple(committed)
    foreign = documents is not None and not rest_on(load_items(committed), documents)
    return (own,) if foreign else (*committed, own)


def item_id_of(feedback: Feedback) -> str:
    """The id of the question made of a report."""
    return f"{KIND}-{feedback.id[:8]}"


def passage_evidence(passage: Passage, document: Document, words: str = "") -> tuple[Evidence, ...]:
    """The passage as evidence, a quote for each of its spans; only these of its words where some are given.

    Raises `ReportUnusable` when they do not stand in the document, which may have changed since the report.
    """
    if words.strip():
        return quote_evidence(document, words)
    quotes, offset = [], 0
    for start, end in passage.spans:
        quotes.append(passage.text[offset : offset + end - start])
        offset += end - start + 1  # spans are joined by a line break
    return quote_evidence(document, *quotes)


def quote_evidence(document: Document, *quotes: str) -> tuple[Evidence, ...]:
    """Words of a document as evidence. Raises `ReportUnusable` when they do not stand in it."""
    for quote in quotes:
        if not find_quote(quote, document.text):
            raise ReportUnusable(f"“{quote.strip()}” does not stand in {document.id}; copy the words from the document.")
    return tuple(Evidence(document.id, quote.strip()) for quote in quotes)


def make_item(
    store: FeedbackStore,
    feedback_id: str,
    file: Path,
    evidence: Sequence[Evidence],
    *,
    must: Sequence[str] = (),
    never_break: bool = False,
    elsewhere: bool = False,
) -> EvalItem:
    """Adds the question of a report to the file and resolves the report; without evidence the right answer is a refusal.

    With `elsewhere` the file is another than `learner_items`: the report keeps its path as a note, so that it is found again.

    Raises:
        ReportUnusable: it has become a question already, or points are required of a refusal.
        FeedbackUnknown, ItemInvalid, ItemsUnwritable.
    """
    feedback = store.get(feedback_id)
    if feedback.state == "item":
        raise ReportUnusable(f"This report is the question {feedback.item_id} already; reopen it to choose anew.")
    if must and not evidence:
        raise ReportUnusable("A question that is not covered has no required points; leave them out or choose a passage.")
    item = EvalItem(
        id=item_id_of(feedback),
        question=feedback.question,
        kind=KIND,
        history=feedback.history,
        evidence=tuple(evidence),
        reference=feedback.comment,
        must=tuple((point,) for point in must),
        answerable=bool(evidence),
        never_break=never_break,
    )
    remove_item(file, item.id)  # left by an attempt that was killed before the store knew of it
    append_item(file, item)
    store.resolve(feedback.id, "item", item_id=item.id, note=str(file.resolve()) if elsewhere else "")
    return item


def dismiss(store: FeedbackStore, feedback_id: str, file: Path, note: str = "") -> Feedback:
    """Sets a report aside; its question, where it has become one, leaves `file` and the file it was added to."""
    _forget(store, feedback_id, file)
    return store.resolve(feedback_id, "dismissed", note=note)


def reopen(store: FeedbackStore, feedback_id: str, file: Path) -> Feedback:
    """Makes a report open again; its question, where it has become one, leaves `file` and the file it was added to."""
    _forget(store, feedback_id, file)
    return store.resolve(feedback_id, "open")


def settle_reports(store: FeedbackStore, run: Run) -> tuple[ReportState, ...]:
    """What the run found of every report whose question it asked, newest report first; the store keeps since when it works.

    A search alone settles nothing.
    """
    if run.head.search_only:
        return ()
    outcomes: dict[str, Outcome] = {outcome.item.id: outcome for outcome in run.outcomes}
    states = []
    for feedback in store.list("item"):
        outcome = outcomes.get(feedback.item_id)
        if outcome is None:
            continue
        good = works(outcome)
        fixed_in = (feedback.fixed_in or run.head.id) if good else ""
        news = fixed_in != feedback.fixed_in
        if news:
            store.settle(feedback.id, fixed_in)
        states.append(ReportState(feedback, feedback.item_id, good, fixed_in, _met(feedback, outcome), news))
    return tuple(states)


def _met(feedback: Feedback, outcome: Outcome) -> bool:
    """Whether the answer that was reported meets what its question requires, with the evidence where it stands now."""
    item = outcome.item
    places = [Located(evidence, spans) for evidence, spans in zip(item.evidence, outcome.evidence, strict=True)]
    metrics = answer_metrics(item, places, feedback.answer, {}, lambda sentence, quotes: 0.0)
    return works(replace(outcome, status=feedback.answer.status, error="", metrics=metrics))


def _forget(store: FeedbackStore, feedback_id: str, file: Path) -> None:
    feedback = store.get(feedback_id)
    if feedback.item_id:
        for place in dict.fromkeys([file.resolve(), *([Path(feedback.note)] if feedback.note else [])]):
            remove_item(place, feedback.item_id)
