"""A sweep: a TOML file of settings to try in, every combination of them out.

[grid]                            # every combination of these is tried; what is left out keeps its default
passage_limit = [600, 900, 1200]  # characters of a passage
dense_weight = [0.0, 0.5, 0.8]    # of the vectors against BM25 in the fused score
k = [10, 24]                      # passages that are searched for evidence
threshold = [0.6, 0.75, 0.9]       # probability of cover below which it refuses
mode = ["quote"]                  # quote or write
embedder = ["sentence-transformers/all-MiniLM-L6-v2"]
generator = ["HuggingFaceTB/SmolLM2-135M-Instruct"]

quality = "strict_accuracy"       # above [grid]: the figure to be best at; "mrr" where only the search is measured
split = "dev"
sample = 0                        # so many questions, evenly spaced; 0 for all
search_only = false
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

from assistant.assistant import CANDIDATES
from evals.items import Split
from evals.metrics import METRICS
from ingest.errors import RoadmapError

MAX_SETTINGS = 500  # combinations; a slip of the pen should not run for days


class SweepInvalid(RoadmapError):
    """The file of a sweep cannot be used."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One combination; None keeps the default."""

    passage_limit: int | None = None
    dense_weight: float | None = None
    k: int | None = None
    threshold: float | None = None
    mode: str | None = None
    embedder: str | None = None
    generator: str | None = None

    @property
    def index(self) -> tuple[object, ...]:
        """What decides about the index: settings that agree on it share one."""
        return self.embedder, self.passage_limit

    @property
    def answers(self) -> tuple[object, ...]:
        """What decides about everything but the refusals: settings that agree on it share their answers."""
        return (*self.index, self.dense_weight, self.k, self.mode, self.generator if self.mode == "write" else None)

    def named(self, keys: Sequence[str]) -> str:
        """The values of these keys in words.

        >>> Setting(k=10, mode="quote").named(["k", "mode"])
        'k 10, mode quote'
        """
        return ", ".join(f"{key} {getattr(self, key)}" for key in keys) or "defaults"


@dataclass(frozen=True, slots=True)
class Sweep:
    """What to try and on what."""

    settings: tuple[Setting, ...]
    keys: tuple[str, ...]  # of `Setting`, those with more than one value
    quality: str  # name of a figure
    split: str = "dev"
    sample: int = 0
    search_only: bool = False


_CHECKS: dict[str, tuple[type | tuple[type, ...], Any, str]] = {
    "passage_limit": (int, lambda value: 100 <= value <= 20_000, "a whole number from 100 to 20000"),
    "dense_weight": ((int, float), lambda value: 0 <= value <= 1, "a number from 0 to 1"),
    "k": (int, lambda value: 1 <= value <= CANDIDATES, f"a whole number from 1 to {CANDIDATES}"),
    "threshold": ((int, float), lambda value: 0 <= value <= 1, "a number from 0 to 1"),
    "mode": (str, lambda value: value in ("quote", "write"), "“quote” or “write”"),
    "embedder": (str, bool, "the id of a model"),
    "generator": (str, bool, "the id of a model"),
}


def read_sweep(path: Path) -> Sweep:
    """The sweep of a file. Raises `SweepInvalid`, naming the key that is wrong and what may stand there."""
    try:
        record = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise SweepInvalid(f"{path} cannot be read as TOML ({exc}); see evals/README.md for an example.") from exc
    try:
        return parse_sweep(record)
    except SweepInvalid as exc:
        raise SweepInvalid(f"{path}: {exc}") from exc


def parse_sweep(record: Mapping[str, Any]) -> Sweep:
    """The sweep that a parsed file holds. Raises `SweepInvalid`."""
    known = {"grid", "quality", "split", "sample", "search_only"}
    if unknown := sorted(set(record) - known):
        raise SweepInvalid(f"“{unknown[0]}” is no key of a sweep; there are: {', '.join(sorted(known))}.")
    grid = record.get("grid")
    if not isinstance(grid, dict) or not grid:
        raise SweepInvalid("there is nothing to try; write a table [grid] with lists of values.")
    for key, values in grid.items():
        _check(key, values)
    search_only = record.get("search_only", False)
    split, sample = record.get("split", "dev"), record.get("sample", 0)
    quality = record.get("quality", "mrr" if search_only else "strict_accuracy")
    if search_only not in (True, False) or split not in ("all", *get_args(Split)) or type(sample) is not int or sample < 0:
        raise SweepInvalid("“search_only” is true or false, “split” is all, dev or test, “sample” a number of questions.")
    figures = [
        name
        for name, metric in METRICS.items()
        if metric.per_question
        and metric.higher_is_better
        and metric.steady
        and (metric.family == "retrieval" or not search_only)
    ]
    if quality not in figures:
        raise SweepInvalid(f"“{quality}” is no figure to be best at; there are: {', '.join(figures)}.")
    names = [field.name for field in fields(Setting) if field.name in grid]
    combinations = list(dict.fromkeys(itertools.product(*(grid[name] for name in names))))
    if len(combinations) > MAX_SETTINGS:
        raise SweepInvalid(f"that is {len(combinations)} combinations; try {MAX_SETTINGS} at most.")
    settings = [Setting(**dict(zip(names, values, strict=True))) for values in combinations]
    settings.sort(key=lambda setting: [repr(part) for part in setting.answers])  # those that share work stand together
    varied = tuple(name for name in names if len(set(grid[name])) > 1)
    return Sweep(tuple(settings), varied, quality, split, sample, search_only)


def _check(key: str, values: object) -> None:
    if key not in _CHECKS:
        raise SweepInvalid(f"“{key}” cannot be tried; there are: {', '.join(_CHECKS)}.")
    kind, fits, accepted = _CHECKS[key]
    if not isinstance(values, list) or not values:
        raise SweepInvalid(f"“{key}” has to be a list of values to try.")
    for value in values:
        if not isinstance(value, kind) or isinstance(value, bool) or not fits(value):
            raise SweepInvalid(f"“{key}” holds {value!r}; each value has to be {accepted}.")
