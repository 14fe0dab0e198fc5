"""Any order of changes, builds, crashes, damage and questions, against plain dictionaries of what must be found.

Every text holds a word of its own (`qx17z`), so that where it is found, and whether a byte of it is left, can be told.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import WordEmbedder, open_library
from faults_counts import Counts, Tally
from faults_disk import Operation, WatchedDisk, on_disk
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from index import generation
from index.build import update
from index.folder import IndexDamaged, IndexMissing, Pointer, current, current_number, folder_of, index_folder, numbers
from index.library import EmbedderMismatch
from index.search import Snapshot
from index.storage import StorageFailed
from ingest.errors import CorpusEmpty

STEPS = 30
NAMES = ("a.md", "b.md", "sub/c.md", "d.md")
Files = dict[str, int]  # the number of the text, by name


class Killed(BaseException):
    """The process is dead: nothing that it still does reaches the disk."""


@dataclass(slots=True)
class Generation:
    """What a generation must hold."""

    files: Files
    embedder: str
    manifest: tuple[bytes, int, int]  # with the time it was written and its inode: two may be equal within a second
    sound: bool = True


def word(number: int) -> str:
    """The word that only this text has."""
    return f"qx{number}z"


def text_of(number: int) -> str:
    """A small document."""
    return f"# Topic {word(number)}\n\nIt is about {word(number)} and takes weeks.\n\n## Then\n\n- practise {word(number)}\n"


class IndexMachine(RuleBasedStateMachine):
    """The index under test, and the dictionaries it is compared with."""

    done: dict[str, int]  # how often each rule ran, over all runs; set by the test

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(dir=self.scratch))  # type: ignore[attr-defined]
        self.corpus, self.data = self.folder / "corpus", self.folder / "data"
        self.corpus.mkdir()
        self.files: Files = {}
        self.texts = 0
        self.embedder = WordEmbedder()
        self.generations: dict[int, Generation] = {}
        self.pointer: int | None = None
        self.touched = True
        self.restart()

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # what learners do to the documents

    @initialize()
    def begin(self) -> None:
        self.put("a.md", self.new_text())
        self.build()

    @rule(name=st.sampled_from(NAMES))
    def upload_or_change(self, name: str) -> None:
        self.count("changes")
        self.put(name, self.new_text())

    @precondition(lambda self: self.files)
    @rule(pick=st.integers(0, 9), name=st.sampled_from(NAMES))
    def rename(self, pick: int, name: str) -> None:
        old = self.any_file(pick)
        if old != name:
            self.count("renames")
            self.put(name, self.files[old])
            self.drop(old)

    @precondition(lambda self: self.files)
    @rule(pick=st.integers(0, 9), name=st.sampled_from(NAMES))
    def twin(self, pick: int, name: str) -> None:
        self.count("twins")
        self.put(name, self.files[self.any_file(pick)])

    @precondition(lambda self: self.files)
    @rule(pick=st.integers(0, 9))
    def delete(self, pick: int) -> None:
        self.count("deletions")
        self.drop(self.any_file(pick))

    # what is done to the index

    @rule(name=st.sampled_from(NAMES))
    def change_and_build(self, name: str) -> None:
        self.put(name, self.new_text())
        self.build()

    @precondition(lambda self: len(self.files) > 1)
    @rule(pick=st.integers(0, 9))
    def delete_and_build(self, pick: int) -> None:
        self.count("deletions")
        self.drop(self.any_file(pick))
        self.build()

    @rule()
    def rebuild(self) -> None:
        self.build(rebuild=True)

    @rule()
    def build(self, rebuild: bool = False) -> None:
        """Afterwards the index is what the folder is, and what is in no kept generation is in no file."""
        self.touched = True
        self.count("builds")
        known = set() if rebuild else self.embedded()
        self.embedder.texts.clear()
        try:
            self.update(rebuild)
        except CorpusEmpty:
            assert not self.files
            self.look()
            assert self.usable() is None, "what was deleted last can still be found"
            return
        self.look()
        assert self.usable() == (self.files, False)
        assert len(self.generations) <= 2
        new = set(self.files.values()) - known
        texts = [text for text in self.embedder.texts if "It is about" in text]
        assert sorted(texts) == sorted({text for text in texts if any(word(number) in text for number in new)}), "no text twice"
        held = {number for kept in self.generations.values() for number in kept.files.values()}
        on_disk = b"".join(path.read_bytes() for path in self.data.rglob("*") if path.is_file())
        gone = [number for number in range(self.texts) if number not in held and word(number).encode() in on_disk]
        assert gone == [], "deleted text is still on the disk"

    @rule(at=st.integers(0, 75))
    def kill(self, at: int) -> None:
        self.count("kills")
        self.interrupted(at, Killed())
        self.restart()

    @rule(at=st.integers(0, 75), code=st.sampled_from([5, 28]))
    def refuse(self, at: int, code: int) -> None:
        self.count("refusals of the disk")
        self.interrupted(at, OSError(code, os.strerror(code)))

    @precondition(lambda self: self.pointer is not None and len(self.generations) == 2)
    @rule()
    def roll_back(self) -> None:
        self.touched = True
        self.count("rollbacks")
        earlier = min(self.generations)
        generation.publish(self.data, earlier)
        self.pointer = earlier

    @precondition(lambda self: self.generations)
    @rule(newest=st.booleans(), file=st.integers(0, 20), at=st.integers(0, 10_000))
    def damage(self, newest: bool, file: int, at: int) -> None:
        self.touched = True
        self.count("damages")
        number = (max if newest else min)(self.generations)
        files = sorted(path for path in folder_of(self.data, number).rglob("*") if path.is_file())
        path = files[file % len(files)]
        data = bytearray(path.read_bytes())
        data[at % len(data)] ^= 1 << at % 8
        if self.generations[number].sound:  # a second damage might undo the first
            path.write_bytes(data)
            self.generations[number].sound = False
            self.generations[number].manifest = self.manifest_of(number)

    @precondition(lambda self: self.pointer is not None)
    @rule(data=st.sampled_from([b"", b"7\n", b"\0" * 19]))
    def damage_the_pointer(self, data: bytes) -> None:
        self.touched = True
        self.count("damages")
        (index_folder(self.data) / "CURRENT").write_bytes(data)
        self.pointer = None

    @rule()
    def change_the_model(self) -> None:
        self.count("changes of the model")
        self.embedder = WordEmbedder(digest="2" if self.embedder.digest == "1" else "1")
        self.restart()

    @rule()
    def restart(self) -> None:
        self.touched = True
        self.library = open_library(self.data, self.embedder)
        self.opened: tuple[Pointer | None, Files] | None = None  # what CURRENT said then, what must be found

    # what must hold

    @invariant()
    def a_library_that_stays_open_and_a_new_one_answer_rightly(self) -> None:
        if not self.touched:
            return  # only documents changed, which nobody notices before the next build
        self.touched = False
        usable = self.usable()
        for library in (self.library, open_library(self.data, self.embedder)):
            pointer = current(self.data)
            opened = self.opened if library is self.library else None
            if opened is not None and (pointer == opened[0] if pointer is not None else self.generations):
                self.check(library.snapshot(), opened[1])
            elif usable is None:
                with pytest.raises(IndexDamaged if self.generations else IndexMissing):
                    library.snapshot()
            elif self.model_of_usable() != self.embedder.digest:
                with pytest.raises(EmbedderMismatch):
                    library.snapshot()
            else:
                self.check(library.snapshot(), usable[0])
                assert bool(library.snapshot().warning) == usable[1]
                if library is self.library:
                    self.opened = (pointer, usable[0])

    def check(self, snapshot: Snapshot, files: Files) -> None:
        """A snapshot holds these files and nothing else, and a word finds those that have it."""
        self.count("questions")
        digests = {name: hashlib.sha256(text_of(number).encode()).hexdigest() for name, number in files.items()}
        assert {document.id: document.digest for document in snapshot.documents.values()} == digests
        for number in {*files.values(), self.texts - 1}:
            having = {name for name, other in files.items() if other == number}
            hits = snapshot.search(f"about {word(number)}", 20)
            assert {hit.passage.document_id for hit in hits if word(number) in hit.passage.text} == having
            assert snapshot.lexical.knows(word(number)) == bool(having)
            assert not having or hits[0].passage.document_id in having

    # the model

    def order(self) -> list[int]:
        return sorted(self.generations, key=lambda number: (number == self.pointer, number), reverse=True)

    def usable(self) -> tuple[Files, bool] | None:
        """What must be found, and whether with a warning; None where nothing sound is left."""
        for number in self.order():
            if self.generations[number].sound:
                return self.generations[number].files, number != self.pointer
        return None

    def model_of_usable(self) -> str:
        return next(self.generations[number].embedder for number in self.order() if self.generations[number].sound)

    def embedded(self) -> set[int]:
        """The texts whose vectors can be kept."""
        usable = self.usable()
        return set(usable[0].values()) if usable and self.model_of_usable() == self.embedder.digest else set()

    def look(self) -> None:
        """Take over which generations there are; a new one is to hold what the folder holds now."""
        found = numbers(self.data)
        for number, manifest in ((number, self.manifest_of(number)) for number in found):  # a number may come again
            known = self.generations.get(number)
            if known is None or (known.manifest != manifest):
                self.generations[number] = Generation(dict(self.files), self.embedder.digest, manifest)
        self.generations = {number: held for number, held in self.generations.items() if number in found}
        self.pointer = current_number(self.data)
        assert self.pointer is None or self.pointer in self.generations

    def manifest_of(self, number: int) -> tuple[bytes, int, int]:
        path = folder_of(self.data, number) / "manifest.json"
        return path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino

    def interrupted(self, at: int, failure: BaseException) -> None:
        """Build until operation `at`, and see that the old state is there or the new one."""
        self.touched = True
        before, seen = self.usable(), 0

        def stop(operation: Operation) -> None:
            nonlocal seen
            seen += 1
            if seen > at:
                raise failure

        try:
            with on_disk(WatchedDisk(stop, half=True)):
                self.update(False)
        except (Killed, StorageFailed, CorpusEmpty):
            pass
        self.look()
        after = self.usable()
        assert after is not None or before is None or not self.files
        assert after is None or before is None or after[0] in (before[0], self.files)

    def update(self, rebuild: bool) -> None:
        update(self.corpus, self.data, lambda: self.embedder, self.embedder.identity, rebuild=rebuild)

    def new_text(self) -> int:
        self.texts += 1
        return self.texts - 1

    def any_file(self, pick: int) -> str:
        return sorted(self.files)[pick % len(self.files)]

    def put(self, name: str, number: int) -> None:
        self.files = {**self.files, name: number}
        (self.corpus / name).parent.mkdir(exist_ok=True)
        (self.corpus / name).write_text(text_of(number), encoding="utf-8")

    def drop(self, name: str) -> None:
        self.files = {other: number for other, number in self.files.items() if other != name}
        (self.corpus / name).unlink()

    def count(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1


@pytest.mark.timeout(0)
def test_any_order_of_changes_crashes_damage_and_questions_finds_what_plain_dictionaries_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counts: Counts, tally: Tally, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    monkeypatch.setattr(IndexMachine, "scratch", tmp_path, raising=False)
    monkeypatch.setattr(IndexMachine, "done", {}, raising=False)
    run_state_machine_as_test(
        IndexMachine,
        settings=settings(
            max_examples=counts.machines,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not request.config.getoption("--nightly"),
            print_blob=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    done = IndexMachine.done
    assert min(done.values()) > counts.machines / 10, done
    counted = ", ".join(f"{number:,} {what}" for what, number in sorted(done.items()))
    tally("T7", f"{counts.machines} runs of {STEPS} steps: {counted}; 0 differences")
