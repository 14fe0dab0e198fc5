"""The verifier's figures by kind of corruption, against counts made by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.verify import SUPPORTED, support
from evals.claims import Claim, judge_claims, load_claims
from evals.items import ItemInvalid, ItemsMissing

CLAIMS = (
    Claim("a", "p", "yes one", True, "none"),
    Claim("b", "p", "yes two", True, "none"),
    Claim("c", "p", "no three", True, "none"),
    Claim("d", "p", "yes four", False, "number"),
    Claim("e", "p", "no five", False, "number"),
    Claim("f", "p", "no six", False, "negation"),
)


def says_yes(sentence: str, quotes: object) -> float:
    return float(sentence.startswith("yes"))


def test_precision_and_recall_of_supported_overall_and_by_corruption() -> None:
    rows = {row.corruption: row for row in judge_claims(CLAIMS, says_yes).figures}
    assert (rows["all"].precision, rows["all"].recall, rows["all"].right) == (2 / 3, 2 / 3, 4 / 6)
    assert (rows["none"].precision, rows["none"].recall, rows["none"].right) == (1.0, 2 / 3, 2 / 3)
    assert (rows["number"].precision, rows["number"].recall, rows["number"].right) == (2 / 3, 2 / 3, 0.5)
    assert (rows["negation"].precision, rows["negation"].recall, rows["negation"].right) == (1.0, 2 / 3, 1.0)
    assert list(rows) == ["all", "none", "number", "negation"]


def test_the_claims_judged_wrong_are_named() -> None:
    report = judge_claims((*CLAIMS, Claim("t", "p", "no", True, "none", "test")), says_yes)
    assert report.wrong == ("c", "d")
    assert len(report.text.split("\n")) == 5
    assert json.loads(json.dumps(report.as_json()))["wrong"] == ["c", "d"]


def test_the_threshold_belongs_to_the_supported_side() -> None:
    assert judge_claims(CLAIMS[:1], lambda sentence, quotes: 0.6, 0.6).wrong == ()
    assert judge_claims(CLAIMS[:1], lambda sentence, quotes: 0.59, 0.6).wrong == ("a",)


def test_nothing_called_supported_leaves_precision_open() -> None:
    row = judge_claims(CLAIMS, lambda sentence, quotes: 0.0).figures[0]
    assert (row.precision, row.recall) == (None, 0.0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON"),
        ('{"id": "a"}', "has these keys"),
        (json.dumps({"id": "a", "passage": "p", "sentence": "s", "label": "maybe", "corruption": "none"}), "“label”"),
        (json.dumps({"id": "a", "passage": "p", "sentence": "s", "label": "supported", "corruption": "x"}), "“corruption”"),
        (json.dumps({"id": "a", "passage": "p", "sentence": "s", "label": "supported", "corruption": "name"}), "another"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text("\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ItemInvalid, match=f"line 2: .*{said}"):
        load_claims(path)


def test_a_missing_or_empty_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ItemsMissing):
        load_claims(tmp_path / "none.jsonl")
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(ItemsMissing):
        load_claims(tmp_path / "empty.jsonl")


def test_the_committed_claims_hold_every_corruption_and_what_the_verifier_passes_is_supported() -> None:
    claims = load_claims()
    assert {claim.corruption for claim in claims} == {"none", "number", "name", "negation", "scope", "mixed", "not_stated"}
    assert len({claim.id for claim in claims}) == len(claims)
    overall = judge_claims([claim for claim in claims if claim.split == "test"], support, SUPPORTED).figures[0]
    assert overall.precision is not None and overall.precision >= 0.95
    assert overall.recall is not None and overall.recall >= 0.15  # far rewordings are refused; see README.md, limits
