"""Any model of sentence-transformers as an encoder: texts in, one vector a token out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.bert import TextTokens

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


class SentenceTransformersEncoder:
    """Prompts, pooling and length limit are those the model names itself; nothing that came with it is run."""

    def __init__(self, folder: Path, *, bfloat16: bool) -> None:
        """Reads the weights, which must have been verified.

        Raises:
            OSError, ValueError, KeyError, RuntimeError: sentence-transformers cannot load them.
        """
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        self._model: SentenceTransformer = SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": torch.bfloat16 if bfloat16 else torch.float32},
        )
        self.dimension = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> list[TextTokens]:
        """The tokens of each text with their vectors; a text is cut at the length limit of the model."""
        import torch

        prompt = self._model.prompts.get("document") or ""
        encoded = self._model.tokenizer(
            [prompt + text for text in texts],
            padding=True,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = encoded.pop("offset_mapping").numpy() - len(prompt)
        with torch.inference_mode():
            features = self._model(dict(encoded))
        pooled = features["sentence_embedding"].float().numpy()
        tokens = features["token_embeddings"].float().numpy()
        found: list[TextTokens] = []
        for row, whole in enumerate(pooled):
            real = offsets[row, :, 1] > offsets[row, :, 0]  # special tokens and padding are empty
            found.append(TextTokens(tokens[row, real], offsets[row, real], whole))
        return found

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """The vector of a question, shape (dimension,), of any length."""
        return np.asarray(self._model.encode_query(question, convert_to_numpy=True, show_progress_bar=False), np.float32)

    def lists(self, word: str) -> bool:
        """Whether the vocabulary has a word as one entry, at the beginning of a word where it tells the two apart."""
        vocabulary = self._model.tokenizer.get_vocab()
        return any(mark + word in vocabulary for mark in ("", "\u2581", "\u0120"))
