"""The real embedder, and an index of the starter corpus made with it: once for all tests, in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.embedder import EMBEDDER, TransformerEmbedder

CORPUS = Path(__file__).parent.parent / "corpus"


@pytest.fixture(scope="session")
def embedder() -> TransformerEmbedder:
    """The default embedding model; its weights must have been pulled (`roadmap models pull`)."""
    return TransformerEmbedder(EMBEDDER)


@pytest.fixture(scope="session")
def corpus_index(embedder: TransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder with an index of the starter corpus. Shared by all tests: read it, and change a copy."""
    from index.build import update

    data = tmp_path_factory.mktemp("corpus-index")
    report = update(CORPUS, data, lambda: embedder, (embedder.id, embedder.digest))
    assert report.published
    assert not [state.reason for state in report.documents if state.action == "refused"]
    return data
