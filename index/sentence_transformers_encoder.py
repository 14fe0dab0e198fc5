"""Any model of sentence-transformers as an encoder: texts in, unit vectors of them and of their spans out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.bert import Span, SpanVectors, TextTokens, unit_vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_TRIAL = "A sentence."


class SentenceTransformersEncoder:
    """Prompts, pooling and length limit are those the model names itself; nothing that came with it is run."""

    def __init__(self, folder: Path, *, bfloat16: bool) -> None:
        """Reads the weights, which must have been verified, and embeds one sentence with them.

        Raises:
            OSError, ValueError, LookupError, RuntimeError, TypeError, AttributeError, ImportError: sentence-transformers
                cannot load them, or cannot embed a text.
        """
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        self._model: SentenceTransformer = SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"dtype": torch.bfloat16 if bfloat16 else torch.float32},
        )
        prompts = self._model.prompts
        named = [name for name in ("document", "passage", "corpus", self._model.default_prompt_name) if name in prompts]
        self._prompt = (prompts[named[0]] or "") if named else ""  # as `encode_document` chooses it
        modules = list(self._model)
        pooling = modules[1] if len(modules) > 1 and isinstance(modules[1], Pooling) else None
        mode = pooling.pooling_mode if pooling is not None else None
        fast = bool(getattr(self._model.tokenizer, "is_fast", False))  # it says where tokens stand
        # One pooling gives vectors of the size of the tokens': what follows it takes a mean of tokens too.
        self._reads_tokens = fast and isinstance(modules[0], Transformer) and isinstance(mode, str)
        self._pools_means = self._reads_tokens and mode == "mean"
        self._after = modules[2:]
        trial = [[(0, len(_TRIAL))]]
        tried = [self.encode_spans([_TRIAL], trial)[0], self.encode_words([_TRIAL], trial)[0]]
        self.dimension = len(self.encode_question(_TRIAL))
        self.lists(_TRIAL)
        if any(vectors.spans.shape[1] != self.dimension for vectors in tried):
            raise ValueError("its questions and texts have vectors of unlike sizes")

    def encode(self, texts: Sequence[str]) -> list[TextTokens]:
        """The tokens of each text with their vectors; a text is cut at the length limit of the model."""
        import torch

        features = self._model.preprocess(
            list(texts), prompt=self._prompt, processing_kwargs={"text": {"return_offsets_mapping": True}}
        )
        offsets = features.pop("offset_mapping").numpy() - len(self._prompt)
        with torch.inference_mode():
            features = self._model(features)
        pooled = features["sentence_embedding"].float().numpy()
        tokens = features["token_embeddings"].float().numpy()
        found: list[TextTokens] = []
        for row, whole in enumerate(pooled):
            # Special tokens and padding are empty, those of the prompt end before the text begins.
            real = (offsets[row, :, 1] > offsets[row, :, 0]) & (offsets[row, :, 1] > 0)
            found.append(TextTokens(tokens[row, real], offsets[row, real], whole))
        return found

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[SpanVectors]:
        """Each text with its spans.

        Where the vector of a text is made from the mean of its tokens, that of a span is made from the mean of those in it, or
        is that of its text where none lies in it. Any other model embeds each span as a text.
        """
        return self._of_tokens(texts, spans) if self._pools_means else self._of_texts(texts, spans)

    def encode_words(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[SpanVectors]:
        """As `encode_spans`, but a word is read in its text wherever the model has vectors of tokens."""
        return self._of_tokens(texts, spans) if self._reads_tokens else self._of_texts(texts, spans)

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """The vector of a question, shape (dimension,), of any length."""
        return np.asarray(self._model.encode_query(question, convert_to_numpy=True, show_progress_bar=False), np.float32)

    def lists(self, word: str) -> bool:
        """Whether the vocabulary has a word as one entry, at the beginning of a word where it tells the two apart."""
        vocabulary = self._model.tokenizer.get_vocab()
        return any(mark + word in vocabulary for mark in ("", "\u2581", "\u0120"))

    def _of_tokens(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[SpanVectors]:
        found: list[SpanVectors] = []
        for text, within in zip(self.encode(texts), spans, strict=True):
            sums, tokens = text.sums(within)
            vectors = self._finished(sums / np.maximum(tokens, 1).astype(np.float32)[:, None])
            vectors[tokens == 0] = text.pooled
            found.append(SpanVectors(unit_vectors(text.pooled[None, :])[0], unit_vectors(vectors)))
        return found

    def _of_texts(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[SpanVectors]:
        parts = [text[start:end] for text, within in zip(texts, spans, strict=True) for start, end in within]
        vectors = self._model.encode_document([*texts, *parts], convert_to_numpy=True, show_progress_bar=False)
        vectors = unit_vectors(np.asarray(vectors, np.float32))
        ends = np.cumsum([len(within) for within in spans])
        own = np.split(vectors[len(texts) :], ends[:-1])
        return [SpanVectors(whole, part) for whole, part in zip(vectors, own, strict=False)]

    def _finished(self, means: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the modules after pooling make of means of token vectors, shape (spans, dimension)."""
        import torch

        with torch.inference_mode():
            features = {"sentence_embedding": torch.from_numpy(means).to(self._model.dtype)}
            for module in self._after:
                features = module(features)
        return np.array(features["sentence_embedding"].float().numpy())
