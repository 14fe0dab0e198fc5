"""The real embedder, an index of the starter corpus made with it, and how the tests are shared out between processes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from faults_counts import NIGHTLY, Counts, Told
from filelock import FileLock

from index.embedder import EMBEDDER, TransformerEmbedder
from index.folder import current_number

CORPUS = Path(__file__).parent.parent / "corpus"
LONG = (  # files that take longest: begun first when several processes share the tests, so that none is left for the end
    "test_faults_machine", "test_index_crash", "test_ui_browser", "test_evals_planted", "test_fuzz_loaders", "test_load",
    "test_replicas", "test_ui_accessible", "test_hostile_browser",
)  # fmt: skip
_TOLD = pytest.StashKey[Told]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="Do the fault tests at their nightly counts (make nightly).")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TOLD] = Told()
    if _shares(config):  # each process has a core; read when PyTorch is imported, here and in what the tests start
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _shares(config):
        places = {name: place for place, name in enumerate(LONG)}
        items.sort(key=lambda item: places.get(item.path.stem, len(LONG)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _shares(session.config):
        session.config.workeroutput["told"] = session.config.stash[_TOLD].lines  # type: ignore[attr-defined]


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_TOLD].lines += getattr(node, "workeroutput", {}).get("told", [])


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
def corpus_index(
    embedder: TransformerEmbedder, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """The data folder with an index of the starter corpus. Shared by all tests: read it, and change a copy."""
    from index.build import update

    own = tmp_path_factory.getbasetemp()
    data = (own.parent if _shares(request.config) else own) / "corpus-index"  # the folders of the processes lie in one
    with FileLock(f"{data}.lock"):
        if current_number(data) is None:
            report = update(CORPUS, data, lambda: embedder, (embedder.id, embedder.digest))
            assert report.published
            assert not [state.reason for state in report.documents if state.action == "refused"]
    return data


def _shares(config: pytest.Config) -> bool:
    """Whether this is one of several processes that share the tests (pytest-xdist)."""
    return hasattr(config, "workerinput")
