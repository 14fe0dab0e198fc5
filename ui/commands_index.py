"""`roadmap index`, `status`, `show` and `verify`: what is in the index and how it gets there."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ingest.errors import CorpusMissing, RoadmapError
from ui.console import build_progress, json_progress, say, say_json, tell
from ui.options import Config, Corpus, Data, Json, settings_of
from ui.render import counted


class SpanInvalid(RoadmapError):
    """Characters were asked for that the document does not have."""


def index(
    context: typer.Context,
    corpus: Corpus = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Read and embed every document again.")] = False,
    as_json: Json = False,
    progress_json: Annotated[bool, typer.Option("--progress-json", hidden=True)] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Build the index, or bring it up to date with the documents; unchanged ones are not embedded again."""
    settings = settings_of(context, data, config, corpus=corpus)
    from ui.assembly import build_index

    with json_progress() if progress_json else build_progress() as progress:
        report = build_index(settings, rebuild=rebuild, progress=progress)
    refused = [state for state in report.documents if state.action == "refused"]
    if as_json:
        documents = [
            {
                "id": state.id,
                "action": state.action,
                "passages": state.passages,
                "reason": state.reason,
                "warnings": list(state.warnings),
            }
            for state in report.documents
        ]
        say_json(
            {
                "generation": report.generation,
                "published": report.published,
                "documents": documents,
                "passages": report.passages,
                "embedded": report.embedded,
                "seconds": round(report.seconds, 3),
            }
        )
    else:
        for state in report.documents:
            detail = state.reason or (counted(state.passages, "passage") if state.passages else "")
            say(f"{state.action:<10} {state.id}" + (f"  {detail}" if detail else ""))
            for warning in state.warnings:
                tell(f"{state.id}: {warning}")
    ready = "is ready" if report.published else "is up to date"
    counts = f"{counted(report.passages, 'passage')}, {report.embedded} embedded, {report.seconds:.1f} s"
    tell(f"Generation {report.generation} {ready}: {counts}.")
    if refused:
        tell(f"{len(refused)} of {len(report.documents)} documents were refused; each line above says why.")
        raise typer.Exit(3)


def status(
    context: typer.Context, corpus: Corpus = None, as_json: Json = False, data: Data = None, config: Config = None
) -> None:
    """Show the index, its documents and their warnings, what changed since it was built, and the models."""
    settings = settings_of(context, data, config, corpus=corpus)
    from assistant.models import states
    from index.status import read_status
    from ui.assembly import sources

    corpus_warning = ""
    try:
        found = read_status(settings.data, settings.corpus)
    except CorpusMissing as exc:
        corpus_warning = str(exc)
        found = read_status(settings.data)
    models = states(sources(settings))
    warnings = [warning for warning in (found.warning, corpus_warning) if warning]
    if as_json:
        say_json(
            {
                "generation": found.generation,
                "built": found.built,
                "corpus": found.corpus,
                "embedder": found.embedder,
                "documents": [
                    {
                        "id": d.id,
                        "title": d.title,
                        "passages": d.passages,
                        "characters": d.characters,
                        "digest": d.digest,
                        "warnings": list(d.warnings),
                    }
                    for d in found.documents
                ],
                "passages": found.passages,
                "refused": [{"id": r.document_id, "code": r.code, "reason": r.reason} for r in found.refused],
                "stale": [{"id": name, "change": change} for name, change in found.stale],
                "readers_changed": found.readers_changed,
                "fresh": not found.stale and not found.readers_changed and not corpus_warning,
                "warnings": warnings,
                "bytes": found.size,
                "models": [{"id": m.id, "role": m.role, "present": m.present, "bytes": m.bytes} for m in models],
            }
        )
        return
    say(f"Generation {found.generation}, built {found.built} from {found.corpus}")
    say(f"{counted(len(found.documents), 'document')}, {counted(found.passages, 'passage')}, {found.size / 1e6:.1f} MB")
    for document in found.documents:
        say(f"  {document.id}  {counted(document.passages, 'passage')}  {document.title}")
        for warning in document.warnings:
            say(f"    warning: {warning}")
    for entry in found.refused:
        say(f"  refused: {entry.document_id} ({entry.code}): {entry.reason}")
    if found.stale:
        say("Changed since it was built; run `roadmap index`:")
        for name, change in found.stale:
            say(f"  {change}: {name}")
    if found.readers_changed:
        say("Read by another version of this program; `roadmap index` reads the documents again.")
    elif not found.stale and not corpus_warning:
        say("Up to date with the documents.")
    for model in models:
        say(f"Model: {model.id} ({model.role}), {'ready' if model.present else 'missing: run `roadmap models pull`'}")
    if settings.generator.server:
        say(f"Model: {settings.generator.model} (generator) at {settings.generator.server}")
    for warning in warnings:
        tell(f"Warning: {warning}")


def show(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="As `roadmap status` lists it.")],
    start: Annotated[int | None, typer.Option("--start", min=0, help="First character, counted from 0.")] = None,
    end: Annotated[int | None, typer.Option("--end", min=0, help="Where to stop, not included.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Print the text of a document exactly as the offsets of citations count it, and nothing else."""
    settings = settings_of(context, data, config)
    from ui.assembly import read_document

    text = read_document(settings, document).text
    first, last = start or 0, len(text) if end is None else end
    if not first <= last <= len(text):
        raise SpanInvalid(
            f"{document} has {len(text)} characters, so --start {first} --end {last} names none of it; "
            f"--start may be 0 to {len(text)}, --end from --start to {len(text)}."
        )
    sys.stdout.write(text[first:last])
    if sys.stdout.isatty():
        sys.stdout.write("\n")


def verify(context: typer.Context, data: Data = None, config: Config = None) -> None:
    """Read and check every byte of the index."""
    settings = settings_of(context, data, config)
    from index.verify import verify_index

    report = verify_index(settings.data)
    say(f"Generation {report.generation} is sound: {report.files} files, {report.bytes} bytes, {report.passages} passages.")
    for number in report.kept:
        say(f"Generation {number}, kept in case it is needed, is sound too.")
