"""Every figure again by other means, from nothing but what a run stores: NumPy, scikit-learn, pytrec_eval and SciPy as oracles.

The oracles read the stored JSON, and share no code with `evals`.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evals_fakes import WordAssistant, small_index, small_items
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.abstention import area, auroc, calibration, calibration_error, risk_coverage
from evals.evaluate import evaluate
from evals.items import item_json
from evals.paired import bootstrap_interval, sign_flip
from evals.retrieval import Ranking, retrieval_metrics

Fields = Mapping[str, Any]


@pytest.fixture(scope="module", params=["good", "threshold", "weight", "crashes"])
def stored(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Fields, list[Fields], Path]:
    """What a run wrote: its head, its outcomes, its folder."""
    folder = tmp_path_factory.mktemp("oracle")
    items = folder / "items.jsonl"
    items.write_text("".join(json.dumps(item_json(item)) + "\n" for item in small_items()), encoding="utf-8")
    asked = WordAssistant(small_index())
    if request.param == "threshold":
        asked.threshold = 0.86
    elif request.param == "weight":
        asked.weight, asked.threshold = 0.0, 0.1
    elif request.param == "crashes":
        asked.broken = lambda question: "keras" in question or "race 3" in question
    done = evaluate(asked, asked.index, runs=folder / "runs", item_files=[items], models={"embedder": "words"})
    head = json.loads((done.folder / "run.json").read_text(encoding="utf-8"))
    lines = (done.folder / "outcomes.jsonl").read_text(encoding="utf-8").splitlines()
    return head, [json.loads(line) for line in lines], done.folder


def test_retrieval_is_what_numpy_computes_from_the_passages_and_the_quotes(stored: tuple[Fields, list[Fields], Path]) -> None:
    head, outcomes, _ = stored
    rows = [_retrieval(outcome) for outcome in outcomes if outcome["item"]["evidence"]]
    for name in rows[0]:
        assert head["summary"][name] == pytest.approx(np.mean([row[name] for row in rows])), name
    for outcome, row in zip([o for o in outcomes if o["item"]["evidence"]], rows, strict=True):
        assert {name: outcome["metrics"][name] for name in row} == pytest.approx(row)


def test_the_files_a_run_writes_give_the_same_figures_to_pytrec_eval(stored: tuple[Fields, list[Fields], Path]) -> None:
    import pytrec_eval

    head, _, folder = stored
    qrels: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
        question, _, document, gain = line.split()
        qrels.setdefault(question, {})[document] = int(gain)
    run: dict[str, dict[str, float]] = {question: {} for question in qrels}
    for line in (folder / "run.txt").read_text(encoding="utf-8").splitlines():
        question, _, document, _, score, _ = line.split()
        run[question][document] = float(score)
    judged = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank", "ndcg_cut.10", "success.1,5,10"}).evaluate(run)
    names = {
        "mrr": "recip_rank",
        "ndcg@10": "ndcg_cut_10",
        "success@1": "success_1",
        "success@5": "success_5",
        "success@10": "success_10",
    }
    for name, theirs in names.items():
        mean = sum(judged.get(question, {}).get(theirs, 0.0) for question in qrels) / len(qrels)
        assert head["summary"][name] == pytest.approx(mean), name


def test_ir_measures_own_command_prints_the_same_figures(stored: tuple[Fields, list[Fields], Path]) -> None:
    head, _, folder = stored
    command = Path(sys.executable).with_name("ir_measures")
    if not command.exists():
        found = shutil.which("ir_measures")
        assert found, "ir-measures is installed without its command"
        command = Path(found)
    files = [str(folder / "qrels.txt"), str(folder / "run.txt")]
    printed = subprocess.run(
        [str(command), *files, "Success@1", "Success@5", "RR", "nDCG@10"], capture_output=True, text=True, check=True
    )
    figures = {line.split("\t")[0]: float(line.split("\t")[1]) for line in printed.stdout.strip().splitlines()}
    for theirs, ours in (("Success@1", "success@1"), ("Success@5", "success@5"), ("RR", "mrr"), ("nDCG@10", "ndcg@10")):
        assert figures[theirs] == pytest.approx(head["summary"][ours], abs=5e-5)  # it prints four decimals


def test_citation_precision_and_recall_are_what_masks_of_characters_give(stored: tuple[Fields, list[Fields], Path]) -> None:
    """ALCE, by span: a citation is right when it shares half of the shorter one's characters with a piece of evidence."""
    head, outcomes, _ = stored
    precision, recall, shown = [], [], []
    for outcome in outcomes:
        if not outcome["item"]["answerable"]:
            continue
        record = outcome["record"]
        right = {c["marker"]: _covers_evidence(c, outcome) for c in record.get("citations", ())}
        sentences = record.get("sentences", ())
        recalled = [any(right[m] for m in sentence["citations"]) for sentence in sentences]
        recall.append(float(np.mean(recalled)) if recalled else 0.0)
        shown.append(float(np.mean([_is_shown(outcome, number) for number in range(len(outcome["evidence"]))])))
        if outcome["error"]:
            precision.append(0.0)
        elif outcome["status"] != "not_covered":
            precision.append(float(np.mean([*right.values()])))
    assert head["summary"]["citation_precision"] == pytest.approx(np.mean(precision))
    assert head["summary"]["citation_recall"] == pytest.approx(np.mean(recall))
    assert head["summary"]["evidence_cited"] == pytest.approx(np.mean(shown))
    assert head["counts"]["citation_precision"] == len(precision)


def test_answers_are_right_when_plain_python_says_so(stored: tuple[Fields, list[Fields], Path]) -> None:
    head, outcomes, _ = stored
    strict, coverage = [], []
    for outcome in outcomes:
        item = outcome["item"]
        if not item["answerable"]:
            continue
        text = " ".join(sentence["text"] for sentence in outcome["record"].get("sentences", ()))
        met = [any(string in text for string in group) for group in item["must"]]
        coverage.append(sum(met) / len(met))
        strict.append(float(bool(text) and all(met)))
    assert head["summary"]["strict_accuracy"] == pytest.approx(np.mean(strict))
    assert head["summary"]["must_coverage"] == pytest.approx(np.mean(coverage))


def test_abstention_is_what_scikit_learn_computes(stored: tuple[Fields, list[Fields], Path]) -> None:
    from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

    head, outcomes, _ = stored
    unanswerable = [not outcome["item"]["answerable"] for outcome in outcomes]
    refused = [outcome["status"] == "not_covered" for outcome in outcomes]
    precision, recall, f1, _ = precision_recall_fscore_support(unanswerable, refused, average="binary")
    assert head["summary"]["abstention_precision"] == pytest.approx(precision)
    assert head["summary"]["abstention_recall"] == pytest.approx(recall)
    assert head["summary"]["abstention_f1"] == pytest.approx(f1)
    confidence = [
        outcome["record"]["confidence"] if not outcome["error"] else float(not outcome["item"]["answerable"])
        for outcome in outcomes
    ]
    assert head["summary"]["confidence_auroc"] == pytest.approx(roc_auc_score(np.logical_not(unanswerable), confidence))
    assert head["summary"]["crashed"] == np.mean([bool(outcome["error"]) for outcome in outcomes])


def test_cost_is_what_numpy_computes(stored: tuple[Fields, list[Fields], Path]) -> None:
    head, outcomes, _ = stored
    sound = [outcome for outcome in outcomes if not outcome["error"]]
    seconds = [outcome["seconds"] for outcome in sound]
    assert head["summary"]["seconds_median"] == pytest.approx(np.median(seconds))
    assert head["summary"]["seconds_p95"] == np.quantile(seconds, 0.95, method="inverted_cdf")
    words = [len(" ".join(s["text"] for s in o["record"]["sentences"]).split()) for o in sound if o["status"] != "not_covered"]
    assert head["summary"]["words_median"] == pytest.approx(np.median(words))
    assert head["summary"]["first_token_median"] == pytest.approx(
        np.median([o["record"]["seconds"]["first_token"] for o in sound if "first_token" in o["record"]["seconds"]])
    )


RANKINGS = st.lists(
    st.builds(
        lambda ranks, hits: Ranking(tuple(rank if rank and rank <= hits else None for rank in ranks), hits),
        st.lists(st.one_of(st.none(), st.integers(1, 12)), min_size=1, max_size=6),
        st.integers(0, 12),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(RANKINGS)
def test_any_ranking_is_judged_as_by_hand(rankings: list[Ranking]) -> None:
    found = retrieval_metrics({f"q{number}": ranking for number, ranking in enumerate(rankings)})
    for number, ranking in enumerate(rankings):
        assert found[f"q{number}"] == pytest.approx(_judge(ranking.quotes)), ranking


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=60))
def test_any_confidence_is_judged_as_by_scikit_learn_and_by_hand(rows: list[tuple[int, bool]]) -> None:
    from sklearn.metrics import roc_auc_score

    scores, labels = np.array([score / 20 for score, _ in rows]), np.array([label for _, label in rows])
    if labels.any() and not labels.all():
        assert auroc(list(scores), list(labels)) == pytest.approx(roc_auc_score(labels, scores))
    curve = []
    for threshold in sorted(set(scores), reverse=True):
        kept = labels[scores >= threshold]
        curve.append((len(kept) / len(labels), 1 - kept.mean()))
    assert np.allclose(risk_coverage(list(scores), list(labels)), curve)
    steps = np.diff([0.0, *(coverage for coverage, _ in curve)])
    assert area(risk_coverage(list(scores), list(labels))) == pytest.approx(float(steps @ [risk for _, risk in curve]))
    bins = np.minimum((scores * 10).astype(int), 9)
    gaps = [abs(scores[bins == b].mean() - labels[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    assert calibration_error(calibration(list(scores), list(labels))) == pytest.approx(sum(gaps))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), min_size=20, max_size=60))
def test_the_paired_statistics_are_near_those_of_scipy(differences: list[float]) -> None:
    from scipy.stats import bootstrap, permutation_test

    if not any(differences):
        return
    for alternative in ("less", "two-sided"):
        theirs = permutation_test(
            (np.array(differences),), lambda d, axis: np.mean(d, axis=axis), permutation_type="samples",
            alternative=alternative, vectorized=True, n_resamples=20_000, rng=1,
        ).pvalue  # fmt: skip
        ours = sign_flip(differences, alternative=alternative)  # type: ignore[arg-type]
        # Both draw 20,000 signs; SciPy doubles the p-value of one side, and its error with it.
        variance = ours * (1 - ours) + 4 * (ours / 2) * (1 - ours / 2)
        assert ours == pytest.approx(theirs, abs=5 * math.sqrt(variance / 20_000) + 0.001)
    low, high = bootstrap_interval(differences)
    interval = bootstrap((np.array(differences),), np.mean, method="percentile", n_resamples=4000, rng=1).confidence_interval
    step = 1 / len(differences)  # few distinct values: the means lie on a lattice
    margin = 0.3 * float(np.std(differences)) / math.sqrt(len(differences)) + 0.5 * step
    assert abs(low - interval.low) <= margin and abs(high - interval.high) <= margin


def _retrieval(outcome: Fields) -> dict[str, float]:
    ranks: list[int | None] = []
    for evidence, places in zip(outcome["item"]["evidence"], outcome["evidence"], strict=True):
        rank = None
        for context in outcome["record"].get("contexts", ()):
            same = context["document"] == evidence["document"]
            if rank is None and same and any(_covers(context["spans"], place) for place in places):
                rank = context["rank"]
        ranks.append(rank)
    return _judge(ranks)


def _judge(ranks: Sequence[int | None]) -> dict[str, float]:
    found = [rank for rank in ranks if rank]
    figures = {f"success@{k}": float(any(rank <= k for rank in found)) for k in (1, 3, 5, 10)}
    figures |= {f"recall@{k}": sum(rank <= k for rank in found) / len(ranks) for k in (1, 3, 5, 10)}
    gains = np.zeros(10)
    for rank in found:
        if rank <= 10:
            gains[rank - 1] += 1
    discount = 1 / np.log2(np.arange(2, 12))
    ideal = sorted([*(found.count(rank) for rank in set(found)), *[1] * (len(ranks) - len(found))], reverse=True)[:10]
    best = float(np.array(ideal) @ discount[: len(ideal)])
    return figures | {"mrr": 1 / min(found) if found else 0.0, "ndcg@10": float(gains @ discount) / best}


def _covers(spans: Sequence[Sequence[int]], place: Sequence[int]) -> bool:
    size = max(place[1], max(end for _, end in spans))
    one, other = np.zeros(size, bool), np.zeros(size, bool)
    for start, end in spans:
        one[start:end] = True
    other[place[0] : place[1]] = True
    return bool(2 * (one & other).sum() >= min(one.sum(), other.sum()) > 0)


def _covers_evidence(citation: Fields, outcome: Fields) -> bool:
    pairs = zip(outcome["item"]["evidence"], outcome["evidence"], strict=True)
    return any(
        evidence["document"] == citation["document"] and _covers([(citation["start"], citation["end"])], place)
        for evidence, places in pairs
        for place in places
    )


def _is_shown(outcome: Fields, number: int) -> bool:
    document = outcome["item"]["evidence"][number]["document"]
    cited = [c for c in outcome["record"].get("citations", ()) if c["document"] == document]
    for start, end in outcome["evidence"][number]:
        mask = np.zeros(end, bool)
        for citation in cited:
            mask[citation["start"] : citation["end"]] = True
        if 2 * mask[start:end].sum() >= end - start:
            return True
    return False
