"""`roadmap eval`: how good retrieval and answers are, and whether they got worse; its other jobs are in `ui.eval_jobs`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.errors import RoadmapError
from ui.console import counter, json_counter, say, say_json
from ui.options import Config, Data, Json, Mode, settings_of

if TYPE_CHECKING:
    from evals.run import Corpus, Run
    from ui.settings import Settings


class Split(StrEnum):
    """Which part of the questions to ask."""

    ALL = "all"
    DEV = "dev"
    TEST = "test"


class ReasonMissing(RoadmapError):
    """The baseline is to be replaced, and nobody said why."""


class JobsMixed(RoadmapError):
    """Two jobs were asked for at once that have nothing to do with each other."""


class OptionUnread(RoadmapError):
    """An option was given that what was asked for does not look at: its figures would not be those that were meant."""


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
    sample: Annotated[
        int, typer.Option("--sample", metavar="N", min=0, help="Ask only N of them, evenly spaced. [default: all]")
    ] = 0,
    search_only: Annotated[
        bool, typer.Option("--search-only", help="Rank the passages as for an answer, but answer nothing.")
    ] = False,
    processes: Annotated[
        int | None,
        typer.Option("--processes", metavar="N", min=1, help="How many ask at once. [default: one a core, up to 4]"),
    ] = None,
    update_baseline: Annotated[bool, typer.Option("--update-baseline", help="Make this run the baseline.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for --update-baseline.")] = "",
    compare: Annotated[
        tuple[str, str] | None, typer.Option("--compare", metavar="RUN RUN", help="Compare two stored runs; asks nothing.")
    ] = None,
    sweep: Annotated[
        Path | None, typer.Option("--sweep", metavar="FILE", help="Try every combination of settings of this TOML file.")
    ] = None,
    beir: Annotated[
        Path | None, typer.Option("--beir", metavar="DIR", help="Measure retrieval on a set in BEIR layout instead.")
    ] = None,
    squad: Annotated[
        Path | None, typer.Option("--squad", metavar="FILE", help="Measure on a SQuAD 1.1 or 2.0 JSON file instead.")
    ] = None,
    claims: Annotated[
        bool, typer.Option("--claims", help="Test the verifier by itself, on labelled claims (or those of --items).")
    ] = False,
    mode: Mode = None,
    as_json: Json = False,
    progress_json: Annotated[bool, typer.Option("--progress-json", hidden=True)] = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Measure retrieval and answers on questions whose answers are known."""
    settings = settings_of(context, data, config, mode=mode)
    jobs = [name for name, given in zip(JOBS, (compare, sweep, beir, squad, claims), strict=True) if given]
    others = [name for name, given in (("gate", gate), ("update-baseline", update_baseline)) if given]
    if len(jobs) > 1 or (jobs and others):
        raise JobsMixed(f"--{jobs[0]} is a job of its own; leave out --{[*jobs, *others][1]} or run it separately.")
    _check_read(context, jobs[0] if jobs else "")
    if update_baseline and not reason.strip():
        raise ReasonMissing('Replacing the baseline needs a reason; add --reason "…".')
    from ui import eval_jobs

    if compare is not None:
        eval_jobs.compare(settings, *compare, report=report, as_json=as_json)
    elif claims:
        eval_jobs.claims(settings, items or [], split.value, as_json=as_json)
    elif beir is not None or squad is not None:
        eval_jobs.standard(settings, beir, squad, split.value, sample=sample, search_only=search_only, as_json=as_json)
    elif sweep is not None:
        eval_jobs.sweep(settings, sweep, items or [], report=report, as_json=as_json)
    else:
        _ask(
            settings, items or [], split.value, sample, search_only, processes, baseline, gate, update_baseline, reason, report,
            as_json, progress_json,
        )  # fmt: skip


JOBS = {  # options that make the command do something else, and the options which that reads, besides those of every command
    "compare": ("report",),
    "sweep": ("items", "report"),
    "beir": ("split", "sample", "search_only"),
    "squad": ("sample", "search_only"),
    "claims": ("items", "split"),
}
_NEEDS = {"baseline": ("gate", "update_baseline"), "reason": ("update_baseline",)}  # option -> one of these has to be there


def _check_read(context: typer.Context, job: str) -> None:
    """Raise `OptionUnread` where an option was given that the job, or a run where it is "", does not read."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    given = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    if job:
        read = (job, *JOBS[job], "as_json", "data", "config")
        if unread := [name for name in given if name not in read]:
            raise OptionUnread(f"--{job} does not read {_option(unread[0])}; leave it out.")
    for name, needed in _NEEDS.items():
        if name in given and not any(context.params[other] for other in needed):
            raise OptionUnread(
                f"{_option(name)} is read with {' or '.join(map(_option, needed))} only; leave it out or add that."
            )
    if "mode" in given and context.params["search_only"]:
        raise OptionUnread("--search-only answers nothing, so it does not read --mode; leave one of them out.")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _ask(
    settings: Settings,
    items: list[Path],
    split: str,
    sample: int,
    search_only: bool,
    processes: int | None,
    baseline: Path | None,
    gate: bool,
    update_baseline: bool,
    reason: str,
    report: Path | None,
    as_json: bool,
    progress_json: bool,
) -> None:
    from ui.assembly import model_ids, open_assistant, open_library, require_index

    require_index(settings)
    from evals.evaluate import choose_items
    from evals.evaluate import evaluate as measure
    from evals.feedback import item_files
    from evals.items import load_items
    from evals.spread import processes_for, usable_cores
    from ui.eval_bench import HeldLibrary, read_corpus, spread_over, support_of

    corpus: Corpus = read_corpus(settings)
    files = item_files(settings.data, items, corpus.documents)
    write = settings.mode != "quote" and not search_only
    library = open_library(settings)
    assistant = open_assistant(settings, library, write=write)  # loads nothing yet
    if processes is None:
        writes = write and (
            settings.mode == "write" or assistant.auto == "write"
        )  # what is written depends on the time it takes
        processes = 1 if writes else processes_for(len(choose_items(load_items(files), split, sample)), usable_cores())
    if processes == 1:  # the same index, held open for this process
        assistant.library = held = HeldLibrary(library)
        corpus = held.snapshot()
    with json_counter() if progress_json else counter("Evaluating") as progress:
        evaluation = measure(
            assistant,
            corpus,
            runs=settings.data / "evals",
            item_files=files,
            split=split,
            sample=sample,
            everything=not items,
            mode=settings.mode,
            search_only=search_only,
            config={"mode": settings.mode, "threshold": settings.threshold, "passage_limit": corpus.manifest.passage_limit},
            models=model_ids(settings),
            baseline=baseline,
            gate=gate,
            update_baseline=update_baseline,
            reason=reason,
            report=report,
            progress=lambda done, total, item_id: progress(done, total),
            support=support_of(assistant),
            spread=spread_over(settings, write, processes, corpus.generation) if processes > 1 else None,
        )
    reports = _reports(settings, evaluation.run)
    if as_json:
        say_json({**evaluation.as_json(), "reports": [{"item": r[0], "fixed_in": r[1]} for r in reports]})
    else:
        say(evaluation.text)
        for _, _, line in reports:
            say(line)
    raise typer.Exit(evaluation.exit_code)


def _reports(settings: Settings, run: Run) -> list[tuple[str, str, str]]:
    """What the run found of learners' reports: (item, run that fixed it, line to print); none where nobody ever reported."""
    from assistant.feedback import has_feedback, open_feedback
    from evals.feedback import settle_reports

    database = settings.database.get_secret_value()
    if not has_feedback(settings.data, database):
        return []
    store = open_feedback(settings.data, database)
    try:
        return [(state.item_id, state.fixed_in, state.text) for state in settle_reports(store, run)]
    finally:
        store.close()
