"""An evaluation in a process of its own: its progress, its end, and what cancelling it leaves."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from ui.measuring import Measuring, MeasuringBusy

TELLS = (
    "import json, sys, time\n"
    "for done in range(4):\n"
    "    print(json.dumps({'done': done, 'total': 4}), file=sys.stderr, flush=True)\n"
    "    time.sleep(float(sys.argv[1]))\n"
)


@pytest.fixture
def measuring() -> Iterator[Callable[[str], Measuring]]:
    started: list[Measuring] = []

    def make(script: str) -> Measuring:
        started.append(Measuring([sys.executable, "-c", script]))
        return started[-1]

    yield make
    for one in started:
        one.close()


def until(measuring: Measuring, wanted: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not wanted():
        assert time.monotonic() < deadline, measuring.view()
        time.sleep(0.02)


def ended(measuring: Measuring) -> None:
    until(measuring, lambda: measuring.view().state != "running")


def test_progress_is_seen_and_the_result_is_what_the_command_printed(measuring: Callable[[str], Measuring]) -> None:
    one = measuring(TELLS + "print(json.dumps({'id': 'r1', 'big': 'x' * 200000}))\n")
    assert one.view().state == "idle"
    one.start(["0.05"], os.environ)
    until(one, lambda: one.view().done == 3 or one.view().state == "done")
    ended(one)
    view = one.view()
    assert (view.state, view.share, view.error) == ("done", 1.0, "")
    assert view.result is not None and view.result["id"] == "r1"


def test_a_gate_that_fails_is_a_result_and_an_error_is_a_sentence(measuring: Callable[[str], Measuring]) -> None:
    failed = measuring('import sys; print(\'{"gate": {"passed": false}}\'); sys.exit(1)')
    failed.start([], os.environ)
    ended(failed)
    assert failed.view().state == "done"
    broken = measuring("import sys; print('Error: There is no index.', file=sys.stderr); sys.exit(1)")
    broken.start([], os.environ)
    ended(broken)
    assert (broken.view().state, broken.view().error) == ("failed", "There is no index.")
    broken.start([], os.environ)  # it can be tried again
    ended(broken)


def test_a_run_can_be_cancelled_and_a_second_one_cannot_start_beside_it(measuring: Callable[[str], Measuring]) -> None:
    one = measuring(TELLS)
    one.start(["30"], os.environ)
    with pytest.raises(MeasuringBusy):
        one.start(["0"], os.environ)
    until(one, lambda: one.view().total == 4)
    one.cancel()
    ended(one)
    assert (one.view().state, one.view().result) == ("cancelled", None)
    one.start(["0"], os.environ)
    ended(one)
    assert one.view().state == "failed"  # it printed no result


def test_a_command_that_does_not_exist_is_a_sentence() -> None:
    one = Measuring(["/nowhere/roadmap"])
    one.start([], os.environ)
    assert one.view().state == "failed"
    assert "could not be started" in one.view().error


def test_the_time_left_follows_the_pace(measuring: Callable[[str], Measuring]) -> None:
    from ui.measuring import MeasureView

    assert MeasureView("running", done=10, total=40, seconds=20).left == pytest.approx(60)
    assert MeasureView("running", done=2, total=40, seconds=20).left is None
    assert MeasureView().share == 0.0
