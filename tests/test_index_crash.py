"""A build that is killed, or whose disk fails, at any operation: the old index answers, or the new one, never a mixture."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fakes import BREAD, PLAN, RIVERS, build, open_library, write_corpus

from index import generation
from index.generation import IndexMissing
from index.storage import StorageFailed
from ingest.errors import RoadmapError

resource = pytest.importorskip("resource", reason="the crasher forks, and limits files")

FIRST = {"plan.md": PLAN, "bread.md": BREAD}
CHANGES = {
    "first build": (None, FIRST),
    "rebuild": (FIRST, {"plan.md": PLAN + "\nNew: kubernetes.\n", "bread.md": BREAD, "rivers.md": RIVERS}),
    "delete": (FIRST, {"plan.md": PLAN}),
}
State = tuple[Mapping[str, str], tuple[str, ...], bytes, bytes]  # texts by id, passage ids, vectors, sentence vectors


@dataclass(frozen=True)
class Scene:
    """What a stopped build started from and was to make; `before` is None where there was nothing."""

    corpus: Path
    base: Path
    before: State | None
    after: State


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of builds need not wait for the disk; that they would is a test of its own."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def state(data: Path) -> State | None:
    """What is searched in this data folder; None without an index."""
    try:
        snapshot = open_library(data).snapshot()
    except IndexMissing:
        return None
    assert snapshot.search("statistics kubernetes flour danube", 5)
    texts = {document.id: document.text for document in snapshot.documents.values()}
    assert np.array_equal(snapshot.dense.reconstruct_n(0, len(snapshot.passages)), snapshot.vectors)
    ids = tuple(passage.id for passage in snapshot.passages)
    return texts, ids, snapshot.vectors.tobytes(), snapshot.sentences.vectors.tobytes()


@pytest.fixture(params=CHANGES)
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    before, after = CHANGES[request.param]
    return make_scene(tmp_path, before, after)


def make_scene(folder: Path, before: Mapping[str, str] | None, after: Mapping[str, str]) -> Scene:
    base = folder / "base"
    if before is not None:  # two generations, so that the build also deletes one
        build(write_corpus(folder / "corpus", {"old.md": RIVERS}), base)
        build(write_corpus(folder / "corpus", before), base)
    corpus = write_corpus(folder / "corpus", after)
    if before is not None:
        shutil.copytree(base, folder / "after")
    build(corpus, folder / "after")
    done = state(folder / "after")
    assert done is not None
    return Scene(corpus, base, state(base) if before is not None else None, done)


def crash(scene: Scene, out: Path, mode: str) -> list[tuple[Path, dict[str, str]]]:
    """Run the crasher; each data folder it left, with what it says of it."""
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here.parent}{os.pathsep}{here}"}
    command = [sys.executable, str(here / "index_crasher.py"), str(scene.corpus), str(scene.base), str(out), mode]
    subprocess.run(command, check=True, env=environment, timeout=200)
    told = sorted((path for path in out.glob("*.json") if path.stat().st_size), key=lambda path: int(path.stem))
    return [(path.with_suffix(""), json.loads(path.read_text())) for path in told]


def leftovers(data: Path) -> list[str]:
    """What does not belong to an index with at most two generations."""
    names = sorted(path.name for path in generation.index_folder(data).iterdir())
    generations = [name for name in names if name.startswith("gen-")]
    return [name for name in names if name not in ("CURRENT", "writer.lock", *generations[-2:])]


def test_a_build_killed_at_any_operation_leaves_the_old_index_or_the_new_one(scene: Scene, tmp_path: Path) -> None:
    stopped = crash(scene, tmp_path / "killed", "kill")
    assert len(stopped) > 60
    finished = 0
    for data, told in stopped:
        found = state(data)
        assert found in (scene.before, scene.after), told
        finished += found == scene.after
        build(scene.corpus, data)
        assert state(data) == scene.after, told
        assert open_library(data).snapshot().warning == "", told
        assert leftovers(data) == [], told
    assert 0 < finished < len(stopped)


def test_a_disk_that_fails_at_any_operation_costs_nothing_and_is_named(tmp_path: Path) -> None:
    scene = make_scene(tmp_path, *CHANGES["rebuild"])
    stopped = crash(scene, tmp_path / "failed", "fail")
    assert len(stopped) > 60
    for reason in ("No space left on device", "Input/output error"):
        assert sum(reason in told["message"] for _, told in stopped) >= len(stopped) // 2
    for data, told in stopped:
        assert told["error"] == "StorageFailed", told
        assert "run it again" in told["message"], told
        assert state(data) in (scene.before, scene.after), told
        build(scene.corpus, data)
        assert state(data) == scene.after, told
        assert leftovers(data) == [], told


def test_nothing_is_published_before_it_is_on_the_disk(tmp_path: Path) -> None:
    scene = make_scene(tmp_path, *CHANGES["rebuild"])
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to see what is forced to the disk")
    crash_out = tmp_path / "trace"
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": f"{here.parent}{os.pathsep}{here}"}
    command = [sys.executable, str(here / "index_crasher.py"), str(scene.corpus), str(scene.base), str(crash_out), "trace"]
    subprocess.run(command, check=True, env=environment, timeout=60)
    operations: list[str] = json.loads((crash_out / "trace.json").read_text())
    root = generation.index_folder(crash_out / "trace")
    staging, published = root / ".staging-000003", root / "gen-000003"
    moved = operations.index(f"os.rename {staging} {published}")
    pointed = operations.index(f"os.rename {root / 'CURRENT.tmp'} {root / 'CURRENT'}")
    files = [path.relative_to(published) for path in published.rglob("*") if path.is_file()]
    assert len(files) > 10
    for file in files:
        opened = max(at for at, operation in enumerate(operations) if operation == f"open {staging / file}")
        assert opened < operations.index(f"fsync {staging / file}", opened) < moved, file
    for folder in (staging, staging / "lexical"):
        last_name = max(at for at, operation in enumerate(operations) if operation.startswith(f"open {folder}/"))
        assert last_name < operations.index(f"fsync {folder}", last_name) < moved
    assert moved < operations.index(f"fsync {root}", moved) < pointed
    assert f"fsync {root / 'CURRENT.tmp'}" in operations[moved:pointed]
    assert f"fsync {root}" in operations[pointed:]
    first_removed = next(at for at, operation in enumerate(operations) if at > pointed and "remove" in operation)
    assert f"fsync {root}" in operations[pointed:first_removed], "the old one goes only once the new pointer is safe"


@pytest.mark.parametrize("room", [1, 100, 400, 1000, 2000, 3000])
def test_a_disk_that_takes_only_part_of_a_file_costs_nothing(room: int, tmp_path: Path) -> None:
    scene = make_scene(tmp_path, *CHANGES["rebuild"])
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
    root = generation.index_folder(data)
    shutil.copytree(generation.folder_of(data, 1), root / "gen-000002")  # written, never published
    (root / ".staging-000003").mkdir()
    (root / ".staging-000003" / "vectors.npy").write_bytes(bytes(1000))
    assert not build(corpus, data).published
    assert sorted(path.name for path in root.iterdir()) == ["CURRENT", "gen-000001", "writer.lock"]


def test_a_data_folder_that_cannot_be_written_is_one_named_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StorageFailed, match="could not be written"):
        build(write_corpus(tmp_path / "corpus"), tmp_path / "data")
