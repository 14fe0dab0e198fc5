"""The child that parses has too little memory, or is killed at any moment: one document is refused, none is spoilt."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import bad_documents as bad
import pytest
from fakes import PLAN, build, open_library, write_corpus
from faults_counts import Tally

from index.verify import verify_index
from ingest import isolation
from ingest.document import Document
from ingest.errors import DocumentRefused, Refusal
from ingest.isolation import ParserProcess
from ingest.limits import Limits

MEGABYTE = 1024 * 1024
LITTLE, FIRST, STEP = 24, 64, 16  # megabytes; in the first Python hardly starts
PRINTED = Path(__file__).parents[1] / "corpus" / "printable" / "ninety-day-plan.pdf"
PAGE = "<html><body><h1>Bread</h1><p>Bread needs flour, water, salt and yeast.</p></body></html>"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no other system keeps a process to its memory")


def outcome(child: ParserProcess, name: str, data: bytes) -> Document | DocumentRefused:
    try:
        return child.parse(data, name)
    except DocumentRefused as refused:
        return refused


def test_with_any_amount_of_memory_a_document_is_whole_or_refused(tmp_path: Path, tally: Tally) -> None:
    """From what is too little for a long one to what is enough for all, in small steps."""
    long = PAGE.replace(
        "<p>", "".join(f"<h2>Part {number}</h2><p>It takes {number} weeks.</p>" for number in range(9000)) + "<p>"
    )
    documents = {"printed.pdf": PRINTED.read_bytes(), "word.docx": bad.word(), "long.html": long.encode()}
    enough = ParserProcess()
    whole = {name: enough.parse(data, name) for name, data in documents.items()}
    enough.close()
    refused = tried = 0
    codes: set[Refusal] = set()
    megabytes, read = FIRST, 0
    while read < len(documents):
        child = ParserProcess(Limits(memory_bytes=megabytes * MEGABYTE))
        read = 0
        for name, data in documents.items():
            found = outcome(child, name, data)
            tried += 1
            if isinstance(found, DocumentRefused):
                refused += 1
                codes.add(found.code)
                assert found.document_id == name
                assert found.reason
            else:
                read += 1
                assert found == whole[name], megabytes
        child.close()
        megabytes += STEP
        assert megabytes < 1024
    assert refused > 0, "the first steps are not enough for the long one"
    assert codes <= {Refusal.LIMIT, Refusal.CORRUPT}
    most = megabytes - STEP
    tally("T5", f"{FIRST} to {most} MB in steps of {STEP}: {tried} readings, {refused} refused with a reason, the others whole")


def test_a_build_with_too_little_memory_for_a_document_keeps_the_rest_and_takes_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", {"plan.md": PLAN, "page.html": PAGE}), tmp_path / "data"
    with monkeypatch.context() as patch:
        little = ParserProcess(Limits(memory_bytes=LITTLE * MEGABYTE))
        patch.setattr(isolation, "_shared", little)
        states = {state.id: state for state in build(corpus, data).documents}
        little.close()
    assert states["plan.md"].action == "added"
    assert states["page.html"].action == "refused"
    assert states["page.html"].reason
    assert {state.id: state.action for state in build(corpus, data).documents} == {"plan.md": "unchanged", "page.html": "added"}
    assert open_library(data).snapshot().search("flour yeast", 1)[0].passage.document_id == "page.html"
    assert verify_index(data).passages


def test_a_child_that_is_killed_at_any_moment_costs_one_document_at_most(tally: Tally) -> None:
    data = PRINTED.read_bytes()
    child = ParserProcess()
    began = time.monotonic()
    whole = child.parse(data, "printed.pdf")
    taken = max(time.monotonic() - began, 0.2)
    refused = 0
    moments = 24
    for moment in range(moments):
        process = child._running()
        timer = threading.Timer(taken * moment / moments, os.kill, (process.pid, signal.SIGKILL))
        timer.start()
        found = outcome(child, "printed.pdf", data)
        timer.join()
        if isinstance(found, DocumentRefused):
            refused += 1
            assert found.code is Refusal.CORRUPT
            assert "its parser stopped" in found.reason
        else:
            assert found == whole
        process.wait()
        assert child.parse(b"# B\n\nRead after it.", "b.md").text
    child.close()
    assert refused > 0
    tally("T5", f"kill -9 of the parser at {moments} moments: {refused} documents refused, the next one always read")
