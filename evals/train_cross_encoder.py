"""Trains the cross-encoder: the embedder, tuned to read a question and a text in one pass and to judge what in it answers.

    python -m evals.train_cross_encoder --readers DIR

Learns from the libraries below `evals/training/`, up to 300 questions of each: of each question from the ten units that the
second stage of the ranker in use puts first. Over the mean of the tokens of a unit and the token that stands for the pair a
head gives two numbers. To the first is added how the words of question and unit meet; it learns which of the units answers, as
a softmax over them, and whether any does, as their sum against a bar. The second learns how much of the unit is evidence. It
begins with the weights of the reader.

Like the readers (`evals.train_reader`), there is one for each part of the libraries, which learns from the others and begins
with the reader that did: `cross-N.safetensors` in the folder of `--readers`, for `evals.train_evidence`; and the one that is
used, `index/cross_encoder.safetensors`, which learns from all. Prints what they find in libraries that they never read.

A file holds, beside what `evals.tuning` says, the head, and `importance` and `scale` of how the words meet.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn.functional import binary_cross_entropy_with_logits

from assistant.ranker import evidence_model, reranking_model
from assistant.reading import Reading, readings
from evals.abstention import auroc
from evals.evidence_samples import (
    FOLDS,
    Floats,
    Sample,
    cross_file,
    fold_file,
    fold_names,
    library_samples,
    second_stage,
    third_units,
)
from evals.spread import usable_cores
from evals.tuning import SEED, TunedEmbedder, answering_loss, fit, save, some
from index.cross_encoder import NUMBERS, tokens_inside
from index.embedder import CROSS_ENCODER, READER, TransformerEmbedder

PER_LIBRARY = 300  # questions that are learnt from, so that no library outweighs the others
RATE = 4e-5
HEAD_RATE = 1e-3
SCALE_RATE = 0.05
IMPORTANCE_RATE = 0.02


_Job = tuple[Path, Path, list["Example"], dict[str, Sequence["Example"]]]  # as `learn` takes it


@dataclass(frozen=True, slots=True)
class Example:
    """One question with the texts that hold its best units, and how right each unit is."""

    question: str
    readings: list[Reading]
    targets: Floats  # (units, 2): value and relevance
    answerable: bool
    best: float  # the highest value of any unit, of these or not

    @property
    def learnt(self) -> bool:
        """Whether there is something to learn from it."""
        return not self.answerable or bool(self.targets[:, 0].max() > 0)


def main() -> None:
    """Train a cross-encoder for each part of the libraries and one of all, print held-out figures, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=Path, required=True, help="folder that `evals.train_reader --folds` filled")
    chosen = parser.parse_args()
    torch.set_num_threads(usable_cores())
    embedders = [TransformerEmbedder(reader=chosen.readers / fold_file(fold)) for fold in range(FOLDS)]
    with tempfile.TemporaryDirectory() as scratch:
        sets = {name: examples_of(group) for name, group in library_samples(Path(scratch), embedders).items()}
    jobs: list[_Job] = [(READER, CROSS_ENCODER, [example for group in sets.values() for example in _learnt(group)], {})]
    for fold, names in enumerate(fold_names()):
        read = [example for name, group in sets.items() if name not in names for example in _learnt(group)]
        files = chosen.readers / fold_file(fold), chosen.readers / cross_file(fold)
        jobs.append((*files, read, {name: sets[name] for name in names}))
    with ProcessPoolExecutor(usable_cores(), get_context("spawn")) as pool:
        for lines in pool.map(learn, *zip(*jobs, strict=True)):
            print("\n".join(lines), flush=True)


def learn(begin: Path, file: Path, examples: Sequence[Example], held: Mapping[str, Sequence[Example]]) -> list[str]:
    """Train a cross-encoder and write it; says how it does on what is held out."""
    torch.set_num_threads(1)  # several learn side by side
    torch.manual_seed(SEED)
    model = Judge(begin)
    train(model, examples, file.stem)
    save({**model.whole(), **model.extra()}, file)
    lines = []
    for name, group in held.items():
        choice, cover = measured(model, group)
        lines.append(f"{name}: by itself {choice:.3f} of the best possible value; AUROC of whether any answers {cover:.3f}")
    return lines


def _learnt(group: Sequence[Example]) -> Sequence[Example]:
    return some([example for example in group if example.learnt], PER_LIBRARY)


def examples_of(samples: Sequence[Sample]) -> list[Example]:
    """Those with units to choose between, as the second stage of the ranker in use puts them in order."""
    found = []
    for sample in samples:
        again = second_stage(sample, evidence_model()(sample.signals)) if len(sample.units) > 1 else sample
        if len(again.units) > 1:
            _, units, targets = third_units(again, reranking_model()(again.signals))
            found.append(Example(sample.question.content, readings(units), targets, sample.answerable, sample.best))
    return found


class Judge(TunedEmbedder):
    """The embedder that learns to read pairs, and the head over what it gives."""

    def __init__(self, begin: Path) -> None:
        super().__init__(begin)
        self.head = torch.nn.Linear(2 * self.bert.config.hidden_size, NUMBERS)
        torch.nn.init.normal_(self.head.weight, std=0.02)
        torch.nn.init.zeros_(self.head.bias)
        self.importance = torch.nn.Parameter(load_file(begin)["importance"].float())
        self.scale = torch.nn.Parameter(torch.tensor([30.0]))
        self.bar = torch.nn.Parameter(torch.tensor([15.0]))

    def extra(self) -> dict[str, torch.Tensor]:
        """What it needs beside the weights of the embedder; the bar is a part of the head's bias."""
        bias = self.head.bias - torch.cat([self.bar, torch.zeros(1)])
        return {
            "head.weight": self.head.weight, "head.bias": bias, "importance": self.importance, "scale": self.scale,
        }  # fmt: skip

    def judged(self, examples: Sequence[Example]) -> list[torch.Tensor]:
        """For each example the logits of its units, shape (units, NUMBERS), as `index.cross_encoder` computes them."""
        pairs = [(example.question, reading.text) for example in examples for reading in example.readings]
        encodings = self.tokenizer.encode_batch(pairs)
        hidden = self.hidden(encodings)
        found, at = [], 0
        for example in examples:
            rows: dict[int, torch.Tensor] = {}
            met: dict[int, torch.Tensor] = {}
            for reading in example.readings:
                offsets = np.array(encodings[at].offsets)
                real, text = offsets[:, 1] > offsets[:, 0], np.array(encodings[at].type_ids) == 1
                vectors = torch.nn.functional.normalize(hidden[at], dim=-1)
                asked = vectors[torch.tensor(real & ~text)]
                counts = torch.softmax(asked @ self.importance, dim=0)
                cosines = asked @ vectors.T
                above = tokens_inside(offsets, [(0, reading.headings_end)])
                for unit, spans in reading.units.items():
                    own = tokens_inside(offsets, spans)
                    inside, near = torch.tensor(own & real & text), torch.tensor((own | above) & real & text)
                    mean = hidden[at][inside].mean(dim=0) if inside.any() else hidden[at][0]
                    rows[unit] = torch.cat([mean, hidden[at][0]])
                    met[unit] = (counts * cosines[:, near].max(dim=1).values).sum() if near.any() else torch.zeros(())
                at += 1
            order = range(len(example.targets))
            answers = self.scale * torch.stack([met[unit] for unit in order]) - self.bar
            added = torch.stack([answers, torch.zeros(len(order))], dim=1)
            found.append(self.head(torch.stack([rows[unit] for unit in order])) + added)
        return found


def train(model: Judge, examples: Sequence[Example], name: str) -> None:
    """The loss of `evals.tuning.answering_loss`, and cross-entropy of how much of each unit is evidence."""
    generator = random.Random(SEED)

    def loss_of(batch: list[Example]) -> torch.Tensor:
        losses = []
        for example, logits in zip(batch, model.judged(batch), strict=True):
            answers, evidence = logits.T
            losses.append(answering_loss(answers, example.targets[:, 0], example.answerable, 0.0, generator))
            losses[-1] = losses[-1] + binary_cross_entropy_with_logits(evidence, torch.tensor(example.targets[:, 1]))
        return torch.stack(losses).mean()

    groups = [
        {"params": model.weights, "lr": RATE},
        {"params": list(model.head.parameters()), "lr": HEAD_RATE},
        {"params": [model.scale, model.bar], "lr": SCALE_RATE, "weight_decay": 0.0},
        {"params": [model.importance], "lr": IMPORTANCE_RATE, "weight_decay": 0.0},
    ]
    fit(groups, examples, loss_of, name)


def measured(model: Judge, examples: Sequence[Example]) -> tuple[float, float]:
    """What it finds by itself: the share of the best possible value that its first choice has; and the AUROC of how sure it is
    of that, as a sign that the question is answered."""
    shares, best = [], []
    with torch.no_grad():
        for example in examples:
            answers = model.judged([example])[0][:, 0]
            best.append(float(answers.max()))
            if example.answerable:
                shares.append(example.targets[int(answers.argmax()), 0] / example.best)
    return float(np.mean(shares)), auroc(best, [example.answerable for example in examples]) or 0.0


if __name__ == "__main__":
    main()
