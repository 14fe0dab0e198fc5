"""How many threads PyTorch computes with: all for long work, one for each piece of what a question needs.

All threads on one piece would be woken for each of a hundred small operations, and wait for each other after each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from itertools import accumulate, pairwise
from typing import TypeVar

LEAST = 1000  # characters that are worth a thread of their own

_Made = TypeVar("_Made")


@cache
def all_threads() -> int:
    """As many as PyTorch had when this was first asked: the number is one for the whole process, and changes for moments."""
    import torch

    return int(torch.get_num_threads())


@contextmanager
def one_thread() -> Iterator[None]:
    """The caller computes alone; nothing changes for other threads that compute already."""
    import torch

    threads = all_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)  # also holds for threads that do not exist yet


def side_by_side(make: Callable[[slice], list[_Made]], sizes: Sequence[int]) -> list[_Made]:
    """What `make` gives for each of some texts, whose numbers of characters are `sizes`.

    It is called with neighbouring texts at a time, as many as are a thread's share. However many questions are asked, no more
    of them compute at once than there are threads.
    """

    def alone(here: slice) -> list[_Made]:
        with one_thread():
            return make(here)

    return [made for share in _threads().map(alone, _shares(sizes, all_threads())) for made in share]


def _shares(sizes: Sequence[int], most: int) -> list[slice]:
    """Up to so many slices that are about equally long in characters and hold all texts, in order.

    >>> _shares([900, 900, 200, 1600], 2)
    [slice(0, 2, None), slice(2, 4, None)]
    """
    count = min(most, len(sizes), max(1, sum(sizes) // LEAST))
    behind = list(accumulate(sizes))
    cuts = [0]
    for share in range(1, count):
        ideal = behind[-1] * share / count
        cuts.append(min(range(cuts[-1], len(sizes)), key=lambda at: abs(behind[at] - ideal)) + 1)
    cuts.append(len(sizes))
    return [slice(start, end) for start, end in pairwise(cuts) if start < end]


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(all_threads(), "compute")
