"""`roadmap search`, `ask` and `batch`: questions on the command line."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.console import counter, printable, say, say_json, tell
from ui.options import Config, Data, Json, Mode, settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.answer import Answer, Event, Sentence
    from assistant.assistant import Assistant
    from ingest.document import Document

QuestionText = Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know.")]


def search(
    context: typer.Context,
    question: QuestionText,
    k: Annotated[int | None, typer.Option("-k", min=1, max=1000, help="How many passages. [default: 10]")] = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """List the passages that fit a question best."""
    settings = settings_of(context, data, config, k=k)
    from ui.assembly import open_assistant, open_library, require_index
    from ui.batch import Question, search_entry
    from ui.render import breadcrumb

    require_index(settings)
    library = open_library(settings)
    library.snapshot()  # loads the embedder now, so that the seconds told are those of the question
    assistant = open_assistant(settings, library, write=False)
    if as_json:
        say_json(search_entry(assistant, Question("", question, ()), k=settings.k))
        return
    _, hits = assistant.search(question, k=settings.k)
    for hit in hits:
        passage = hit.passage
        where = breadcrumb(passage.heading_path, passage.page)
        say(f"{hit.rank:>2}  {hit.score:.3f}  {passage.document_id}  {where}")
        text = " ".join(passage.text.split())
        say(f"           {text if len(text) <= 160 else text[:159] + '…'}")


def ask(
    context: typer.Context,
    question: QuestionText,
    mode: Mode = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Answer a question from the documents, with the words every sentence rests on."""
    settings = settings_of(context, data, config, mode=mode)
    from ui.assembly import open_assistant, open_library, require_index

    require_index(settings)
    library = open_library(settings)
    library.snapshot()
    assistant = open_assistant(settings, library, write=settings.mode != "quote")
    from assistant.about import asks_about_assistant
    from assistant.answer import Finished, answer_json

    if asks_about_assistant(question):
        told = _about(assistant, library.snapshot().documents)
        if as_json:
            from ui.batch import about_entry

            say_json(about_entry(question, told))
        else:
            say(told)
        return
    if as_json:
        say_json(answer_json(_offering(assistant, assistant.ask(question, mode=settings.mode))))
        return
    text = ""
    shown: tuple[Sentence, ...] = ()
    for event in assistant.stream(question, mode=settings.mode):
        if isinstance(event, Finished):
            event = Finished(_offering(assistant, event.answer))
        text, shown = _print_event(event, text, shown)


def _about(assistant: Assistant, documents: Mapping[str, Document]) -> str:
    """What the program is, how many documents it has, and two questions that they answer."""
    from assistant.about import about_assistant
    from ui.examples import examples

    answered = [example.question for example in examples(assistant, documents, most=2)]
    return about_assistant(len(documents), "`roadmap status` lists the documents.", answered)


def _offering(assistant: Assistant, answer: Answer) -> Answer:
    """The answer with those of its suggestions that are answered when they are asked."""
    from assistant.suggest import answerable

    asked = [answer.question, answer.standalone_question]
    found = answerable(answer.suggestions, asked, lambda question: assistant.ask(question, mode="quote"))
    return replace(answer, suggestions=found)


def _print_event(event: Event, text: str, shown: tuple[Sentence, ...]) -> tuple[str, tuple[Sentence, ...]]:
    """Print what `event` adds to the `text` printed so far; returns the text and the sentences printed."""
    from assistant.answer import Finished, SentenceReady, answer_text, sentences_text

    if isinstance(event, SentenceReady):
        shown = (*shown, event.sentence)
        whole = sentences_text(shown)
    elif isinstance(event, Finished):
        whole = answer_text(event.answer)
        if not whole.startswith(text):  # the end differs from what was streamed: say it anew, whole
            text = ""
            sys.stdout.write("\n\n")
    else:
        return text, shown
    sys.stdout.write(printable(whole[len(text) :]))
    sys.stdout.flush()
    if isinstance(event, Finished):
        sys.stdout.write("\n")
        _print_sources(event.answer)
    return whole, shown


def _print_sources(answer: Answer) -> None:
    from assistant.answer import disagreement_text
    from ui.render import breadcrumb, how_made

    if differ := disagreement_text(answer):
        say(differ)
    if answer.citations:
        say("")
    for citation in answer.citations:
        where = breadcrumb(citation.heading_path, citation.page)
        say(f"[{citation.marker}] {citation.document_id} {citation.start}–{citation.end}" + (f"  {where}" if where else ""))
        quote = " ".join(citation.quote.split())
        say(f"    “{quote if len(quote) <= 240 else quote[:239] + '…'}”")
    spent = f"{answer.seconds['total']:.2f} s" if "total" in answer.seconds else ""
    how = "" if answer.status == "not_covered" else how_made(answer)
    tell(" · ".join(part for part in (how, spent) if part))
    if answer.notice:
        tell(answer.notice)


def batch(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="IN.jsonl", help='A line each: {"id", "question", "history"}.')],
    answers: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="Where the answers go, a line each.")],
    mode: Mode = None,
    search_only: Annotated[bool, typer.Option("--search-only", help="Only find passages; do not answer.")] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Answer a file of questions; each answer is written as soon as it is known."""
    settings = settings_of(context, data, config, mode=mode)
    from ui import batch as batches
    from ui.assembly import open_assistant, open_library, require_index

    asked = batches.read_questions(questions)
    if answers.exists() and answers.samefile(questions):
        raise batches.BatchUnwritable(f"{answers} holds the questions; name another file for the answers.")
    batches.check_writable(answers)
    require_index(settings)
    library = open_library(settings)
    library.snapshot()
    assistant = open_assistant(settings, library, write=settings.mode != "quote" and not search_only)
    with counter("Answering") as progress:
        total = len(asked)
        failed = batches.run_batch(
            assistant,
            asked,
            answers,
            mode=settings.mode,
            search_only=search_only,
            about=cache(lambda: _about(assistant, library.snapshot().documents)),
            progress=lambda done: progress(done, total),
        )
    tell(f"{len(asked) - failed} of {len(asked)} questions are in {answers}" + (f"; {failed} failed." if failed else "."))
