"""Marks on steps survive restarts, and whatever happens to the documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.progress import ProgressStore, ProgressUnavailable, open_progress
from assistant.roadmap import Roadmap, Step, roadmaps
from ingest.markdown import read_markdown

NUMPY = """---
id: numpy
title: NumPy
phase: programming
prerequisites: []
---
# NumPy

NumPy is the library for arrays of one data type. It runs loops in compiled code, which is much faster.

Arrays are created with zeros, arange and linspace. Indexing covers slices, masks and integer arrays.
Broadcasting aligns shapes from the right and stretches dimensions of size one.
"""
SQL = "---\nid: sql\nphase: programming\n---\n# SQL\n\nTables are asked with SELECT and joined with JOIN, then counted.\n"


def _steps(**files: str) -> tuple[Step, ...]:
    documents = [read_markdown(text.encode(), f"{name}.md") for name, text in files.items()]
    found: tuple[Roadmap, ...] = roadmaps(documents)
    return found[0].steps


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ProgressStore]:
    opened = open_progress(tmp_path)
    yield opened
    opened.close()


def test_a_mark_is_kept_changed_and_taken_away(store: ProgressStore, tmp_path: Path) -> None:
    numpy, sql = _steps(numpy=NUMPY, sql=SQL)
    store.mark(numpy, "doing")
    store.mark(sql, "done")
    store.mark(numpy, "done")
    store.close()
    again = open_progress(tmp_path)
    assert again.marks([numpy, sql]).states == {numpy.id: "done", sql.id: "done"}
    again.mark(sql, None)
    assert again.marks([numpy, sql]).states == {numpy.id: "done"}


def test_moving_renaming_and_reordering_documents_changes_no_id(store: ProgressStore) -> None:
    before = {step.title: step.id for step in _steps(numpy=NUMPY, sql=SQL)}
    after = {step.title: step.id for step in _steps(zzz=SQL, aaa=NUMPY, other=SQL.replace("sql", "new").replace("SQL", "New"))}
    assert before.items() <= after.items()


def test_a_note_with_another_id_is_found_by_its_title(store: ProgressStore) -> None:
    (numpy,) = _steps(numpy=NUMPY)
    store.mark(numpy, "done")
    (renamed, sql) = _steps(numpy=NUMPY.replace("id: numpy", "id: arrays"), sql=SQL)
    assert renamed.id != numpy.id
    assert store.marks([sql, renamed]).states == {renamed.id: "done"}


def test_a_note_with_another_id_and_title_is_found_by_its_words(store: ProgressStore) -> None:
    (numpy,) = _steps(numpy=NUMPY)
    store.mark(numpy, "done")
    text = NUMPY.replace("id: numpy", "id: arrays").replace("title: NumPy", "title: Arrays").replace("# NumPy", "# Arrays")
    (renamed, sql) = _steps(arrays=text + "\nThe next thing to learn is pandas.\n", sql=SQL)
    assert store.marks([sql, renamed]).states == {renamed.id: "done"}
    assert store.marks([sql, renamed]).lost == ()


def test_a_mark_without_a_step_is_kept_and_comes_back_with_it(store: ProgressStore) -> None:
    numpy, sql = _steps(numpy=NUMPY, sql=SQL)
    store.mark(numpy, "done")
    marks = store.marks([sql])
    assert marks.states == {}
    assert [mark.title for mark in marks.lost] == ["NumPy"]
    assert store.marks([numpy, sql]).states == {numpy.id: "done"}
    store.forget(numpy.id)
    assert store.marks([numpy, sql]).states == {}


def test_a_deleted_step_does_not_mark_a_stranger(store: ProgressStore) -> None:
    (numpy,) = _steps(numpy=NUMPY)
    store.mark(numpy, "done")
    bread = _steps(bread="---\nphase: cooking\n---\n# Bread\n\nBread needs flour, water, salt and yeast.\n")
    assert store.marks(bread).states == {}


def test_no_step_gets_two_marks(store: ProgressStore) -> None:
    first, second = _steps(a=NUMPY, b=NUMPY.replace("id: numpy", "id: other"))
    store.mark(first, "done")
    store.mark(second, "doing")
    (only,) = _steps(c=NUMPY.replace("id: numpy", "id: third"))
    marks = store.marks([only])
    assert len(marks.states) == 1
    assert len(marks.lost) == 1


def test_an_unknown_state_is_an_error(store: ProgressStore) -> None:
    (numpy,) = _steps(numpy=NUMPY)
    with pytest.raises(ValueError, match="no state"):
        store.mark(numpy, "bored")  # type: ignore[arg-type]


def test_a_damaged_store_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"not a database at all, whatever it says" * 100)
    with pytest.raises(ProgressUnavailable, match="cannot be read or written"):
        open_progress(tmp_path)
