"""Trains the reader: the embedder, tuned so that the words of a question meet the words that answer it.

    python -m evals.train_reader --data DIR

Learns from the libraries of `evals.evidence_samples.READ`. For each question its first eight units are compared by late
interaction (ColBERT, arXiv 2004.12832): the mean over its words of the cosine to the nearest word of the unit.

Prints how well the words alone choose, before and after, where nothing was read: in the other libraries, and in QED
(google-research-datasets/QED) and COVID-QA (deepset-ai/COVID-QA), whose files `qed-dev.jsonl` and `covid-qa.json` lie in DIR.
Writes `index/reader.safetensors`: what is added to each matrix of the embedder as a product of two thin ones, as in LoRA (arXiv
2106.09685), and to each bias and norm as it is.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertModel

from assistant.ranker import evidence_model
from assistant.reading import Reading, readings
from evals.evidence_samples import (
    QED_HELD,
    READ,
    Floats,
    Sample,
    indexed,
    library_samples,
    samples_of,
    second_stage,
    write_qed,
)
from evals.items import EvalItem, Evidence
from evals.spread import usable_cores
from index.embedder import EMBEDDER, READER, TransformerEmbedder
from index.terms import STOPWORDS
from index.weights import verify

EPOCHS = 2
BATCH = 8  # questions
RATE = 3e-5
SCALE_RATE = 0.05
WARM = 0.1  # share of the steps in which the rates grow
RANK = 16  # 48 and all of the change chose no better
COVID = 600  # questions taken from it
SEED = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One question with the texts that hold its first units, and how right each unit is."""

    question: str
    readings: list[Reading]
    targets: Floats  # (units,)
    best: float  # the highest target of any unit, of the first or not


def main() -> None:
    """Train, print held-out figures, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with qed-dev.jsonl and covid-qa.json")
    chosen = parser.parse_args()
    torch.set_num_threads(usable_cores())
    torch.manual_seed(SEED)
    generator = random.Random(SEED)
    embedder = TransformerEmbedder()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sets = {name: examples_of(group) for name, group in library_samples(folder, embedder).items()}
        qed = write_qed(chosen.data / "qed-dev.jsonl", folder / "qed-corpus")[QED_HELD:]
        covid = generator.sample(write_covid(chosen.data / "covid-qa.json", folder / "covid-corpus"), COVID)
        for name, corpus, items in (("QED", "qed", qed), ("COVID-QA", "covid", covid)):
            snapshot = indexed(folder / f"{corpus}-corpus", folder / corpus, embedder)
            sets[name] = examples_of(samples_of(items, snapshot, weight=1.0))
    model = Reader()
    held = {name: group for name, group in sets.items() if name not in READ}
    before = {name: first_choice(model, group) for name, group in held.items()}
    train(model, [example for name in sorted(READ) for example in sets[name]], generator)
    model.thin(RANK)
    for name, group in held.items():
        after = first_choice(model, group)
        print(f"{name}: by its words alone {before[name]:.3f} of the best possible value, tuned {after:.3f}")
    save_file({name: weight.half().contiguous() for name, weight in model.changes(RANK).items()}, READER)


def examples_of(samples: Sequence[Sample]) -> list[Example]:
    """Those with units to choose between, of which one is right, as the first stage of the ranker in use puts them in order."""
    found = []
    for sample in samples:
        if not sample.answerable or len(sample.units) < 2:
            continue
        first = second_stage(sample, evidence_model()(sample.signals))
        if len(first.units) > 1 and first.targets[:, 0].max() > 0:
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


class Reader:
    """The embedder with weights that can be trained, and two scales of what it finds."""

    def __init__(self) -> None:
        folder = verify(EMBEDDER)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False)
        self.bert.eval()  # no dropout: it blurs the words that are to meet
        self.bert.embeddings.requires_grad_(False)
        self.start = {name: weight.detach().clone() for name, weight in self.bert.named_parameters()}
        self.scales = torch.nn.Parameter(torch.tensor([10.0, 10.0]))  # of all words and of content words

    def met(self, examples: Sequence[Example]) -> list[torch.Tensor]:
        """For each example the mean met of all and of content words by each unit, shape (units, 2)."""
        asked, questions = self._words([example.question for example in examples])
        read, texts = self._words([reading.text for example in examples for reading in example.readings])
        found, at = [], 0
        for number, example in enumerate(examples):
            spans = np.array(asked[number].offsets)
            real = np.flatnonzero(spans[:, 1] > spans[:, 0])
            content = [example.question[start:end].lower() not in STOPWORDS for start, end in spans[real]]
            counted = torch.tensor(content if any(content) else [True] * len(real))
            rows: dict[int, torch.Tensor] = {}
            for reading in example.readings:
                cosines = questions[number, real] @ texts[at, : len(read[at].ids)].T
                for unit, inside in reading.units.items():
                    best = cosines[:, _inside(read[at].offsets, reading.headings_end, inside)].max(dim=1).values
                    rows[unit] = torch.stack([best.mean(), best[counted].mean()])
                at += 1
            found.append(torch.stack([rows[unit] for unit in range(len(example.targets))]))
        return found

    def thin(self, rank: int) -> None:
        """Keep of the change of each matrix only what two thin ones can hold."""
        with torch.no_grad():
            for name, weight in self.bert.named_parameters():
                if weight.requires_grad and weight.dim() == 2:
                    up, down = _thin(weight - self.start[name], rank)
                    weight.copy_(self.start[name] + up @ down)

    def changes(self, rank: int) -> dict[str, torch.Tensor]:
        """What is added to the weights: `NAME.up` @ `NAME.down` to a matrix, `NAME` to a vector."""
        found: dict[str, torch.Tensor] = {}
        for name, weight in self.bert.named_parameters():
            if weight.requires_grad:
                change = weight.detach() - self.start[name]
                if change.dim() == 2:
                    found[f"{name}.up"], found[f"{name}.down"] = _thin(change, rank)
                else:
                    found[name] = change
        return found

    def _words(self, texts: Sequence[str]) -> tuple[list[Any], torch.Tensor]:
        """The tokens of each text, and their unit vectors, shape (texts, longest, dimension)."""
        encodings = self.tokenizer.encode_batch(list(texts))
        ids = torch.zeros(len(texts), max(len(encoding.ids) for encoding in encodings), dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = torch.tensor(encoding.ids)
            mask[row, : len(encoding.ids)] = 1
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.bert(ids, attention_mask=mask).last_hidden_state
        return encodings, torch.nn.functional.normalize(hidden.float(), dim=-1)


def train(model: Reader, examples: Sequence[Example], generator: random.Random) -> None:
    """Softmax over the units of each question, towards the square of how right they are."""
    weights = [weight for weight in model.bert.parameters() if weight.requires_grad]
    groups = [{"params": weights, "lr": RATE}, {"params": [model.scales], "lr": SCALE_RATE, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = EPOCHS * (len(examples) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / (WARM * steps), 1 - step / steps))
    losses: list[float] = []
    for _ in range(EPOCHS):
        order = generator.sample(range(len(examples)), len(examples))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            batch = [examples[place] for place in order[at : at + BATCH]]
            loss = torch.zeros(())
            for example, met in zip(batch, model.met(batch), strict=True):
                wanted = torch.tensor(example.targets) ** 2
                loss = loss - (wanted / wanted.sum() * torch.log_softmax(met @ model.scales, dim=0)).sum() / BATCH
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
            if len(losses) % 50 == 0:
                print(f"step {len(losses)} of {steps}: loss {np.mean(losses[-50:]):.3f}", flush=True)


def first_choice(model: Reader, examples: Sequence[Example]) -> float:
    """The share of the best possible value that the unit has whose words meet the question's best."""
    with torch.no_grad():
        picked = [example.targets[int(model.met([example])[0].sum(dim=1).argmax())] / example.best for example in examples]
    return float(np.mean(picked))


def _inside(offsets: Sequence[tuple[int, int]], headings_end: int, spans: Sequence[tuple[int, int]]) -> torch.Tensor:
    """Which tokens stand in the headings or in one of the spans; all of them where none does."""
    places = np.array(offsets)
    starts, ends = np.array([(0, headings_end), *spans]).T
    inside = ((places[:, :1] < ends) & (places[:, 1:] > starts)).any(axis=1) & (places[:, 1] > places[:, 0])
    return torch.tensor(inside if inside.any() else np.ones(len(places), bool))


def _thin(change: torch.Tensor, rank: int) -> tuple[torch.Tensor, torch.Tensor]:
    left, values, right = torch.linalg.svd(change, full_matrices=False)
    return left[:, :rank] * values[:rank], right[:rank]


if __name__ == "__main__":
    main()
