"""Trains what tells a supported sentence from an unsupported one, and writes `assistant/claim_model.json`.

    python -m evals.train_verifier [--covid covid-qa.json] [--qed qed-dev.jsonl]

Learns from the dev split of `claims.jsonl`, from variants made by rule (`evals.claim_variants`) of the sentences of the dev
documents, and, when the files are named, of COVID-QA (deepset-ai/COVID-QA, Apache-2.0) and QED
(google-research-datasets/QED, text from Wikipedia, CC BY-SA 3.0). The test split is never read. Prints held-out figures,
by document and by source, before it writes.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.claim_reading import read
from assistant.claim_signals import NAMES, claim_signals
from assistant.perceptron import Perceptron, write_perceptron
from assistant.verify import LIMIT, SUPPORTED, holds_facts
from evals.claim_changes import Surroundings
from evals.claim_variants import changed, names_of, variants
from evals.claims import CORRUPTIONS, Claim, claims_file, load_claims
from evals.evidence_samples import detokenised
from ingest.readers import read_document

ABOUT = (
    "Weights of the verifier, made by `python -m evals.train_verifier` from evals/claims.jsonl (dev split) and from variants "
    "of the documents in corpus/, of COVID-QA (deepset-ai/COVID-QA, Apache-2.0) and of QED (google-research-datasets/QED, "
    "CC BY-SA 3.0)."
)
HIDDEN = 16
SEEDS = 8  # networks side by side
EPOCHS = 40
FOLDS = 8
DECAY = 0.5
PRECISION = 0.95
VARIANTS = 1200  # of each source
CLAIM, REWORDED, VARIANT = 1.0, 0.1, 0.05  # what a claim of each origin weighs
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sample:
    """One claim with its signals, the document it stands for, where it comes from and what it weighs."""

    claim: Claim
    document: str
    source: str
    signals: Floats
    weight: float


def main() -> None:
    """Train, print held-out figures, write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), help="the documents that the claims are about")
    parser.add_argument("--covid", type=Path, help="covid-qa.json")
    parser.add_argument("--qed", type=Path, help="qed-dev.jsonl")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    samples = claim_samples() + reworded_samples()
    for source, documents in sources(chosen.corpus, chosen.covid, chosen.qed).items():
        samples += [_sample(claim, key, source, VARIANT) for key, claim in variants(documents, VARIANTS)]
    scores = held_out_by_document(samples)
    threshold = report(samples, scores)
    print(f"threshold for a precision of {PRECISION} on the dev claims: {threshold:.2f}")
    report_transfer(samples)
    path = Path(__file__).parent.parent / "assistant" / "claim_model.json"
    write_perceptron(path, fit(samples), NAMES, ABOUT, digits=4)


def claim_samples() -> list[Sample]:
    """The labelled claims of the dev split."""
    documents = claim_documents()
    return [_sample(c, documents[c.id], "claims", CLAIM) for c in load_claims() if c.split == "dev"]


def reworded_samples(each: int = 3) -> list[Sample]:
    """Changes made to the supported dev claims: far from the passage's wording and false."""
    chance = random.Random(5)
    documents = claim_documents()
    true = [c for c in load_claims() if c.split == "dev" and c.supported]
    names = names_of([c.sentence for c in true])
    made = []
    for claim in true:
        beside = [c.sentence for c in true if documents[c.id] == documents[claim.id] and c.passage != claim.passage]
        around = Surroundings(claim.passage, beside, chance.sample(names, min(12, len(names))))
        made += [_sample(c, documents[claim.id], "reworded", REWORDED) for c in changed(claim, around, chance, each)]
    return made


def claim_documents() -> dict[str, str]:
    """Claim id to the document its passage is from."""
    records = [json.loads(line) for line in claims_file().read_text(encoding="utf-8").splitlines() if line.strip()]
    return {record["id"]: record.get("document", record["id"]) for record in records}


def sources(corpus: Path, covid: Path | None, qed: Path | None) -> dict[str, dict[str, str]]:
    """Texts by source and document id: the dev documents of the corpus and what is named."""
    documents = claim_documents()
    dev = sorted({documents[c.id] for c in load_claims() if c.split == "dev"})
    found = {"corpus": {key: _plain(read_document(corpus / key, key).text) for key in dev}}
    if covid:
        articles = json.loads(covid.read_text(encoding="utf-8"))["data"]
        found["covid"] = {f"covid-{i}": p["context"] for i, p in enumerate(p for a in articles for p in a["paragraphs"])}
    if qed:
        records = [json.loads(line) for line in qed.read_text(encoding="utf-8").splitlines()]
        found["qed"] = {f"qed-{r['example_id']}": detokenised(r["paragraph_text"]) for r in records}
    return found


def fit(samples: Sequence[Sample]) -> Perceptron:
    """The networks, trained on all samples by weighted cross-entropy."""
    x = np.stack([s.signals for s in samples])
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-3
    features = torch.tensor(np.clip((x - mean) / scale, -LIMIT, LIMIT))
    labels = torch.tensor([float(s.claim.supported) for s in samples])
    weights = torch.tensor([s.weight for s in samples])
    networks = []
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        network = torch.nn.Sequential(torch.nn.Linear(len(NAMES), HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 1))
        optimizer = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=DECAY)
        chosen = torch.utils.data.WeightedRandomSampler(weights.tolist(), int(weights.sum().item()))
        for _ in range(EPOCHS):
            for batch in torch.tensor(list(chosen)).split(64):
                loss = torch.nn.functional.binary_cross_entropy_with_logits(network(features[batch])[:, 0], labels[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        networks.append([p.detach().numpy() for p in network.parameters()])
    return Perceptron(
        mean, scale,
        hidden=np.concatenate([n[0].T for n in networks], axis=1),
        hidden_bias=np.concatenate([n[1] for n in networks]),
        output=np.concatenate([n[2][0] / SEEDS for n in networks]).astype(np.float32),
        output_bias=np.asarray(np.mean([n[3][0] for n in networks]), np.float32),
        limit=LIMIT,
    )  # fmt: skip


def score(model: Perceptron, samples: Sequence[Sample]) -> Floats:
    """What `support` gives: the model's probability, or 0 where a figure, link or name differs."""
    held = [holds_facts(s.claim.sentence, read(s.claim.sentence), s.claim.passage, read(s.claim.passage)) for s in samples]
    return np.asarray(model(np.stack([s.signals for s in samples])) * np.array(held), np.float32)


def held_out_by_document(samples: Sequence[Sample]) -> Floats:
    """Scores of all samples, each by a model that saw nothing of its document."""
    keys = sorted({s.document for s in samples})
    random.Random(0).shuffle(keys)
    fold = {key: i % FOLDS for i, key in enumerate(keys)}
    scores = np.zeros(len(samples), np.float32)
    for n in range(FOLDS):
        own = [i for i, s in enumerate(samples) if fold[s.document] == n]
        model = fit([s for s in samples if fold[s.document] != n])
        scores[own] = score(model, [samples[i] for i in own])
    return scores


def report(samples: Sequence[Sample], scores: Floats) -> float:
    """Print precision and recall by source and by corruption; gives the threshold that the dev claims ask for."""
    own = np.array([s.source == "claims" for s in samples])
    truth = np.array([s.claim.supported for s in samples])
    threshold = least_threshold(scores[own], truth[own])
    print(f"held out by document: AUROC of the dev claims {auroc(scores[own], truth[own]):.3f}")
    for level in (0.95, 0.9, 0.85, 0.8, 0.7):
        at = least_threshold(scores[own], truth[own], level)
        print(f"  precision {level}: recall {np.mean(scores[own][truth[own]] >= at):.2f} (threshold {at:.2f})")
    called = scores >= threshold
    for source in sorted({s.source for s in samples}):
        group = np.array([s.source == source for s in samples])
        print(f"  {source}: {_figures(called[group], truth[group])}")
    for corruption in CORRUPTIONS:
        group = own & np.array([s.claim.corruption == corruption for s in samples])
        print(f"  claims, {corruption}: right {np.mean(called[group] == truth[group]):.2f} of {group.sum()}")
    return threshold


def report_transfer(samples: Sequence[Sample]) -> None:
    """Print how models trained on the variants of all other sources alone do on those of one."""
    names = sorted({s.source for s in samples} - {"claims", "reworded"})
    for source in names if len(names) > 1 else []:
        seen = [
            Sample(s.claim, s.document, s.source, s.signals, 0.5) for s in samples if s.source in names and s.source != source
        ]
        unseen = [s for s in samples if s.source == source]
        scores, truth = score(fit(seen), unseen), np.array([s.claim.supported for s in unseen])
        print(f"variants, trained on the other sources, tested on {source}: {_figures(scores >= SUPPORTED, truth)}")


def least_threshold(scores: Floats, truth: NDArray[np.bool_], precision: float = PRECISION) -> float:
    """The lowest score from which on the claims called supported are so with this precision; above all scores where none is."""
    order = np.argsort(-scores)
    precisions = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(precisions >= precision)
    return float(scores[order[good[-1]]]) if len(good) else 1.01


def auroc(scores: Floats, truth: NDArray[np.bool_]) -> float:
    """Chance that a supported claim scores above an unsupported one (Mann-Whitney)."""
    good, bad = scores[truth][:, None], scores[~truth][None, :]
    return float(np.mean((good > bad) + 0.5 * (good == bad)))


def _figures(called: NDArray[np.bool_], truth: NDArray[np.bool_]) -> str:
    precision = f"{np.mean(truth[called]):.2f}" if called.any() else "-"
    recall = f"{np.mean(called[truth]):.2f}" if truth.any() else "-"
    return f"precision {precision}, recall {recall}, unsupported caught {np.mean(~called[~truth]):.2f} ({len(truth)} claims)"


def _sample(claim: Claim, document: str, source: str, weight: float) -> Sample:
    return Sample(claim, document, source, np.asarray(claim_signals(claim.sentence, [claim.passage]), np.float32), weight)


def _plain(text: str) -> str:
    """Markdown without the marks that no written sentence has."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    lines = [re.sub(r"^\s*(?:\d+\.|[-*])\s+", "", line) for line in text.splitlines() if not line.startswith("#")]
    return re.sub(r"[*`]", "", "\n".join(lines))


if __name__ == "__main__":
    main()
