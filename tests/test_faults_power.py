"""The power fails during a change of the index: whatever the disk kept, the old index answers, or the new one.

A killed process loses nothing that it wrote, so killing it proves nothing about this. Here the operations of a change are
recorded, and every state that the disk may have after each of them is made and opened.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fakes import open_library
from faults_counts import Counts, Tally
from faults_disk import Operation, record
from faults_power import Tree, digest, read_folder, replay, states, write_tree
from faults_scenes import SCENES, Scene, leftovers, make_scene, rebuild, state

SEED = 20261121
pytestmark = pytest.mark.skipif(os.name == "nt", reason="folders cannot be forced to the disk there")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for is recorded; nothing waits for the real disk."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


def outcomes(
    scene: Scene, root: Path, data: Path, operations: Sequence[Operation], dice: random.Random, some: int
) -> Iterator[tuple[bool, Tree]]:
    """Every different state after every operation, and whether the change had been reported as done by then."""
    seen: set[bytes] = set()
    before = root.with_name("before")
    scene.copy(before / data.name) if scene.base.exists() else before.mkdir()
    model = read_folder(before)
    shutil.rmtree(before)
    for done in replay(model, root, operations):
        finished = done == len(operations)
        for tree in states(model, dice, some):
            name = digest(tree) + bytes([finished])
            if name not in seen:
                seen.add(name)
                yield finished, tree


def recorded(scene: Scene, root: Path) -> tuple[Path, list[Operation]]:
    """The data folder in which the change was made, and how."""
    root.mkdir()
    data = scene.copy(root / "data")
    operations = record(lambda: scene.act(data))
    assert state(data) == scene.after
    return data, operations


def wrong(scene: Scene, data: Path, finished: bool) -> str:
    """What must not be after a power cut; empty where all is well."""
    try:
        found = state(data)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    if finished and found != scene.after:
        return "what had been reported as done is lost"
    return "" if found in (scene.before, scene.after) else "something else than the old or the new state"


@pytest.mark.parametrize("prepare", SCENES, ids=lambda prepare: prepare.__name__)
def test_after_a_power_cut_the_old_index_answers_or_the_new_one(
    prepare: Callable[[Path, Path], str], tmp_path: Path, counts: Counts, tally: Tally
) -> None:
    scene = make_scene(tmp_path, prepare)
    dice = random.Random(SEED)
    root = tmp_path / "root"
    data, operations = recorded(scene, root)
    possible = list(outcomes(scene, root, data, operations, dice, counts.power_subsets))
    last = [outcome for outcome in possible if outcome[0]]
    earlier = [outcome for outcome in possible if not outcome[0]]
    chosen = last + dice.sample(earlier, min(len(earlier), counts.power_states))
    for at, (finished, tree) in enumerate(chosen):
        folder = tmp_path / "cut"
        write_tree(tree, folder)
        assert wrong(scene, folder / "data", finished) == "", (SEED, at)
        if at % 4 == 0:
            scene.act(folder / "data")
            assert state(folder / "data") == scene.after, (SEED, at)
            assert open_library(folder / "data").snapshot().warning == ""
            if scene.action == "build":
                assert leftovers(folder / "data") == []
        shutil.rmtree(folder)
    name = prepare.__name__.replace("_", " ")
    tally("T2", f"{name}: {len(chosen)} of {len(possible)} states after {len(operations)} operations (seed {SEED}); 0 lost")


@pytest.mark.parametrize("forgotten", ["file", "folder"])
def test_a_sync_that_were_forgotten_would_be_found(forgotten: str, tmp_path: Path) -> None:
    """The test above can fail: without the syncs of files, or of folders, some state loses what was reported as done."""
    scene = make_scene(tmp_path, rebuild)
    root = tmp_path / "root"
    data, operations = recorded(scene, root)
    folders = {operation.path for operation in operations if operation.kind == "make folder"} | {data / "index"}
    left = [o for o in operations if o.kind != "sync" or (o.path in folders) == (forgotten == "file")]
    assert len(left) < len(operations)
    found = set()
    for finished, tree in outcomes(scene, root, data, left, random.Random(SEED), 8):
        if finished:
            write_tree(tree, tmp_path / "cut")
            found.add(wrong(scene, tmp_path / "cut" / "data", finished))
            shutil.rmtree(tmp_path / "cut")
    assert "what had been reported as done is lost" in found
