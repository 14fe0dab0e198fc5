"""`roadmap serve`: with an index that can be asked the chat starts before the corpus is looked at, else after it is indexed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import write_corpus
from typer.testing import CliRunner
from ui_fakes import WordLengthEmbedder

from index.folder import current_number, index_folder
from index.manifest import read_manifest
from ui import assembly, server
from ui.cli import app

Started = list[tuple[int | None, Callable[[], object] | None]]  # generation there is when the chat starts, what runs beside it


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """What the chat was started with, in the place of a server."""
    seen: Started = []

    def run_server(settings: Any, *, beside: Callable[[], object] | None = None, **_: object) -> int:
        seen.append((current_number(settings.data), beside))
        return 0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(server, "run_server", run_server)
    monkeypatch.setattr(assembly, "load_embedder", lambda settings: WordLengthEmbedder())
    embedded_by("words", monkeypatch)
    write_corpus(tmp_path / "corpus")
    return seen


def embedded_by(digest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WordLengthEmbedder, "digest", digest)
    monkeypatch.setattr(assembly, "embedder_identity", lambda settings: (WordLengthEmbedder.id, digest))


def serve() -> str:
    done = CliRunner().invoke(app, ["serve", "--corpus", "corpus", "--no-browser"])
    assert done.exit_code == 0, done.output
    return done.stderr


def documents() -> set[str]:
    number = current_number(Path(".roadmap"))
    assert number is not None
    return set(read_manifest(Path(".roadmap"), number).digests)


def damage() -> None:
    files = [path for path in index_folder(Path(".roadmap")).rglob("*") if path.is_file() and path.name != "CURRENT"]
    assert files
    for path in files:
        path.write_bytes(b"damaged")


def test_the_first_time_the_index_is_built_before_the_chat_starts(started: Started) -> None:
    assert "Index: generation 1" in serve()
    assert started == [(1, None)]


def test_with_an_index_the_chat_starts_at_once_and_what_changed_is_indexed_beside_it(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    serve()
    write_corpus(Path("corpus"), {"plan.md": "# Plan\n\nAnother plan.\n", "new.md": "# New\n\nNew words.\n"})
    assert serve() == ""
    generation, beside = started[-1]
    assert generation == 1 and documents() == {"plan.md", "bread.md", "rivers.md"}
    assert beside is not None
    beside()
    assert documents() == {"plan.md", "new.md"}
    assert "Index: generation 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (None, "The corpus folder corpus does not exist"),
        ({}, "corpus holds no document that can be indexed"),
        ({"empty.md": ""}, "(empty.md: it is empty; fill it or delete it)"),
    ],
)
def test_without_a_document_to_index_the_chat_starts_and_takes_the_first_one(
    started: Started, files: dict[str, str] | None, told: str
) -> None:
    shutil.rmtree("corpus")
    if files is not None:
        write_corpus(Path("corpus"), files)
    warning = serve()
    assert told in warning and "The chat is opened without an index" in warning
    assert started == [(None, None)]


def test_an_index_of_another_embedder_is_built_anew_before_the_chat_starts(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve()
    embedded_by("other weights", monkeypatch)
    serve()
    assert started[-1] == (2, None)


def test_a_damaged_index_is_built_anew_before_the_chat_starts(started: Started) -> None:
    serve()
    damage()
    serve()
    generation, beside = started[-1]
    assert beside is None and generation != 1 and documents() == {"plan.md", "bread.md", "rivers.md"}


def test_what_goes_wrong_beside_the_chat_is_told_and_stops_nothing(
    started: Started, capsys: pytest.CaptureFixture[str]
) -> None:
    serve()
    Path("corpus").rename("gone")
    serve()
    _, beside = started[-1]
    assert beside is not None
    beside()
    assert "The chat answers from the index that is there." in capsys.readouterr().err
    damage()
    beside()
    assert "Warning: " in capsys.readouterr().err
