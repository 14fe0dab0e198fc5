"""Bringing the index up to date: only what changed is embedded, what is deleted is gone."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from fakes import BREAD, PLAN, RIVERS, WordEmbedder, build, open_library, write_corpus
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build import Progress, update
from index.folder import IndexMissing, folder_of, numbers
from index.search import Snapshot
from index.status import read_status
from index.terms import term_counts
from index.verify import verify_index
from ingest.errors import CorpusEmpty
from ingest.quotable import quotable_spans

FILES = {"plan.md": PLAN, "bread.md": BREAD}


def actions(corpus: Path, data: Path, embedder: WordEmbedder | None = None) -> dict[str, str]:
    return {state.id: state.action for state in build(corpus, data, embedder).documents}


def vectors_of(snapshot: Snapshot) -> dict[tuple[str, str], bytes]:
    """The bytes of each passage's vector and of its sentences' vectors, by document and text."""
    first = snapshot.sentences.first
    return {
        (passage.document_id, passage.text): snapshot.vectors[row].tobytes()
        + snapshot.sentences.vectors[first[row] : first[row + 1]].tobytes()
        for row, passage in enumerate(snapshot.passages)
    }


def no_model() -> WordEmbedder:
    raise AssertionError("a model was loaded")


def test_each_document_is_reported_with_what_was_done(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    first = build(corpus, data)
    assert (first.generation, first.published, first.embedded) == (1, True, first.passages)
    assert sum(state.passages for state in first.documents) == first.passages
    write_corpus(corpus, {"plan.md": PLAN + "\nMore.\n", "rivers.md": RIVERS, "broken.xyz": "?"})
    assert actions(corpus, data) == {"plan.md": "changed", "bread.md": "removed", "rivers.md": "added", "broken.xyz": "refused"}


def test_vectors_of_unchanged_documents_are_kept_bit_for_bit_and_not_made_again(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    before = vectors_of(open_library(data).snapshot())
    write_corpus(corpus, {**FILES, "rivers.md": RIVERS})
    embedder = WordEmbedder()
    assert actions(corpus, data, embedder)["plan.md"] == "unchanged"
    assert embedder.texts
    assert all("Rivers" in text for text in embedder.texts)
    after = vectors_of(open_library(data).snapshot())
    assert {key: after[key] for key in before} == before


def test_only_the_changed_passages_of_a_changed_document_are_embedded(tmp_path: Path) -> None:
    long = "# Plan\n\n" + "\n\n".join(f"## Part {n}\n\n" + f"Topic{n} is studied. " * 45 for n in range(8))
    corpus, data = write_corpus(tmp_path / "corpus", {"plan.md": long}), tmp_path / "data"
    total = build(corpus, data).passages
    assert total > 8
    write_corpus(corpus, {"plan.md": long.replace("Topic5 is studied.", "Topic5 is skipped.", 1)})
    report = build(corpus, data)
    assert 1 <= report.embedded <= 2
    verify_index(data)


def test_an_update_cuts_sentences_and_counts_words_of_changed_documents_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an update costs beside copying must not grow with the corpus."""
    files = {f"d{number}.md": f"# Title {number}\n\nText {number} has words. It has more.\n" for number in range(60)}
    corpus, data = write_corpus(tmp_path / "corpus", files), tmp_path / "data"
    build(corpus, data)
    cut: list[str] = []
    counted: list[str] = []
    monkeypatch.setattr("index.reuse.quotable_spans", lambda d, p: (cut.append(d.id), quotable_spans(d, p))[1])
    monkeypatch.setattr("index.lexical.term_counts", lambda text: (counted.append(text), term_counts(text))[1])
    write_corpus(corpus, {**files, "d7.md": "# Title 7\n\nZebras are here now.\n"})
    assert build(corpus, data).embedded == 1
    assert set(cut) == {"d7.md"}
    assert len(counted) == 1
    assert open_library(data).snapshot().search("zebra", 1)[0].passage.document_id == "d7.md"


def test_nothing_changed_reads_no_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)

    def parsed(*_: object) -> None:
        raise AssertionError("the content was read")

    monkeypatch.setattr("index.generation.read", parsed)
    assert not build(corpus, data).published


def test_texts_are_embedded_in_slabs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory holds the float32 vectors of one slab at a time; the result is the same as of one call."""
    files = {f"d{number}.md": f"# Title {number}\n\nText {number} has words. It has more.\n" for number in range(10)}
    corpus = write_corpus(tmp_path / "corpus", {**files, "twin.md": files["d3.md"]})
    build(corpus, tmp_path / "whole")
    monkeypatch.setattr("index.reuse.SLAB", 3)
    embedder = WordEmbedder()
    seen: list[Progress] = []
    build(corpus, tmp_path / "slabs", embedder, progress=seen.append)
    one, many = (vectors_of(open_library(tmp_path / name).snapshot()) for name in ("whole", "slabs"))
    assert one == many
    assert [p.done for p in seen if p.stage == "embed"] == [0, 3, 6, 9, 10]


def test_a_renamed_document_embeds_nothing(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    write_corpus(corpus, {"moved/here.md": PLAN, "bread.md": BREAD})
    report = update(corpus, data, no_model, WordEmbedder().identity)
    assert (report.published, report.embedded) == (True, 0)
    snapshot = open_library(data).snapshot()
    assert set(snapshot.documents) == {"moved/here.md", "bread.md"}
    assert snapshot.search("statistics weeks", 1)[0].passage.document_id == "moved/here.md"


def test_twins_are_embedded_once_and_both_are_found(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", {"a.md": BREAD, "b/copy.md": BREAD}), tmp_path / "data"
    embedder = WordEmbedder()
    report = build(corpus, data, embedder)
    assert report.passages == 2 * report.embedded == 2 * len(embedder.texts)
    hits = open_library(data).snapshot().search("flour yeast", 2)
    assert [hit.passage.document_id for hit in hits] == ["a.md", "b/copy.md"]


def test_nothing_changed_publishes_nothing_and_loads_no_model(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", {**FILES, "broken.xyz": "?"}), tmp_path / "data"
    build(corpus, data)
    before = {path: path.stat().st_mtime_ns for path in folder_of(data, 1).rglob("*")}
    os.utime(corpus / "plan.md")  # touched, not changed
    report = update(corpus, data, no_model, WordEmbedder().identity)
    assert (report.published, report.generation, report.embedded) == (False, 1, 0)
    assert numbers(data) == [1]
    assert {path: path.stat().st_mtime_ns for path in folder_of(data, 1).rglob("*")} == before


def test_a_deletion_alone_loads_no_model(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    write_corpus(corpus, {"plan.md": PLAN})
    assert update(corpus, data, no_model, WordEmbedder().identity).published


def test_words_that_are_counted_otherwise_are_counted_again_and_nothing_is_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier version knew no C++: its terms must not stay beside those of this one."""
    notes = "# Notes\n\nLearn C++ well.\n"
    corpus, data = write_corpus(tmp_path / "corpus", {**FILES, "notes.md": notes}), tmp_path / "data"
    with monkeypatch.context() as earlier:
        earlier.setattr("index.terms.WORD", re.compile(r"[^\W_]+"))
        earlier.setattr("index.build.terms_digest", lambda: "earlier")
        build(corpus, data)
    assert not open_library(data).snapshot().lexical.knows("c++")
    assert read_status(data, corpus).readers_changed
    report = update(corpus, data, no_model, WordEmbedder().identity)
    assert (report.published, report.embedded) == (True, 0)
    lexical = open_library(data).snapshot().lexical
    assert lexical.knows("c++") and not lexical.knows("c")
    assert not read_status(data, corpus).readers_changed
    assert not build(corpus, data).published


def test_what_is_embedded_for_a_passage_otherwise_is_embedded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    monkeypatch.setattr("index.build.texts_digest", lambda: "other")
    report = build(corpus, data)
    assert report.embedded == report.passages > 0
    assert not build(corpus, data).published


def test_another_folder_with_the_same_files_is_what_the_index_was_made_from(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    moved = corpus.rename(tmp_path / "moved")
    report = update(moved, data, no_model, WordEmbedder().identity)
    assert (report.published, report.embedded) == (True, 0)
    assert read_status(data, moved).corpus == str(moved)


def test_the_last_document_deleted_is_deleted(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", {"plan.md": PLAN}), tmp_path / "data"
    build(corpus, data)
    library = open_library(data)
    assert library.snapshot().documents
    (corpus / "plan.md").write_text("")  # still there: it cannot be read now, and nobody deleted it
    with pytest.raises(CorpusEmpty, match="holds no document that can be indexed"):
        build(corpus, data)
    assert library.snapshot().documents
    (corpus / "plan.md").unlink()
    with pytest.raises(CorpusEmpty, match="the index of them was removed"):
        build(corpus, data)
    for opened in (library, open_library(data)):
        with pytest.raises(IndexMissing):
            opened.snapshot()
    assert not holds(data, b"Python")
    write_corpus(corpus, FILES)
    build(corpus, data)
    assert set(library.snapshot().documents) == set(FILES)


def test_a_deleted_document_is_not_retrieved_and_its_bytes_go_with_the_last_generation_that_held_it(tmp_path: Path) -> None:
    secret = "# Zebra notes\n\nZebrafish swim quickly.\n"
    corpus, data = write_corpus(tmp_path / "corpus", {**FILES, "secret.md": secret}), tmp_path / "data"
    build(corpus, data)
    write_corpus(corpus, FILES)
    build(corpus, data)
    snapshot = open_library(data).snapshot()
    assert "secret.md" not in snapshot.documents
    assert all(hit.passage.document_id != "secret.md" for hit in snapshot.search("zebrafish swim", 50))
    assert not snapshot.lexical.knows("zebrafish")
    assert not holds(folder_of(data, 2), b"ebrafish")
    assert holds(data, b"ebrafish"), "the last good generation still has it"
    write_corpus(corpus, {**FILES, "rivers.md": RIVERS})
    build(corpus, data)
    assert not holds(data, b"ebrafish")


def holds(folder: Path, words: bytes) -> bool:
    return any(words in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_another_passage_limit_or_embedder_splits_and_embeds_anew(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    embedder = WordEmbedder()
    small = update(corpus, data, lambda: embedder, embedder.identity, passage_limit=120)
    assert small.embedded == small.passages > 3
    other = WordEmbedder(digest="2")
    report = update(corpus, data, lambda: other, other.identity, passage_limit=120)
    assert report.embedded == report.passages


def test_rebuild_uses_nothing_of_the_earlier_index(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", FILES), tmp_path / "data"
    build(corpus, data)
    report = build(corpus, data, rebuild=True)
    assert (report.generation, report.embedded) == (2, report.passages)
    assert {state.action for state in report.documents} == {"added"}


def test_progress_counts_up_to_the_total(tmp_path: Path) -> None:
    seen: list[Progress] = []
    report = build(write_corpus(tmp_path / "corpus", FILES), tmp_path / "data", progress=seen.append)
    assert [(p.done, p.total, p.document) for p in seen if p.stage == "read"] == [(1, 2, "bread.md"), (2, 2, "plan.md")]
    assert [(p.done, p.total) for p in seen if p.stage == "embed"][-1] == (report.embedded, report.embedded)
    assert [p.stage for p in seen if p.done == p.total][-1] == "publish"


def test_the_status_tells_what_changed_in_the_corpus_since(tmp_path: Path) -> None:
    corpus, data = write_corpus(tmp_path / "corpus", {**FILES, "broken.xyz": "?"}), tmp_path / "data"
    build(corpus, data)
    assert read_status(data, corpus).stale == ()
    write_corpus(corpus, {"plan.md": PLAN + "\nMore.\n", "rivers.md": RIVERS, "broken.xyz": "?"})
    status = read_status(data, corpus)
    assert status.stale == (("bread.md", "removed"), ("plan.md", "changed"), ("rivers.md", "added"))
    assert [entry.document_id for entry in status.refused] == ["broken.xyz"]
    assert {document.id: document.characters > 50 for document in status.documents} == {"bread.md": True, "plan.md": True}
    assert sum(document.passages for document in status.documents) == status.passages


# --- any sequence of changes ends in the index that a fresh build makes

NAMES = st.sampled_from(["a.md", "b.md", "sub/c.md", "d.txt"])
TEXTS = st.sampled_from([PLAN, BREAD, RIVERS, "# T\n\nOne line.\n", PLAN.replace("Python", "Julia")])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(st.lists(st.dictionaries(NAMES, TEXTS, min_size=1), min_size=2, max_size=4))
def test_any_sequence_of_changes_ends_in_what_a_fresh_build_makes(
    tmp_path_factory: pytest.TempPathFactory, states: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("states")
    for files in states:
        corpus = write_corpus(folder / "corpus", files)
        build(corpus, folder / "data")
    build(corpus, folder / "fresh")
    grown, fresh = open_library(folder / "data").snapshot(), open_library(folder / "fresh").snapshot()
    assert grown.documents == fresh.documents
    assert grown.passages == fresh.passages
    assert vectors_of(grown) == vectors_of(fresh)
    assert np.array_equal(grown.sentences.spans, fresh.sentences.spans)
    for question in ("statistics weeks", "flour", "danube rhine"):
        assert grown.search(question) == fresh.search(question)
    assert len(numbers(folder / "data")) <= 2
    manifest = json.loads((folder_of(folder / "fresh", 1) / "manifest.json").read_bytes().rpartition(b"}")[0] + b"}")
    assert manifest["documents"] == len(states[-1])
