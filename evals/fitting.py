"""Small networks and logistic regressions, fitted to rows of signals."""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from assistant.perceptron import Floats, Perceptron
from assistant.ranker import LIMIT

HIDDEN = 32
SEEDS = 3  # networks averaged into one by being trained side by side
ANSWERABLE = 0.88  # share of the questions that the documents answer, as among the reference questions
PRIOR = log(ANSWERABLE / (1 - ANSWERABLE))  # what is added to a logit that was learnt from as many of both
RIDGE = 0.03  # of the logistic regression, on standardised features


class Stage(NamedTuple):
    """How long a network learns, and how it is kept from learning its questions by heart."""

    dropout: float
    weight_decay: float
    epochs: int = 20
    batch: int = 512


def fit_perceptron(rows: Floats, wanted: Floats, weights: Floats, stage: Stage, seed: int = 0) -> Perceptron:
    """`SEEDS` small networks, kept as one wider one, from rows (n, signals) to what is wanted (n, outputs), each 0 to 1."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale < 1e-3] = 1
    x, y, w = (torch.tensor(a) for a in (np.clip((rows - mean) / scale, -LIMIT, LIMIT), wanted, weights))
    networks = []
    for number in range(SEEDS):
        torch.manual_seed(seed * 100 + number)
        layers = (torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, y.shape[1]))
        network = torch.nn.Sequential(torch.nn.Dropout(stage.dropout), *layers)
        optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=stage.weight_decay)
        for _ in range(stage.epochs):
            for batch in torch.randperm(len(x)).split(stage.batch):
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


def class_weights(labels: NDArray[np.bool_], weights: Floats) -> Floats:
    """The weights, changed so that the two classes weigh the same among the rows of like weight."""
    balanced = weights.copy()
    for weight in np.unique(weights):
        for label in (True, False):
            group = (weights == weight) & (labels == label)
            balanced[group] *= 1.0 / max(1, group.sum())
    return balanced


def fit_logistic(features: Floats, labels: NDArray[np.bool_], weights: Floats) -> tuple[Floats, float]:
    """Logistic regression with a small ridge, weighted as `class_weights` says.

    The probabilities are those where `ANSWERABLE` of the questions have an answer, not half of them.
    """
    balanced = class_weights(labels, weights)
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
    return slope, float(line.bias.detach()) - float(slope @ mean) + PRIOR
