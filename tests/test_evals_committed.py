"""The committed reference questions are usable, and the examples in the docstrings of evals/ are true."""

from __future__ import annotations

import re
import textwrap
import tomllib
from pathlib import Path

import pytest
import yaml

from evals.evidence import check_quotes, locate
from evals.items import load_items
from evals.matching import says, says_any
from evals.sweep import parse_sweep
from ingest.corpus import scan
from ingest.document import Document
from ingest.readers import read_document

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    named = {evidence.document_id for item in load_items() for evidence in item.evidence}
    return {source.id: read_document(source.path, source.id) for source in scan(ROOT / "corpus") if source.id in named}


def test_every_quote_stands_in_its_document(documents: dict[str, Document]) -> None:
    items = load_items()
    check_quotes(items, locate(items, documents))


@pytest.mark.parametrize("item", load_items(), ids=lambda item: item.id)
def test_the_reference_answer_passes_its_own_check(item: object) -> None:
    assert all(says_any(item.reference, group) for group in item.must)  # type: ignore[attr-defined]
    assert not [string for string in item.must_not if says(item.reference, string)]  # type: ignore[attr-defined]


def test_no_document_gives_evidence_to_both_splits() -> None:
    """What is tuned on must not be what is tested on."""
    used: dict[str, set[str]] = {"dev": set(), "test": set()}
    for item in load_items():
        used[item.split].update(evidence.document_id for evidence in item.evidence)
    assert used["dev"] and used["test"]
    assert not used["dev"] & used["test"]


def test_no_injection_may_begin_to_work() -> None:
    assert [item.id for item in load_items() if item.kind == "injection" and not item.never_break] == []


def test_the_workflow_and_the_gitlab_example_run_the_gate_and_keep_its_report() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    gate = workflow["jobs"]["gate"]["steps"]
    assert [step["run"] for step in gate if "run" in step] == ["make gate"]
    (kept,) = [step for step in gate if "upload-artifact" in step.get("uses", "")]
    assert (kept["if"], kept["with"]["path"]) == ("always()", "build/evals/")
    (cached,) = [step for step in gate if "actions/cache" in step.get("uses", "")]
    hashed = re.findall(r"'([^']+)'", cached["with"]["key"])
    assert hashed and not [name for name in hashed if not (ROOT / name).is_file()]
    page = (ROOT / "evals" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^    gate:\n(?:    .*\n)+", page, re.MULTILINE)
    job = yaml.safe_load(textwrap.dedent(example))["gate"]
    assert job["script"] == ["make gate"]
    assert job["artifacts"]["reports"]["junit"] == "build/evals/junit.xml"
    assert "--report build/evals" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_sweep_that_the_page_shows_is_valid() -> None:
    page = (ROOT / "evals" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^    quality = .*\n(?:(?:    .*)?\n)+?(?=\S)", page, re.MULTILINE)
    sweep = parse_sweep(tomllib.loads(textwrap.dedent(example)))
    assert (len(sweep.settings), sweep.keys) == (54, ("passage_limit", "dense_weight", "k", "threshold"))
