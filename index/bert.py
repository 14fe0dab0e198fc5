"""The BERT encoder (Devlin et al. 2018, arXiv 1810.04805) with nothing but PyTorch: texts in, one vector a token out.

It exists for speed; `sentence-transformers` computes the same. It starts in a third of the time, it never pads (the tokens of
all texts of a batch stand one behind the other, and only attention looks at texts one by one), and its attention works on
pieces that stay in the processor's cache: PyTorch's own fused attention takes twice as long for heads this small.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from tokenizers import Encoding

# Tokens of a batch are filled up, because oneDNN keeps code and memory for each size it has met: those of a question and of
# what is read for it to one of these sizes, more to a multiple of `STEP`.
SIZES = (16, 32, 64, 128, 192, 256, 320, 384, 448, 512)
STEP = 256
Span = tuple[int, int]  # half-open, in characters of a text
HUGE = 2.0**115  # sums of powers up to this, times values, are still numbers


@dataclass(frozen=True, slots=True)
class TextTokens:
    """What a text became: the vector of each token, special tokens left out, and where the tokens stand."""

    vectors: NDArray[np.float32]  # (tokens, dimension)
    offsets: NDArray[np.int64]  # (tokens, 2): half-open, in characters of the text
    pooled: NDArray[np.float32]  # (dimension,): of the whole text; of any length

    def sums(self, spans: Sequence[Span]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The sum of the vectors of the tokens in each span, shape (spans, dimension), and their number, shape (spans,)."""
        sums = np.concatenate([np.zeros((1, self.vectors.shape[1]), np.float32), np.cumsum(self.vectors, axis=0)])
        bounds = np.array(spans, np.int64).reshape(-1, 2)
        first = np.searchsorted(self.offsets[:, 1], bounds[:, 0], side="right")
        last = np.maximum(np.searchsorted(self.offsets[:, 0], bounds[:, 1], side="left"), first)
        return sums[last] - sums[first], last - first


@dataclass(frozen=True, slots=True)
class SpanVectors:
    """What a text became where only spans of it are wanted: unit vectors."""

    whole: NDArray[np.float32]  # (dimension,): of the text
    spans: NDArray[np.float32]  # (spans, dimension)


@dataclass(frozen=True, slots=True)
class PairTokens:
    """What a text became that was read together with a question: each token has seen both."""

    question: NDArray[np.float32]  # (tokens of the question, dimension)
    vectors: NDArray[np.float32]  # (tokens of the text, dimension)
    offsets: NDArray[np.int64]  # (tokens of the text, 2): half-open, in characters of the text
    first: NDArray[np.float32]  # (dimension,): of the token before both, which stands for the pair


class BertEncoder:
    """A BERT model with its tokenizer, from a folder in the layout of sentence-transformers; threads may share it."""

    def __init__(self, folder: Path, *, bfloat16: bool, changes: Path | None = None) -> None:
        """Reads the weights, which must have been verified. `changes` is a file of what is added to them.

        Raises:
            OSError, ValueError, KeyError: a file is missing or is not of such a model.
        """
        import torch
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        limit = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
        if (config["model_type"], config["hidden_act"]) != ("bert", "gelu"):
            raise ValueError(f"{folder} holds no BERT model with GELU")
        self.dimension = int(config["hidden_size"])
        self._heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(int(limit))
        dtype = torch.bfloat16 if bfloat16 else torch.float32
        # Attention is computed in powers of two: its scores are scaled for that, once and for all, where queries come from.
        scale = math.log2(math.e) / math.sqrt(self.dimension // self._heads)
        read = load_file(folder / "model.safetensors")
        self.extra: dict[str, NDArray[np.float32]] = {}  # what else the file of changes holds, by its name
        if changes is not None:
            added = load_file(changes)
            for name in [name for name in added if not name.startswith("encoder.")]:
                self.extra[name] = added.pop(name).float().numpy()
            add_changes(read, added)
        weights = {
            name: (weight * scale if ".attention.self.query." in name else weight).to(dtype) for name, weight in read.items()
        }
        self._words = weights["embeddings.word_embeddings.weight"]
        # Most texts are a first segment, so the vector of its type is added to each position once and for all.
        kinds = weights["embeddings.token_type_embeddings.weight"]
        self._positions = weights["embeddings.position_embeddings.weight"] + kinds[0]
        self._second = kinds[1] - kinds[0]
        self._norm = _both(weights, "embeddings.LayerNorm")
        self._layers = [_layer(weights, f"encoder.layer.{i}.") for i in range(int(config["num_hidden_layers"]))]

    def share_embeddings(self, other: BertEncoder) -> None:
        """Hold the embeddings of tokens only once where both encoders have the same, as `changes` leave them."""
        self._words, self._positions, self._second, self._norm = other._words, other._positions, other._second, other._norm

    def encode(self, texts: Sequence[str]) -> list[TextTokens]:
        """The tokens of each text with their vectors; a text is cut at the length limit of the model."""
        found: list[TextTokens] = []
        for encoding, own in self._encoded(self._tokenizer.encode_batch(list(texts))):
            offsets = np.array(encoding.offsets, np.int64).reshape(-1, 2)
            real = offsets[:, 1] > offsets[:, 0]  # special tokens are empty
            found.append(TextTokens(own[real], offsets[real], own.mean(axis=0)))
        return found

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[SpanVectors]:
        """Each text with its spans: the mean of the tokens in a span, or the vector of its text where none lies in it."""
        found: list[SpanVectors] = []
        for text, within in zip(self.encode(texts), spans, strict=True):
            whole = unit_vectors(text.pooled[None, :])[0]
            means, tokens = text.sums(within)
            means[tokens == 0] = whole
            found.append(SpanVectors(whole, unit_vectors(means)))
        return found

    def encode_words(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[SpanVectors]:
        """As `encode_spans`: a word is a span like any other."""
        return self.encode_spans(texts, spans)

    def encode_pairs(self, question: str, texts: Sequence[str]) -> list[PairTokens]:
        """The question with each text in one pass; what is too long together is cut at the end of the longer one."""
        found: list[PairTokens] = []
        for encoding, own in self._encoded(self._tokenizer.encode_batch([(question, text) for text in texts])):
            offsets = np.array(encoding.offsets, np.int64).reshape(-1, 2)
            real = offsets[:, 1] > offsets[:, 0]
            text = real & (np.array(encoding.type_ids) == 1)
            found.append(PairTokens(own[real & ~text], own[text], offsets[text], own[0]))
        return found

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """The vector of a question, shape (dimension,), of any length."""
        return self.encode([question])[0].pooled

    def lists(self, word: str) -> bool:
        """Whether the vocabulary has a word as one entry."""
        return self._tokenizer.token_to_id(word) is not None

    def operations(self, texts: Sequence[str]) -> int:
        """The multiplications and additions in the matrix products of `encode(texts)`."""
        lengths = [len(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]
        weights = sum(pair[0].numel() for layer in self._layers for pair in layer.matrices)
        attention = sum(4 * self.dimension * length**2 for length in lengths) * len(self._layers)
        return int(2 * weights * sum(lengths) + attention)

    def _encoded(self, encodings: Sequence[Encoding]) -> Iterator[tuple[Encoding, NDArray[np.float32]]]:
        """Each of the encodings with the vectors of its tokens, shape (tokens, dimension)."""
        import torch

        if not encodings:
            return iter(())
        lengths = [len(encoding.ids) for encoding in encodings]
        with torch.inference_mode():
            spare = [0] * (_filled(sum(lengths)) - sum(lengths))
            ids = torch.tensor([token for encoding in encodings for token in encoding.ids] + spare)
            kinds = torch.tensor([kind for encoding in encodings for kind in encoding.type_ids] + spare)
            places = torch.cat([*(torch.arange(length) for length in lengths), torch.tensor(spare, dtype=torch.int64)])
            packed = self._run(ids, places, kinds, lengths).float().numpy()
        ends = np.cumsum(lengths)
        return zip(encodings, np.split(packed[: ends[-1]], ends[:-1]), strict=True)

    def _run(self, ids: torch.Tensor, places: torch.Tensor, kinds: torch.Tensor, lengths: Sequence[int]) -> torch.Tensor:
        """Token ids, their places and kinds of segment, each of shape (tokens,), to vectors of shape (tokens, dimension)."""
        from torch.nn.functional import gelu, layer_norm, linear

        shape = (self.dimension,)
        embedded = self._words[ids] + self._positions[places]
        if kinds.any():
            embedded += kinds[:, None] * self._second
        hidden = layer_norm(embedded, shape, *self._norm, self._epsilon)
        for layer in self._layers:
            seen = self._attention(linear(hidden, *layer.query_key_value), lengths)
            hidden = layer_norm(linear(seen, *layer.attended).add_(hidden), shape, *layer.attended_norm, self._epsilon)
            wide = gelu(linear(hidden, *layer.up))
            hidden = layer_norm(linear(wide, *layer.down).add_(hidden), shape, *layer.down_norm, self._epsilon)
        return hidden

    def _attention(self, projected: torch.Tensor, lengths: Sequence[int]) -> torch.Tensor:
        """Softmax attention of each text to itself; `projected` is (tokens, 3 x dimension): queries, keys, values."""
        import torch

        seen = projected.new_zeros(len(projected), self.dimension)
        size = self.dimension // self._heads
        start = 0
        for length in lengths:
            end = start + length
            query, key, value = projected[start:end].view(length, 3, self._heads, size).permute(1, 2, 0, 3)
            # The softmax in steps, divided at the end where there is least to divide. To subtract the highest score first would
            # take as long as all of the rest, and is needed in one text of a hundred.
            powers = torch.bmm(query, key.transpose(1, 2)).exp2_()
            total = powers.sum(dim=2, keepdim=True)
            least, most = total.aminmax()
            if not 1 / HUGE < float(least) <= float(most) < HUGE:
                scores = torch.bmm(query, key.transpose(1, 2))
                powers = scores.sub_(scores.amax(dim=2, keepdim=True)).exp2_()
                total = powers.sum(dim=2, keepdim=True)
            own = seen[start:end].view(length, self._heads, size).transpose(0, 1)
            torch.div(torch.bmm(powers, value), total, out=own)
            start = end
        return seen


def unit_vectors(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row of (n, dimension) divided by its length; rows of zeros stay."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12), np.float32)


def _filled(tokens: int) -> int:
    return next((size for size in SIZES if tokens <= size), -(-tokens // STEP) * STEP)


_Pair = tuple["torch.Tensor", "torch.Tensor"]  # weight, bias


@dataclass(frozen=True, slots=True)
class _Layer:
    """The weights of one layer; those of query, key and value below each other in one matrix."""

    query_key_value: _Pair
    attended: _Pair
    attended_norm: _Pair
    up: _Pair
    down: _Pair
    down_norm: _Pair

    @property
    def matrices(self) -> tuple[_Pair, ...]:
        """Those that every token is multiplied with."""
        return self.query_key_value, self.attended, self.up, self.down


def _layer(weights: dict[str, torch.Tensor], prefix: str) -> _Layer:
    import torch

    three = [_both(weights, f"{prefix}attention.self.{name}") for name in ("query", "key", "value")]
    return _Layer(
        query_key_value=(torch.cat([weight for weight, _ in three]), torch.cat([bias for _, bias in three])),
        attended=_both(weights, prefix + "attention.output.dense"),
        attended_norm=_both(weights, prefix + "attention.output.LayerNorm"),
        up=_both(weights, prefix + "intermediate.dense"),
        down=_both(weights, prefix + "output.dense"),
        down_norm=_both(weights, prefix + "output.LayerNorm"),
    )


def add_changes(weights: dict[str, torch.Tensor], changes: Mapping[str, torch.Tensor]) -> None:
    """Add to the matrix `NAME` either `NAME.up` @ `NAME.down` or `NAME.steps` rows times `NAME.step`, to a vector `NAME`."""
    for name, change in changes.items():
        matrix, _, part = name.rpartition(".")
        if part == "up":
            weights[matrix] = weights[matrix] + change.float() @ changes[f"{matrix}.down"].float()
        elif part == "steps":
            weights[matrix] = weights[matrix] + change.float() * changes[f"{matrix}.step"].float()[:, None]
        elif part not in ("down", "step"):
            weights[name] = weights[name] + change.float()


def _both(weights: dict[str, torch.Tensor], name: str) -> _Pair:
    return weights[name + ".weight"], weights[name + ".bias"]
