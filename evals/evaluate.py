"""What `roadmap eval` does: items and an assistant in; a stored run out, where asked with verdict, report and new baseline."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.answer import Mode
from assistant.verify import support as bundled
from evals.answers import Support
from evals.baseline import check_whole, default_baseline, read_baseline, update
from evals.compare import Comparison, compare_runs, describe
from evals.evidence import check_documents, check_quotes, locate
from evals.feedback import learner_items
from evals.gate import GateResult, hold
from evals.gate_files import figure, junit, markdown, write_step_summary
from evals.items import EvalItem, ItemsMissing, evenly, load_items
from evals.report import report_html
from evals.run import Asked, Corpus, Progress, Run, RunHead, Spread, run_items
from evals.store import RunUnwritable, check_writable, commit_of, load_run, new_run_id, save_run
from evals.summary import counts, summarise
from evals.writing import measure_writing, store_writing
from ingest.document import Document

_CRASHED = 10  # questions named of those that ended in an error


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A finished run and what came with it."""

    run: Run
    folder: Path  # of the stored run
    gate: GateResult | None
    report: Path | None
    baseline_written: Path | None

    @property
    def exit_code(self) -> int:
        """0, or 1 when the gate failed."""
        return 0 if self.gate is None or self.gate.passed else 1

    @property
    def text(self) -> str:
        """Figures, verdict and where things are, for a terminal."""
        head = self.run.head
        lines = [f"{len(self.run.outcomes)} questions · {describe(head)}", ""]
        for name, value in head.summary.items():
            if value is not None:
                rests_on = head.counts.get(name)
                lines.append(f"{name:22} {figure(name, value):>12}" + (f"   ({rests_on})" if rests_on else ""))
        crashed = [outcome for outcome in self.run.outcomes if outcome.error]
        if crashed and self.gate is None:  # which names them itself
            lines += ["", f"{len(crashed)} questions ended in an error:"]
            lines += [f"  {outcome.item.id}: {outcome.error}" for outcome in crashed[:_CRASHED]]
            lines += [f"  and {len(crashed) - _CRASHED} more"] * (len(crashed) > _CRASHED)
        lines += ["", f"Stored in {self.folder}"]
        lines += [f"Report: {self.report}"] * bool(self.report)
        lines += [f"New baseline: {self.baseline_written}"] * bool(self.baseline_written)
        if self.gate is not None:
            lines += ["", self.gate.text]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        gate = None
        if self.gate is not None:
            checks = [{"name": c.name, "passed": c.passed, "message": c.message} for c in self.gate.checks]
            gate = {"passed": self.gate.passed, "checks": checks, "notes": list(self.gate.notes)}
        return {
            **asdict(self.run.head),
            "questions": len(self.run.outcomes),
            "folder": str(self.folder),
            "report": str(self.report) if self.report else None,
            "baseline_written": str(self.baseline_written) if self.baseline_written else None,
            "gate": gate,
        }


def evaluate(
    assistant: Asked,
    corpus: Corpus,
    *,
    runs: Path,
    item_files: Sequence[Path] = (),
    split: str = "all",  # all, dev or test
    sample: int = 0,  # how many questions, 0 for all
    everything: bool = False,  # whether the files hold every question there is
    mode: Mode = "auto",
    search_only: bool = False,
    config: Mapping[str, object] | None = None,
    models: Mapping[str, str] | None = None,
    baseline: Path | None = None,
    gate: bool = False,
    update_baseline: bool = False,
    reason: str = "",
    report: Path | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    support: Support = bundled,
    spread: Spread | None = None,
) -> Evaluation:
    """Asks every item, stores the run in a folder of `runs` and returns it with its figures.

    `corpus` is the index's snapshot; `config` the settings in force and `models` the ids by role, both only recorded. With
    `gate` the run is held against the baseline, and the verdict also goes to the page of a GitHub job. `report` is a folder
    that gets report.html and summary.md, with a gate also junit.xml. In `write` mode the questions are also asked in `quote`
    mode, and what comes of it decides in the folder above `runs` what the mode `auto` does with these models.

    `support` judges what is written. With `spread` the questions are put by it, to the bench that it opens in each of its
    processes; of `assistant` then only the threshold is looked at.

    Raises:
        ItemsMissing, ItemInvalid: the items cannot be used.
        QuoteMissing: a quote does not stand in its document (with `gate` that is a failed check instead), or no document of
            any is in the index.
        BaselineMissing, BaselineInvalid, BaselinePartial: before anything is asked, when `gate` or `update_baseline` is set.
        BaselinePartial: with `update_baseline`, a question ended in an error.
        RunUnwritable: before anything is asked, where the run, its report or the baseline has no place.
        RunCancelled, RunFailed.
    """
    items = choose_items(load_items(item_files), split, sample)
    check_documents(items, corpus.documents)
    path = baseline or default_baseline()
    held = read_baseline(path) if gate else None
    if update_baseline:
        check_whole(path, items, narrow=split != "all" or sample > 0 or search_only)
        check_writable(path.parent, "The baseline")
    check_writable(runs, "The run")
    if report:
        check_writable(report, "The report")
    located = locate(items, corpus.documents)
    if not gate:
        check_quotes(items, located)
    commit = commit_of(Path(__file__).parent)  # of the code that is loaded, whatever is committed while it runs
    outcomes = run_items(
        items, located, assistant, corpus.documents, support, mode=mode, search_only=search_only, progress=progress,
        cancelled=cancelled, spread=spread,
    )  # fmt: skip
    documents = {name: document.digest[:16] for name, document in sorted(corpus.documents.items())}
    head = RunHead(
        id=new_run_id(runs, commit),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        search_only=search_only,
        commit=commit,
        generation=corpus.generation,
        corpus_digest=corpus_digest(corpus.documents),
        documents=documents,
        models=dict(models or {}),
        config={
            **(config or {}),
            "mode": "search" if search_only else mode,
            "threshold": assistant.threshold,
            "index": index_config(corpus),
        },
    )
    run = Run(replace(head, summary=summarise(outcomes), counts=counts(outcomes)), outcomes)
    folder = save_run(runs, run)
    if mode == "write" and not search_only:  # what the mode auto will do is measured here
        quoted = run_items(
            items, located, assistant, corpus.documents, support, mode="quote", cancelled=cancelled, spread=spread
        )
        store_writing(runs.parent, measure_writing(head.models, head.documents, outcomes, quoted))
    whole = everything and split == "all" and not sample
    verdict = hold(run, held, located, whole=whole) if held is not None else None
    written = update(path, _committed(path, run, runs.parent), reason) if update_baseline else None
    if verdict is not None:
        write_step_summary(markdown(run, verdict))
    return Evaluation(run, folder, verdict, write_report(report, run, verdict) if report else None, written)


def choose_items(items: Sequence[EvalItem], split: str = "all", sample: int = 0) -> tuple[EvalItem, ...]:
    """Those of the split; with `sample` so many of them, evenly spaced. Raises `ItemsMissing` when none is left."""
    chosen = tuple(item for item in items if split in ("all", item.split))
    if not chosen:
        raise ItemsMissing(f"No reference question belongs to the split “{split}”; choose another.")
    return evenly(chosen, sample)


def compare_stored(runs: Path, a: str, b: str) -> Comparison:
    """Two stored runs side by side. Raises `RunMissing`, `RunDamaged`."""
    return compare_runs(load_run(runs, a), load_run(runs, b))


def write_report(folder: Path, run: Run, gate: GateResult | None) -> Path:
    """Writes report.html and summary.md, with a verdict also junit.xml, and returns the first. Raises `RunUnwritable`."""
    files = {"report.html": report_html(run, gate), "summary.md": markdown(run, gate)}
    if gate is not None:
        files["junit.xml"] = junit(run, gate)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as exc:
        raise RunUnwritable(f"The report could not be written to {folder} ({exc.strerror}); name another folder.") from exc
    return folder / "report.html"


def corpus_digest(documents: Mapping[str, Document]) -> str:
    """SHA-256 over the ids and digests of all documents, 16 hex digits: the same for the same corpus in any generation."""
    lines = "".join(f"{name}\t{document.digest}\n" for name, document in sorted(documents.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def index_config(corpus: Corpus) -> dict[str, object]:
    """The settings that the index itself carries or searches with, so that a changed one is named when figures fall."""
    from index.search import DENSE_WEIGHT

    manifest = corpus.manifest
    return {
        "embedder": manifest.embedder,
        "embedder_digest": manifest.embedder_digest[:16],
        "passage_limit": manifest.passage_limit,
        "passages": manifest.passages,
        "dense_weight": DENSE_WEIGHT,
    }


def _committed(path: Path, run: Run, data: Path) -> Run:
    """The run as the baseline of this path may show it: the committed one says nothing of what learners of one place asked."""
    if path.resolve() != default_baseline().resolve():
        return run
    private = f"{learner_items(data)}, "
    return replace(run, outcomes=tuple(outcome for outcome in run.outcomes if not outcome.item.origin.startswith(private)))
