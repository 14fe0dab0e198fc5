"""Trains what chooses evidence and what decides about cover, and writes their weights into `assistant/`.

    python -m evals.train_evidence --index .roadmap [--questions qed-dev.jsonl]

Learns from the dev split of the reference questions over the index in use, from the documents and questions below
`evals/training/`, and, when a file is named, from the QED data set (natural questions with the sentence that answers them;
google-research-datasets/QED, text from Wikipedia, CC BY-SA 3.0). The test split is never read. Prints held-out figures (five
folds by document) before it writes.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.assistant import CANDIDATES, HITS, ask_of, reorder
from assistant.coverage import FEATURES, cover_features
from assistant.interaction import interactions
from assistant.orders import without_orders
from assistant.perceptron import Perceptron, write_perceptron
from assistant.question import Question
from assistant.ranker import FEATURES as RERANKING
from assistant.ranker import LIMIT, RERANKED, Ranked, in_order, reranking_features
from assistant.signals import NAMES, signals, similarities
from assistant.units import Unit, units_of
from evals.evidence import Located, locate
from evals.items import EvalItem, Evidence, load_items
from index.build import update
from index.embedder import EMBEDDER, TransformerEmbedder
from index.hit import Hit
from index.library import Library
from index.search import Snapshot
from index.weights import digest_of

HIDDEN = 32
EPOCHS = 20
FOLDS = 5
SEEDS = 3  # networks averaged into one by being trained side by side
NEGATIVES = 80  # units without evidence that the first stage learns from, of each question
ANSWERABLE = 0.88  # share of the questions that the documents answer, as among the reference questions
RIDGE = 0.03  # of the cover check, on standardised features
_FOLDER = Path(__file__).parent.parent / "assistant"
_TRAINING = Path(__file__).parent / "training"
_ABOUT = (
    "Weights of the evidence ranker and the cover check. Trained by `python -m evals.train_evidence` on the dev questions, on "
    "evals/training/ and, where it was named, on QED (google-research-datasets/QED, text from Wikipedia, CC BY-SA 3.0)."
)
Floats = NDArray[np.float32]


class Stage(NamedTuple):
    """How the network of a stage is kept from learning its questions by heart."""

    dropout: float
    weight_decay: float


FIRST = Stage(dropout=0.0, weight_decay=0.1)
SECOND = Stage(dropout=0.1, weight_decay=0.3)  # it sees few units a question


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
    ranked: tuple[Ranked, ...] = ()  # as the first stage had it, in a sample for the second
    met: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))  # interactions of its first units


def main() -> None:
    """Train, print held-out figures, write the three files of weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=Path(".roadmap"), help="data folder with the index of corpus/")
    parser.add_argument("--questions", type=Path, help="qed-dev.jsonl")
    parser.add_argument("--limit", type=int, default=800, help="questions taken from it")
    chosen = parser.parse_args()
    torch.set_num_threads(2)
    embedder = TransformerEmbedder()
    dev = [item for item in load_items() if item.split == "dev"]
    sets = {"reference questions": samples_of(dev, Library(chosen.index, lambda: embedder).snapshot(), weight=3.0)}
    with tempfile.TemporaryDirectory() as scratch:
        for folder in sorted(path.parent for path in _TRAINING.glob("*/questions.jsonl")):
            snapshot = _indexed(folder / "documents", Path(scratch) / folder.name, embedder)
            sets[folder.name] = samples_of(load_items([folder / "questions.jsonl"]), snapshot, weight=3.0)
        if chosen.questions:
            items = write_qed(chosen.questions, Path(scratch) / "corpus", chosen.limit)
            snapshot = _indexed(Path(scratch) / "corpus", Path(scratch) / "qed", embedder)
            sets["QED"] = samples_of(items, snapshot, weight=0.5)
            sets["QED"] += samples_of(items, snapshot, weight=0.5, without_evidence=True)
    samples = [sample for group in sets.values() for sample in group]
    again = [second_stage(sample, own) for sample, own in zip(samples, _held_out(samples), strict=True)]
    scores = _held_out(again, SECOND)
    features = np.array([_cover_row(sample, own) for sample, own in zip(again, scores, strict=True)], np.float32)
    answerable = np.array([sample.answerable for sample in samples])
    balance = np.array([s.weight for s in samples], np.float32)
    origin = np.array([name for name, group in sets.items() for _ in group])
    for name in sets:
        part = origin == name
        at = np.flatnonzero(part)
        chosen_first = _first_choice([again[i] for i in at], [scores[i] for i in at])
        print(f"{name}: first unit {chosen_first:.3f} of its best possible value (held out)", end="; ")
        weights, bias = fit_logistic(features[~part], answerable[~part], balance[~part])
        cover = 1 / (1 + np.exp(-(features[part] @ weights + bias)))
        print(f"cover AUROC {auroc(cover, answerable[part]):.3f} (trained on the other sets)")
        for level in (0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
            kept, caught = np.mean(cover[answerable[part]] >= level), np.mean(cover[~answerable[part]] < level)
            print(f"  threshold {level}: answers {kept:.2f} of the answerable, refuses {caught:.2f} of the others")
    weights, bias = fit_logistic(features, answerable, balance)
    first = fit_network([s for s in samples if s.answerable])
    write_perceptron(_FOLDER / "evidence_model.json", first, NAMES, _ABOUT, digits=5)
    second = fit_network([s for s in again if s.answerable], SECOND)
    write_perceptron(_FOLDER / "reranking_model.json", second, RERANKING, _ABOUT, digits=5)
    cover_fields = {
        "about": _ABOUT,
        "features": list(FEATURES),
        "weights": np.round(weights, 5).tolist(),
        "bias": round(float(bias), 5),
    }
    (_FOLDER / "coverage_model.json").write_text(json.dumps(cover_fields), encoding="utf-8")


def _indexed(corpus: Path, data: Path, embedder: TransformerEmbedder) -> Snapshot:
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
        samples.append(Sample(question, hits, units, rows, targets, answerable, snapshot, weight, group, best))
    return samples


def second_stage(sample: Sample, scores: Floats) -> Sample:
    """The first units of a sample, in the order of the first stage's scores, with what the second stage looks at."""
    units = sample.units
    order = sorted(range(len(units)), key=lambda at: (-scores[at, 0], units[at].document.id, units[at].start))
    ranked = [Ranked(units[at], float(scores[at, 0]), float(scores[at, 1]), sample.signals[at]) for at in order]
    first = [r.unit for r in ranked[:RERANKED]]
    met = interactions(sample.question, first, sample.snapshot)
    rows = reranking_features(ranked, met) if first else np.zeros((0, len(RERANKING)), np.float32)
    return replace(
        sample, units=first, signals=rows, targets=sample.targets[order[: len(first)]], ranked=tuple(ranked), met=met
    )


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


def fit_network(samples: Sequence[Sample], stage: Stage = FIRST, seed: int = 0) -> Perceptron:
    """The evidence model: `SEEDS` small networks trained at once on a mix of the sets, kept as one wider one."""
    generator = np.random.default_rng(seed)
    keep = [
        (s.targets[:, 1] > 0)
        | (generator.random(len(s.targets)) < NEGATIVES / max(1, len(s.targets)))
        for s in samples
    ]
    rows = np.concatenate([s.signals[k] for s, k in zip(samples, keep, strict=True)])
    wanted = np.concatenate([s.targets[k] for s, k in zip(samples, keep, strict=True)])
    weights = np.concatenate([np.full(int(k.sum()), s.weight, np.float32) for s, k in zip(samples, keep, strict=True)])
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale < 1e-3] = 1
    x, y, w = (torch.tensor(a) for a in (np.clip((rows - mean) / scale, -LIMIT, LIMIT), wanted, weights))
    networks = []
    for number in range(SEEDS):
        torch.manual_seed(seed * 100 + number)
        layers = (torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 2))
        network = torch.nn.Sequential(torch.nn.Dropout(stage.dropout), *layers)
        optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=stage.weight_decay)
        for _ in range(EPOCHS):
            for batch in torch.randperm(len(x)).split(512):
                loss = torch.nn.functional.binary_cross_entropy_with_logits(network(x[batch]), y[batch], reduction="none")
                optimizer.zero_grad()
                (loss.sum(dim=1) * w[batch]).mean().backward()
                optimizer.step()
        networks.append([p.detach().numpy() for p in network.parameters()])
    return Perceptron(
        mean, scale,
        hidden=np.concatenate([n[0].T for n in networks], axis=1),
        hidden_bias=np.concatenate([n[1] for n in networks]),
        output=np.concatenate([n[2].T / SEEDS for n in networks]).astype(np.float32),
        output_bias=np.mean([n[3] for n in networks], axis=0, dtype=np.float32),
        limit=LIMIT,
    )  # fmt: skip


def fit_logistic(features: Floats, labels: NDArray[np.bool_], weights: Floats) -> tuple[Floats, float]:
    """Logistic regression with a small ridge; the two classes weigh the same within each set of questions.

    The probabilities are those where `ANSWERABLE` of the questions have an answer, not half of them.
    """
    balanced = weights.copy()
    for weight in np.unique(weights):
        for label in (True, False):
            group = (weights == weight) & (labels == label)
            balanced[group] *= 1.0 / max(1, group.sum())
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale < 1e-4] = 1
    x, y, w = (torch.tensor(a.astype(np.float32)) for a in ((features - mean) / scale, labels, balanced / balanced.sum()))
    line = torch.nn.Linear(x.shape[1], 1)
    torch.nn.init.zeros_(line.weight)
    optimizer = torch.optim.LBFGS(line.parameters(), max_iter=200)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (torch.nn.functional.binary_cross_entropy_with_logits(line(x)[:, 0], y, reduction="none") * w).sum()
        loss = loss + RIDGE * (line.weight**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    slope = line.weight.detach().numpy()[0] / scale
    prior = float(np.log(ANSWERABLE / (1 - ANSWERABLE)))
    return slope, float(line.bias.detach()) - float(slope @ mean) + prior


def auroc(scores: NDArray[np.floating], labels: NDArray[np.bool_]) -> float:
    """Chance that an answerable question scores above an unanswerable one (Mann-Whitney)."""
    good, bad = scores[labels], scores[~labels]
    return (
        float(np.mean((good[:, None] > bad[None, :]) + 0.5 * (good[:, None] == bad[None, :])))
        if len(good) and len(bad)
        else 0.0
    )


def write_qed(path: Path, corpus: Path, limit: int) -> list[EvalItem]:
    """QED as a corpus folder, a document for each paragraph, and as items."""
    corpus.mkdir(parents=True)
    items: list[EvalItem] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        name = f"{record['example_id']}.md"
        paragraph = detokenised(record["paragraph_text"])
        (corpus / name).write_text(f"# {record['title_text']}\n\n{paragraph}\n", encoding="utf-8")
        sentence = detokenised((record["annotation"].get("selected_sentence") or {}).get("string", ""))
        if sentence and sentence in paragraph and len(items) < limit:
            items.append(EvalItem(name, record["question_text"], "fact", evidence=(Evidence(name, sentence),)))
    return items


def detokenised(text: str) -> str:
    """Text of QED as it would be written, without spaces around punctuation."""
    text = re.sub(r"\s+([,.;:!?%)\]'’]|n't|'s)", r"\1", re.sub(r"([(\[$])\s+", r"\1", text))
    return " ".join(re.sub(r"`` ?| ?''", '"', text).replace(" - ", "-").split())


def _held_out(samples: Sequence[Sample], stage: Stage = FIRST) -> list[Floats]:
    """The scores that each sample's units get from a network that has seen no question about the same document."""
    groups = Counter(sample.group for sample in samples)
    sizes = [0] * FOLDS
    fold_of: dict[str, int] = {}
    for group, count in groups.most_common():
        fold_of[group] = int(np.argmin(sizes))
        sizes[fold_of[group]] += count
    found: dict[int, Floats] = {}
    for fold in range(FOLDS):
        model = fit_network([s for s in samples if fold_of[s.group] != fold and s.answerable], stage)
        for at, sample in enumerate(samples):
            if fold_of[sample.group] == fold:
                found[at] = model(sample.signals) if len(sample.units) else np.zeros((0, 2), np.float32)
    return [found[at] for at in range(len(samples))]


def _first_choice(samples: Sequence[Sample], scores: Sequence[Floats]) -> float:
    shares = [
        s.targets[int(np.argmax(p[:, 0])), 0] / s.best
        for s, p in zip(samples, scores, strict=True)
        if s.answerable and len(p) and s.best > 0
    ]
    return float(np.mean(shares)) if shares else 0.0


def _cover_row(sample: Sample, scores: Floats) -> list[float]:
    pairs = zip(sample.ranked, scores, sample.met, strict=False)
    again = [replace(r, value=float(value), relevance=float(relevance), met=met) for r, (value, relevance), met in pairs]
    ranked = in_order([*again, *sample.ranked[len(again) :]])
    return cover_features(sample.question, ranked, reorder(sample.hits, ranked)[:HITS], sample.snapshot)


if __name__ == "__main__":
    main()
