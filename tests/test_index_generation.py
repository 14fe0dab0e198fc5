"""Generations on disk: what is written is what is read, and nothing that is damaged is ever searched."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import PLAN, WordEmbedder, build, open_library, write_corpus
from faults_counts import Counts, Tally

from index import generation
from index.content import lexical_text
from index.folder import IndexDamaged, IndexMissing, current_number, folder_of, index_folder, numbers
from index.library import usable_manifest
from index.manifest import read_manifest
from index.status import read_status
from index.verify import verify_index

SEED = 20261121


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with generations 1 and 2; they differ in one document."""
    folder = tmp_path_factory.mktemp("two")
    build(write_corpus(folder / "corpus"), folder / "data")
    build(write_corpus(folder / "corpus", {"plan.md": PLAN + "\nNew words: kubernetes.\n"}), folder / "data")
    return folder / "data"


@pytest.fixture
def data(two: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(two, tmp_path / "data"))


def served(data: Path) -> tuple[int, bool]:
    """The generation that answers, and whether it comes with a warning."""
    snapshot = open_library(data).snapshot()
    assert snapshot.search("kubernetes", 3)
    return snapshot.generation, bool(snapshot.warning)


def test_a_generation_reads_back_as_it_was_written(two: Path) -> None:
    manifest = read_manifest(two, 2)
    content, lexical = generation.read(two, manifest)
    (document,) = content.documents
    assert document.id == "plan.md"
    assert {passage.document_id for passage in content.passages} == {"plan.md"}
    for passage in content.passages:
        assert passage.text == "\n".join(document.text[start:end] for start, end in passage.spans)
    embedder = WordEmbedder()
    for passage, vector in zip(content.passages, content.vectors, strict=True):
        assert np.array_equal(vector, embedder.embed_question(lexical_text(passage)))
    assert content.vectors.dtype == np.float32
    assert lexical.knows("kubernet")
    assert set(manifest.files) == {
        path.relative_to(folder_of(two, 2)).as_posix()
        for path in folder_of(two, 2).rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def test_the_sentence_vectors_are_those_of_the_quotable_spans(two: Path) -> None:
    content, _ = generation.read(two, read_manifest(two, 2))
    (document,) = content.documents
    embedder = WordEmbedder()
    assert content.sentences.first[0] == 0
    for (start, end), vector in zip(content.sentences.spans, content.sentences.vectors, strict=True):
        expected = embedder.embed_question(document.text[start:end])
        assert np.array_equal(vector, expected.astype(np.float16))


def test_every_flipped_bit_of_the_pointer_is_noticed(data: Path, tally: Tally) -> None:
    pointer = index_folder(data) / "CURRENT"
    whole = pointer.read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << bit
            pointer.write_bytes(damaged)
            assert current_number(data) is None, (at, bit)
    for length in range(len(whole)):
        pointer.write_bytes(whole[:length])
        assert current_number(data) is None, length
    assert served(data) == (2, True)
    tally("T3", f"{9 * len(whole)} damages of the pointer: every bit flipped, cut at every byte; all noticed")


def test_without_the_pointer_the_newest_sound_generation_answers_with_a_warning(data: Path) -> None:
    (index_folder(data) / "CURRENT").unlink()
    assert served(data) == (2, True)


def test_every_changed_byte_of_the_manifest_is_noticed(data: Path, tally: Tally) -> None:
    path = folder_of(data, 2) / "manifest.json"
    whole = path.read_bytes()
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << (at % 8)
        path.write_bytes(damaged)
        with pytest.raises(IndexDamaged):
            read_manifest(data, 2)
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(IndexDamaged):
            read_manifest(data, 2)
    assert served(data) == (1, True)
    tally("T3", f"{2 * len(whole)} damages of the manifest: every byte changed, cut at every byte; all noticed")


def test_damage_of_any_file_is_noticed_before_anything_is_searched(data: Path, counts: Counts, tally: Tally) -> None:
    manifest = read_manifest(data, 2)
    dice = random.Random(SEED)
    noticed = 0
    for name in manifest.files:
        path = folder_of(data, 2) / name
        whole = path.read_bytes()
        for at, damaged in enumerate(damages(whole, dice, counts)):
            path.write_bytes(damaged)
            with pytest.raises(IndexDamaged, match=r"damaged.*run `roadmap index --rebuild`"):
                generation.read(data, manifest)
            if at % 10 == 0:  # the same check in every case; what follows from it, now and then
                assert usable_manifest(data, 2)[0].number == 1
            noticed += 1
        path.write_bytes(whole)
        generation.read(data, manifest)
    assert noticed > len(manifest.files) * counts.flips
    kinds = f"{counts.flips} flipped bits, {counts.truncations} cuts, {counts.zeroed} zeroed blocks each (seed {SEED})"
    tally("T3", f"{noticed} damages of {len(manifest.files)} data files: {kinds}; all noticed before anything was searched")


def damages(whole: bytes, dice: random.Random, counts: Counts) -> Iterator[bytes]:
    """Flipped bits, cut ends, and blocks of zeros; each differs from the whole."""
    for _ in range(counts.flips):
        flipped = bytearray(whole)
        flipped[dice.randrange(len(whole))] ^= 1 << dice.randrange(8)
        yield bytes(flipped)
    for _ in range(counts.truncations):
        yield whole[: dice.randrange(len(whole))]
    for _ in range(counts.zeroed):
        start = dice.choice([at for at, byte in enumerate(whole) if byte])
        length = min(dice.choice((1, 16, 512, 4096)), len(whole) - start)
        yield whole[:start] + bytes(length) + whole[start + length :]


def remove_a_file(folder: Path) -> None:
    (folder / "vectors.npy").unlink()


def add_a_file(folder: Path) -> None:
    (folder / "lexical" / "more.npy").write_bytes(b"1")


def remove_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def append_a_byte(folder: Path) -> None:
    with (folder / "documents.jsonl").open("ab") as file:
        file.write(b"\n")


def write_another_format(folder: Path) -> None:
    body = (folder / "manifest.json").read_bytes().rpartition(b"}")[0] + b"}"
    fields = json.loads(body) | {"format": 99}
    body = json.dumps(fields).encode()
    (folder / "manifest.json").write_bytes(body + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n")


@pytest.mark.parametrize("damage", [remove_a_file, add_a_file, remove_the_manifest, append_a_byte, write_another_format])
def test_the_last_good_generation_answers_with_a_warning(data: Path, damage: Callable[[Path], None]) -> None:
    damage(folder_of(data, 2))
    assert served(data) == (1, True)
    assert "roadmap index" in open_library(data).snapshot().warning
    assert "generation 1" in read_status(data).warning
    with pytest.raises(IndexDamaged, match="Meanwhile answers come from generation 1"):
        verify_index(data)


def test_files_swapped_between_generations_are_noticed(data: Path, tally: Tally) -> None:
    swapped = 0
    first, second = folder_of(data, 1), folder_of(data, 2)
    for name in read_manifest(data, 2).files:
        mine, theirs = (second / name).read_bytes(), (first / name).read_bytes()
        if mine == theirs:
            continue
        (second / name).write_bytes(theirs)
        assert served(data) == (1, True), name
        (second / name).write_bytes(mine)
        swapped += 1
    assert served(data) == (2, False)
    assert swapped > 5
    tally("T3", f"{swapped} files swapped between two generations; all noticed")


def test_a_manifest_of_another_generation_is_noticed(data: Path) -> None:
    shutil.copy(folder_of(data, 1) / "manifest.json", folder_of(data, 2) / "manifest.json")
    assert served(data) == (1, True)


def test_a_whole_folder_under_another_number_is_noticed(data: Path) -> None:
    shutil.rmtree(folder_of(data, 2))
    shutil.copytree(folder_of(data, 1), folder_of(data, 2))
    assert served(data) == (1, True)


def test_when_no_generation_is_sound_it_says_how_to_build_one(data: Path) -> None:
    for number in (1, 2):
        remove_a_file(folder_of(data, number))
    with pytest.raises(IndexDamaged, match="run `roadmap index --rebuild`"):
        open_library(data).snapshot()
    with pytest.raises(IndexDamaged):
        verify_index(data)


def test_without_any_generation_the_index_is_missing(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="run `roadmap index` first"):
        open_library(tmp_path / "nothing").snapshot()


def test_a_build_repairs_what_was_damaged(data: Path, tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus")
    remove_a_file(folder_of(data, 2))
    report = build(corpus, data)
    assert report.published
    assert served(data) == (3, False)
    assert numbers(data) == [1, 3], "the sound one is kept as the last good one, not the damaged one"


def test_a_library_that_fell_back_uses_the_repaired_index_without_a_restart(data: Path, tmp_path: Path) -> None:
    remove_a_file(folder_of(data, 2))
    library = open_library(data)
    assert library.snapshot().generation == 1
    build(write_corpus(tmp_path / "corpus"), data)
    assert library.snapshot().generation == 3
    assert library.snapshot().warning == ""


def test_nothing_is_pickled(two: Path) -> None:
    for path in folder_of(two, 2).rglob("*"):
        assert path.is_dir() or path.suffix in (".json", ".jsonl", ".npy")
    for path in folder_of(two, 2).rglob("*.npy"):
        np.load(path, allow_pickle=False)
