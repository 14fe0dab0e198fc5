"""The gate's verdict for other readers: Markdown for a pull request's page, JUnit XML for a CI system's test view."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET  # only written, never parsed
from pathlib import Path

from evals.gate import Check, GateResult
from evals.metrics import METRICS
from evals.paired import p_text
from evals.run import Run
from evals.store import RunUnwritable


def markdown(run: Run, gate: GateResult | None) -> str:
    """A short page: verdict, what failed, the table of figures, notes."""
    head = run.head
    kind = "retrieval only" if head.search_only else "whole answers"
    lines = [f"## Evals: {len(run.outcomes)} questions, {kind}", ""]
    changes = {check.change.name: check for check in gate.checks if check.change} if gate else {}
    if gate is not None:
        lines += [f"**Gate {'passed' if gate.passed else 'failed'}.**", ""]
        lines += [f"- ❌ **{check.name}**: {_cell(check.message)}" for check in gate.failures] + [""] * bool(gate.failures)
    lines += ["| figure | now | baseline | change | p (one-sided) | worse / better |", "|---|---:|---:|---:|---:|---:|"]
    for name, value in head.summary.items():
        if value is None:
            continue
        lines.append(f"| {name} | {figure(name, value)} | {_against(changes.get(name))} |")
    if gate is not None and gate.notes:
        lines += ["", *(f"- {_cell(note)}" for note in gate.notes)]
    commit = f", commit `{head.commit[:10]}`" if head.commit else ""
    lines += ["", f"Run `{head.id}`{commit}, {len(head.documents)} documents, {', '.join(head.models.values())}."]
    return "\n".join(lines) + "\n"


def junit(run: Run, gate: GateResult) -> str:
    """One test case a check, so that a CI system lists what failed by name."""
    suite = ET.Element(
        "testsuite",
        name="roadmap evals",
        tests=str(len(gate.checks)),
        failures=str(len(gate.failures)),
        errors="0",
        time=f"{sum(outcome.seconds for outcome in run.outcomes):.3f}",
        timestamp=run.head.created,
    )
    for check in gate.checks:
        case = ET.SubElement(suite, "testcase", classname="evals.gate", name=_printable(check.name), time="0")
        if not check.passed:
            failure = ET.SubElement(case, "failure", message=_printable(check.message), type="Regression")
            failure.text = _printable(check.message)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def write_step_summary(page: str) -> bool:
    """Appends the page to the file GitHub Actions shows on a job's page; False outside of it. Raises `RunUnwritable`."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        return False
    try:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(page)
    except OSError as exc:
        raise RunUnwritable(f"The file named by GITHUB_STEP_SUMMARY cannot be written ({exc.strerror}); unset it.") from exc
    return True


def figure(name: str, value: float) -> str:
    """The value with its unit; shares have three decimals."""
    unit = METRICS[name].unit
    if not unit:
        return f"{value:.3f}"
    return f"{value:.0f} {unit}" if unit == "words" else f"{value:.3g} {unit}"


def _against(check: Check | None) -> str:
    if check is None or check.change is None:
        return " | | | "
    change = check.change
    mark = "" if check.passed else " ❌"
    return f"{change.before:.3f} | {change.difference:+.3f}{mark} | {p_text(change.p)} | {change.worse} / {change.better}"


def _cell(text: str) -> str:
    """Text that cannot end a table's cell or start a tag."""
    return text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;")


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(character for character in text if character in "\t\n" or character.isprintable() or character.isspace())
