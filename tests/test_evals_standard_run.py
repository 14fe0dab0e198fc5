"""Published sets by the command line: BEIR and SQuAD through the real assistant, against worked examples and ir-measures."""

from __future__ import annotations

import json
import math
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import WordEmbedder

from evals.standard import StandardDataInvalid, StandardSet
from evals.standard_run import evaluate_standard, prepare
from ui import assembly
from ui.cli import run

TEXTS = {
    "d1": ("Rivers", "The Danube flows through ten countries and ends in the Black Sea."),
    "d2": ("Rivers", "The Rhine ends in the North Sea near Rotterdam."),
    "d3": ("Bread", "Bread needs flour, water, salt and yeast."),
    "d4": ("Plans", "Learning Python takes twelve weeks of evenings."),
}
QUESTIONS = {"q1": "Where does the Rhine end?", "q2": "What does bread need?", "q3": "Which rivers end in a sea?"}
QRELS = "query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td4\t1\nq3\td1\t2\nq3\td2\t1\nq1\td3\t0\n"


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WordEmbedder:
    """The real index and assistant, with an embedder that counts words."""
    for name in list(os.environ):
        if name.startswith("ROADMAP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    embedder = WordEmbedder()
    monkeypatch.setattr(assembly, "load_embedder", lambda settings: embedder)
    monkeypatch.setattr(assembly, "embedder_identity", lambda settings: embedder.identity)
    return embedder


@pytest.fixture
def roadmap(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "small-set"
    (folder / "qrels").mkdir(parents=True)
    corpus = "".join(json.dumps({"_id": name, "title": t, "text": text}) + "\n" for name, (t, text) in TEXTS.items())
    (folder / "corpus.jsonl").write_text(corpus, encoding="utf-8")
    queries = "".join(json.dumps({"_id": name, "text": text}) + "\n" for name, text in QUESTIONS.items())
    (folder / "queries.jsonl").write_text(queries, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(QRELS, encoding="utf-8")
    return folder


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    paragraphs = [
        {"context": TEXTS["d2"][1], "qas": [
            {"id": "s1", "question": "Where does the Rhine end?", "answers": [{"text": "North Sea", "answer_start": 22}]},
            {"id": "s2", "question": "Who painted the ceiling of the chapel?", "answers": [], "is_impossible": True},
        ]},
        {"context": TEXTS["d3"][1], "qas": [
            {"id": "s3", "question": "What does bread need?", "answers": [{"text": "flour", "answer_start": 12}]},
        ]},
    ]  # fmt: skip
    path = tmp_path / "dev-v2.0.json"
    path.write_text(json.dumps({"version": "v2.0", "data": [{"title": "A", "paragraphs": paragraphs}]}), encoding="utf-8")
    return path


def test_a_set_in_beir_layout_is_measured_as_worked_out_by_hand(
    beir: Path, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    """q1 finds its text first, q2's is judged to be a text without its words, q3 finds both of its texts on top."""
    code, out, err = roadmap("eval", "--beir", beir, "--search-only", "--json")
    assert code == 0, err
    result = json.loads(out)
    assert (result["name"], result["texts"], result["questions"], result["judged"]) == ("small-set", 4, 3, 3)
    ranks = _ranks(Path(result["run"]))
    assert ranks["q1"][0] == "d2" and set(ranks["q3"][:2]) == {"d1", "d2"}
    place = ranks["q2"].index("d4") + 1  # every text is ranked: there are only four
    assert place > 1
    figures = result["retrieval"]
    assert figures["mrr@10"] == pytest.approx((1 + 1 / place + 1) / 3)
    assert figures["success@1"] == pytest.approx(2 / 3) and figures["recall@10"] == 1.0
    gains = [2, 1] if ranks["q3"][0] == "d1" else [1, 2]
    ndcg = (gains[0] + gains[1] / math.log2(3)) / (2 + 1 / math.log2(3))
    assert figures["ndcg@10"] == pytest.approx((1 + 1 / math.log2(1 + place) + ndcg) / 3)


def test_the_command_that_is_printed_computes_the_same_figures(
    beir: Path, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    figures = json.loads(roadmap("eval", "--beir", beir, "--search-only", "--json")[1])["retrieval"]
    code, out, _ = roadmap("eval", "--beir", beir, "--search-only")
    assert code == 0
    command = shlex.split(out.strip().splitlines()[-1])
    assert command[0] == "ir_measures"
    command[0] = str(Path(sys.executable).with_name("ir_measures"))
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = dict(line.split("\t") for line in printed.strip().splitlines())
    pairs = {"nDCG@10": "ndcg@10", "RR@10": "mrr@10", "Success@1": "success@1", "R@10": "recall@10", "R@100": "recall@100"}
    assert set(theirs) == set(pairs)
    for name, ours in pairs.items():
        assert float(theirs[name]) == pytest.approx(figures[ours], abs=5e-5)


def test_the_index_of_a_set_is_made_once(
    beir: Path, words: WordEmbedder, roadmap: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    roadmap("eval", "--beir", beir, "--search-only")
    passages = [text for text in words.texts if text.startswith("Rivers\nRivers\n")]
    assert len(passages) >= 2
    assert roadmap("eval", "--beir", beir, "--search-only", "--sample", 1)[0] == 0
    assert [text for text in words.texts if text in passages] == passages  # the questions' words and units come anew
    assert len(list((tmp_path / ".roadmap" / "standard").iterdir())) == 1
    assert not (tmp_path / ".roadmap" / "index").exists()  # your own index is left alone


def test_a_squad_file_is_measured_with_answers_and_refusals(squad: Path, roadmap: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = roadmap("eval", "--squad", squad, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert (result["texts"], result["questions"], result["judged"]) == (2, 3, 2)
    assert result["retrieval"]["success@1"] == 1.0
    assert result["retrieval"]["answer@1"] == 1.0
    answers = result["answers"]
    assert set(answers) >= {"answer_holds", "abstention_recall", "false_refusal_rate", "confidence_auroc"}
    assert answers["confidence_auroc"] == 1.0  # both answerable questions get more confidence than the other one
    text = roadmap("eval", "--squad", squad)[1]
    assert "dev-v2.0: 2 texts, 3 questions, 2 with a relevant text" in text


def test_a_missing_or_empty_set_is_one_sentence(
    tmp_path: Path, beir: Path, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = roadmap("eval", "--beir", tmp_path / "none")
    assert (code, out) == (1, "") and "corpus.jsonl cannot be read" in err
    code, _, err = roadmap("eval", "--beir", beir, "--split", "dev")
    assert code == 1 and "dev.tsv cannot be read" in err
    (tmp_path / "x.json").write_text("[]")
    assert "JSON layout of SQuAD" in roadmap("eval", "--squad", tmp_path / "x.json")[2]


def test_a_corpus_left_half_written_is_written_anew(tmp_path: Path) -> None:
    data = StandardSet(TEXTS, {"q1": "x"}, {"q1": {"d1": 1}})
    prepared = prepare(data, tmp_path)
    (prepared.folder / "names.json").unlink()
    (prepared.corpus / "stray.txt").write_text("left over")
    again = prepare(data, tmp_path)
    assert again == prepared
    assert sorted(path.name for path in again.corpus.iterdir()) == sorted(again.names)
    with pytest.raises(StandardDataInvalid, match="no text that is not empty"):
        prepare(StandardSet({"d": ("t", " ")}, {}, {}), tmp_path)


def test_ids_with_spaces_do_not_break_the_files_for_other_tools(tmp_path: Path) -> None:
    from evals_fakes import WordAssistant, small_index

    data = StandardSet({"a b": ("", "algebra")}, {"q 1": "algebra weeks"}, {"q 1": {"a b": 1}})
    prepared = prepare(data, tmp_path)
    result = evaluate_standard("s", data, prepared, WordAssistant(small_index()), search_only=True)
    assert Path(result.qrels).read_text(encoding="utf-8") == "q_1 0 a_b 1\n"
    assert result.retrieval["mrr@10"] == 0.0  # nothing of the set was found, and that counts as zero


def _ranks(path: Path) -> dict[str, list[str]]:
    ranks: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        question, _, document, *_ = line.split()
        ranks.setdefault(question, []).append(document)
    return ranks
