"""Retrieval metrics against worked examples, against NumPy, and against the command line of ir-measures."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from evals_fakes import document, hit
from hypothesis import given
from hypothesis import strategies as st

from evals.evidence import locate
from evals.items import EvalItem, Evidence
from evals.retrieval import NAMES, Ranking, rank_evidence, retrieval_metrics, trec_files

rankings = st.builds(
    lambda hits, raw: Ranking(tuple(rank if rank and rank <= hits else None for rank in raw), hits),
    st.integers(0, 10),
    st.lists(st.none() | st.integers(1, 10), min_size=1, max_size=5),
)


def test_a_worked_example() -> None:
    """Two quotes in the third passage, one that no passage holds."""
    figures = retrieval_metrics({"q": Ranking((3, 3, None), 10)})["q"]
    assert figures["success@1"] == 0 and figures["success@3"] == 1
    assert figures["recall@1"] == 0 and figures["recall@3"] == pytest.approx(2 / 3)
    assert figures["mrr"] == pytest.approx(1 / 3)
    gain = 2 / math.log2(4)  # two quotes at rank 3
    ideal = 2 / math.log2(2) + 1 / math.log2(3)
    assert figures["ndcg@10"] == pytest.approx(gain / ideal)


def test_one_passage_that_holds_every_quote_is_a_perfect_ranking() -> None:
    assert set(retrieval_metrics({"q": Ranking((1, 1), 10)})["q"].values()) == {1.0}


def test_a_question_without_hits_scores_zero_and_stays() -> None:
    figures = retrieval_metrics({"good": Ranking((1,), 1), "crashed": Ranking((None,), 0)})
    assert set(figures["crashed"]) == set(NAMES)
    assert set(figures["crashed"].values()) == {0.0}


@given(st.dictionaries(st.from_regex(r"\A[a-z][a-z0-9.-]{0,5}\Z"), rankings, min_size=1, max_size=6))
def test_all_figures_agree_with_numpy_and_lie_between_zero_and_one(found: dict[str, Ranking]) -> None:
    figures = retrieval_metrics(found)
    for name, ranking in found.items():
        expected = _numpy_figures(ranking)
        assert figures[name] == pytest.approx(expected, abs=1e-6)
        assert all(0 <= value <= 1 for value in figures[name].values())
        assert figures[name]["recall@1"] <= figures[name]["recall@3"] <= figures[name]["recall@10"]


@given(rankings, st.randoms(use_true_random=False))
def test_the_order_in_which_quotes_are_listed_makes_no_difference(ranking: Ranking, random: object) -> None:
    shuffled = list(ranking.quotes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert retrieval_metrics({"q": ranking}) == {
        "q": pytest.approx(retrieval_metrics({"q": Ranking(tuple(shuffled), ranking.hits)})["q"])
    }


def test_the_command_line_of_ir_measures_prints_the_same_figures(tmp_path: Path) -> None:
    generator = np.random.default_rng(4)
    found = {
        f"q{number}": Ranking(tuple(int(r) if r <= 10 else None for r in generator.integers(1, 16, size=number % 3 + 1)), 10)
        for number in range(30)
    }
    qrels, run = trec_files(found)
    (tmp_path / "qrels.txt").write_text(qrels)
    (tmp_path / "run.txt").write_text(run)
    names = {"Success@1": "success@1", "Success@5": "success@5", "RR": "mrr", "nDCG@10": "ndcg@10"}
    command = Path(sys.executable).with_name("ir_measures")
    arguments = [str(command), "-q", "-p", "6", "qrels.txt", "run.txt", *names]
    output = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    figures = retrieval_metrics(found)
    lines = [line.split("\t") for line in output.splitlines()]
    checked = 0
    for question, measure, value in lines:
        if question == "all":
            values = [figures[name][names[measure]] for name in found]
            assert float(value) == pytest.approx(np.mean(values), abs=1e-5)
        else:
            assert float(value) == pytest.approx(figures[question][names[measure]], abs=1e-5)
        checked += 1
    assert checked == 4 * 31


def test_the_first_passage_that_covers_a_quote_counts_however_the_document_is_cut() -> None:
    source = document("a.md", "Learn SQL before pandas.", "Nothing.", "Docker comes last of all.")
    other = document("b.md", "Learn SQL before pandas.")
    item = EvalItem(
        "x", "q", "fact", evidence=(Evidence("a.md", "SQL before pandas"), Evidence("a.md", "Docker comes last of all"))
    )
    places = locate([item], {"a.md": source, "b.md": other})["x"]
    whole = rank_evidence(places, [hit(other, (0, 24)), hit(source, (0, 61))])
    fine = rank_evidence(places, [hit(other, (0, 24)), hit(source, (0, 14)), hit(source, (36, 61)), hit(source, (14, 24))])
    assert whole == Ranking((2, 2), 2)
    assert fine == Ranking((2, 3), 4)


def _numpy_figures(ranking: Ranking) -> dict[str, float]:
    ranks = np.array([rank or np.inf for rank in ranking.quotes])
    gains = np.array([(ranks == rank).sum() for rank in range(1, 11)], dtype=float)
    missing = int(np.isinf(ranks).sum())
    ideal = np.sort(np.concatenate([gains[gains > 0], np.ones(missing)]))[::-1][:10]
    discount = 1 / np.log2(np.arange(2, 12))
    figures = {f"success@{k}": float(ranks.min() <= k) for k in (1, 3, 5, 10)}
    figures |= {f"recall@{k}": float((ranks <= k).mean()) for k in (1, 3, 5, 10)}
    figures["mrr"] = 0.0 if np.isinf(ranks.min()) else float(1 / ranks.min())
    figures["ndcg@10"] = float((gains * discount).sum() / (ideal * discount[: len(ideal)]).sum())
    return figures
