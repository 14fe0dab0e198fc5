"""The paired test and the interval: against every assignment by hand, against SciPy, and under the null hypothesis."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evals.paired import bootstrap_interval, sign_flip

differences = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.0, 0.25, 1.0]), min_size=1, max_size=9)


@given(differences)
def test_few_differences_are_tested_against_every_assignment_of_signs(values: list[float]) -> None:
    changed = [value for value in values if value]
    sums = [sum(s * v for s, v in zip(signs, changed, strict=True)) for signs in product((-1, 1), repeat=len(changed))]
    less = np.mean([total <= sum(changed) + 1e-9 for total in sums])
    both = np.mean([abs(total) >= abs(sum(changed)) - 1e-9 for total in sums])
    assert sign_flip(values, alternative="less") == pytest.approx(less)
    assert sign_flip(values) == pytest.approx(both)


@pytest.mark.parametrize("shift", [-0.25, -0.1, 0.0, 0.1])
def test_many_differences_agree_with_scipy(shift: float) -> None:
    values = np.random.default_rng(1).normal(shift, 1, 120)
    expected = stats.permutation_test(
        (values,), np.mean, permutation_type="samples", alternative="less", n_resamples=20_000, rng=np.random.default_rng(2)
    ).pvalue
    assert sign_flip(list(values), alternative="less") == pytest.approx(expected, abs=0.015)


def test_unchanged_questions_and_their_number_do_not_alter_the_p_value() -> None:
    assert sign_flip([0.0] * 50) == 1.0
    assert sign_flip([-1.0, -1.0] + [0.0] * 300, alternative="less") == sign_flip([-1.0, -1.0], alternative="less") == 0.25


def test_the_same_input_gives_the_same_output() -> None:
    values = list(np.random.default_rng(0).normal(size=200))
    assert len({sign_flip(values) for _ in range(3)}) == 1
    assert len({bootstrap_interval(values) for _ in range(3)}) == 1


def test_the_interval_agrees_with_scipy_and_holds_the_mean() -> None:
    values = np.random.default_rng(3).integers(0, 2, 150).astype(float)
    expected = stats.bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(4)).confidence_interval
    low, high = bootstrap_interval(list(values))
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.015)
    assert low <= values.mean() <= high
    assert bootstrap_interval([0.5, 0.5]) == (0.5, 0.5)
    with pytest.raises(ValueError, match="nothing to resample"):
        bootstrap_interval([])


def test_under_the_null_hypothesis_one_in_twenty_is_below_five_percent() -> None:
    generator = np.random.default_rng(5)
    low = sum(sign_flip(list(generator.normal(size=40)), alternative="less") < 0.05 for _ in range(200))
    assert 2 <= low <= 20  # 10 expected; the binomial's 99.9 % range
