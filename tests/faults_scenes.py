"""What is interrupted in the fault tests: changes of an index, each with the state before and the state after it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import BREAD, PLAN, RIVERS, build, open_library, write_corpus

from index import generation, stat_cache
from index.folder import IndexMissing, folder_of, index_folder, numbers

FIRST = {"plan.md": PLAN, "bread.md": BREAD}
CHANGED = {"plan.md": PLAN + "\nNew: kubernetes.\n", "bread.md": BREAD, "rivers.md": RIVERS}
QUESTION = "statistics kubernetes flour danube"
State = tuple[Mapping[str, str], tuple[str, ...], bytes, bytes]  # texts by id, passage ids, vectors, sentence vectors


@dataclass(frozen=True)
class Scene:
    """One change; `before` is None where there was no index."""

    corpus: Path
    base: Path  # a data folder to copy, which may be missing
    action: str  # a name in ACTIONS
    before: State | None
    after: State

    def act(self, data: Path) -> None:
        """Make the change in a copy of `base`."""
        ACTIONS[self.action](self.corpus, data)

    def copy(self, target: Path) -> Path:
        """A data folder to make it in. Links are enough: a file of the index is never changed in place."""
        if self.base.exists():
            shutil.copytree(self.base, target, copy_function=os.link)
        return target


def _build(corpus: Path, data: Path) -> None:
    build(corpus, data)


def _roll_back(corpus: Path, data: Path) -> None:
    generation.publish(data, numbers(data)[-2])


ACTIONS: Mapping[str, Callable[[Path, Path], None]] = {"build": _build, "roll back": _roll_back}


def first_build(folder: Path, corpus: Path) -> str:
    """Nothing is there."""
    write_corpus(corpus, FIRST)
    return "build"


def rebuild(folder: Path, corpus: Path) -> str:
    """One document was changed and one added; generation 1 is to be deleted."""
    _two(folder, corpus, FIRST)
    write_corpus(corpus, CHANGED)
    return "build"


def delete(folder: Path, corpus: Path) -> str:
    """A document was deleted."""
    _two(folder, corpus, FIRST)
    write_corpus(corpus, {"plan.md": PLAN})
    return "build"


def roll_back(folder: Path, corpus: Path) -> str:
    """The earlier generation is to be used again."""
    _two(folder, corpus, FIRST)
    return "roll back"


def repair(folder: Path, corpus: Path) -> str:
    """The current generation is damaged, so that the earlier one answers: it must not be lost."""
    _two(folder, corpus, FIRST)
    vectors = folder_of(folder, 2) / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"?")
    return "build"


def collect(folder: Path, corpus: Path) -> str:
    """Nothing changed, but interrupted builds left something of every kind behind."""
    _two(folder, corpus, FIRST)
    root = index_folder(folder)
    shutil.copytree(root / "gen-000002", root / "gen-000003")  # written, never published
    shutil.copytree(root / "gen-000002", root / ".staging-000004")
    shutil.copytree(root / "gen-000001", root / ".deleted-000001")
    (root / "CURRENT.tmp").write_bytes(b"3 ")
    return "build"


@contextmanager
def more_documents(number: int) -> Iterator[None]:
    """Scenes that are prepared meanwhile have so many documents more."""
    more = {f"more/{n}.md": f"# Topic {n}\n\n" + f"Topic{n} takes {n} weeks. " * n for n in range(number)}
    with pytest.MonkeyPatch.context() as patch:
        for files in (FIRST, CHANGED):
            for name, text in more.items():
                patch.setitem(files, name, text)
        yield


SCENES = (first_build, rebuild, delete, roll_back, repair, collect)


def _two(folder: Path, corpus: Path, files: Mapping[str, str]) -> None:
    """Two generations, so that a build also deletes one."""
    build(write_corpus(corpus, {"old.md": RIVERS}), folder)
    build(write_corpus(corpus, files), folder)


def make_scene(folder: Path, prepare: Callable[[Path, Path], str]) -> Scene:
    """Make the change once, undisturbed, to know how it ends."""
    base, corpus, done = folder / "base", folder / "corpus", folder / "done"
    action = prepare(base, corpus)
    if base.exists():
        shutil.copytree(base, done)
    ACTIONS[action](corpus, done)
    after = state(done)
    assert after is not None
    return Scene(corpus, base, action, state(base), after)


def state(data: Path) -> State | None:
    """What is searched in this data folder; None without an index."""
    try:
        snapshot = open_library(data).snapshot()
    except IndexMissing:
        return None
    assert snapshot.search(QUESTION, 5)
    texts = {document.id: document.text for document in snapshot.documents.values()}
    assert all(snapshot.vectors[snapshot.dense.nearest(v, 1)[0]] @ v > 0.999 for v in snapshot.vectors)
    ids = tuple(passage.id for passage in snapshot.passages)
    return texts, ids, snapshot.vectors.tobytes(), snapshot.sentences.vectors.tobytes()


def leftovers(data: Path) -> list[str]:
    """What does not belong to an index with at most two generations."""
    names = sorted(path.name for path in index_folder(data).iterdir())
    generations = [name for name in names if name.startswith("gen-")]
    return [name for name in names if name not in ("CURRENT", "writer.lock", stat_cache.NAME, *generations[-2:])]
