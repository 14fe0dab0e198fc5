"""`roadmap verify`: what is wrong is said, with what to do, and doing it helps."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from fakes import build, open_library, write_corpus
from faults_counts import Tally
from faults_scenes import CHANGED, FIRST

from index import generation, stat_cache
from index.content import Content, Draft
from index.folder import IndexDamaged, IndexMissing, IndexUnreadable, folder_of, index_folder, numbers
from index.manifest import Manifest, check_unexpected, read_manifest
from index.status import StatusReader
from index.verify import verify_index
from ui.cli import run


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `corpus` and, in `data`, generations 1 and 2."""
    folder = tmp_path_factory.mktemp("two")
    build(write_corpus(folder / "corpus", FIRST), folder / "data")
    build(write_corpus(folder / "corpus", CHANGED), folder / "data")
    return folder


@pytest.fixture
def data(two: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(two / "data", tmp_path / "data"))


def flip(path: Path, at: int = -20) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def current_damaged(root: Path) -> None:
    flip(root / "gen-000002" / "vectors.npy")


def earlier_damaged(root: Path) -> None:
    flip(root / "gen-000001" / "passages.jsonl")


def both_damaged(root: Path) -> None:
    current_damaged(root)
    earlier_damaged(root)


def pointer_missing(root: Path) -> None:
    (root / "CURRENT").unlink()


def pointer_damaged(root: Path) -> None:
    flip(root / "CURRENT", 0)


def current_missing(root: Path) -> None:
    shutil.rmtree(root / "gen-000002")


def manifest_damaged(root: Path) -> None:
    flip(root / "gen-000002" / "manifest.json")


def file_added(root: Path) -> None:
    (root / "gen-000002" / "notes.txt").write_text("?")


def link_added(root: Path) -> None:
    (root / "gen-000002" / "more").symlink_to(root / "gen-000001" / "vectors.npy")


CASES = {  # what is said of it, and which generation answers meanwhile
    current_damaged: (r"gen-000002/vectors\.npy is damaged or missing; run `roadmap index --rebuild`\.", 2 - 1),
    earlier_damaged: (r"gen-000001/passages\.jsonl is damaged or missing; run `roadmap index --rebuild`\.", 2),
    both_damaged: (r"gen-000002/vectors\.npy is damaged.*gen-000001/passages\.jsonl is damaged", None),
    pointer_missing: (r"CURRENT is missing or damaged; run `roadmap index`\.", 2),
    pointer_damaged: (r"CURRENT is missing or damaged; run `roadmap index`\.", 2),
    current_missing: (r"CURRENT names generation 2, which is missing; run `roadmap index`\.", 1),
    manifest_damaged: (r"gen-000002/manifest\.json cannot be used \(its digest does not match\); run `roadmap index", 1),
    file_added: (r"gen-000002/notes\.txt does not belong there; run `roadmap index --rebuild`\.", 1),
    link_added: (r"gen-000002/more does not belong there; run `roadmap index --rebuild`\.", 1),
}


@pytest.mark.parametrize("damage", CASES, ids=lambda damage: damage.__name__)
def test_what_is_wrong_is_said_with_what_to_do_and_doing_it_helps(
    damage: Callable[[Path], None], two: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said, answering = CASES[damage]
    damage(index_folder(data))
    with pytest.raises(IndexDamaged, match=said) as found:
        verify_index(data)
    meanwhile = f"Meanwhile answers come from generation {answering}."
    assert str(found.value).endswith(meanwhile if answering else "Nothing can be searched until then.")
    if answering:
        assert open_library(data).snapshot().generation == answering
    else:
        with pytest.raises(IndexDamaged):
            open_library(data).snapshot()
    assert run(["verify", "--data", str(data)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.search(said, printed.err)
    assert len(printed.err.splitlines()) == 1
    build(two / "corpus", data, rebuild="--rebuild" in str(found.value))
    report = verify_index(data)
    assert report.generation == max(numbers(data))
    assert len(report.kept) == (1 if answering else 0), "the last good one is kept, the damaged one is not"


def test_what_is_sound_is_counted_to_the_last_byte(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = verify_index(data)
    files = [path for path in folder_of(data, 2).rglob("*") if path.is_file()]
    assert (report.generation, report.kept) == (2, (1,))
    assert (report.files, report.bytes) == (len(files), sum(path.stat().st_size for path in files))
    assert run(["verify", "--data", str(data)]) == 0
    assert "Generation 1, kept in case it is needed, is sound too." in capsys.readouterr().out


def test_one_changed_byte_in_each_file_of_each_generation_is_named(data: Path, tally: Tally) -> None:
    other = ("writer.lock", stat_cache.NAME)  # without the one nothing is lost, and of the other only time
    files = [path for path in index_folder(data).rglob("*") if path.is_file() and path.name not in other]
    for path in files:
        flip(path, len(path.read_bytes()) // 2)
        with pytest.raises(IndexDamaged, match=re.escape(path.name)):
            verify_index(data)
        flip(path, len(path.read_bytes()) // 2)
    assert verify_index(data).generation == 2
    tally("P10", f"roadmap verify: a changed byte in each of {len(files)} files of two generations is named, with what to do")


def test_an_earlier_generation_that_is_deleted_meanwhile_is_no_damage(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deleting(place: Path, number: int) -> Manifest:
        if number == 1:
            folder_of(place, 1).rename(index_folder(place) / ".deleted-000001")
        return read_manifest(place, number)

    monkeypatch.setattr("index.verify.read_manifest", deleting)
    assert verify_index(data).kept == ()


def test_what_vanishes_while_the_files_are_listed_is_no_failure(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = StatusReader(data)
    whole = reader.read()
    real = os.scandir

    def vanished(folder: str | Path) -> object:
        if Path(folder).name == "lexical":
            raise FileNotFoundError(2, "No such file or directory")
        return real(folder)

    monkeypatch.setattr(os, "scandir", vanished)
    check_unexpected(data, read_manifest(data, 2))
    assert reader.read().size < whole.size


def test_an_index_that_may_not_be_read_now_is_not_called_damaged(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, mode: str) -> BinaryIO:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(IndexUnreadable, match=r"CURRENT could not be read \(Permission denied\); remove the cause"):
        verify_index(data)


def test_without_an_index_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="run `roadmap index` first"):
        verify_index(tmp_path)


def other_text(content: Content) -> Content:
    passages = (replace(content.passages[0], text="Nobody wrote this."), *content.passages[1:])
    return replace(content, passages=passages)


def strange_sentence(content: Content) -> Content:
    spans = content.sentences.spans.copy()
    spans[0, 1] = 10**6
    return replace(content, sentences=replace(content.sentences, spans=spans))


def long_vector(content: Content) -> Content:
    return replace(content, vectors=content.vectors * np.float32(2))


def no_number(content: Content) -> Content:
    vectors = content.vectors.copy()
    vectors[0, 0] = np.nan
    return replace(content, vectors=vectors)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (other_text, "is not part of"),
        (strange_sentence, "A sentence of passage .* is not part of"),
        (long_vector, "has not unit length"),
        (no_number, "has not unit length"),
    ],
    ids=["text", "sentence", "length", "nan"],
)
def test_parts_that_do_not_fit_are_found_although_every_digest_is_right(
    spoil: Callable[[Content], Content], said: str, data: Path
) -> None:
    manifest = read_manifest(data, 2)
    content, lexical = generation.read(data, manifest)
    shutil.rmtree(folder_of(data, 2))
    spoilt = spoil(content)
    own = spoilt.sentences
    draft = Draft(spoilt.documents, spoilt.passages, [spoilt.vectors], own.first, own.spans, [own.vectors])
    generation.write(data, 2, draft, lexical, manifest)
    generation.publish(data, 2)
    with pytest.raises(IndexDamaged, match=said + r".*run `roadmap index --rebuild`"):
        verify_index(data)
