"""Settings in; the library, the assistant and the index build they describe out. Loads a model only when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.settings import Settings

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from index.build import BuildReport, Progress
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
    from assistant import models

    chosen = settings.generator
    if chosen.server:
        return None
    return models.generator_source(chosen.id or models.GENERATOR_ID, chosen.revision or "main")


def sources(settings: Settings) -> tuple[Source, ...]:
    """The weights that these settings need on this machine."""
    generator = generator_source(settings)
    return (embedder_source(settings),) + ((generator,) if generator is not None else ())


def load_embedder(settings: Settings) -> Embedder:
    """The embedder, loaded. Raises WeightsMissing, WeightsDamaged, EmbedderUnusable."""
    from index.embedder import TransformerEmbedder

    return TransformerEmbedder(embedder_source(settings))


def open_library(settings: Settings) -> Library:
    """The index; its embedder is loaded with the first question."""
    from index.library import Library

    return Library(settings.data, lambda: load_embedder(settings))


def open_assistant(settings: Settings, library: Library, *, write: bool = True) -> Assistant:
    """The assistant over `library`; without `write` it has no generator and only quotes."""
    from assistant.assistant import Assistant
    from assistant.generator import load_generator

    generator = None
    if write:
        chosen = settings.generator
        generator = load_generator(
            generator_source(settings), server=chosen.server, model=chosen.model, api_key=chosen.api_key.get_secret_value()
        )
    return Assistant(library, generator=generator, threshold=settings.threshold)


def build_index(
    settings: Settings, *, rebuild: bool = False, progress: Callable[[Progress], None] = lambda state: None
) -> BuildReport:
    """Bring the index up to date with the corpus. Raises what `index.build.update` raises, and WeightsMissing."""
    from index.build import update
    from index.weights import digest_of

    source = embedder_source(settings)
    identity = (source.model_id, digest_of(source))
    return update(
        settings.corpus, settings.data, lambda: load_embedder(settings), identity, rebuild=rebuild, progress=progress
    )


def read_document(settings: Settings, document_id: str) -> Document:
    """One indexed document, without loading a model. Raises DocumentUnknown, IndexMissing, IndexDamaged."""
    from difflib import get_close_matches

    from index.generation import current_number, read
    from index.library import usable_manifest
    from ingest.errors import DocumentUnknown

    manifest, _ = usable_manifest(settings.data, current_number(settings.data))
    documents = {document.id: document for document in read(settings.data, manifest)[0].documents}
    if document_id in documents:
        return documents[document_id]
    near = get_close_matches(document_id, documents, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]}?" if near else "`roadmap status` lists them."
    raise DocumentUnknown(f"The index holds no document {document_id[:200]!r}; {hint}")
