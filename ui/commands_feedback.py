"""`roadmap feedback`: what learners said about answers, and how it becomes questions that every later run asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import RoadmapError
from ui.console import say, say_json
from ui.options import Config, Data, Json, settings_of

if TYPE_CHECKING:
    from assistant.feedback import Feedback, FeedbackStore
    from evals.items import Evidence
    from ui.settings import Settings

feedback = typer.Typer(
    help="What learners said about answers; make reference questions of it.", no_args_is_help=True, rich_markup_mode=None
)
_WIDTH = 90  # characters of a question in a list

Id = Annotated[str, typer.Argument(metavar="ID", help="Of the feedback, or its beginning; `roadmap feedback list` shows it.")]
Items = Annotated[
    Path | None, typer.Option("--items", metavar="FILE", help="File of questions. [default: feedback-items.jsonl in the data]")
]


class ChoiceMissing(RoadmapError):
    """It was not said what the right answer to a report rests on."""


@feedback.command("list", short_help="List what was said.")
def list_feedback(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also what was worked on or dismissed.")] = False,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """List what learners said about answers, newest first."""
    with _store(settings_of(context, data, config)) as store:
        entries = store.list(None if everything else "open")
    if as_json:
        say_json([_json(entry) for entry in entries])
        return
    for entry in entries:
        state = f"  [{_state(entry)}]" if entry.state != "open" else ""
        say(f"{entry.id[:8]}  {entry.created:%Y-%m-%d %H:%M}  {entry.rating:4}  {_line(entry.question)}{state}")
        if entry.reason or entry.comment:
            say(f"          {_line(': '.join(part for part in (entry.reason, entry.comment) if part))}")
    if not entries:
        say("There is nothing to look at.")


@feedback.command("show", short_help="Show one with its answer and passages.")
def show_feedback(
    context: typer.Context, feedback_id: Id, as_json: Json = False, data: Data = None, config: Config = None
) -> None:
    """Show a report: what was asked and answered, what the learner said, and the numbered passages that were found."""
    from assistant.answer import answer_text

    with _store(settings_of(context, data, config)) as store:
        entry = store.get(feedback_id)
    if as_json:
        say_json(_json(entry, whole=True))
        return
    say(f"{entry.id}  {entry.created:%Y-%m-%d %H:%M} UTC  {entry.rating}  {_state(entry)}")
    for turn in entry.history:
        say(f"{turn.role}: {turn.content}")
    say(f"\nQuestion: {entry.question}")
    if entry.standalone_question != entry.question:
        say(f"Searched for: {entry.standalone_question}")
    say(f"Answer ({entry.answer.status}, generation {entry.answer.generation}): {answer_text(entry.answer)}")
    if entry.reason or entry.comment:
        say(f"Said of it: {': '.join(part for part in (entry.reason, entry.comment) if part)}")
    for hit in entry.hits:
        say(f"\n{hit.rank}. {hit.passage.document_id}  {' › '.join(hit.passage.heading_path)}\n{hit.passage.text}")


@feedback.command("item", short_help="Make a reference question of one.")
def make_item(
    context: typer.Context,
    feedback_id: Id,
    passage: Annotated[int | None, typer.Option("--passage", metavar="N", help="The passage that answers it.", min=1)] = None,
    document: Annotated[str, typer.Option("--document", metavar="ID", help="The document it is in, with --quote.")] = "",
    quote: Annotated[str, typer.Option("--quote", metavar="TEXT", help="Only these words are the evidence.")] = "",
    not_covered: Annotated[bool, typer.Option("--not-covered", help="A refusal would be right.")] = False,
    must: Annotated[list[str] | None, typer.Option("--must", metavar="TEXT", help="The answer has to say this.")] = None,
    never_break: Annotated[bool, typer.Option("--never-break", help="The gate fails when it breaks.")] = False,
    items: Items = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Make a reference question of a report: name the passage that answers it, or say that a refusal is right."""
    settings = settings_of(context, data, config)
    from evals import feedback as loop

    file = items or loop.learner_items(settings.data)
    with _store(settings) as store:
        evidence: tuple[Evidence, ...] = ()
        if not_covered and (passage or document or quote):
            raise ChoiceMissing("Either a passage answers the question, or it is --not-covered; give one of the two.")
        if not not_covered:
            evidence = _evidence(settings, store.get(feedback_id), passage, document, quote)
        item = loop.make_item(
            store, feedback_id, file, evidence, must=must or (), never_break=never_break, elsewhere=items is not None
        )
    asked = "roadmap eval" if file in loop.item_files(settings.data) else f"roadmap eval --items {file}"
    say(f"{item.id} was added to {file}; `{asked}` asks it from now on.")


@feedback.command("dismiss", short_help="Set one aside.")
def dismiss(
    context: typer.Context,
    feedback_id: Id,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why.")] = "",
    items: Items = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Set a report aside; a question that was made of it is not asked any more."""
    settings = settings_of(context, data, config)
    from evals import feedback as loop

    with _store(settings) as store:
        entry = loop.dismiss(store, feedback_id, items or loop.learner_items(settings.data), note)
    say(f"{entry.id[:8]} is dismissed.")


@feedback.command("reopen", short_help="Look at one again.")
def reopen(context: typer.Context, feedback_id: Id, items: Items = None, data: Data = None, config: Config = None) -> None:
    """Make a report open again; a question that was made of it is not asked any more."""
    settings = settings_of(context, data, config)
    from evals import feedback as loop

    with _store(settings) as store:
        entry = loop.reopen(store, feedback_id, items or loop.learner_items(settings.data))
    say(f"{entry.id[:8]} is open.")


def _evidence(settings: Settings, entry: Feedback, passage: int | None, document_id: str, quote: str) -> tuple[Evidence, ...]:
    from evals.feedback import passage_evidence, quote_evidence
    from ui.assembly import read_document

    if document_id and quote:
        return quote_evidence(read_document(settings, document_id), quote)
    if passage is None or passage > len(entry.hits):
        raise ChoiceMissing(
            f"Say what answers it: --passage 1 to {len(entry.hits)}, --document with --quote, or --not-covered; "
            f"`roadmap feedback show {entry.id[:8]}` lists the passages."
        )
    found = entry.hits[passage - 1].passage
    return passage_evidence(found, read_document(settings, found.document_id), quote)


@contextmanager
def _store(settings: Settings) -> Iterator[FeedbackStore]:
    from assistant.feedback import open_feedback

    store = open_feedback(settings.data, settings.database.get_secret_value())
    try:
        yield store
    finally:
        store.close()


def _json(entry: Feedback, *, whole: bool = False) -> dict[str, object]:
    from assistant.answer import answer_json

    fields: dict[str, object] = {
        "id": entry.id,
        "created": entry.created.isoformat(timespec="seconds"),
        "rating": entry.rating,
        "reason": entry.reason,
        "comment": entry.comment,
        "question": entry.question,
        "state": entry.state,
        "item": entry.item_id,
        "note": entry.note,
        "fixed_in": entry.fixed_in,
    }
    if whole:
        fields["history"] = [{"role": turn.role, "content": turn.content} for turn in entry.history]
        fields["answer"] = answer_json(entry.answer)
    return fields


def _state(entry: Feedback) -> str:
    if entry.state == "item":
        return f"question {entry.item_id}, " + (
            f"as it should be since run {entry.fixed_in}" if entry.fixed_in else "not fixed yet"
        )
    return f"dismissed: {entry.note}" if entry.note else entry.state


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
