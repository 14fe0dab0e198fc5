"""How many threads PyTorch computes with: all for long work, one for what a question needs.

The other threads would be woken for each of a hundred small operations. That gains little where a core has two threads, and
where other programs or chats want the cores, each waking waits its turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache


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
