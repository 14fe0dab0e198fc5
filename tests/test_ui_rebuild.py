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


def test_a_build_that_is_killed_is_a_failure_with_a_sentence(tmp_path: Path) -> None:
    rebuild = _script(tmp_path, "import time; time.sleep(60)")
    rebuild.start()
    deadline = time.monotonic() + 20
    while rebuild._child is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    rebuild.close()
    view = _ended(rebuild)
    assert view.state == "failed"
    assert view.error


def test_a_command_that_cannot_start_is_a_failure_with_a_sentence(tmp_path: Path) -> None:
    rebuild = Rebuild([str(tmp_path / "nothing")], {})
    rebuild.start()
    assert "could not be started" in _ended(rebuild).error


def test_shares_grow_from_stage_to_stage() -> None:
    shares = [RebuildView("running", stage, 1, 2).share for stage in ("", "read", "embed", "write", "publish")]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] < 1
