"""What `evals.train_reader` and `evals.train_cross_encoder` share: the bundled embedder with weights that learn.

A file of tuned weights holds what is added to each matrix of the embedder, as a product of two thin ones as in LoRA (arXiv
2106.09685) or in whole steps, to each bias and norm as it is; and what else the model needs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn.functional import softplus
from transformers import BertModel

from assistant.perceptron import Floats
from index.bert import add_changes
from index.embedder import EMBEDDER
from index.weights import verify

EPOCHS = 2
BATCH = 8  # questions
RATE = 3e-5
WARM = 0.1  # share of the steps in which the rates grow
WHETHER = 0.5  # weight of whether any unit answers, beside which of them does
WITHOUT = 0.3  # share of the answerable questions that are shown again without the units that answer
LONGEST = 256  # tokens of a text, as where it is used
PARTS = 3  # of a batch, by length
SEED = 0
_E = TypeVar("_E")


class TunedEmbedder:
    """The embedder with weights that can be trained. Embeddings of tokens stay as they are, so that models share them."""

    def __init__(self, begin: Path | None = None) -> None:
        """`begin` is a file of tuned weights to begin with."""
        folder = verify(EMBEDDER)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False)
        self.bert.eval()  # no dropout: it blurs the words that are to meet
        self.bert.embeddings.requires_grad_(False)
        self._start = {name: weight.detach().clone() for name, weight in self.bert.named_parameters()}
        if begin is not None:
            weights = dict(self._start)
            add_changes(weights, {name: change for name, change in load_file(begin).items() if name.startswith("encoder.")})
            self.bert.load_state_dict(weights, strict=False)  # the embedder's buffers stay

    @property
    def weights(self) -> list[torch.nn.Parameter]:
        """Those that learn."""
        return [weight for weight in self.bert.parameters() if weight.requires_grad]

    def hidden(self, encodings: Sequence[Any]) -> list[torch.Tensor]:
        """The vectors of the tokens of each encoding, shape (tokens, dimension)."""
        order = sorted(range(len(encodings)), key=lambda at: len(encodings[at].ids))
        vectors: dict[int, torch.Tensor] = {}
        for like in np.array_split(order, PARTS):  # little is filled up among texts of like length
            if not len(like):
                continue
            ids = torch.zeros(len(like), len(encodings[like[-1]].ids), dtype=torch.int64)
            mask, kinds = torch.zeros_like(ids), torch.zeros_like(ids)
            for row, at in enumerate(like):
                length = len(encodings[at].ids)
                ids[row, :length] = torch.tensor(encodings[at].ids)
                kinds[row, :length] = torch.tensor(encodings[at].type_ids)
                mask[row, :length] = 1
            with torch.autocast("cpu", torch.bfloat16):
                read = self.bert(ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
            for at, own in zip(like, read.float(), strict=True):
                vectors[int(at)] = own[: len(encodings[at].ids)]
        return [vectors[at] for at in range(len(encodings))]

    def thin(self, rank: int) -> dict[str, torch.Tensor]:
        """Keep of the change of each matrix only what two thin ones can hold, and say what is added to the weights.

        That is `NAME.up` @ `NAME.down` to a matrix, `NAME` to a vector.
        """
        changes: dict[str, torch.Tensor] = {}
        with torch.no_grad():
            for name, weight in self.bert.named_parameters():
                if weight.requires_grad:
                    change = weight - self._start[name]
                    if change.dim() == 2:
                        left, values, right = torch.linalg.svd(change, full_matrices=False)
                        up, down = left[:, :rank] * values[:rank], right[:rank]
                        weight.copy_(self._start[name] + up @ down)
                        changes |= {f"{name}.up": up, f"{name}.down": down}
                    else:
                        changes[name] = change
        return changes

    def whole(self) -> dict[str, torch.Tensor]:
        """What is added to the weights, all of it; of what is learnt from reading two texts together thin ones lose too much.

        That is whole steps to a matrix, `NAME.steps`, in each row as long as its `NAME.step` says; `NAME` to a vector.
        """
        changes: dict[str, torch.Tensor] = {}
        for name, weight in self.bert.named_parameters():
            if weight.requires_grad:
                change = (weight - self._start[name]).detach()
                if change.dim() == 2:
                    step = (change.abs().amax(dim=1) / 127).clamp(min=6e-8).half()  # the least that float16 can hold
                    steps = (change / step.float()[:, None]).round().clamp(-127, 127).to(torch.int8)
                    changes |= {f"{name}.steps": steps, f"{name}.step": step}
                else:
                    changes[name] = change
        return changes


def some(examples: Sequence[_E], most: int) -> Sequence[_E]:
    """As many of them as `most`, drawn where there are more."""
    return examples if len(examples) <= most else random.Random(SEED).sample(examples, most)


def save(changes: Mapping[str, torch.Tensor], file: Path) -> None:
    """Write tuned weights, in float16 but for whole steps."""
    kept = {name: weight.detach() for name, weight in changes.items()}
    save_file({n: (w if w.dtype == torch.int8 else w.half()).contiguous() for n, w in kept.items()}, file)


def answering_loss(
    scores: torch.Tensor, targets: Floats, answerable: bool, bar: torch.Tensor | float, generator: random.Random
) -> torch.Tensor:
    """Of one question: a softmax over its units learns which of them answers, their sum against a bar whether any does.

    The softmax learns towards the square of how right the units are. Of the answerable questions `WITHOUT` are shown again
    without the units that answer.
    """
    wanted = torch.tensor(targets) ** 2
    if not answerable:
        return WHETHER * softplus(scores.logsumexp(dim=0) - bar)
    loss = WHETHER * softplus(bar - scores.logsumexp(dim=0)) - (wanted / wanted.sum() * scores.log_softmax(dim=0)).sum()
    wrong = scores[wanted == 0]
    if len(wrong) > 1 and generator.random() < WITHOUT:
        loss = loss + WHETHER * softplus(wrong.logsumexp(dim=0) - bar)
    return loss


def fit(
    groups: Sequence[Mapping[str, Any]], examples: Sequence[_E], loss_of: Callable[[list[_E]], torch.Tensor], name: str
) -> None:
    """Train `groups`, as AdamW takes them, by what `loss_of` says of each batch of examples."""
    generator = random.Random(SEED)
    optimizer = torch.optim.AdamW([dict(group) for group in groups], weight_decay=0.01)
    steps = EPOCHS * (len(examples) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / (WARM * steps), 1 - step / steps))
    losses: list[float] = []
    for batch in _batches(examples, generator):
        loss = loss_of(batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(groups[0]["params"], 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if len(losses) % 50 == 0:
            print(f"{name}: step {len(losses)} of {steps}: loss {np.mean(losses[-50:]):.3f}", flush=True)


def _batches(examples: Sequence[_E], generator: random.Random) -> Iterator[list[_E]]:
    for _ in range(EPOCHS):
        order = generator.sample(range(len(examples)), len(examples))
        for at in range(0, len(order) - BATCH + 1, BATCH):
            yield [examples[place] for place in order[at : at + BATCH]]
