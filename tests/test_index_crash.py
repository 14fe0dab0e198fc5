"""A build that is killed, or whose disk fails, at any operation: the old index answers, or the new one, never a mixture."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import build, open_library, write_corpus
from faults_counts import Counts, Tally
from faults_scenes import (
    FIRST,
    SCENES,
    Scene,
    delete,
    first_build,
    leftovers,
    make_scene,
    more_documents,
    rebuild,
    repair,
    state,
)

from index import stat_cache
from index.folder import folder_of, index_folder
from index.storage import StorageFailed
from ingest.errors import RoadmapError

Prepare = Callable[[Path, Path], str]
resource = pytest.importorskip("resource", reason="the crasher forks, and limits files")
HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of builds need not wait for the disk; that they would is a test of its own."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def crash(scene: Scene, out: Path, mode: str, every: int = 1) -> list[tuple[Path, dict[str, str]]]:
    """Run the crasher; each data folder it left, with what it says of it."""
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    arguments = [scene.corpus, scene.base, out, scene.action, mode, every]
    command = [sys.executable, str(HERE / "index_crasher.py"), *(str(argument) for argument in arguments)]
    subprocess.run(command, check=True, env=environment, timeout=1200)
    told = [path for path in out.glob("*.json") if path.stat().st_size and mode != "trace"]
    told.sort(key=lambda path: int(path.stem))
    return [(path.with_suffix(""), json.loads(path.read_text())) for path in told]


def recovered(scene: Scene, stopped: list[tuple[Path, dict[str, str]]]) -> float:
    """Each interrupted change left the old state or the new one, and is done when it is asked for again.

    Gives the seconds that the slowest start after it took.
    """
    slowest, finished = 0.0, 0
    for data, told in stopped:
        assert told["error"] == "", told
        began = time.monotonic()
        found = state(data)
        slowest = max(slowest, time.monotonic() - began)
        assert found in (scene.before, scene.after), told
        finished += found == scene.after
        scene.act(data)
        assert state(data) == scene.after, told
        assert open_library(data).snapshot().warning == "", told
        if scene.action == "build":
            assert leftovers(data) == [], told
    assert finished > 0
    assert finished < len(stopped) or scene.before == scene.after
    return slowest


@pytest.mark.parametrize("prepare", SCENES, ids=lambda prepare: prepare.__name__)
def test_what_is_killed_at_any_operation_leaves_the_old_index_or_the_new_one(
    prepare: Prepare, tmp_path: Path, counts: Counts, tally: Tally
) -> None:
    for size in range(counts.corpora):
        folder = tmp_path / str(size)
        with more_documents(20 * size):
            scene = make_scene(folder, prepare)
            stopped = crash(scene, folder / "killed", "KILL")
            slowest = recovered(scene, stopped)
        name = prepare.__name__.replace("_", " ")
        of = f"{name} ({20 * size} documents more)" if size else name
        tally("T1", f"{of}: killed at {len(stopped)} points; 0 lost, 0 mixed; slowest start after it {slowest:.2f} s")
        assert len(stopped) > (70 if prepare in (first_build, rebuild, delete, repair) else 5)


@pytest.mark.parametrize("signal_name", ["TERM", "INT", "HUP"])
def test_a_build_ended_by_a_signal_leaves_no_lock_and_the_old_index_or_the_new_one(
    signal_name: str, tmp_path: Path, tally: Tally
) -> None:
    scene = make_scene(tmp_path, rebuild)
    stopped = crash(scene, tmp_path / "ended", signal_name, every=3)
    assert len(stopped) >= 30
    recovered(scene, stopped)
    tally("T12", f"{signal_name} at {len(stopped)} moments of a rebuild: ended at once, no stale lock, 0 lost, 0 mixed")


def test_nothing_is_published_before_it_is_on_the_disk(tmp_path: Path) -> None:
    scene = make_scene(tmp_path, rebuild)
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to see what is forced to the disk")
    crash(scene, tmp_path / "trace", "trace")
    operations: list[str] = json.loads((tmp_path / "trace" / "trace.json").read_text())
    root = index_folder(tmp_path / "trace" / "trace")
    staging, published = root / ".staging-000003", root / "gen-000003"
    moved = operations.index(f"os.rename {staging} {published}")
    pointed = operations.index(f"os.rename {root / 'CURRENT.tmp'} {root / 'CURRENT'}")
    files = [path.relative_to(published) for path in published.rglob("*") if path.is_file()]
    assert len(files) >= 10
    for file in files:
        opened = max(at for at, operation in enumerate(operations) if operation == f"open {staging / file}")
        assert opened < operations.index(f"fsync {staging / file}", opened) < moved, file
    for folder in (staging, staging / "lexical"):
        last_name = max(at for at, operation in enumerate(operations) if operation.startswith(f"open {folder}/"))
        assert last_name < operations.index(f"fsync {folder}", last_name) < moved
    assert moved < operations.index(f"fsync {root}", moved) < pointed
    assert f"fsync {root / 'CURRENT.tmp'}" in operations[moved:pointed]
    assert f"fsync {root}" in operations[pointed:]
    renamed = operations.index(f"os.rename {root / 'gen-000001'} {root / '.deleted-000001'}")
    first_removed = next(at for at, operation in enumerate(operations) if at > pointed and "remove" in operation)
    assert pointed < renamed < first_removed
    assert f"fsync {root}" in operations[pointed:first_removed], "the old one goes only once the new pointer is safe"


@pytest.mark.parametrize("room", [1, 100, 400, 1000, 2000, 3000])
def test_a_disk_that_takes_only_part_of_a_file_costs_nothing(room: int, tmp_path: Path) -> None:
    scene = make_scene(tmp_path, rebuild)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    error: RoadmapError | None = None
    try:
        build(scene.corpus, scene.base)
    except StorageFailed as failed:
        error = failed
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    assert error is not None
    assert "free space" in str(error)
    assert state(scene.base) == scene.before
    build(scene.corpus, scene.base)
    assert state(scene.base) == scene.after
    assert leftovers(scene.base) == []


def test_a_build_that_changes_nothing_still_clears_what_an_earlier_one_left(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FIRST), tmp_path / "data"
    build(corpus, data)
    root = index_folder(data)
    shutil.copytree(folder_of(data, 1), root / "gen-000002")  # written, never published
    (root / ".staging-000003").mkdir()
    (root / ".staging-000003" / "vectors.npy").write_bytes(bytes(1000))
    assert not build(corpus, data).published
    assert sorted(path.name for path in root.iterdir()) == ["CURRENT", "gen-000001", stat_cache.NAME, "writer.lock"]


def test_a_data_folder_that_cannot_be_written_is_one_named_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StorageFailed, match="could not be written"):
        build(write_corpus(tmp_path / "corpus"), tmp_path / "data")
