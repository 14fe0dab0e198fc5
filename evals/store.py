"""Runs on disk: a folder a run, `run.json` (what it was made with, averages) and `outcomes.jsonl` (one question a line).

A folder appears under its name only when it is complete. `qrels.txt` and `run.txt` hold the rankings for other tools.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.items import EvalItem, item_from_json, item_json
from evals.retrieval import Ranking, trec_files
from evals.run import Outcome, Run, RunHead
from ingest.errors import RoadmapError

FORMAT = 1
_HEAD = "run.json"
_OUTCOMES = "outcomes.jsonl"


class RunMissing(RoadmapError):
    """No stored run has the name that was asked for."""


class RunUnwritable(RoadmapError):
    """The folder of runs, or a file that is asked for, cannot be written."""


class RunDamaged(RoadmapError):
    """A stored run cannot be read."""


def new_run_id(runs: Path, commit: str) -> str:
    """A name no stored run has, nor one being stored: time in UTC and, inside a checkout, the commit's first digits.

    It is kept for the caller by the folder that `save_run` fills. Raises `RunUnwritable` when the disk refuses.
    """
    stem = datetime.now(UTC).strftime("%Y%m%d-%H%M%S") + (f"-{commit[:7]}" if commit else "")
    name, number = stem, 2
    while not _reserved(runs, name):
        name, number = f"{stem}-{number}", number + 1
    return name


def check_writable(folder: Path, told: str) -> None:
    """Raises `RunUnwritable`, which begins with `told`, where the folder could be neither made nor filled; makes nothing.

    For before a run: what is found at its end costs all of it.
    """
    try:
        there = next(path for path in (folder, *folder.parents) if path.exists())
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as exc:
        raise RunUnwritable(f"{told} could not be written to {folder} ({exc.strerror}); name another folder.") from exc


def save_run(runs: Path, run: Run) -> Path:
    """Writes the run and returns its folder. Raises `RunUnwritable` when the disk refuses."""
    folder, partial = runs / run.head.id, runs / f".{run.head.id}.partial"
    qrels, ranking = trec_files({o.item.id: o.ranking for o in run.outcomes if o.item.evidence})
    lines = "".join(json.dumps(_outcome_json(outcome), ensure_ascii=False) + "\n" for outcome in run.outcomes)
    head = json.dumps({"format": FORMAT} | asdict(run.head), ensure_ascii=False, indent=1)
    try:
        partial.mkdir(parents=True, exist_ok=True)  # `new_run_id` made it
        for name, text in ((_OUTCOMES, lines), ("qrels.txt", qrels), ("run.txt", ranking), (_HEAD, head + "\n")):
            # Half a character, of a document or a model, is written as JSON writes it.
            (partial / name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        partial.rename(folder)
    except OSError as exc:
        shutil.rmtree(partial, ignore_errors=True)
        hint = "free space or use another folder."
        raise RunUnwritable(f"The run could not be stored in {runs} ({exc.strerror}); {hint}") from exc
    return folder


def stored_runs(runs: Path) -> tuple[RunHead, ...]:
    """What every stored run was made with, and its averages, oldest first."""
    names = sorted(path.parent.name for path in runs.glob(f"*/{_HEAD}") if not path.parent.name.startswith("."))
    return tuple(sorted((_read_head(runs / name) for name in names), key=lambda head: (head.created, head.id)))


def load_run(runs: Path, name: str) -> Run:
    """The run of that name: its id, the beginning of it, its folder, `latest` or `previous`.

    Raises `RunMissing`, which names the runs there are, and `RunDamaged`.
    """
    folder = Path(name) if (Path(name) / _HEAD).is_file() else runs / _resolve(runs, name)
    head = _read_head(folder)
    outcomes = []
    try:
        with (folder / _OUTCOMES).open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                outcomes.append(_outcome(json.loads(line), folder / _OUTCOMES, number))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise RunDamaged(f"The run {folder} cannot be read ({exc}); remove the folder.") from exc
    return Run(head, tuple(outcomes))


def commit_of(folder: Path) -> str:
    """The commit the folder's checkout stands at, with "+" when tracked files differ; "" where git does not track it."""
    try:
        tracked = _git(folder, "ls-files", ".")  # nothing for an installation that merely lies inside some checkout
        commit = _git(folder, "rev-parse", "HEAD")
        changes = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return ""
    return commit + ("+" if changes else "") if tracked else ""


def _reserved(runs: Path, name: str) -> bool:
    partial = runs / f".{name}.partial"
    try:
        partial.mkdir(parents=True)
        if (runs / name).exists():  # looked at last: a run may have been stored just before
            partial.rmdir()
            return False
    except FileExistsError:
        if partial.is_dir():
            return False
        raise RunUnwritable(f"The run could not be stored in {runs}, which is no folder; use another one.") from None
    except OSError as exc:
        raise RunUnwritable(f"The run could not be stored in {runs} ({exc.strerror}); use another folder.") from exc
    return True


def _git(folder: Path, *arguments: str) -> str:
    environment = os.environ | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10, env=environment).stdout.strip()


def _resolve(runs: Path, name: str) -> str:
    names = [head.id for head in stored_runs(runs)]
    places = {"latest": 1, "previous": 2}
    if name in places and len(names) >= places[name]:
        return names[-places[name]]
    matches = [name] if name in names else [other for other in names if name and other.startswith(name)]
    if len(matches) == 1:
        return matches[0]
    problem = f"“{name}” is the beginning of {len(matches)} runs" if matches else f"There is no run “{name}” in {runs}"
    there = ", ".join(names[-5:]) or "none yet; `roadmap eval` makes one"
    raise RunMissing(f"{problem}; the newest are: {there}.")


def _read_head(folder: Path) -> RunHead:
    try:
        fields = json.loads((folder / _HEAD).read_text(encoding="utf-8"))
        if fields.pop("format") != FORMAT:
            raise ValueError("another format")
        return RunHead(**fields)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise RunDamaged(f"The run {folder} cannot be read ({exc}); remove the folder.") from exc


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "item": item_json(outcome.item),
        "status": outcome.status,
        "error": outcome.error,
        "metrics": dict(outcome.metrics),
        "evidence": outcome.evidence,
        "ranks": outcome.ranking.quotes,
        "hits": outcome.ranking.hits,
        "cited": outcome.cited,
        "seconds": outcome.seconds,
        "first_token": outcome.first_token,
        "words": outcome.words,
        "record": outcome.record,
    }


def _outcome(fields: Mapping[str, Any], path: Path, line: int) -> Outcome:
    item: EvalItem = item_from_json(fields["item"], path, line)
    return Outcome(
        item=item,
        status=fields["status"],
        error=fields["error"],
        metrics=fields["metrics"],
        evidence=tuple(tuple((start, end) for start, end in spans) for spans in fields["evidence"]),
        ranking=Ranking(tuple(fields["ranks"]), fields["hits"]),
        cited=tuple(fields["cited"]),
        record=fields["record"],
        seconds=fields["seconds"],
        first_token=fields["first_token"],
        words=fields["words"],
    )
