"""A build runs in a process of its own and tells how far it is."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from ui.rebuild import Rebuild, RebuildView

PROGRESS = '{{"stage": "{}", "done": {}, "total": {}, "document": "a.md"}}'
REPORT = '{"generation": 2, "published": true, "documents": [{"id": "a.md", "action": "added"}], "passages": 1}'


def _script(tmp_path: Path, text: str) -> Rebuild:
    file = tmp_path / "build.py"
    file.write_text(text)
    return Rebuild([sys.executable, str(file)], dict(os.environ))


def _ended(rebuild: Rebuild) -> RebuildView:
    deadline = time.monotonic() + 20
    while rebuild.view().state == "running":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return rebuild.view()


def test_progress_is_read_line_by_line_and_the_report_at_the_end(tmp_path: Path) -> None:
    wait = tmp_path / "go"
    lines = [PROGRESS.format("read", 1, 1), PROGRESS.format("embed", 3, 4)]
    rebuild = _script(
        tmp_path,
        "import pathlib, sys, time\n"
        + "".join(f"print({line!r}, file=sys.stderr, flush=True)\n" for line in lines)
        + f"while not pathlib.Path({str(wait)!r}).exists(): time.sleep(0.01)\n"
        + f"print({REPORT!r})\n",
    )
    assert rebuild.view().state == "idle"
    assert rebuild.start()
    deadline = time.monotonic() + 20
    while rebuild.view().stage != "embed":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    view = rebuild.view()
    assert (view.done, view.total, view.document) == (3, 4, "a.md")
    assert view.share == pytest.approx(0.2 + 0.7 * 0.75)
    assert not rebuild.start(), "a second build must not begin while one is running"
    wait.touch()
    view = _ended(rebuild)
    assert view.state == "done"
    assert view.report is not None
    assert view.report["generation"] == 2
    assert view.share == 1.0


def test_refused_documents_are_no_failure(tmp_path: Path) -> None:
    rebuild = _script(tmp_path, f"print({REPORT!r}); raise SystemExit(3)")
    rebuild.start()
    assert _ended(rebuild).state == "done"


def test_a_failed_build_says_why_and_can_be_begun_again(tmp_path: Path) -> None:
    rebuild = _script(tmp_path, "import sys; print('Error: the disk is full.', file=sys.stderr); raise SystemExit(1)")
    for _ in range(2):
        assert rebuild.start()
        view = _ended(rebuild)
        assert (view.state, view.error) == ("failed", "the disk is full.")


def test_a_report_of_many_documents_does_not_hold_the_build_up(tmp_path: Path) -> None:
    report = '{"documents": ["' + "x" * 300_000 + '"]}'
    rebuild = _script(tmp_path, f"import sys; print({report!r}, flush=True); print('done', file=sys.stderr)")
    rebuild.start()
    view = _ended(rebuild)
    assert view.report is not None
    assert len(view.report["documents"][0]) == 300_000


def test_a_build_that_is_stopped_after_it_was_published_does_not_say_that_nothing_has_changed(tmp_path: Path) -> None:
    line = PROGRESS.format("publish", 1, 1)
    rebuild = _script(tmp_path, f"import sys, time; print({line!r}, file=sys.stderr, flush=True); time.sleep(60)")
    rebuild.start()
    deadline = time.monotonic() + 20
    while rebuild.view().stage != "publish":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    rebuild.close()
    view = _ended(rebuild)
    assert (view.state, "as it was before" in view.error) == ("stopped", False)


def test_a_build_that_is_killed_is_a_failure_with_a_sentence(tmp_path: Path) -> None:
    rebuild = _script(tmp_path, "import time; time.sleep(60)")
    rebuild.start()
    deadline = time.monotonic() + 20
    while rebuild._child is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    rebuild._child.kill()
    view = _ended(rebuild)
    assert view.state == "failed"
    assert view.error


def test_a_build_that_is_stopped_says_that_nothing_has_changed_and_the_next_one_runs(tmp_path: Path) -> None:
    go = tmp_path / "go"
    text = f"import pathlib, time\nif not pathlib.Path({str(go)!r}).exists(): time.sleep(60)\nprint({REPORT!r})\n"
    rebuild = _script(tmp_path, text)
    rebuild.start(again=True)
    rebuild.start(again=True)
    rebuild.close()
    view = _ended(rebuild)
    assert (view.state, view.number) == ("stopped", 1)
    assert "as it was before" in view.error
    go.touch()
    rebuild.start()
    assert (_ended(rebuild).state, rebuild.view().number) == ("done", 2)


def test_what_is_asked_for_during_a_build_follows_it(tmp_path: Path) -> None:
    go = tmp_path / "go"
    rebuild = _script(
        tmp_path,
        f"import pathlib, time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\nprint({REPORT!r})\n",
    )
    rebuild.start()
    assert not rebuild.start(again=True)
    assert not rebuild.start(again=True)
    go.touch()
    deadline = time.monotonic() + 20
    while (view := rebuild.view()).state == "running" or view.number < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.2)
    assert rebuild.view().number == 2, "two wishes during one build are one build more"


def test_which_documents_were_read_is_told_while_it_runs(tmp_path: Path) -> None:
    line = '{{"stage": "{}", "done": {}, "total": 3, "document": "{}"}}'
    lines = [line.format("read", 1, "a.md"), line.format("read", 2, "b.md")]
    rebuild = _script(
        tmp_path,
        "import sys, time\n"
        + "".join(f"print({text!r}, file=sys.stderr, flush=True)\n" for text in lines)
        + "time.sleep(60)\n",
    )
    rebuild.start()
    deadline = time.monotonic() + 20
    while rebuild.view().document != "b.md":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert rebuild.has_read("a.md")
    assert not rebuild.has_read("b.md"), "its turn has only come"
    rebuild.close()
    _ended(rebuild)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (RebuildView("running", "read", 5, 10, seconds=5.0), None),
        (RebuildView("running", "embed", 0, 100, seconds=5.0, stage_seconds=1.0), None),
        (RebuildView("running", "embed", 25, 100, seconds=15.0, stage_seconds=10.0), 30.0 * 0.8 / 0.7),
        (RebuildView("running", "embed", 20, 100, seconds=15.0, stage_seconds=0.5, stage_done=20), None),
        (RebuildView("running", "embed", 40, 100, seconds=15.0, stage_seconds=10.0, stage_done=20), 30.0 * 0.8 / 0.7),
        (RebuildView("running", "embed", 100, 100, seconds=45.0, stage_seconds=40.0), 0.0),
        (RebuildView("done", seconds=45.0), None),
    ],
)
def test_the_time_that_is_left_is_told_when_it_can_be_known(view: RebuildView, expected: float | None) -> None:
    assert view.remaining == (None if expected is None else pytest.approx(expected))


def test_a_command_that_cannot_start_is_a_failure_with_a_sentence(tmp_path: Path) -> None:
    rebuild = Rebuild([str(tmp_path / "nothing")], {})
    rebuild.start()
    assert "could not be started" in _ended(rebuild).error


def test_shares_grow_from_stage_to_stage() -> None:
    shares = [RebuildView("running", stage, 1, 2).share for stage in ("", "read", "embed", "write", "publish")]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] < 1
