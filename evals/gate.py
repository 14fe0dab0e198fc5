"""The gate: a run held against the baseline. It fails on a fall beyond noise, a floor, a question that must never break, words
that are gone from the documents, and a document that is gone from the corpus; every failure says which.

Nothing here is random: the same run and the same baseline give the same verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evals.baseline import Baseline, BaselineInvalid, Tolerance, kept
from evals.compare import MetricChange, differences, metric_change
from evals.evidence import Located
from evals.metrics import GATED, METRICS
from evals.paired import p_text
from evals.run import Outcome, Run
from evals.summary import values_of
from evals.working import now_and_before, worked, works

NEVER_BREAK = "never break "  # how the names of these checks begin
_NAMED = 5  # questions or documents named in one line
_LOST = 30  # questions named of those that worked before: the first thing a person asks for
_UNYIELDING = ("clean",)  # figures that not one question may lose, whatever others gain


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the gate looked at."""

    name: str  # e.g. "metric mrr", "never break q17", "documents"
    passed: bool
    message: str  # one sentence with the figures
    change: MetricChange | None = None  # for metrics


@dataclass(frozen=True, slots=True)
class GateResult:
    """All checks, in the order they are to be read, and what a person should know besides."""

    checks: tuple[Check, ...]
    notes: tuple[str, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def passed(self) -> bool:
        """Whether the run may be merged."""
        return not self.failures

    @property
    def text(self) -> str:
        """The few lines a person needs."""
        broken = [check for check in self.failures if check.name.startswith(NEVER_BREAK)]
        shown = [check for check in self.failures if check not in broken[_NAMED:]]
        lines = [f"FAILED  {check.name}: {check.message}" for check in shown]
        if rest := [check.name.removeprefix(NEVER_BREAK) for check in broken[_NAMED:]]:
            lines.append(f"FAILED  {NEVER_BREAK.strip()}: {len(rest)} more, {_list(rest)}.")
        lines += [f"note    {note}" for note in self.notes]
        verdict = "passed" if self.passed else f"failed ({len(self.failures)} of {len(self.checks)} checks)"
        return "\n".join([*lines, f"Gate {verdict}."])


def hold(run: Run, baseline: Baseline, located: Mapping[str, tuple[Located, ...]], *, whole: bool = False) -> GateResult:
    """The verdict on a run. Only questions count that have not changed since the baseline.

    `whole`: the run asks every question there is, so that one of the baseline which is not asked was taken out.

    Raises:
        BaselineInvalid: the run and the baseline have no question in common.
    """
    outcomes = {outcome.item.id: outcome for outcome in run.outcomes}
    common = {name for name, outcome in outcomes.items() if baseline.items.get(name) == outcome.item.digest}
    if not common:
        raise BaselineInvalid(
            "The run and the baseline have no question in common; make a baseline of these questions with "
            "`roadmap eval --update-baseline`, or name theirs with `--baseline`."
        )
    checks = [
        _documents(run, baseline),
        _evidence(located),
        _errors(run),
        *([_asked(run, baseline)] if whole else []),
        *_floors(run, baseline),
        *_metrics(run, baseline, common),
        *_held_out(run, baseline, common),
        *_kinds(run, baseline, common),
        *(_never_break(outcome, run, baseline) for outcome in run.outcomes if outcome.item.never_break),
    ]
    return GateResult(tuple(checks), tuple(_notes(run, baseline, common, whole)))


def is_beyond_noise(change: MetricChange, tolerance: Tolerance) -> bool:
    """Whether a figure fell further than chance explains, or further than anyone should accept."""
    fall = -change.difference
    proven = fall > tolerance.drop and change.p < tolerance.p
    return proven or (fall > tolerance.large_drop and change.worse - change.better >= tolerance.questions)


def _documents(run: Run, baseline: Baseline) -> Check:
    gone = sorted({*baseline.documents} - {*run.head.documents})
    message = f"all {len(baseline.documents)} documents of the baseline are in the index."
    if gone:
        message = f"{_list(gone)} of the baseline is not in the index; if that is meant, update the baseline."
    return Check("documents", not gone, message)


def _evidence(located: Mapping[str, tuple[Located, ...]]) -> Check:
    missing = {name: place for name, places in located.items() for place in places if not place.spans}
    message = f"the evidence of all {len(located)} questions stands in the documents."
    if missing:
        first = next(iter(missing.values())).problem
        message = f"{len(missing)} questions rest on words that are gone ({_list(sorted(missing))}): {first}."
    return Check("evidence", not missing, message)


def _errors(run: Run) -> Check:
    crashed = [outcome for outcome in run.outcomes if outcome.error]
    message = "no question ended in an error."
    if crashed:
        names = _list([outcome.item.id for outcome in crashed])
        message = f"{len(crashed)} questions ended in an error ({names}), the first with {crashed[0].error}"
    return Check("errors", not crashed, message)


def _asked(run: Run, baseline: Baseline) -> Check:
    """Whether no question went: a run without those that fail is none the better."""
    gone = sorted({*baseline.items} - {outcome.item.id for outcome in run.outcomes})
    message = f"all {len(baseline.items)} questions of the baseline were asked."
    if gone:
        message = (
            f"{len(gone)} questions of the baseline were not asked ({_list(gone, _LOST)}); put them back, or take their lines"
            " out of the baseline."
        )
    return Check("questions", not gone, message)


def _never_break(outcome: Outcome, run: Run, baseline: Baseline) -> Check:
    item = outcome.item
    name = f"{NEVER_BREAK}{item.id}"
    if works(outcome):
        return Check(name, True, "works.")
    if _failed_before(outcome, run, baseline):
        return Check(name, True, "failed in the baseline already.")
    if run.head.search_only:
        wanted, got = "evidence among the passages found", f"“{outcome.status}” without it"
    else:
        wanted = "an answer with every required point" if item.answerable else "a refusal"
        got = f"“{outcome.status}”{_lacking(outcome)}"
    asked = f"“{item.question}”" if item.split == "dev" else "a question of the test split"
    return Check(name, False, f"{asked} must never break; expected {wanted}, got {got}.")


def _failed_before(outcome: Outcome, run: Run, baseline: Baseline) -> bool:
    """Whether the baseline has the question, in the same wording, as one that does not work yet: then it cannot break."""
    item = outcome.item
    same = baseline.items.get(item.id) == item.digest
    return same and not worked(item, baseline.scores[item.id], search_only=run.head.search_only)


def _lacking(outcome: Outcome) -> str:
    values = {name: outcome.metrics.get(name) for name in GATED}
    shown = [f"{name} {value:.2f}" for name, value in values.items() if value is not None and value < 1]
    return f" ({', '.join(shown)})" if shown else ""


def _floors(run: Run, baseline: Baseline) -> list[Check]:
    checks = []
    for name, floor in sorted(baseline.floors.items()):
        value = run.head.summary.get(name)
        if value is None:
            continue
        dev = [outcome for outcome in run.outcomes if outcome.item.split == "dev"]  # the others are never named
        sign = 1 if METRICS[name].higher_is_better else -1
        beyond = [item for item, figure in values_of(dev, name).items() if sign * figure < sign * floor]
        passed = sign * value >= sign * floor
        message = f"{value:.4f}, allowed {floor:.4f}" + ("." if passed else f"; see {_list(beyond)}." if beyond else ".")
        checks.append(Check(f"floor {name}", passed, message))
    return checks


def _metrics(run: Run, baseline: Baseline, common: set[str]) -> list[Check]:
    checks = []
    outcomes = [outcome for outcome in run.outcomes if outcome.item.id in common]
    for name in GATED:
        if run.head.search_only and METRICS[name].family != "retrieval":
            continue
        before = baseline.values_of(name, common)
        after = {question: kept(value) for question, value in values_of(outcomes, name).items()}
        if not before:
            continue
        change = metric_change(name, before, after, alternative="less")
        if change is None:
            checks.append(Check(f"metric {name}", False, f"{len(before)} questions had it in the baseline, none has it now."))
            continue
        failed = is_beyond_noise(change, baseline.tolerance) or (name in _UNYIELDING and change.worse > 0)
        message = f"{_figures(change)}{_worst(outcomes, before, after) if failed else ''}."
        checks.append(Check(f"metric {name}", not failed, message, change))
    return checks


def _held_out(run: Run, baseline: Baseline, common: set[str]) -> list[Check]:
    """The same for the test split alone, as a total: a fall there drowns among the more, and well known, dev questions."""
    outcomes = [outcome for outcome in run.outcomes if outcome.item.id in common and outcome.item.split == "test"]
    hidden = {outcome.item.id for outcome in outcomes}
    if hidden == common:
        return []  # that is what `_metrics` looks at
    return [
        Check(f"test split {check.name}", check.passed, f"{_figures(check.change)}." if check.change else check.message)
        for check in _metrics(run, baseline, hidden)
    ]


def _kinds(run: Run, baseline: Baseline, common: set[str]) -> list[Check]:
    """A check for each kind of question: what many of a small kind lose drowns in the averages over all."""
    rows = now_and_before(run, baseline, common)
    checks = []
    for kind in sorted({item.kind for item, _, _ in rows}):
        own = [row for row in rows if row[0].kind == kind]
        after, before = sum(now for _, now, _ in own), sum(once for _, _, once in own)
        tolerance = baseline.tolerance
        failed = before - after >= tolerance.questions and (before - after) / len(own) > tolerance.large_drop
        lost = sorted(item.id for item, now, once in own if once and not now and item.split == "dev")
        named = f"; lost {_list(lost)}" if failed and lost else ""
        checks.append(Check(f"kind {kind}", not failed, f"{before} -> {after} of {len(own)} questions work{named}."))
    return checks


def _figures(change: MetricChange) -> str:
    return (
        f"{change.before:.3f} -> {change.after:.3f} ({change.difference:+.3f}, 95 % interval {change.low:+.3f} to"
        f" {change.high:+.3f}, one-sided p {p_text(change.p)}; of {change.questions} questions {change.worse} worse,"
        f" {change.better} better)"
    )


def _worst(outcomes: list[Outcome], before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """The dev questions that lost most; those of the test split are never named."""
    dev = {outcome.item.id for outcome in outcomes if outcome.item.split == "dev"}
    lost = {name: before[name] - after[name] for name in before if name in after and name in dev and after[name] < before[name]}
    names = sorted(lost, key=lambda name: (-lost[name], name))
    return f"; most on {_list(names)}" if names else ""


def _lost(run: Run, baseline: Baseline, common: set[str]) -> str:
    """Which questions worked in the baseline and do not now, whether or not a check fails; of the test split how many."""
    lost = [item for item, now, once in now_and_before(run, baseline, common) if once and not now]
    dev = sorted(item.id for item in lost if item.split == "dev")
    hidden = f"{len(lost) - len(dev)} of the test split" if len(dev) < len(lost) else ""
    named = " and ".join(part for part in (_list(dev, _LOST), hidden) if part)
    return f"{len(lost)} questions worked in the baseline and do not now: {named}." if lost else ""


def _notes(run: Run, baseline: Baseline, common: set[str], whole: bool) -> list[str]:
    notes = [lost] if (lost := _lost(run, baseline, common)) else []
    asked = {outcome.item.id for outcome in run.outcomes}
    changed = sorted(name for name in asked & {*baseline.items} if name not in common)
    if changed:
        notes.append(f"{len(changed)} questions changed since the baseline and were not compared: {_list(changed)}.")
    if new := sorted(asked - {*baseline.items}):
        notes.append(f"{len(new)} questions are not in the baseline yet: {_list(new)}.")
    waiting = [o.item.id for o in run.outcomes if o.item.never_break and not works(o) and _failed_before(o, run, baseline)]
    if waiting:
        notes.append(f"{len(waiting)} questions that must never break failed in the baseline already: {_list(waiting)}.")
    if not whole and (left := {*baseline.items} - asked):
        notes.append(f"{len(left)} questions of the baseline were not asked.")
    made = differences(
        {"models": dict(baseline.models), "config": dict(baseline.config)},
        {"models": dict(run.head.models), "config": dict(run.head.config)},
    )
    notes += [f"differs from the baseline: {line}" for line in made]
    edited = sorted(name for name, digest in run.head.documents.items() if baseline.documents.get(name, digest) != digest)
    if edited:
        notes.append(f"{len(edited)} documents changed since the baseline: {_list(edited)}.")
    if added := sorted({*run.head.documents} - {*baseline.documents}):
        notes.append(f"{len(added)} documents are new since the baseline: {_list(added)}.")
    return notes


def _list(names: list[str], most: int = _NAMED) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
