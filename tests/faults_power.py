"""What a disk may hold after a power cut: a model of files, names and what was forced out of memory.

Only a sync makes things certain. Until then each new, changed or deleted name of a folder is on the disk or not, whatever
became of the others (a rename counts as two: the new name, and the end of the old one), and the bytes written to a file are
there, missing, cut off, zeros, or altered. This is at least what ext4, XFS, Btrfs and APFS may do.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

from faults_disk import Operation

Tree: TypeAlias = "Mapping[str, bytes | Tree]"


@dataclass(eq=False)
class File:
    """A file: what is in it, and how much of that is certain."""

    data: bytes = b""
    synced: int = 0  # bytes


@dataclass(eq=False)
class Folder:
    """A folder: the names that are certain, and the changes since, in order; None ends a name."""

    names: dict[str, Node] = field(default_factory=dict)
    changes: list[tuple[str, Node | None]] = field(default_factory=list)

    def now(self) -> dict[str, Node]:
        """What the running system sees."""
        return _applied(self.names, self.changes)


Node: TypeAlias = File | Folder
Keep: TypeAlias = Callable[[int], bool]  # whether the change of a name with this number reached the disk
Damage: TypeAlias = Callable[[bytes], bytes]  # what became of bytes that were not forced out


def read_folder(path: Path) -> Folder:
    """A folder of the real disk, all of it certain."""
    found = {child.name: read_folder(child) if child.is_dir() else _whole(child.read_bytes()) for child in path.iterdir()}
    return Folder(dict(found))


def replay(root: Folder, at: Path, operations: Sequence[Operation]) -> Iterator[int]:
    """Do the operations one after the other in `root`, which stands for the path `at`; gives how many are done."""
    yield 0
    for done, operation in enumerate(operations, start=1):
        _apply(root, at, operation)
        yield done


def states(root: Folder, dice: random.Random, some: int) -> Iterator[Tree]:
    """What the disk may hold now: of the names all changes, none, each one alone, all but one, or `some` times some of them.

    Each of these with each kind of damage, where there is a file that can be damaged.
    """
    number = _uncertain(root)
    keeps: list[frozenset[int]] = [frozenset(range(number)), frozenset()]
    keeps += [frozenset({one}) for one in range(number)]
    keeps += [frozenset(range(number)) - {one} for one in range(number)]
    keeps += [frozenset(one for one in range(number) if dice.random() < 0.5) for _ in range(min(some, 2**number))]
    kinds = (_nothing, _all_lost, _cut, _zeros, _zero_end, *(_flipped(dice) for _ in range(max(1, some // 8))))
    for damage in kinds if _unsynced(root) else kinds[:1]:
        for keep in dict.fromkeys(keeps):
            yield _tree(root, keep.__contains__, damage, [0])


def digest(tree: Tree) -> bytes:
    """The same for trees that hold the same."""
    whole = hashlib.sha256()
    for name, node in sorted(tree.items()):
        whole.update(name.encode() + b"\0")
        whole.update(_sha256(node) if isinstance(node, bytes) else b"/" + digest(node))
    return whole.digest()


@lru_cache(maxsize=4096)
def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def write_tree(tree: Tree, path: Path) -> None:
    """Put a tree on the real disk."""
    path.mkdir()
    for name, node in tree.items():
        if isinstance(node, bytes):
            (path / name).write_bytes(node)
        else:
            write_tree(node, path / name)


def _apply(root: Folder, at: Path, operation: Operation) -> None:
    if operation.kind == "sync":
        node = _find(root, at, operation.path)
        if isinstance(node, File):
            node.synced = len(node.data)
        else:
            node.names, node.changes = node.now(), []
        return
    parent = _find(root, at, operation.path.parent)
    assert isinstance(parent, Folder)
    name = operation.path.name
    if operation.kind == "make folder":
        parent.changes.append((name, Folder()))
    elif operation.kind == "create":
        parent.changes.append((name, File()))
    elif operation.kind == "write":
        file = parent.now()[name]
        assert isinstance(file, File)
        file.data += operation.data
    elif operation.kind == "move":
        assert operation.target is not None
        moved = parent.now()[name]
        target = _find(root, at, operation.target.parent)
        assert isinstance(target, Folder)
        parent.changes.append((name, None))
        target.changes.append((operation.target.name, moved))
    else:
        parent.changes.append((name, None))


def _find(root: Folder, at: Path, path: Path) -> Node:
    node: Node = root
    for name in path.relative_to(at).parts:
        assert isinstance(node, Folder)
        node = node.now()[name]
    return node


def _uncertain(folder: Folder) -> int:
    """How many changes of names are not certain."""
    inside = sum(_uncertain(node) for node in folder.now().values() if isinstance(node, Folder))
    return len(folder.changes) + inside


def _unsynced(folder: Folder) -> bool:
    """Whether there is a file of which not every byte is certain."""
    return any(_unsynced(node) if isinstance(node, Folder) else node.synced < len(node.data) for node in folder.now().values())


def _tree(folder: Folder, keep: Keep, damage: Damage, count: list[int]) -> Tree:
    kept: list[tuple[str, Node | None]] = []
    for change in folder.changes:
        if keep(count[0]):
            kept.append(change)
        count[0] += 1
    found: dict[str, bytes | Tree] = {}
    for name, node in _applied(folder.names, kept).items():
        if isinstance(node, File):
            found[name] = node.data[: node.synced] + (damage(node.data[node.synced :]) if node.synced < len(node.data) else b"")
        else:
            found[name] = _tree(node, keep, damage, count)
    return found


def _applied(names: Mapping[str, Node], changes: Sequence[tuple[str, Node | None]]) -> dict[str, Node]:
    found = dict(names)
    for name, node in changes:
        if node is None:
            found.pop(name, None)
        else:
            found[name] = node
    return found


def _whole(data: bytes) -> File:
    return File(data, len(data))


def _nothing(data: bytes) -> bytes:
    return data


def _all_lost(data: bytes) -> bytes:
    return b""


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _zeros(data: bytes) -> bytes:
    return bytes(len(data))


def _zero_end(data: bytes) -> bytes:
    return data[: len(data) // 2] + bytes(len(data) - len(data) // 2)


def _flipped(dice: random.Random) -> Damage:
    def flip(data: bytes) -> bytes:
        damaged = bytearray(data)
        damaged[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        return bytes(damaged)

    return flip
