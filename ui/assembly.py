"""Settings in; the library, the assistant and the index build they describe out. Loads a model only when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ui.settings import Settings

if TYPE_CHECKING:
    from assistant.answer import Turn
    from assistant.assistant import Assistant
    from assistant.entailment import EntailmentModel
    from assistant.generator import Generator
    from assistant.verify import Entails
    from index.build import BuildReport, Progress
    from index.content import Content
    from index.embedder import Embedder
    from index.library import Library
    from index.weights import Source
    from ingest.document import Document


def embedder_source(settings: Settings) -> Source:
    """Where the weights of the embedder come from."""
    from index import embedder

    chosen = settings.embedder
    return embedder.embedder_source(chosen.id or embedder.EMBEDDER_ID, chosen.revision or "main")


def generator_source(settings: Settings) -> Source | None:
    """Where the weights of the generator come from; None when a server has them."""
    from assistant import local_model

    chosen = settings.generator
    if chosen.server:
        return None
    return local_model.generator_source(chosen.id or local_model.GENERATOR_ID, chosen.revision or "main")


def verifier_source(settings: Settings) -> Source | None:
    """Where the weights of the NLI model come from that judges reworded sentences; None when none is set."""
    from assistant.entailment import entailment_source

    chosen = settings.verifier
    return entailment_source(chosen.id, chosen.revision or "main") if chosen.id else None


def sources(settings: Settings) -> tuple[Source, ...]:
    """The weights that these settings need on this machine. The cross-encoder is the bundled embedder, tuned."""
    from index.embedder import EMBEDDER

    chosen = embedder_source(settings)
    judging = None if chosen is EMBEDDER else replace(EMBEDDER, role="cross-encoder")
    needed = (chosen, judging, generator_source(settings), verifier_source(settings))
    return tuple(source for source in needed if source is not None)


def embedder_identity(settings: Settings) -> tuple[str, str]:
    """The id and the weights' digest of the embedder, without loading it. Raises WeightsMissing."""
    from index.weights import digest_of

    source = embedder_source(settings)
    return source.model_id, digest_of(source)


def load_embedder(settings: Settings) -> Embedder:
    """The embedder, loaded. Raises WeightsMissing, WeightsDamaged, EmbedderUnusable."""
    from index.embedder import TransformerEmbedder

    return TransformerEmbedder(embedder_source(settings))


def open_library(settings: Settings) -> Library:
    """The index; its embedder is loaded with the first question."""
    from index.library import Library

    return Library(settings.data, lambda: load_embedder(settings))


def require_index(settings: Settings) -> None:
    """Raise IndexMissing or IndexDamaged now, before seconds are spent on loading a model."""
    from index.folder import current_number
    from index.library import usable_manifest

    usable_manifest(settings.data, current_number(settings.data))


def open_assistant(settings: Settings, library: Library, *, write: bool = True) -> Assistant:
    """The assistant over `library`; without `write` it has no generator and only quotes.

    Its mode `auto` is the one that `roadmap eval --mode write` measured to be better with these models on these documents.
    """
    from assistant.assistant import Assistant
    from assistant.coverage import THRESHOLD

    threshold = THRESHOLD if settings.threshold is None else settings.threshold
    generator, entails = _generator(settings) if write else None, open_verifier(settings)
    auto = _auto(settings) if write else "quote"
    return Assistant(library, generator=generator, entails=entails, threshold=threshold, auto=auto)


def model_ids(settings: Settings) -> dict[str, str]:
    """The models in force by their role: embedder, generator and, where one is set, verifier."""
    generator = generator_source(settings)
    ids = {
        "embedder": embedder_source(settings).model_id,
        "generator": generator.model_id if generator else settings.generator.model,
    }
    return ids | ({"verifier": settings.verifier.id} if settings.verifier.id else {})


def _auto(settings: Settings) -> Literal["quote", "write"]:
    from assistant.measured import read_measured
    from index.folder import IndexDamaged, IndexUnreadable, current_number
    from index.manifest import read_manifest

    try:
        number = current_number(settings.data)
        documents = {} if number is None else read_manifest(settings.data, number).digests
    except (IndexDamaged, IndexUnreadable):  # whoever asks it is told
        return "quote"
    measured = read_measured(settings.data, model_ids(settings), documents)
    return measured.better if measured is not None else "quote"


def open_verifier(settings: Settings) -> Entails | None:
    """The NLI model that is set, loaded with its first judgement; None when none is set.

    Its calls raise WeightsMissing, WeightsDamaged, EntailmentUnusable.
    """
    source = verifier_source(settings)
    return None if source is None else _JudgesWhenUsed(source)


def _generator(settings: Settings) -> Generator:
    chosen = settings.generator
    if chosen.server:
        from assistant.served_model import ServedModel

        return ServedModel(chosen.server, chosen.model, chosen.api_key.get_secret_value())
    source = generator_source(settings)
    assert source is not None
    return _LoadedWhenUsed(source)


def load_generator(assistant: Assistant) -> None:
    """Read the weights now of a local generator and of the NLI model that judges it.

    Raises WeightsMissing, WeightsDamaged, GeneratorUnusable, EntailmentUnusable.
    """
    for model in (getattr(assistant, "entails", None), getattr(assistant, "generator", None)):
        if isinstance(model, _JudgesWhenUsed | _LoadedWhenUsed):
            model.load()


class _LoadedWhenUsed:
    """A local generator whose weights are read with the first answer it writes: quoting needs none of them."""

    def __init__(self, source: Source) -> None:
        self.id = source.model_id
        self._source = source
        self._model: Generator | None = None
        self._lock = threading.Lock()

    def stream(
        self, instructions: str, turns: Sequence[Turn], *, max_tokens: int, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[str]:
        """As `assistant.local_model.LocalModel.stream`. Raises WeightsMissing, WeightsDamaged, GeneratorUnusable."""
        yield from self.load().stream(instructions, turns, max_tokens=max_tokens, cancelled=cancelled)

    def load(self) -> Generator:
        """The model, read from disk by the first call. Raises WeightsMissing, WeightsDamaged, GeneratorUnusable."""
        with self._lock:
            if self._model is None:
                from assistant.local_model import LocalModel

                self._model = LocalModel(self._source)
            return self._model


class _JudgesWhenUsed:
    """An NLI model whose weights are read with its first judgement; one judgement at a time: its tokenizer is not shared."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._model: EntailmentModel | None = None
        self._lock = threading.RLock()

    def __call__(self, premise: str, sentence: str) -> float:
        """Probability, 0 to 1, that the premise entails the sentence."""
        with self._lock:
            return self.load()(premise, sentence)

    def load(self) -> EntailmentModel:
        """The model, read from disk by the first call. Raises WeightsMissing, WeightsDamaged, EntailmentUnusable."""
        with self._lock:
            if self._model is None:
                from assistant.entailment import EntailmentModel

                self._model = EntailmentModel(self._source)
            return self._model


def build_index(
    settings: Settings, *, rebuild: bool = False, progress: Callable[[Progress], None] = lambda state: None
) -> BuildReport:
    """Bring the index up to date with the corpus. Raises what `index.build.update` raises, and WeightsMissing."""
    from index.build import update

    identity = embedder_identity(settings)
    return update(settings.corpus, settings.data, lambda: load_embedder(settings), identity, rebuild=rebuild, progress=progress)


def read_content(settings: Settings) -> Content:
    """The documents and passages of the index, without loading a model. Raises IndexMissing, IndexDamaged."""
    from index.folder import current_number
    from index.generation import read
    from index.library import usable_manifest

    manifest, _ = usable_manifest(settings.data, current_number(settings.data))
    return read(settings.data, manifest)[0]


def read_document(settings: Settings, document_id: str) -> Document:
    """One indexed document. Raises DocumentUnknown, IndexMissing, IndexDamaged."""
    from difflib import get_close_matches

    from ingest.errors import DocumentUnknown

    documents = {document.id: document for document in read_content(settings).documents}
    if document_id in documents:
        return documents[document_id]
    near = get_close_matches(document_id, documents, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "`roadmap status` lists them."
    raise DocumentUnknown(f"The index holds no document {document_id[:200]!r}; {hint}")
