"""What a question needs is shared among a few threads: everything comes back, in order, and no more compute at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from index.compute_threads import LEAST, all_threads, side_by_side


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 3 * LEAST), max_size=30))
def test_all_comes_back_in_order(sizes: list[int]) -> None:
    assert side_by_side(lambda here: list(range(*here.indices(len(sizes)))), sizes) == list(range(len(sizes)))


def test_short_texts_are_worth_one_thread_and_long_ones_all() -> None:
    used: set[str] = set()

    def make(here: slice) -> list[int]:
        used.add(threading.current_thread().name)
        assert torch.get_num_threads() == 1
        time.sleep(0.05)
        return [0] * (here.stop - here.start)

    assert side_by_side(make, [LEAST // 4] * 3) == [0] * 3
    assert len(used) == 1
    used.clear()
    assert side_by_side(make, [LEAST] * 8) == [0] * 8
    assert len(used) == all_threads()


def test_many_questions_at_once_use_no_more_threads() -> None:
    lock, at_once, most = threading.Lock(), 0, 0

    def make(here: slice) -> list[int]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.01)
        with lock:
            at_once -= 1
        return [0] * (here.stop - here.start)

    with ThreadPoolExecutor(8) as questions:
        assert list(questions.map(lambda _: len(side_by_side(make, [LEAST] * 4)), range(16))) == [4] * 16
    assert most <= all_threads()


def test_what_goes_wrong_in_a_thread_reaches_the_caller() -> None:
    def make(here: slice) -> list[int]:
        raise ValueError("a text is damaged")

    with pytest.raises(ValueError, match="damaged"):
        side_by_side(make, [LEAST] * 4)
