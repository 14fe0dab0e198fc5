"""BEIR layout and SQuAD files: reading, writing as a corpus, and figures against a worked example and ir-measures' command."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from evals_fakes import document, hit

from evals.standard import (
    StandardDataInvalid,
    file_name,
    load_beir,
    load_squad,
    rank_texts,
    score,
    score_rankings,
    write_corpus,
)
from index.hit import Hit

SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Big_Data",
            "paragraphs": [
                {
                    "context": "Spark was made in 2009.",
                    "qas": [
                        {
                            "id": "s1",
                            "question": " When? ",
                            "answers": [{"text": "2009", "answer_start": 18}],
                            "is_impossible": False,
                        },
                        {"id": "s2", "question": "Who?", "answers": [], "is_impossible": True},
                    ],
                },
                {
                    "context": "Hadoop came first.",
                    "qas": [{"id": "s3", "question": "What came first?", "answers": [{"text": "Hadoop"}, {"text": "Hadoop"}]}],
                },
            ],
        }
    ],
}


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    corpus = [
        {"_id": "d1", "title": "One", "text": "first text"},
        {"_id": "d/2", "text": "second"},
        {"_id": "D1", "text": "third"},
    ]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in corpus), encoding="utf-8")
    queries = [{"_id": "q1", "text": "one?"}, {"_id": "q2", "text": "two?"}, {"_id": "q3", "text": "unjudged"}]
    (folder / "queries.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in queries), encoding="utf-8")
    rows = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td/2\t1\nq2\tD1\t1\nq2\td1\t0\n"
    (folder / "qrels" / "test.tsv").write_text(rows, encoding="utf-8")
    return folder


def test_a_set_in_beir_layout_is_read_with_its_grades(beir: Path) -> None:
    data = load_beir(beir)
    assert data.texts == {"d1": ("One", "first text"), "d/2": ("", "second"), "D1": ("", "third")}
    assert data.questions == {"q1": "one?", "q2": "two?"}
    assert data.qrels == {"q1": {"d1": 2, "d/2": 1}, "q2": {"D1": 1}}


def test_the_first_line_of_judgements_may_be_a_header_or_the_first_judgement(beir: Path) -> None:
    path = beir / "qrels" / "test.tsv"
    rows = path.read_text(encoding="utf-8").split("\n", 1)[1]
    with_header = load_beir(beir)
    path.write_text(rows, encoding="utf-8")
    assert load_beir(beir) == with_header


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_a_file(beir: Path) -> None:
    plain = load_beir(beir)
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        lines = (beir / name).read_bytes()
        (beir / name).write_bytes(b"\xef\xbb\xbf" + lines.replace(b"\n", b"\r\n"))
    assert load_beir(beir) == plain


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("corpus.jsonl", '{"_id": "d1", "text": "other"}', "line 4: “d1” stands in the file before"),
        ("queries.jsonl", '{"_id": "q1", "text": "other?"}', "line 4: “q1” stands in the file before"),
        ("qrels/test.tsv", "q1\td1\t0", "line 6: “q1 and d1” stands in the file before"),
    ],
)
def test_an_id_that_stands_for_two_things_is_named(beir: Path, name: str, line: str, said: str) -> None:
    lines = (beir / name).read_text(encoding="utf-8")
    (beir / name).write_text(lines + lines.splitlines()[-1] + "\n", encoding="utf-8")
    load_beir(beir)  # the same once more takes nothing away
    (beir / name).write_text(lines + line + "\n", encoding="utf-8")
    with pytest.raises(StandardDataInvalid, match=said):
        load_beir(beir)


def test_written_texts_have_a_file_each_even_where_case_does_not_count(beir: Path, tmp_path: Path) -> None:
    names = write_corpus(load_beir(beir), tmp_path / "corpus")
    assert sorted(names.values()) == ["D1", "d/2", "d1"]
    assert len({name.casefold() for name in names}) == 3
    assert {path.name for path in (tmp_path / "corpus").iterdir()} == set(names)
    assert (tmp_path / "corpus" / file_name("d1")).read_text(encoding="utf-8") == "One\n\nfirst text\n"
    with pytest.raises(StandardDataInvalid, match="not empty"):
        write_corpus(load_beir(beir), tmp_path / "corpus")


def test_a_worked_example(beir: Path) -> None:
    """q1: d/2 (1) before d1 (2); q2: nothing relevant found."""
    data = load_beir(beir)
    figures = score_rankings(data.qrels, {"q1": ["d/2", "x", "d1"], "q2": ["d1"]}, [1, 5])
    dcg, ideal = 1 + 2 / math.log2(4), 2 + 1 / math.log2(3)
    assert figures["ndcg@10"] == pytest.approx(dcg / ideal / 2)
    assert figures["mrr@10"] == figures["success@1"] == 0.5
    assert (figures["recall@1"], figures["recall@5"]) == (0.25, 0.5)


def test_the_command_line_of_ir_measures_gives_the_same_averages(beir: Path, tmp_path: Path) -> None:
    data = load_beir(beir)
    runs = {"q1": ["x", "d1", "d/2"], "q2": ["y", "z", "D1", "d1"]}
    (tmp_path / "q").write_text("".join(f"{q} 0 {d} {g}\n" for q, ds in data.qrels.items() for d, g in ds.items()))
    (tmp_path / "r").write_text("".join(f"{q} Q0 {d} {n} {9 - n} t\n" for q, ds in runs.items() for n, d in enumerate(ds)))
    command = [
        str(Path(sys.executable).with_name("ir_measures")),
        "-p",
        "6",
        "q",
        "r",
        "nDCG@10",
        "RR@10",
        "R@1",
        "R@5",
        "Success@5",
    ]
    output = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    printed = {name: float(value) for name, value in (line.split("\t") for line in output.splitlines())}
    figures = score_rankings(data.qrels, runs, [1, 5])
    for theirs, ours in {
        "nDCG@10": "ndcg@10",
        "RR@10": "mrr@10",
        "R@1": "recall@1",
        "R@5": "recall@5",
        "Success@5": "success@5",
    }.items():
        assert printed[theirs] == pytest.approx(figures[ours], abs=1e-5), theirs


def test_squad_questions_know_their_paragraph_and_answers(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(SQUAD), encoding="utf-8")
    data = load_squad(path)
    assert data.texts["0-0"] == ("Big Data", "Spark was made in 2009.")
    assert data.qrels == {"s1": {"0-0": 1}, "s3": {"0-1": 1}}
    assert (data.answers["s3"], data.unanswerable, data.questions["s1"]) == (("Hadoop",), frozenset({"s2"}), "When?")


def test_retrieval_is_scored_by_document_and_by_the_answer_in_the_first_passage(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(SQUAD), encoding="utf-8")
    data = load_squad(path)
    names = write_corpus(data, tmp_path / "corpus")
    by_text = {text: name for name, text in names.items()}
    spark = document(by_text["0-0"], data.texts["0-0"][1])
    hadoop = document(by_text["0-1"], data.texts["0-1"][1])

    def search(question: str, k: int) -> Sequence[Hit]:
        assert k >= 100
        return [hit(spark, (0, 5), rank=1), hit(spark, (0, len(spark.text)), rank=2), hit(hadoop, (0, 18), rank=3)]

    figures = score(data.qrels, rank_texts(data, names, search, data.qrels))
    assert figures["success@1"] == 0.5  # two passages of one text are one text: the second text has rank 2
    assert figures["mrr@10"] == pytest.approx((1 + 1 / 2) / 2)
    assert (figures["answer@1"], figures["answer@5"]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("corpus.jsonl", "{\n", "line 1: this is no JSON"),
        ("corpus.jsonl", '{"title": "x"}\n', "line 1: “_id” has to be"),
        ("queries.jsonl", '{"_id": "q1", "text": "one?"}\n', "judges the query “q2”"),
        ("qrels/test.tsv", "h\nq1 d1 1\n", "line 2: expected query-id"),
    ],
)
def test_a_file_out_of_layout_is_named(beir: Path, name: str, text: str, said: str) -> None:
    (beir / name).write_text(text, encoding="utf-8")
    with pytest.raises(StandardDataInvalid, match=said):
        load_beir(beir)


def test_a_missing_file_and_another_json_are_named(tmp_path: Path) -> None:
    with pytest.raises(StandardDataInvalid, match="cannot be read"):
        load_beir(tmp_path)
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(StandardDataInvalid, match="not in the JSON layout of SQuAD"):
        load_squad(tmp_path / "x.json")
