"""`roadmap eval`: how good retrieval and answers are, and whether they got worse."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ingest.errors import RoadmapError
from ui.console import counter, say, say_json
from ui.options import Config, Data, Json, Mode, settings_of


class Split(StrEnum):
    """Which part of the questions to ask."""

    ALL = "all"
    DEV = "dev"
    TEST = "test"


class ReasonMissing(RoadmapError):
    """The baseline is to be replaced, and nobody said why."""


def evaluate(
    context: typer.Context,
    items: Annotated[
        list[Path] | None, typer.Option("--items", metavar="FILE", help="Questions to ask; may be repeated. [default: all]")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", metavar="FILE", help="What to compare with. [default: the committed one]")
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", metavar="DIR", help="Write report.html and more here.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Fail when something got worse than the baseline.")] = False,
    split: Annotated[Split, typer.Option("--split", help="Which part of the questions.")] = Split.ALL,
    search_only: Annotated[bool, typer.Option("--search-only", help="Measure retrieval only.")] = False,
    update_baseline: Annotated[bool, typer.Option("--update-baseline", help="Make this run the baseline.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for --update-baseline.")] = "",
    compare: Annotated[
        tuple[str, str] | None, typer.Option("--compare", metavar="RUN RUN", help="Compare two stored runs; asks nothing.")
    ] = None,
    mode: Mode = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Measure retrieval and answers on questions whose answers are known."""
    settings = settings_of(context, data, config, mode=mode)
    from evals.evaluate import compare_stored
    from evals.evaluate import evaluate as measure

    if update_baseline and not reason.strip():
        raise ReasonMissing('Replacing the baseline needs a reason; add --reason "…".')
    if compare is not None:
        comparison = compare_stored(settings.data / "evals", *compare)
        say_json(comparison.as_json()) if as_json else say(comparison.text)
        return
    from ui.assembly import embedder_source, generator_source, open_assistant, open_library, require_index

    require_index(settings)
    library = open_library(settings)
    snapshot = library.snapshot()
    assistant = open_assistant(settings, library, write=settings.mode != "quote" and not search_only)
    generator = generator_source(settings)
    with counter("Evaluating") as progress:
        evaluation = measure(
            assistant,
            snapshot,
            runs=settings.data / "evals",
            item_files=items or (),
            split=split.value,
            mode=settings.mode,
            search_only=search_only,
            config={"mode": settings.mode, "threshold": settings.threshold, "passage_limit": snapshot.manifest.passage_limit},
            models={
                "embedder": embedder_source(settings).model_id,
                "generator": generator.model_id if generator else settings.generator.model,
            },
            baseline=baseline,
            gate=gate,
            update_baseline=update_baseline,
            reason=reason,
            report=report,
            progress=lambda done, total, item_id: progress(done, total),
        )
    say_json(evaluation.as_json()) if as_json else say(evaluation.text)
    raise typer.Exit(evaluation.exit_code)
