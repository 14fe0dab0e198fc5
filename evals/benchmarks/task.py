"""What every contender is told and what it tells back: one JSON file each way.

Only the standard library is imported: the environments of all contenders read it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

Cut = Literal["default", "same"]
SAME = 900  # characters: with --passages same, each tool's own splitter is set to passages of this length


@dataclass(frozen=True, slots=True)
class Task:
    """A corpus of text files, the weights to use, and what to ask."""

    corpus: str
    data: str  # an empty folder for the contender's index
    weights: str
    cut: Cut
    changed: str  # name of the file that is changed, and
    addition: str  # what is appended to it
    questions: tuple[tuple[str, tuple[str, ...]], ...]  # question, accepted answers


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took."""

    wall: float  # seconds
    cpu: float  # seconds of all threads


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender did."""

    passages: int
    characters: float  # of a passage that is found, median
    build: Step  # from the start of the process: imports and weights included
    change: Step  # everything loaded
    unchanged: Step  # everything loaded
    search: tuple[float, ...]  # seconds a question, embedding included
    peak: float  # MB, of the whole process
    answers: tuple[float, float]  # share of questions with an accepted answer in the first passage, in the first five


class Contender(Protocol):
    """One tool, as its documentation says to use it."""

    def build(self) -> int:
        """Make the index from the files, stored on disk; gives the number of passages."""
        ...

    def update(self) -> None:
        """Bring the index, also on disk, up to date with the files."""
        ...

    def search(self, question: str) -> Sequence[str]:
        """The five best passages, best first."""
        ...


def run(make: Callable[[Task], Contender]) -> None:
    """The body of a contender's process: `python -m … TASK.json RESULT.json STARTED`, the last in seconds since the epoch."""
    fields = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    task = Task(**{**fields, "questions": tuple((question, tuple(answers)) for question, answers in fields["questions"])})
    contender = make(task)
    passages = contender.build()
    build = Step(time.time() - float(sys.argv[3]), time.process_time())
    changed = Path(task.corpus) / task.changed
    original = changed.read_bytes()
    changed.write_bytes(original + task.addition.encode())
    try:
        change = _timed(contender.update)
        unchanged = _timed(contender.update)
    finally:
        changed.write_bytes(original)
    seconds: list[float] = []
    found = [0, 0]
    lengths: list[int] = []
    contender.search("a first question, which is not counted")
    for question, answers in task.questions:
        started = time.perf_counter()
        texts = contender.search(question)
        seconds.append(time.perf_counter() - started)
        lengths += [len(text) for text in texts[:1]]
        for place, depth in enumerate((1, 5)):
            found[place] += any(_says(text, answers) for text in texts[:depth])
    shares = found[0] / len(task.questions), found[1] / len(task.questions)
    median = sorted(lengths)[len(lengths) // 2] if lengths else 0
    result = Result(passages, median, build, change, unchanged, tuple(seconds), _peak(), shares)
    Path(sys.argv[2]).write_text(json.dumps(asdict(result)), encoding="utf-8")


def read_texts(task: Task) -> dict[str, str]:
    """The files of the corpus by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(task.corpus).glob("*.txt"))}


def _says(text: str, answers: Sequence[str]) -> bool:
    plain = " ".join(text.lower().split())
    return any(" ".join(answer.lower().split()) in plain for answer in answers)


def _timed(work: Callable[[], None]) -> Step:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Step(time.perf_counter() - wall, time.process_time() - cpu)


def _peak() -> float:
    """The most memory this process had, in MB; 0 on Windows, which has no such call."""
    if sys.platform == "win32":
        return 0.0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
