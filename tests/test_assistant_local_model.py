"""The bundled generator with its real weights: it writes, stops when told, and one answer never blocks the next."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.answer import Turn
from assistant.generator import GeneratorUnusable
from assistant.local_model import GENERATOR, GENERATOR_ID, LocalModel, generator_source
from assistant.models import states
from index.embedder import EMBEDDER
from index.weights import HubModel, WeightsMissing, is_present

TURNS = (Turn("user", "Facts:\n1. Statistics takes eight weeks.\n\nQuestion: How long does statistics take?"),)
INSTRUCTIONS = "You answer a learner's question using only the numbered facts. Write one short sentence."


@pytest.fixture(scope="module")
def model() -> LocalModel:
    if not is_present(GENERATOR):
        pytest.skip("the generator was not pulled; run `roadmap models pull`")
    return LocalModel()


def test_it_writes_from_the_facts_and_the_same_each_time(model: LocalModel) -> None:
    first = list(model.stream(INSTRUCTIONS, TURNS, max_tokens=16))
    assert model.id == GENERATOR_ID
    assert len(first) > 3, "in pieces"
    reply = "".join(first)
    assert "eight weeks" in reply.lower() or "8 weeks" in reply.lower()
    assert "<|" not in reply
    assert "".join(model.stream(INSTRUCTIONS, TURNS, max_tokens=16)) == reply


def test_it_stops_when_cancelled_and_can_be_asked_again(model: LocalModel) -> None:
    pieces: list[str] = []
    for piece in model.stream(
        "Write a long story.", (Turn("user", "Begin."),), max_tokens=200, cancelled=lambda: len(pieces) > 2
    ):
        pieces.append(piece)
    assert len(pieces) < 20
    assert "".join(model.stream(INSTRUCTIONS, TURNS, max_tokens=4))


def test_a_reader_that_leaves_early_ends_the_generation(model: LocalModel) -> None:
    stream = model.stream("Write a long story.", (Turn("user", "Begin."),), max_tokens=400)
    next(stream)
    began = time.monotonic()
    stream.close()  # type: ignore[attr-defined]
    assert "".join(model.stream(INSTRUCTIONS, TURNS, max_tokens=4))
    assert time.monotonic() - began < 60


def test_weights_that_were_never_pulled_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_MODELS", str(tmp_path))
    with pytest.raises(WeightsMissing, match="roadmap models pull"):
        LocalModel()


def test_an_embedder_is_no_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    if not is_present(EMBEDDER):
        pytest.skip("the embedder was not pulled; run `roadmap models pull`")
    with pytest.raises(GeneratorUnusable, match="choose a"):
        LocalModel(EMBEDDER)


def test_the_default_comes_from_the_pinned_package_and_any_other_from_the_hub() -> None:
    assert generator_source() is GENERATOR
    assert generator_source("someone/other", "v1") == HubModel("someone/other", "generator", "v1")


def test_the_states_of_models_are_told_without_reading_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADMAP_MODELS", str(tmp_path))
    embedder, generator = states((EMBEDDER, GENERATOR))
    assert (embedder.role, generator.role) == ("embedder", "generator")
    assert not embedder.present
    assert embedder.bytes == 0
    assert tmp_path in embedder.path.parents


def test_a_program_that_ends_while_the_model_writes_ends_in_order() -> None:
    if not is_present(GENERATOR):
        pytest.skip("the generator was not pulled; run `roadmap models pull`")
    script = (
        "from assistant.answer import Turn\n"
        "from assistant.local_model import LocalModel\n"
        "from assistant.pump import Pump\n"
        "with Pump(LocalModel(), 'Write a story.', [Turn('user', 'Begin.')], 400, lambda: False) as pump:\n"
        "    print(next(pump.pieces(lambda: 1e12, 60.0)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "terminate called" not in ended.stderr
