"""The questions that the ranker and the check of cover learn from: each quote stands in its document as the readers give it."""

from __future__ import annotations

from pathlib import Path

import pytest

import evals
from evals.evidence import locate
from evals.items import load_items
from evals.matching import says_any
from ingest.corpus import scan
from ingest.readers import read_document

FOLDERS = sorted(path.parent for path in (Path(evals.__file__).parent / "training").glob("*/questions.jsonl"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_quote_and_every_required_point_is_found(folder: Path) -> None:
    items = load_items([folder / "questions.jsonl"])
    documents = {source.id: read_document(source.path, source.id) for source in scan(folder / "documents")}
    located = locate(items, documents)
    assert {item.split for item in items} == {"dev"}
    assert not [item.id for item in items if not all(place.spans for place in located[item.id])]
    assert not [item.id for item in items if len(located[item.id]) != len(item.evidence)]
    said = {item.id: "\n".join([evidence.quote for evidence in item.evidence] + [item.reference]) for item in items}
    assert not [item.id for item in items if not all(says_any(said[item.id], group) for group in item.must)]


def test_no_question_stands_in_two_sets() -> None:
    ids = [item.id for folder in FOLDERS for item in load_items([folder / "questions.jsonl"])]
    assert len(FOLDERS) >= 17
    assert len(ids) == len(set(ids))
