"""What the mode auto does follows from what was measured, only from enough of it, and only where it still holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.measured import FILE, Measured, read_measured, save_measured

MODELS = {"generator": "small", "embedder": "minilm"}
DOCUMENTS = {"a.md": "a" * 16, "b.md": "b" * 16, "c.md": "c" * 16}
FOUND = Measured(MODELS, DOCUMENTS, 100, 0.8, 0.7, 0.01)


@pytest.mark.parametrize(
    ("measured", "better"),
    [
        (FOUND, "write"),
        (replace(FOUND, p=0.2), "quote"),  # chance
        (replace(FOUND, written=0.7, quoted=0.8), "quote"),
        (replace(FOUND, questions=10, written=1.0, quoted=0.0, p=0.001), "quote"),  # too few questions
        (replace(FOUND, written=0.7, p=1.0), "quote"),
    ],
)
def test_writing_is_chosen_only_where_it_was_measured_to_be_better(measured: Measured, better: str) -> None:
    assert measured.better == better


def test_a_measurement_counts_for_the_models_it_was_made_with_and_the_newest_one_does(tmp_path: Path) -> None:
    assert read_measured(tmp_path, MODELS, DOCUMENTS) is None
    larger = {**MODELS, "generator": "large/7b"}
    save_measured(tmp_path, FOUND)
    save_measured(tmp_path, replace(FOUND, models=larger, written=0.9))
    assert read_measured(tmp_path, MODELS, DOCUMENTS) == FOUND
    for other in ({**MODELS, "embedder": "bge"}, {**MODELS, "verifier": "nli"}, {**larger, "embedder": "bge"}):
        assert read_measured(tmp_path, other, DOCUMENTS) is None
    again = replace(FOUND, questions=60)
    save_measured(tmp_path, again)
    assert read_measured(tmp_path, MODELS, DOCUMENTS) == again
    assert read_measured(tmp_path, larger, DOCUMENTS) is not None
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_measurement_counts_while_most_documents_are_those_it_was_made_on(tmp_path: Path) -> None:
    save_measured(tmp_path, FOUND)
    full = {name: digest * 4 for name, digest in DOCUMENTS.items()}  # the index has all 64 digits
    one_edited, one_added = full | {"a.md": "0" * 64}, full | {"d.md": "d" * 64}
    for documents in (full, one_edited, one_added):
        assert read_measured(tmp_path, MODELS, documents) == FOUND
    another_corpus = {name + "x": digest for name, digest in full.items()}
    for documents in (another_corpus, one_edited | {"b.md": "0" * 64}, full | {str(n): "0" * 64 for n in range(4)}, {}):
        assert read_measured(tmp_path, MODELS, documents) is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"5", b'[{"models": 5}]', b'{"small": {"model": "small"}}', b"[[]]", b"\xff"]
)
def test_a_file_that_cannot_be_read_counts_as_no_measurement(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert read_measured(tmp_path, MODELS, DOCUMENTS) is None
    save_measured(tmp_path, FOUND)
    assert read_measured(tmp_path, MODELS, DOCUMENTS) == FOUND
