"""The kernel as a witness: only `index.storage` changes the data folder, and in the order that survives a power cut."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults_counts import Tally
from faults_scenes import Scene, make_scene, rebuild, state

from index.folder import index_folder

HERE = Path(__file__).parent
STRACE = shutil.which("strace")
CHANGING = "openat,open,creat,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat"
SYNCING = "fsync,fdatasync,ftruncate,truncate,fchmod,chmod,fchmodat"
BUILD = """
import sys
from pathlib import Path
from faults_disk import WatchedDisk, on_disk
from faults_scenes import ACTIONS

told = []
with on_disk(WatchedDisk(told.append, wait=True)):
    ACTIONS["build"](Path(sys.argv[1]), Path(sys.argv[2]))
Path(sys.argv[3]).write_text("\\n".join(str(operation) for operation in told))
"""


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[str]]:
    """The data folder of a build, what the kernel saw it change there, and what `index.storage` says it changed."""
    if STRACE is None:
        pytest.skip("strace is not installed: apt-get install strace")
    folder = tmp_path_factory.mktemp("witness")
    scene: Scene = make_scene(folder, rebuild)
    data = scene.copy(folder / "data")
    log, told = folder / "strace.txt", folder / "told.txt"
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    watch = [STRACE, "-f", "-y", "-qq", "-s", "0", "-o", str(log), "-e", f"trace={CHANGING},{SYNCING}"]
    command = [*watch, sys.executable, "-c", BUILD, str(scene.corpus), str(data), str(told)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    if "PTRACE" in done.stderr or "ptrace" in done.stderr:
        pytest.skip("this system does not let a process be traced")
    assert done.returncode == 0, done.stderr
    assert state(data) == scene.after
    return data, list(seen(log.read_text(encoding="utf-8", errors="replace"), data)), told.read_text().splitlines()


def seen(log: str, data: Path) -> Iterator[str]:
    """The calls that succeeded and changed something below `data`, in the words of `faults_disk.Operation`."""
    for line in log.splitlines():
        call = re.match(r"\d+\s+(\w+)\((.*)\)\s+= (-?\d+)", line)
        if call is None or str(data) not in line or int(call[3]) < 0:
            continue
        name, arguments = call[1], call[2]
        paths = re.findall(r'"([^"]*)"|\d+<([^<>]*)>', arguments)
        named = [quoted or held for quoted, held in paths if (quoted or held).startswith(str(data))]
        if name in ("open", "openat", "creat"):
            if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", arguments) or name == "creat":
                yield f"create {named[-1]}"
        elif name in ("fsync", "fdatasync"):
            yield f"sync {named[0]}"
        elif name.startswith("rename"):
            yield f"move {named[0]} to {named[1]}"
        elif name.startswith("mkdir"):
            yield f"make folder {named[-1]}"
        elif name == "rmdir" or "AT_REMOVEDIR" in arguments:
            yield f"remove folder {named[-1]}"
        elif name.startswith("unlink"):
            yield f"remove file {named[-1]}"
        else:
            yield f"{name} {' '.join(named)}"


def test_nothing_but_the_storage_module_changes_the_data_folder(
    witnessed: tuple[Path, list[str], list[str]], tally: Tally
) -> None:
    data, kernel, told = witnessed
    lock = f"create {index_folder(data) / 'writer.lock'}"
    assert lock in kernel
    rest = [operation for operation in kernel if operation != lock and not operation.startswith("fchmod")]
    assert rest == [operation for operation in told if not operation.startswith("write ")]
    assert len(rest) > 40
    tally("T1", f"strace: the {len(rest)} changes that the kernel saw are those of index/storage.py, in its order")


def test_the_kernel_sees_everything_forced_to_the_disk_before_the_pointer_moves(
    witnessed: tuple[Path, list[str], list[str]],
) -> None:
    data, kernel, _ = witnessed
    root = index_folder(data)
    staging, published = root / ".staging-000003", root / "gen-000003"
    moved = kernel.index(f"move {staging} to {published}")
    pointed = kernel.index(f"move {root / 'CURRENT.tmp'} to {root / 'CURRENT'}")
    for path in published.rglob("*"):
        name = staging / path.relative_to(published)
        made = kernel.index(f"{'make folder' if path.is_dir() else 'create'} {name}")
        assert made < last(kernel, f"sync {name}") < moved, name
        assert made < last(kernel, f"sync {name.parent}") < moved, name
    assert moved < kernel.index(f"sync {root}", moved) < kernel.index(f"sync {root / 'CURRENT.tmp'}", moved) < pointed
    removed = next(at for at, operation in enumerate(kernel) if at > pointed and str(root / "gen-000001") in operation)
    assert pointed < kernel.index(f"sync {root}", pointed) < removed


def last(kernel: list[str], operation: str) -> int:
    """Where it is done for the last time."""
    return max(at for at, other in enumerate(kernel) if other == operation)
