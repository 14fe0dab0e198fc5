"""Trains what chooses evidence, what adds to an answer and what decides about cover; writes the weights into `assistant/`.

    python -m evals.train_evidence --index .roadmap --readers DIR [--questions qed-dev.jsonl]

Learns from the dev split of the reference questions over the index in use, from the documents and questions below
`evals/training/`, each read by the reader and the cross-encoder that never saw it (`evals.train_reader --folds DIR`,
`evals.train_cross_encoder --readers DIR`), and, when a file is named,
from the QED data set (natural questions with the sentence that answers them; google-research-datasets/QED, text from Wikipedia,
CC BY-SA 3.0). The test split is never read. Prints held-out figures (five parts by document) before it writes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.additions import NAMES as ADDED
from assistant.assistant import HITS, reorder
from assistant.coverage import FEATURES, both, cover_features
from assistant.perceptron import Perceptron, write_perceptron
from assistant.ranker import FEATURES as RERANKING
from assistant.ranker import JUDGING, Ranked, judged_again
from assistant.signals import NAMES
from evals.abstention import auroc
from evals.addition_samples import additions_of
from evals.evidence_samples import (
    FOLDS,
    QED_HELD,
    Floats,
    Sample,
    cross_file,
    fold_file,
    indexed,
    library_samples,
    samples_of,
    second_stage,
    strangers_of,
    third_stage,
    write_qed,
)  # fmt: skip
from evals.fitting import PRIOR, Stage, class_weights, fit_logistic, fit_perceptron
from evals.items import load_items
from evals.spread import usable_cores
from index.embedder import TransformerEmbedder
from index.library import Library

PARTS = 5  # of the questions, for held-out scores
NEGATIVES = 80  # units without evidence that the first stage learns from, of each question
ANSWERS = 3  # that are grown for each question, to learn what adds to them
_FOLDER = Path(__file__).parent.parent / "assistant"
_ABOUT = (
    "Weights of the evidence ranker, of what adds to an answer, and of the cover check. Trained by `python -m "
    "evals.train_evidence` on the dev questions, on evals/training/ and, where it was named, on QED "
    "(google-research-datasets/QED, text from Wikipedia, CC BY-SA 3.0)."
)


FIRST = Stage(dropout=0.0, weight_decay=0.1)
SECOND = Stage(dropout=0.1, weight_decay=0.3)  # and the third, and of the check of cover: they see few rows
ADDITIONS = Stage(dropout=0.0, weight_decay=0.02, epochs=6, batch=1024)


def main() -> None:
    """Train, print held-out figures, write the six files of weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=Path(".roadmap"), help="data folder with the index of corpus/")
    parser.add_argument("--readers", type=Path, required=True, help="folder that both filled")
    parser.add_argument("--questions", type=Path, help="qed-dev.jsonl")
    chosen = parser.parse_args()
    torch.set_num_threads(usable_cores())
    embedder = TransformerEmbedder()
    dev = [item for item in load_items() if item.split == "dev"]
    sets = {"reference questions": samples_of(dev, Library(chosen.index, lambda: embedder).snapshot(), weight=3.0)}
    with tempfile.TemporaryDirectory() as scratch:
        files = [(chosen.readers / fold_file(fold), chosen.readers / cross_file(fold)) for fold in range(FOLDS)]
        readers = [TransformerEmbedder(reader=reader, cross_encoder=cross) for reader, cross in files]
        sets |= library_samples(Path(scratch), readers)
        for name, far in strangers_of(sets).items():
            sets[name] += far
        if chosen.questions:
            items = write_qed(chosen.questions, Path(scratch) / "corpus")[:QED_HELD]
            snapshot = indexed(Path(scratch) / "corpus", Path(scratch) / "qed", embedder)
            sets["QED"] = samples_of(items, snapshot, weight=0.5)
            sets["QED"] += samples_of(items, snapshot, weight=0.5, without_evidence=True)
    samples = [sample for group in sets.values() for sample in group]
    origins = [name for name, group in sets.items() for _ in group]
    held = zip(samples, _held_out(samples), strict=True)
    again = [second_stage(sample, own) for sample, own in held]
    origin = np.array(origins)
    scores = _held_out(again, SECOND)
    judged = [third_stage(sample, own) for sample, own in zip(again, scores, strict=True)]
    last = _held_out(judged, SECOND)
    rankings = [judged_again(sample.ranked, sample.judged, own) for sample, own in zip(judged, last, strict=True)]
    features = np.array([_cover_row(sample, ranked) for sample, ranked in zip(again, rankings, strict=True)], np.float32)
    answerable = np.array([sample.answerable for sample in again])
    balance = np.array([s.weight for s in again], np.float32)
    for name in dict.fromkeys(origin.tolist()):
        part = origin == name
        at = np.flatnonzero(part)
        chosen_first = _first_choice([judged[i] for i in at], [last[i] for i in at])
        print(f"{name}: first unit {chosen_first:.3f} of its best possible value (held out)", end="; ")
        (weights, bias), network = fit_cover(features[~part], answerable[~part], balance[~part])
        cover = both(features[part] @ weights + bias, network(features[part])[:, 0])
        print(f"cover AUROC {auroc(cover.tolist(), answerable[part].tolist()) or 0:.3f} (trained on the other sets)")
        for level in (0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
            kept, caught = np.mean(cover[answerable[part]] >= level), np.mean(cover[~answerable[part]] < level)
            print(f"  threshold {level}: answers {kept:.2f} of the answerable, refuses {caught:.2f} of the others")
    (weights, bias), network = fit_cover(features, answerable, balance)
    first = fit_network([s for s in samples if s.answerable])
    write_perceptron(_FOLDER / "evidence_model.json", first, NAMES, _ABOUT, digits=5)
    second = fit_network([s for s in again if s.answerable], SECOND)
    write_perceptron(_FOLDER / "reranking_model.json", second, RERANKING, _ABOUT, digits=5)
    third = fit_network([s for s in judged if s.answerable], SECOND)
    write_perceptron(_FOLDER / "judging_model.json", third, JUDGING, _ABOUT, digits=5)
    write_perceptron(_FOLDER / "additions_model.json", fit_additions(again, rankings), ADDED, _ABOUT, digits=5)
    cover_fields = {
        "about": _ABOUT,
        "features": list(FEATURES),
        "weights": np.round(weights, 5).tolist(),
        "bias": round(float(bias), 5),
    }
    (_FOLDER / "coverage_model.json").write_text(json.dumps(cover_fields), encoding="utf-8")
    write_perceptron(_FOLDER / "coverage_network.json", network, FEATURES, _ABOUT, digits=5)


def fit_network(samples: Sequence[Sample], stage: Stage = FIRST, seed: int = 0) -> Perceptron:
    """An evidence model, from a mix of the sets."""
    generator = np.random.default_rng(seed)
    keep = [(s.targets[:, 1] > 0) | (generator.random(len(s.targets)) < NEGATIVES / max(1, len(s.targets))) for s in samples]
    rows = np.concatenate([s.signals[k] for s, k in zip(samples, keep, strict=True)])
    wanted = np.concatenate([s.targets[k] for s, k in zip(samples, keep, strict=True)])
    weights = np.concatenate([np.full(int(k.sum()), s.weight, np.float32) for s, k in zip(samples, keep, strict=True)])
    return fit_perceptron(rows, wanted, weights, stage, seed)


def fit_cover(features: Floats, answerable: NDArray[np.bool_], balance: Floats) -> tuple[tuple[Floats, float], Perceptron]:
    """The two models of the cover check: a logistic regression and a network."""
    classes = class_weights(answerable, balance)
    network = fit_perceptron(features, answerable[:, None].astype(np.float32), classes / classes.mean(), SECOND)
    network = replace(network, output_bias=network.output_bias + PRIOR)
    return fit_logistic(features, answerable, balance), network


def fit_additions(samples: Sequence[Sample], rankings: Sequence[Sequence[Ranked]]) -> Perceptron:
    """The model of what adds to an answer, from `ANSWERS` answers a question; prints how well it tells, held out."""
    generator = np.random.default_rng(0)
    rows, adds, parts = [], [], []
    for sample, ranked in zip(samples, rankings, strict=True):
        for _ in range(ANSWERS if sample.answerable else 0):
            named = sample.question.sources or sample.snapshot.titles.named(sample.question.content)
            own, right = additions_of(sample.item, sample.question, ranked, frozenset(named), generator)
            rows.append(own)
            adds.append(right)
            parts.append(np.full(len(own), zlib.crc32(sample.group.encode()) % PARTS))
    x, y, part = np.concatenate(rows), np.concatenate(adds)[:, None], np.concatenate(parts)
    weights = np.ones(len(x), np.float32)
    chances = np.zeros(len(x), np.float32)
    for held in range(PARTS):
        rest = part != held
        model = fit_perceptron(x[rest], y[rest], weights[rest], ADDITIONS)
        chances[~rest] = model(x[~rest])[:, 0]
    told = auroc(chances.tolist(), (y[:, 0] > 0).tolist()) or 0
    print(f"what adds to an answer: AUROC {told:.3f} over {len(x):,} units beside answers (held out)")
    return fit_perceptron(x, y, weights, ADDITIONS)


def _held_out(samples: Sequence[Sample], stage: Stage = FIRST) -> list[Floats]:
    """The scores that each sample's units get from a network that has seen no question about the same document."""
    groups = Counter(sample.group for sample in samples)
    sizes = [0] * PARTS
    part_of: dict[str, int] = {}
    for group, count in groups.most_common():
        part_of[group] = int(np.argmin(sizes))
        sizes[part_of[group]] += count
    found: dict[int, Floats] = {}
    for part in range(PARTS):
        model = fit_network([s for s in samples if part_of[s.group] != part and s.answerable], stage)
        for at, sample in enumerate(samples):
            if part_of[sample.group] == part:
                found[at] = model(sample.signals) if len(sample.units) else np.zeros((0, 2), np.float32)
    return [found[at] for at in range(len(samples))]


def _first_choice(samples: Sequence[Sample], scores: Sequence[Floats]) -> float:
    shares = [
        s.targets[int(np.argmax(p[:, 0])), 0] / s.best
        for s, p in zip(samples, scores, strict=True)
        if s.answerable and len(p) and s.best > 0
    ]
    return float(np.mean(shares)) if shares else 0.0


def _cover_row(sample: Sample, ranked: Sequence[Ranked]) -> list[float]:
    return cover_features(sample.question, ranked, reorder(sample.hits, ranked)[:HITS], sample.snapshot)


if __name__ == "__main__":
    main()
