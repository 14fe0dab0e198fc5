"""Two thousand seeded hostile inputs for every reader, and for the cutting of passages and sentences; see `fuzz_loaders`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fuzz_loaders
import pytest
from fuzz_inputs import LOADERS, hostile

from ingest.errors import DocumentRefused
from ingest.readers import READERS, parse

COUNT = 2_000
NIGHTLY = 200_000
SCRIPT = Path(__file__).parent / "fuzz_loaders.py"


@pytest.mark.parametrize("target", [*LOADERS, "passages", "sentences"])
def test_hostile_inputs_give_a_sound_document_or_a_refusal_in_time(
    target: str, tmp_path: Path, request: pytest.FixtureRequest, tally: Callable[[str, str], None]
) -> None:
    nightly = request.config.getoption("--nightly")  # the count of a night, or what a quarter of an hour holds
    command = [sys.executable, str(SCRIPT), target, "--count", str(NIGHTLY if nightly else COUNT)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1_000 if nightly else 280)
    assert ran.returncode == 0, ran.stderr[-3_000:]
    assert nightly or f"{target}: {COUNT} inputs" in ran.stdout
    tally("T8", ran.stdout.strip())
    assert list(tmp_path.iterdir()) == []


def test_every_reader_is_fed() -> None:
    assert {reader.name for reader in READERS.values()} == {READERS[loader].name for loader in LOADERS}


@pytest.mark.parametrize("loader", LOADERS)
def test_inputs_are_the_same_in_every_run_and_some_of_each_fate(loader: str) -> None:
    assert hostile(loader, 7) == hostile(loader, 7) != hostile(loader, 8)
    fates = set()
    for number in range(60):
        try:
            fates.add(bool(parse(hostile(loader, number), f"a{loader}").text))
        except DocumentRefused as refused:
            fates.add(refused.code)
    assert True in fates and (len(fates) > 1 or loader in (".md", ".txt", ".html"))  # text is nearly always text


def test_a_reader_that_writes_connects_or_lies_would_be_noticed(tmp_path: Path) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import fuzz_loaders; sys.addaudithook(fuzz_loaders.watch)\n"
    )
    for deed in ("open('x', 'w')", "import os; os.mkdir('x')", "import socket; socket.create_connection(('127.0.0.1', 9))"):
        ran = subprocess.run([sys.executable, "-c", script + deed], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert ran.returncode == 1 and "OutOfBounds" in ran.stderr
    with pytest.raises(AssertionError):
        fuzz_loaders.check(parse(b"# A\n\nb", "a.md").__class__("a", "a", "  ", (), (), ""))
