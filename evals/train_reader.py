"""Trains the reader: the embedder, tuned so that the words of a question meet the words that answer it, and no others.

    python -m evals.train_reader --data DIR --folds DIR

Learns from the libraries below `evals/training/`, up to 300 questions of each. For each question its first eight units are
compared by late interaction (ColBERT, arXiv 2004.12832): the mean over its words of the cosine to the nearest word of the
unit; how much a word counts is learned too. A softmax over the units learns which of them answers; their sum learns, against
a bar that is learned as well, whether any does. For the latter some of the answerable questions are shown again without the
units that answer them.

First comes a reader for each part of the libraries, which learns from the others: `fold-N.safetensors` in the folder of
`--folds`, for `evals.train_evidence`. Then the reader that is used, `index/reader.safetensors`, which learns from all. Prints
what the words alone find, before and after, where nothing was read: in each library, and by the last reader in QED
(google-research-datasets/QED) and COVID-QA (deepset-ai/COVID-QA), `qed-dev.jsonl` and `covid-qa.json` in the folder of
`--data`.

A file holds, beside what `evals.tuning` says, `importance`: its product with the vector of a word tells how much it counts.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assistant.ranker import evidence_model
from assistant.reading import Reading, readings
from evals.abstention import auroc
from evals.evidence_samples import (
    FOLDS,
    Floats,
    Sample,
    fold_file,
    fold_names,
    indexed,
    library_samples,
    samples_of,
    second_stage,
    write_qed,
)
from evals.items import EvalItem, Evidence
from evals.spread import usable_cores
from evals.tuning import RATE, SEED, TunedEmbedder, answering_loss, fit, save, some
from index.cross_encoder import tokens_inside
from index.embedder import READER, TransformerEmbedder
from index.terms import STOPWORDS

PER_LIBRARY = 300  # questions that are learnt from, so that no library outweighs the others
UNITS = 8  # of a question, the first ones
SCALE_RATE = 0.05
IMPORTANCE_RATE = 0.1
RANK = 16  # 48 and all of the change chose no better
COVID = 600  # questions taken from it


@dataclass(frozen=True, slots=True)
class Example:
    """One question with the texts that hold its first units, and how right each unit is."""

    question: str
    readings: list[Reading]
    targets: Floats  # (units,)
    best: float  # the highest target of any unit, of the first or not; 0 where the documents do not answer


def main() -> None:
    """Train a reader for each part of the libraries and one of all, print held-out figures, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with qed-dev.jsonl and covid-qa.json")
    parser.add_argument("--folds", type=Path, required=True, help="folder for the readers of the parts")
    chosen = parser.parse_args()
    torch.set_num_threads(usable_cores())
    embedder = TransformerEmbedder()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        libraries = library_samples(folder, [embedder] * FOLDS)
        sets = {name: examples_of(some(group, PER_LIBRARY)) for name, group in libraries.items()}
        qed = write_qed(chosen.data / "qed-dev.jsonl", folder / "qed-corpus")
        covid = write_covid(chosen.data / "covid-qa.json", folder / "covid-corpus")
        others = {}
        for name, corpus, items in (("QED", "qed", qed), ("COVID-QA", "covid", random.Random(SEED).sample(covid, COVID))):
            snapshot = indexed(folder / f"{corpus}-corpus", folder / corpus, embedder)
            others[name] = examples_of(samples_of(items, snapshot, weight=1.0))
    chosen.folds.mkdir(parents=True, exist_ok=True)
    jobs = [(READER, [example for group in sets.values() for example in group], others)]
    for fold, names in enumerate(fold_names()):
        read = [example for name, group in sets.items() if name not in names for example in group]
        jobs.append((chosen.folds / fold_file(fold), read, {name: sets[name] for name in names}))
    with ProcessPoolExecutor(usable_cores(), get_context("spawn")) as pool:
        for lines in pool.map(_learn, *zip(*jobs, strict=True)):
            print("\n".join(lines), flush=True)


def _learn(file: Path, examples: Sequence[Example], held: Mapping[str, Sequence[Example]]) -> list[str]:
    """Train a reader and write it; says how it does on what is held out, before and after."""
    torch.set_num_threads(1)  # several learn side by side
    torch.manual_seed(SEED)
    model = Reader()
    before = {name: measured(model, group) for name, group in held.items()}
    train(model, examples, file.stem)
    save({**model.thin(RANK), "importance": model.importance}, file)
    lines = []
    for name, group in held.items():
        (choice, cover), (tuned, tuned_cover) = before[name], measured(model, group)
        lines.append(
            f"{name}: by its words alone {choice:.3f} of the best possible value, tuned {tuned:.3f}; "
            f"AUROC of whether any answers {cover:.3f}, tuned {tuned_cover:.3f}"
        )
    return lines


def examples_of(samples: Sequence[Sample]) -> list[Example]:
    """Those with units to choose between, as the first stage of the ranker in use puts them in order.

    Left out are answerable questions of which no first unit is right.
    """
    found = []
    for sample in samples:
        if len(sample.units) < 2:
            continue
        first = second_stage(sample, evidence_model()(sample.signals), UNITS)
        if len(first.units) > 1 and (first.targets[:, 0].max() > 0 or not sample.answerable):
            found.append(Example(sample.question.content, readings(first.units), first.targets[:, 0], sample.best))
    return found


def write_covid(path: Path, corpus: Path) -> list[EvalItem]:
    """COVID-QA as a corpus folder, a document for each article, and as items."""
    corpus.mkdir(parents=True)
    items = []
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        (paragraph,) = article["paragraphs"]
        (corpus / f"{number}.txt").write_text(paragraph["context"], encoding="utf-8")
        for asked in paragraph["qas"]:
            evidence = (Evidence(f"{number}.txt", asked["answers"][0]["text"].strip()),)
            items.append(EvalItem(str(asked["id"]), asked["question"], "fact", evidence=evidence))
    return items


class Reader(TunedEmbedder):
    """The embedder that learns to read words, the scales of what it finds, and the bar that an answer must pass."""

    def __init__(self) -> None:
        super().__init__()
        self.importance = torch.nn.Parameter(torch.zeros(self.bert.config.hidden_size))
        self.scales = torch.nn.Parameter(torch.tensor([10.0, 10.0, 10.0]))  # of the columns of `met`
        self.bar = torch.nn.Parameter(torch.tensor(15.0))

    def met(self, examples: Sequence[Example]) -> list[torch.Tensor]:
        """For each example how each unit meets its words: the mean of all, of content words, by importance; (units, 3)."""
        asked, questions = self._words([example.question for example in examples])
        read, texts = self._words([reading.text for example in examples for reading in example.readings])
        found, at = [], 0
        for number, example in enumerate(examples):
            spans = np.array(asked[number].offsets)
            real = np.flatnonzero(spans[:, 1] > spans[:, 0])
            content = [example.question[start:end].lower() not in STOPWORDS for start, end in spans[real]]
            counted = torch.tensor(content if any(content) else [True] * len(real))
            counts = torch.softmax(questions[number][real] @ self.importance, dim=0)
            rows: dict[int, torch.Tensor] = {}
            for reading in example.readings:
                cosines = questions[number][real] @ texts[at].T
                for unit, inside in reading.units.items():
                    best = cosines[:, _inside(read[at].offsets, reading.headings_end, inside)].max(dim=1).values
                    rows[unit] = torch.stack([best.mean(), best[counted].mean(), (counts * best).sum()])
                at += 1
            found.append(torch.stack([rows[unit] for unit in range(len(example.targets))]))
        return found

    def _words(self, texts: Sequence[str]) -> tuple[list[Any], list[torch.Tensor]]:
        """The tokens of each text, and their unit vectors, shape (tokens, dimension)."""
        encodings = self.tokenizer.encode_batch(list(texts))
        return encodings, [torch.nn.functional.normalize(own, dim=-1) for own in self.hidden(encodings)]


def train(model: Reader, examples: Sequence[Example], name: str) -> None:
    """Cross-entropy of the softmax over the units of each question, and of whether one of them passes the bar."""
    generator = random.Random(SEED)

    def loss_of(batch: list[Example]) -> torch.Tensor:
        found = zip(batch, model.met(batch), strict=True)
        losses = [answering_loss(met @ model.scales, e.targets, e.best > 0, model.bar, generator) for e, met in found]
        return torch.stack(losses).mean()

    scales = {"params": [model.scales, model.bar], "lr": SCALE_RATE, "weight_decay": 0.0}
    importance = {"params": [model.importance], "lr": IMPORTANCE_RATE, "weight_decay": 0.0}
    fit([{"params": model.weights, "lr": RATE}, scales, importance], examples, loss_of, name)


def measured(model: Reader, examples: Sequence[Example]) -> tuple[float, float]:
    """What the words alone find: the share of the best possible value that the unit has which they meet best; and the AUROC of
    how well they meet it, as a sign that the question is answered (0 where all are)."""
    shares, best = [], []
    with torch.no_grad():
        for example in examples:
            met = model.met([example])[0].sum(dim=1)
            best.append(float(met.max()))
            if example.best:
                shares.append(example.targets[int(met.argmax())] / example.best)
    return float(np.mean(shares)), auroc(best, [example.best > 0 for example in examples]) or 0.0


def _inside(offsets: Sequence[tuple[int, int]], headings_end: int, spans: Sequence[tuple[int, int]]) -> torch.Tensor:
    """Which tokens stand in the headings or in one of the spans; all of them where none does."""
    places = np.array(offsets)
    inside = tokens_inside(places, [(0, headings_end), *spans]) & (places[:, 1] > places[:, 0])
    return torch.tensor(inside if inside.any() else np.ones(len(places), bool))


if __name__ == "__main__":
    main()
