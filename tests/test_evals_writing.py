"""From `roadmap eval --mode write` to what the mode `auto` does: measured, stored, read by whoever opens an assistant."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from evals_fakes import WordAssistant, small_index, small_items
from fakes import build, open_library, write_corpus

from assistant.measured import read_measured
from assistant.verify import support
from evals.evidence import locate
from evals.run import Outcome, run_items
from evals.writing import measure_writing, store_writing
from index.folder import current_number
from index.manifest import read_manifest
from ui.assembly import model_ids, open_assistant
from ui.settings import Settings, read_settings


def outcomes(threshold: float) -> tuple[Outcome, ...]:
    asked = WordAssistant(small_index(), threshold=threshold)
    located = locate(small_items(), asked.index.documents)
    return run_items(small_items(), located, asked, asked.index.documents, support)


def digests(data: Path) -> dict[str, str]:
    number = current_number(data)
    assert number is not None
    return {name: digest[:16] for name, digest in read_manifest(data, number).digests.items()}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    build(write_corpus(tmp_path / "documents"), tmp_path / "data")
    return read_settings({"data": tmp_path / "data", "corpus": tmp_path / "documents"})


def test_the_share_of_right_answers_counts_refusals_too() -> None:
    found = measure_writing({"generator": "m"}, {}, outcomes(0.5), outcomes(2.0))  # the second refuses everything
    assert (found.questions, found.written, found.quoted) == (72, 1.0, pytest.approx(24 / 72))
    assert found.p < 0.001 and found.better == "write"
    assert measure_writing({"generator": "m"}, {}, outcomes(2.0), outcomes(0.5)).better == "quote"


def test_auto_writes_with_the_models_and_documents_that_were_measured_and_with_no_others(settings: Settings) -> None:
    def auto(changed: Settings = settings, write: bool = True) -> str:
        return open_assistant(changed, open_library(settings.data), write=write).auto

    assert auto() == "quote"
    found = measure_writing(model_ids(settings), digests(settings.data), outcomes(0.5), outcomes(2.0))
    store_writing(settings.data, found)
    assert auto() == "write"
    assert auto(write=False) == "quote"
    for role in ("embedder", "generator", "verifier"):
        other = getattr(settings, role).model_copy(update={"id": "someone/other"})
        assert auto(settings.model_copy(update={role: other})) == "quote", role
    write_corpus(settings.corpus, {"other.md": "# Other\n\nAnother corpus, about something else.\n"})
    build(settings.corpus, settings.data)
    assert auto() == "quote"
    store_writing(settings.data, replace(found, documents=digests(settings.data)))
    assert auto() == "write"
    assert read_measured(settings.data, model_ids(settings), digests(settings.data)) is not None
