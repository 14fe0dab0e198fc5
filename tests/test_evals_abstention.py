"""Abstention, ranking by confidence and calibration against brute force in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.abstention import Judged, abstention_metrics, area, auroc, calibration, calibration_error, risk_coverage

scored = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 0.75, 0.9, 1.0]) | st.floats(0, 1), st.booleans()), min_size=1
)


@given(scored)
def test_auroc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[float, bool]]) -> None:
    scores, labels = np.array([s for s, _ in rows]), np.array([label for _, label in rows])
    if labels.all() or not labels.any():
        assert auroc(list(scores), list(labels)) is None
        return
    above = scores[labels][:, None] - scores[~labels][None, :]
    expected = (above > 0).mean() + (above == 0).mean() / 2
    assert auroc(list(scores), list(labels)) == pytest.approx(expected)


@given(scored)
def test_every_point_of_the_curve_is_a_threshold(rows: list[tuple[float, bool]]) -> None:
    scores, right = np.array([s for s, _ in rows]), np.array([r for _, r in rows])
    expected = []
    for threshold in sorted(set(scores), reverse=True):
        kept = scores >= threshold
        expected.append((kept.mean(), (~right[kept]).mean()))
    curve = risk_coverage(list(scores), list(right))
    assert np.allclose(curve, expected)
    assert curve[-1] == (1.0, pytest.approx((~right).mean()))
    assert 0 <= (area(curve) or 0) <= 1


@given(scored)
def test_the_calibration_error_is_the_weighted_gap_of_the_bins(rows: list[tuple[float, bool]]) -> None:
    scores, labels = np.array([s for s, _ in rows]), np.array([label for _, label in rows])
    numbers = np.minimum((scores * 10).astype(int), 9)
    expected = sum(
        (numbers == n).mean() * abs(scores[numbers == n].mean() - labels[numbers == n].mean())
        for n in range(10)
        if (numbers == n).any()
    )
    bins = calibration(list(scores), list(labels))
    assert calibration_error(bins) == pytest.approx(expected)
    assert sum(group.count for group in bins) == len(rows)


@given(
    st.lists(st.builds(Judged, st.booleans(), st.booleans(), st.floats(0, 1)), min_size=1), st.randoms(use_true_random=False)
)
def test_every_figure_lies_between_zero_and_one_whatever_the_order(rows: list[Judged], random: object) -> None:
    figures = abstention_metrics(rows)
    assert all(value is None or -1e-12 <= value <= 1 + 1e-12 for value in figures.values())
    random.shuffle(rows)  # type: ignore[attr-defined]
    again = abstention_metrics(rows)
    assert all(figures[name] == pytest.approx(again[name]) for name in figures)


def test_precision_and_recall_of_refusals() -> None:
    rows = (
        [Judged(False, True, 0.1)] * 3
        + [Judged(False, False, 0.8)]
        + [Judged(True, True, 0.2)]
        + [Judged(True, False, 0.9)] * 5
    )
    figures = abstention_metrics(rows)
    assert (figures["abstention_precision"], figures["abstention_recall"], figures["abstention_f1"]) == (0.75, 0.75, 0.75)
    assert figures["false_refusal_rate"] == pytest.approx(1 / 6)


def test_what_cannot_be_told_is_none() -> None:
    figures = abstention_metrics([Judged(True, False, 0.9)])
    assert (
        figures["abstention_recall"] is None and figures["abstention_precision"] is None and figures["confidence_auroc"] is None
    )
    assert figures["false_refusal_rate"] == 0.0
