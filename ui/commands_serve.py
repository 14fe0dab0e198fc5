"""`roadmap serve`: prepares what is missing, then runs the chat until it is told to stop.

Where an index is there that can be asked, the chat starts at once and answers from it; the corpus is looked at meanwhile, and
what changed in it is answered from when it is indexed. Where there is no document to index the chat starts as well, and
takes the first ones.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import CorpusEmpty, CorpusMissing, RoadmapError
from ui.console import build_progress, tell
from ui.options import Config, Corpus, Data, Mode, settings_of

if TYPE_CHECKING:
    from ui.settings import Settings


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="[default: 8501]")] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the chat in the browser.")] = True,
    corpus: Corpus = None,
    mode: Mode = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Open the chat in the browser; the first time, fetch the models and build the index."""
    settings = settings_of(context, data, config, host=host, port=port, corpus=corpus, mode=mode)
    from ui.server import check_port, run_server

    check_port(settings.host, settings.port)  # before minutes are spent on what could then not be shown
    if can_answer(settings):
        raise typer.Exit(run_server(settings, browser=browser, ready=tell, beside=partial(_prepare_beside, settings)))
    try:
        prepare(settings)
    except (CorpusEmpty, CorpusMissing) as problem:
        tell(f"Warning: {problem} The chat is opened without an index: documents can be added there.")
    raise typer.Exit(run_server(settings, browser=browser, ready=tell))


def can_answer(settings: Settings) -> bool:
    """Whether questions can be answered as things are: the weights are there, and a sound index that was made with them."""
    from index.folder import current_number
    from index.manifest import read_manifest, verify_files
    from index.weights import is_present
    from ui.assembly import embedder_identity, sources

    try:
        number = current_number(settings.data)
        if number is None or not all(is_present(source) for source in sources(settings)):
            return False
        manifest = read_manifest(settings.data, number)
        verify_files(settings.data, manifest)
        return (manifest.embedder, manifest.embedder_digest) == embedder_identity(settings)
    except RoadmapError:
        return False


def _prepare_beside(settings: Settings) -> None:
    """As `prepare`, while the chat answers already: a problem is told and stops nothing."""
    try:
        prepare(settings)
    except RoadmapError as problem:
        tell(f"Warning: {problem}")


def prepare(settings: Settings) -> None:
    """Fetch missing weights and bring the index up to date; an index that is there is used when its update fails.

    What stands in the way is told before anything is fetched.
    """
    from index.weights import is_present, pull
    from ui.assembly import build_index, require_index, sources
    from ui.checkup import look_at_places

    for finding in look_at_places(settings):
        if finding.state != "ok":
            tell(f"Warning: {finding.name}: {finding.told}")
    for source in sources(settings):
        if not is_present(source):
            pull(source, tell)
    try:
        with build_progress() as progress:
            report = build_index(settings, progress=progress)
    except RoadmapError as problem:
        try:
            require_index(settings)
        except RoadmapError:
            raise problem from None
        tell(f"Warning: {problem} The chat answers from the index that is there.")
        return
    for state in report.documents:
        if state.action == "refused":
            tell(f"Refused: {state.id}: {state.reason}")
    tell(f"Index: generation {report.generation}, {report.passages} passages, {report.seconds:.1f} s")
