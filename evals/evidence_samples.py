"""The questions that the models of the answers learn from, with the units of their passages and how right each unit is."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.assistant import CANDIDATES, ask_of
from assistant.interaction import Met, interactions
from assistant.judging import judgements
from assistant.orders import without_orders
from assistant.question import Question
from assistant.ranker import FEATURES as RERANKING
from assistant.ranker import JUDGING, RERANKED, Ranked, judging_features, reranking_features, to_judge, weighed_again
from assistant.signals import signals, similarities
from assistant.units import Unit, units_of
from evals.evidence import Located, locate
from evals.far_questions import far_questions
from evals.items import EvalItem, Evidence, load_items
from index.build import update
from index.embedder import EMBEDDER, TransformerEmbedder
from index.hit import Hit
from index.library import Library
from index.search import Snapshot
from index.weights import digest_of

Floats = NDArray[np.float32]
QED_HELD = 400  # questions of QED that the ranker learns from; the reader is measured on the others
_TRAINING = Path(__file__).parent / "training"
STRANGERS = 0.25  # of the number of its own questions, so many of other libraries are asked of a library
OTHER_TRADES = 30  # questions about them that are asked of a library
CLEARLY = 0.15  # by how much, in cosine, their own best passage must be nearer to them
FOLDS = 2  # parts of the libraries: what the reader gives for those that it read is too good to be learnt from


def fold_names() -> list[list[str]]:
    """The names of the libraries below `evals/training/`, in `FOLDS` parts of like size."""
    names = sorted(path.parent.name for path in _TRAINING.glob("*/questions.jsonl"))
    return [names[fold::FOLDS] for fold in range(FOLDS)]


@dataclass(frozen=True, slots=True)
class Sample:
    """One question with its candidate units and how right each is."""

    question: Question
    hits: tuple[Hit, ...]
    units: list[Unit]
    signals: Floats  # (n, signals)
    targets: Floats  # (n, 2): value and relevance
    answerable: bool
    snapshot: Snapshot
    weight: float
    group: str  # questions about the same document are held out together
    best: float  # the highest value of a unit
    item: EvalItem
    ranked: tuple[Ranked, ...] = ()  # as the stage before had it, in a sample for the second or third
    met: Met = field(default_factory=lambda: Met(*[np.zeros((0, 0), np.float32)] * 2))  # of its first units
    judged: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))  # of those, in a sample for the third


def fold_file(fold: int) -> str:
    """The name of the weights of the reader that did not learn from a part."""
    return f"fold-{fold}.safetensors"


def cross_file(fold: int) -> str:
    """The name of the weights of the cross-encoder that did not learn from a part."""
    return f"cross-{fold}.safetensors"


def library_samples(scratch: Path, embedders: Sequence[TransformerEmbedder]) -> dict[str, list[Sample]]:
    """The samples of every library, by its name, each part with an embedder of its own; their indexes are made in `scratch`."""
    found = {}
    for names, embedder in zip(fold_names(), embedders, strict=True):
        for name in names:
            snapshot = indexed(_TRAINING / name / "documents", scratch / name, embedder)
            found[name] = samples_of(load_items([_TRAINING / name / "questions.jsonl"]), snapshot, weight=3.0)
    return found


def strangers_of(sets: Mapping[str, Sequence[Sample]]) -> dict[str, list[Sample]]:
    """For each library questions about something else: `strangers` from the others of its part, and other trades."""
    found = {}
    for names in fold_names():
        for name in names:
            others = [sample for other in names if other != name for sample in sets[other]]
            snapshot, weight = sets[name][0].snapshot, sets[name][0].weight
            trades = far_questions(snapshot, OTHER_TRADES, random.Random(name))
            found[name] = strangers(sets[name], others) + samples_of(trades, snapshot, weight=weight)
    return found


def strangers(own: Sequence[Sample], others: Sequence[Sample]) -> list[Sample]:
    """Some questions of other libraries, asked of this one: what is asked about something else altogether.

    Two libraries may speak of the same; only questions whose own passages are clearly nearer to them are taken.
    """
    generator = random.Random(own[0].item.id)
    alone = [sample for sample in others if sample.answerable and not sample.item.history]
    drawn = generator.sample(alone, min(len(alone), round(STRANGERS * len(own))))
    items = [replace(sample.item, evidence=(), must=(), answerable=False) for sample in drawn]
    asked = samples_of(items, own[0].snapshot, weight=own[0].weight)
    return [far for far, near in zip(asked, drawn, strict=True) if _nearest(near) - _nearest(far) >= CLEARLY]


def _nearest(sample: Sample) -> float:
    return max((hit.dense for hit in sample.hits), default=0.0)


def indexed(corpus: Path, data: Path, embedder: TransformerEmbedder) -> Snapshot:
    """The index of a corpus folder, made in `data`."""
    update(corpus, data, lambda: embedder, (EMBEDDER.model_id, digest_of(EMBEDDER)))
    return Library(data, lambda: embedder).snapshot()


def samples_of(items: Sequence[EvalItem], snapshot: Snapshot, *, weight: float, without_evidence: bool = False) -> list[Sample]:
    """The units of each question's passages with their targets.

    `without_evidence` hides every passage of the documents that hold the evidence: the question is then unanswerable.
    """
    located = locate(items, snapshot.documents)
    samples = []
    for item in items:
        question = ask_of(item.question, item.history, snapshot)
        vector = snapshot.embedder().embed_question(question.content)
        depth = CANDIDATES * (2 if without_evidence else 1)
        hits = snapshot.search_vector(question.content, vector, depth, sources=question.sources)
        if without_evidence:
            hidden = {place.evidence.document_id for place in located[item.id]}
            hits = tuple(hit for hit in hits if hit.passage.document_id not in hidden)[:CANDIDATES]
        units = without_orders(units_of(hits, snapshot.documents))
        rows = signals(question, units, similarities(units, vector, snapshot), snapshot)
        targets = np.array([target(unit, located[item.id]) for unit in units], np.float32).reshape(-1, 2)
        answerable = item.answerable and not without_evidence
        group = item.evidence[0].document_id if item.evidence else item.id
        if answerable and not (targets[:, 0] > 0).any():
            continue  # nothing was retrieved that could be learnt from
        best = float(targets[:, 0].max(initial=0))
        samples.append(Sample(question, hits, units, rows, targets, answerable, snapshot, weight, group, best, item))
    return samples


def second_stage(sample: Sample, scores: Floats, depth: int = RERANKED) -> Sample:
    """The `depth` first units of a sample, in the order of the first stage's scores, with what the second stage looks at."""
    units = sample.units
    order = sorted(range(len(units)), key=lambda at: (-scores[at, 0], units[at].document.id, units[at].start))
    ranked = [Ranked(units[at], float(scores[at, 0]), float(scores[at, 1]), sample.signals[at]) for at in order]
    first = [r.unit for r in ranked[:depth]]
    met = interactions(sample.question, first, sample.snapshot)
    rows = reranking_features(ranked, met.rows) if first else np.zeros((0, len(RERANKING)), np.float32)
    return replace(
        sample, units=first, signals=rows, targets=sample.targets[order[: len(first)]], ranked=tuple(ranked), met=met
    )


def third_units(sample: Sample, scores: Floats) -> tuple[list[Ranked], list[Unit], Floats]:
    """A sample of the second stage as that stage ranks it, the units that the third looks at, and their targets."""
    ranked = weighed_again(sample.ranked, sample.met, scores)
    right = {id(unit): row for unit, row in zip(sample.units, sample.targets, strict=True)}
    first = [r.unit for r in to_judge(ranked)]
    return ranked, first, np.array([right[id(unit)] for unit in first], np.float32).reshape(-1, 2)


def third_stage(sample: Sample, scores: Floats) -> Sample:
    """The first units of a sample of the second stage, in the order of its scores, with what the third stage looks at."""
    ranked, first, targets = third_units(sample, scores)
    judged = judgements(sample.question, first, sample.snapshot)
    rows = judging_features(to_judge(ranked), judged) if first else np.zeros((0, len(JUDGING)), np.float32)
    return replace(sample, units=first, signals=rows, targets=targets, ranked=tuple(ranked), judged=judged)


def target(unit: Unit, located: Sequence[Located]) -> tuple[float, float]:
    """Value (recall times the root of precision, by characters against the evidence) and relevance (precision) of a unit."""
    length = sum(end - start for start, end in unit.spans)
    recalls, inside = [], 0
    for place in located:
        best = 0
        share = 0.0
        if place.evidence.document_id == unit.document.id:
            for start, end in place.spans:
                common = sum(max(0, min(e, end) - max(s, start)) for s, e in unit.spans)
                if common > best:
                    best, share = common, common / (end - start)
        inside += best
        recalls.append(share)
    if not recalls or not length:
        return 0.0, 0.0
    precision = min(1.0, inside / length)
    return float(np.mean(recalls)) * precision**0.5, precision


def write_qed(path: Path, corpus: Path) -> list[EvalItem]:
    """QED as a corpus folder, a document for each paragraph, and as items."""
    corpus.mkdir(parents=True)
    items: list[EvalItem] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        name = f"{record['example_id']}.md"
        paragraph = detokenised(record["paragraph_text"])
        (corpus / name).write_text(f"# {record['title_text']}\n\n{paragraph}\n", encoding="utf-8")
        sentence = detokenised((record["annotation"].get("selected_sentence") or {}).get("string", ""))
        if sentence and sentence in paragraph:
            items.append(EvalItem(name, record["question_text"], "fact", evidence=(Evidence(name, sentence),)))
    return items


def detokenised(text: str) -> str:
    """Text of QED as it would be written, without spaces around punctuation."""
    text = re.sub(r"\s+([,.;:!?%)\]'’]|n't|'s)", r"\1", re.sub(r"([(\[$])\s+", r"\1", text))
    return " ".join(re.sub(r"`` ?| ?''", '"', text).replace(" - ", "-").split())
