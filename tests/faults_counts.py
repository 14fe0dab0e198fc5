"""How much each fault test does: at every change, and with `--nightly`."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, field

Tally = Callable[[str, str], None]  # the test's name in the table (T1 to T19) and what was counted; said at the end of the run


@dataclass(frozen=True, slots=True)
class Counts:
    """The counts at every change."""

    corpora: int = 1  # T1: of another size each
    power_states: int = 130  # T2: of each scene
    power_subsets: int = 8
    flips: int = 300  # T3: of each file
    truncations: int = 100
    zeroed: int = 100
    errors: tuple[int, ...] = (errno.ENOSPC, errno.EIO)  # T4
    swaps: int = 12  # T6
    reader_seconds: float = 4.0
    machines: int = 200  # T7: runs of 30 steps
    database_seconds: float = 4.0  # T18


NIGHTLY = Counts(
    corpora=3,
    power_states=5_000,
    power_subsets=64,
    flips=6_000,
    truncations=2_000,
    zeroed=2_000,
    errors=(errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EMFILE),
    swaps=200,
    reader_seconds=600.0,
    machines=5_000,
    database_seconds=300.0,
)


@dataclass(slots=True)
class Told:
    """What the tests of this run counted."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, name: str, counted: str) -> None:
        self.lines.append(f"{name:<4} {counted}")
