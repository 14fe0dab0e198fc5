"""The real embedder, and an index of the starter corpus made with it: once for all tests, in a temporary folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults_counts import NIGHTLY, Counts, Told

from index.embedder import EMBEDDER, TransformerEmbedder

CORPUS = Path(__file__).parent.parent / "corpus"
_TOLD = pytest.StashKey[Told]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="Do the fault tests at their nightly counts (make nightly).")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TOLD] = Told()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash[_TOLD].lines:
        terminalreporter.section("faults survived (index/README.md)")
        terminalreporter.write("\n".join(sorted(lines, key=lambda line: (line[0] != "T", int(line[1:4])))) + "\n")


@pytest.fixture(scope="session")
def counts(request: pytest.FixtureRequest) -> Counts:
    """How much a fault test is to do."""
    return NIGHTLY if request.config.getoption("--nightly") else Counts()


@pytest.fixture(scope="session")
def tally(request: pytest.FixtureRequest) -> Told:
    """Called with the name of a row of the table of faults and what was counted, it says so at the end of the run."""
    return request.config.stash[_TOLD]


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
