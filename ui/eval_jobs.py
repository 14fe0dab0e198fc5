"""The jobs of `roadmap eval` besides a run: two runs compared, the verifier by itself, standard data, a sweep of settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ui.console import build_progress, counter, say, say_json, tell
from ui.settings import Settings


def compare(settings: Settings, a: str, b: str, *, report: Path | None, as_json: bool) -> None:
    """Print run B against run A; with `report` also as a page with both answers side by side."""
    from evals.comparison_report import write_comparison
    from evals.evaluate import compare_stored

    comparison = compare_stored(settings.data / "evals", a, b)
    say_json(comparison.as_json()) if as_json else say(comparison.text)
    if report is not None:
        tell(f"Report: {write_comparison(report, comparison)}")


def claims(settings: Settings, files: Sequence[Path], split: str, *, as_json: bool) -> None:
    """Print precision and recall of "supported", by kind of corruption, for the verifier that is set."""
    from functools import partial

    from assistant.verify import support
    from evals.claims import evaluate_claims
    from ui.assembly import open_verifier

    verifier = partial(support, entails=open_verifier(settings))
    chosen: Sequence[Path | None] = files or [None]
    for file in chosen:
        found = evaluate_claims(file, split=split, verifier=verifier)
        say_json(found.as_json()) if as_json else say(found.text)


def standard(
    settings: Settings,
    beir: Path | None,
    squad: Path | None,
    split: str,
    *,
    sample: int,
    search_only: bool,
    as_json: bool,
) -> None:
    """Index a published set of texts in a folder of its own, once, and print the figures its publishers print."""
    from evals.standard import load_beir, load_squad
    from evals.standard_run import evaluate_standard, prepare
    from ui import assembly

    if squad is not None:
        data, name = load_squad(squad), squad.stem
    else:
        assert beir is not None
        data, name = load_beir(beir, "test" if split == "all" else split), beir.resolve().name
    prepared = prepare(data, settings.data / "standard")
    own = settings.model_copy(update={"corpus": prepared.corpus, "data": prepared.folder})
    with build_progress() as told:
        assembly.build_index(own, progress=told)
    library = assembly.open_library(own)
    library.snapshot()
    assistant = assembly.open_assistant(own, library, write=False)
    with counter("Evaluating") as progress:
        result = evaluate_standard(name, data, prepared, assistant, sample=sample, search_only=search_only, progress=progress)
    say_json(result.as_json()) if as_json else say(result.text)


def sweep(settings: Settings, file: Path, items: Sequence[Path], *, report: Path | None, as_json: bool) -> None:
    """Try every combination of the settings of a TOML file; print a table and write it with a plot."""
    from evals.feedback import item_files
    from evals.store import check_writable
    from evals.sweep import read_sweep
    from evals.sweep_report import write_sweep
    from evals.sweep_run import run_sweep
    from ui.sweep_engine import SweepEngine

    plan = read_sweep(file)
    if report is not None:
        check_writable(report, "The sweep")
    with counter("Trying") as progress:
        result = run_sweep(plan, SweepEngine(settings), item_files(settings.data, items), progress=progress)
    say_json(result.as_json()) if as_json else say(result.text)
    tell(f"Report: {write_sweep(report or settings.data / 'sweeps' / result.id, result)}")
