"""A run as one HTML file that needs nothing else: figures, plots, and for each dev question what was found, cited and missed.

Questions of the test split appear in the averages only. What comes from documents, questions or models is escaped, and the page
forbids itself to load anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from evals.abstention import calibration, risk_coverage
from evals.compare import describe
from evals.gate import GateResult
from evals.gate_files import figure
from evals.history import KIND_FIGURES, Context, contexts_of, missed_points
from evals.metrics import METRICS
from evals.page import page_html
from evals.paired import bootstrap_interval
from evals.plots import bars, columns, curve, histogram
from evals.run import Outcome, Run
from evals.summary import by_kind, counts, judgements, values_of
from evals.working import works

_FILTER = """
const kind = document.getElementById("kind"), state = document.getElementById("state"), text = document.getElementById("text");
function filter() {
  for (const q of document.querySelectorAll("details.question"))
    q.hidden = (kind.value && q.dataset.kind !== kind.value) || (state.value && q.dataset.state !== state.value)
      || (text.value && !q.textContent.toLowerCase().includes(text.value.toLowerCase()));
}
for (const control of [kind, state, text]) control.addEventListener("input", filter);
"""


def report_html(run: Run, gate: GateResult | None = None) -> str:
    """The whole page."""
    parts = [
        f"<h1>Evals: {len(run.outcomes)} questions</h1>",
        f"<p class=soft>{escape(describe(run.head))} · {escape(run.head.created)}</p>",
        _verdict(gate),
        "<h2>Figures</h2>" + _figures(run),
        "<h2>Plots</h2>" + _plots(run.outcomes),
        "<h2>By kind of question</h2>" + _kinds(run.outcomes),
        "<h2>Questions</h2>" + _questions(run.outcomes),
        "<h2>Made with</h2>" + _made_with(run),
    ]
    return page_html(f"Evals {run.head.id}", parts, _FILTER)


def _verdict(gate: GateResult | None) -> str:
    if gate is None:
        return ""
    lines = [f"<li><b>{escape(check.name)}</b>: {escape(check.message)}</li>" for check in gate.failures]
    lines += [f"<li class=soft>{escape(note)}</li>" for note in gate.notes]
    state, word = ("", "passed") if gate.passed else (" failed", "failed")
    return f'<div class="verdict{state}"><b>Gate {word}</b><ul>{"".join(lines)}</ul></div>'


def _figures(run: Run) -> str:
    rows = [
        (name, figure(name, value), str(run.head.counts.get(name, "")), METRICS[name].about)
        for name, value in run.head.summary.items()
        if value is not None and name in METRICS
    ]
    body = "".join(
        f"<tr><td>{escape(name)}<td>{value}<td>{count}<td class=about>{escape(about)}" for name, value, count, about in rows
    )
    return f"<div class=scroll><table><tr><th>figure<th>value<th>questions<th>{body}</table></div>"


def _plots(outcomes: Sequence[Outcome]) -> str:
    rows = []
    for name, metric in METRICS.items():
        values = list(values_of(outcomes, name).values()) if metric.per_question and metric.family != "cost" else []
        if values:
            rows.append((name, sum(values) / len(values), *bootstrap_interval(values)))
    plots = [bars(rows, "Averages with 95 % bootstrap intervals")] if rows else []
    ranked = [outcome.ranking.quotes for outcome in outcomes if outcome.item.evidence]
    if ranked:
        first = [min((rank for rank in ranks if rank), default=0) for ranks in ranked]
        labels = [*(str(rank) for rank in range(1, 11)), "none"]
        plots.append(columns(labels, [*(first.count(rank) for rank in range(1, 11)), first.count(0)], "First evidence", "rank"))
    judged = judgements(outcomes)
    if judged:
        confidence, labels_of = [row.confidence for row in judged], [row.answerable for row in judged]
        plots.append(curve(risk_coverage(confidence, labels_of), "Risk and coverage", "share answered", "share not answerable"))
        points = [(group.confidence, group.answerable) for group in calibration(confidence, labels_of)]
        plots.append(curve(points, "Calibration", "confidence", "share answerable", diagonal=True, dots=True))
    seconds = [outcome.seconds for outcome in outcomes if not outcome.error]
    if seconds:
        plots.append(columns(*histogram(seconds), "Time per question", "seconds, up to"))
    return f'<div class="plots">{"".join(plots)}</div>'


def _count(rests_on: int | None, questions: int) -> str:
    """How many questions a cell rests on, where that is not all of its row."""
    return f" <small>({rests_on})</small>" if rests_on is not None and rests_on < questions else ""


def _kinds(outcomes: Sequence[Outcome]) -> str:
    rows = []
    kinds = by_kind(outcomes)
    shown = [name for name in KIND_FIGURES if any(figures[name] is not None for figures in kinds.values())]
    for kind, figures in kinds.items():
        count = sum(outcome.item.kind == kind for outcome in outcomes)
        rests_on = counts([outcome for outcome in outcomes if outcome.item.kind == kind])
        cells = "".join(f"<td>{_share(figures[name])}{_count(rests_on.get(name), count)}" for name in shown)
        rows.append(f"<tr><td>{escape(kind)}<td>{count}{cells}")
    head = "".join(f"<th>{name}" for name in shown)
    return f"<div class=scroll><table class=dense><tr><th>kind<th>questions{head}{''.join(rows)}</table></div>"


def _questions(outcomes: Sequence[Outcome]) -> str:
    shown = [outcome for outcome in outcomes if outcome.item.split == "dev"]
    hidden = len(outcomes) - len(shown)
    note = f"<p class=soft>{hidden} questions of the test split count in the figures and are not listed.</p>" if hidden else ""
    kinds = "".join(f"<option>{escape(kind)}" for kind in sorted({outcome.item.kind for outcome in shown}))
    controls = (
        f'<div id="filter"><label>kind <select id="kind"><option value="">all{kinds}</select></label>'
        '<label>state <select id="state"><option value="">all<option>works<option>fails</select></label>'
        '<label>contains <input id="text"></label></div>'
    )
    ordered = sorted(shown, key=works)  # those that fail first, otherwise as asked
    return note + controls + "".join(_question(outcome) for outcome in ordered)


def _question(outcome: Outcome) -> str:
    item, record = outcome.item, outcome.record
    state = "works" if works(outcome) else "fails"
    colour = "good" if state == "works" else "bad"
    history = "".join(f"<p class=soft>{escape(turn.role)}: {escape(turn.content)}</p>" for turn in item.history)
    standalone = str(record.get("standalone_question") or item.question)
    searched = f"<p class=soft>Searched for: {escape(standalone)}</p>" if standalone != item.question else ""
    figures = ", ".join(f"{name} {value:.2f}" for name, value in outcome.metrics.items() if value is not None)
    said = str(record.get("answer") or outcome.error or "")
    answer = f"<h4>Answer</h4><div class=answer>{escape(said)}</div>" if said else ""
    reference = f"<p><b>Reference:</b> {escape(item.reference)}</p>" if item.reference else ""
    wanted = "; ".join(" / ".join(group) for group in item.must)
    missed = "".join(f"<li>{escape(line)}</li>" for line in missed_points(outcome))
    lacking = f"<h4>Missed</h4><ul>{missed}</ul>" if missed else ""
    required = f"<p><b>Required:</b> {escape(wanted)}</p>" if wanted else ""
    return (
        f'<details class="question" data-kind="{escape(item.kind)}" data-state="{state}"><summary>'
        f'<b class="{colour}">{"✓" if state == "works" else "✗"}</b> <span class=tag>{escape(item.kind)}</span> '
        f"<span class=tag>{escape(outcome.status)}</span> {escape(item.question)} "
        f"<span class=soft>{escape(item.id)}</span></summary>"
        f"{history}{searched}{answer}{lacking}{reference}{required}{_evidence(outcome)}{_citations(record)}{_contexts(outcome)}"
        f"<p class=soft>{escape(figures)}; {outcome.seconds:.2f} s</p></details>"
    )


def _evidence(outcome: Outcome) -> str:
    rows = []
    cited = outcome.cited or (None,) * len(outcome.item.evidence)
    for evidence, rank, shown in zip(outcome.item.evidence, outcome.ranking.quotes, cited, strict=True):
        found = f"<span class=good>found at rank {rank}</span>" if rank else "<span class=bad>missed by the search</span>"
        if shown is not None:
            found += ", <span class=good>cited</span>" if shown else ", <span class=bad>not cited</span>"
        place = f"<span class=soft>{escape(evidence.document_id)}</span>"
        rows.append(f"<blockquote>{escape(evidence.quote)}<br>{place}: {found}</blockquote>")
    return "<h4>Evidence</h4>" + "".join(rows) if rows else ""


def _citations(record: Mapping[str, Any]) -> str:
    rows = []
    for citation in record.get("citations", ()):
        place = f"{escape(citation['document'])}, {citation['start']}–{citation['end']}"
        words = f"[{citation['marker']}] {escape(citation['quote'])}"
        rows.append(f"<blockquote>{words}<br><span class=soft>{place}</span></blockquote>")
    return "<h4>Cited</h4>" + "".join(rows) if rows else ""


def _contexts(outcome: Outcome) -> str:
    rows = []
    for context in contexts_of(outcome):
        scores = f"score {context.score:.3f}, dense {context.dense:.3f}, lexical {context.lexical:.3f}"
        if context.rerank is not None:
            scores += f", best evidence {context.rerank:.3f}"
        rows.append(
            f"<p class=soft>{context.rank}. {escape(context.document)} {escape(' › '.join(context.section))} ({scores})"
            f"{', cited' if context.cited else ''}</p>"
            f'<div class="passage {"hit" if context.covers else ""}">{_marked(context)}</div>'
        )
    return f"<details><summary>Retrieved: {len(rows)} passages</summary>{''.join(rows)}</details>" if rows else ""


def _marked(context: Context) -> str:
    """The passage's text with the words of the evidence marked."""
    parts, at = [], 0
    for start, end in context.marks:
        parts += [escape(context.text[at:start]), f"<mark>{escape(context.text[start:end])}</mark>"]
        at = end
    return "".join([*parts, escape(context.text[at:])])


def _made_with(run: Run) -> str:
    head = run.head
    fixed = {"run": head.id, "commit": head.commit or "unknown", "generation": head.generation, "corpus": head.corpus_digest}
    values = _flat({**fixed, "models": head.models, "config": head.config})
    rows = "".join(f"<tr><td>{escape(name)}<td>{escape(value)}" for name, value in values)
    documents = "".join(f"<tr><td>{escape(name)}<td>{escape(digest)}" for name, digest in head.documents.items())
    return (
        f"<div class=scroll><table>{rows}</table></div><details><summary>{len(head.documents)} documents</summary>"
        f"<div class=scroll><table>{documents}</table></div></details>"
    )


def _flat(values: Mapping[str, Any], path: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in values.items():
        rows += _flat(value, f"{path}{key}.") if isinstance(value, Mapping) else [(f"{path}{key}", str(value))]
    return rows


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
