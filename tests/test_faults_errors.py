"""The disk refuses an operation, once or from then on: the old index answers, the message says why, nothing is left behind."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import build, open_library
from faults_counts import Counts, Tally
from faults_disk import Operation, WatchedDisk, on_disk
from faults_scenes import Scene, State, collect, delete, first_build, leftovers, make_scene, rebuild, repair, roll_back, state

from index import generation, storage
from index.folder import IndexUnreadable, folder_of, index_folder
from index.storage import StorageFailed

Prepare = Callable[[Path, Path], str]
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)


class Refusal:
    """Refuses operation number `at`, counted from 0, and with `lasting` every one after it."""

    def __init__(self, at: int, code: int, lasting: bool) -> None:
        self.at, self.code, self.lasting = at, code, lasting
        self.seen = 0
        self.refused: Operation | None = None

    def __call__(self, operation: Operation) -> None:
        number, self.seen = self.seen, self.seen + 1
        if number == self.at or (self.lasting and number > self.at):
            self.refused = self.refused or operation
            raise OSError(self.code, os.strerror(self.code), str(operation.path))


def failing(scene: Scene, data: Path, refusal: Refusal) -> str:
    """What the change says when it meets `refusal`."""
    with on_disk(WatchedDisk(refusal, half=True)), pytest.raises(StorageFailed) as failed:
        scene.act(data)
    return str(failed.value)


def check(scene: Scene, data: Path, refusal: Refusal) -> bool:
    """Everything that must hold after a refusal; gives whether the change had left nothing behind by itself."""
    message = failing(scene, data, refusal)
    told = (refusal.refused, refusal.lasting, message)
    assert os.strerror(refusal.code) in message, told
    assert message.endswith("and run it again."), told
    assert refusal.refused is not None
    if refusal.code in NO_ROOM and refusal.refused.kind in ("create", "write"):
        assert re.search(r"takes [\d,]+ bytes and [\d,]+ are free; free space", message), told
    assert state(data) in (scene.before, scene.after), told
    folder = index_folder(data)
    clean = not folder.is_dir() or not any(path.name.startswith((".staging", ".deleted")) for path in folder.iterdir())
    scene.act(data)
    assert state(data) == scene.after, told
    assert open_library(data).snapshot().warning == "", told
    if scene.action == "build":
        assert leftovers(data) == [], told
    return clean


@pytest.mark.parametrize("prepare", [rebuild, first_build, delete, roll_back, repair, collect], ids=lambda p: p.__name__)
def test_a_disk_that_refuses_any_operation_costs_nothing_and_is_named(
    prepare: Prepare, tmp_path: Path, counts: Counts, tally: Tally, request: pytest.FixtureRequest
) -> None:
    scene = make_scene(tmp_path, prepare)
    whole: list[Operation] = []
    with on_disk(WatchedDisk(whole.append, half=True)):
        scene.act(scene.copy(tmp_path / "whole"))
    assert len(whole) > (60 if prepare is rebuild else 4)
    nightly = bool(request.config.getoption("--nightly"))
    done = clean = 0
    for at in range(len(whole)):
        cases = [(code, lasting) for lasting in (False, True) for code in counts.errors]
        if not nightly:  # each error at each point of a rebuild, once and lasting by turns; elsewhere one of the four by turns
            number = len(counts.errors)
            cases = cases[at % 2 * number :][:number] if prepare is rebuild else [cases[at % len(cases)]]
        for case, (code, lasting) in enumerate(cases):
            clean += check(scene, scene.copy(tmp_path / f"{at}-{case}"), Refusal(at, code, lasting))
            done += 1
    codes = ", ".join(errno.errorcode[code] for code in counts.errors)
    name = prepare.__name__.replace("_", " ")
    how = "each once and lasting" if nightly else "once or lasting by turns"
    tally("T4", f"{name}: {done} errors at {len(whole)} operations ({codes}, {how}); 0 lost, {clean} left nothing behind")


def test_what_a_build_needs_is_compared_with_what_is_free_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = make_scene(tmp_path, rebuild)
    size = sum(path.stat().st_size for path in folder_of(tmp_path / "done", 3).rglob("*") if path.is_file())

    class Usage:
        free = size // 2

    monkeypatch.setattr(storage.shutil, "disk_usage", lambda path: Usage)
    operations: list[Operation] = []
    room = r"takes [\d,]+ bytes and [\d,]+ are free; free space and run it again"
    with pytest.raises(storage.StorageFull, match=room) as full, on_disk(WatchedDisk(operations.append)):
        scene.act(scene.base)
    assert operations == []
    takes, free = (int(number.replace(",", "")) for number in re.findall(r"([\d,]+) (?:bytes|are)", str(full.value)))
    manifest = (folder_of(tmp_path / "done", 3) / "manifest.json").stat().st_size
    assert (takes, free) == (size - manifest, size // 2)
    assert state(scene.base) == scene.before


@pytest.mark.parametrize("code", [errno.EIO, errno.EMFILE, errno.EACCES], ids=errno.errorcode.__getitem__)
def test_what_cannot_be_read_is_damage_only_where_the_disk_says_so(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    """A file the disk has lost is replaced by the earlier generation; one that may not be read now deletes nothing."""
    scene = make_scene(tmp_path, rebuild)
    earlier = state_of(scene.base, 1)
    names = [path for path in folder_of(scene.base, 2).rglob("*") if path.is_file()]
    names.append(index_folder(scene.base) / "CURRENT")
    before = {path: path.read_bytes() for path in scene.base.rglob("*") if path.is_file()}
    whole = Path.open
    for name in names:

        def opened(path: Path, *arguments: Any, name: Path = name, **more: Any) -> Any:
            if path == name:
                raise OSError(code, os.strerror(code), str(path))
            return whole(path, *arguments, **more)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", opened)
            if code == errno.EIO:
                assert state(scene.base) == (scene.before if name.name == "CURRENT" else earlier), name
                assert "run `roadmap index" in open_library(scene.base).snapshot().warning
            else:
                with pytest.raises(IndexUnreadable, match=re.escape(os.strerror(code))):
                    state(scene.base)
                with pytest.raises(IndexUnreadable):
                    build(scene.corpus, scene.base)
        assert {path: path.read_bytes() for path in before} == before, "an error of reading deletes nothing"
        assert state(scene.base) == scene.before
    tally("T4", f"{errno.errorcode[code]} on reading each of {len(names)} files: nothing deleted, nothing wrong answered")


def state_of(data: Path, number: int) -> State | None:
    """The state of an earlier generation."""
    pointer = index_folder(data) / "CURRENT"
    current = pointer.read_bytes()
    generation.publish(data, number)
    found = state(data)
    pointer.write_bytes(current)
    return found
