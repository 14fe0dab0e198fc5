"""A sweep tries every combination, computes nothing twice, and tells which settings are worth having."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from evals_fakes import SmallIndex, WordAssistant, small_index, small_items
from fakes import WordEmbedder, write_corpus

from assistant.answer import Answer, Mode, Turn
from assistant.verify import support
from evals.evidence import locate
from evals.items import ItemsMissing, item_json
from evals.metrics import METRICS
from evals.run import Asked, Corpus, run_items
from evals.summary import values_of
from evals.sweep import Setting, SweepInvalid, parse_sweep, read_sweep
from evals.sweep_report import write_sweep
from evals.sweep_run import Remembered, SweepResult, pareto, run_sweep
from ui import assembly
from ui.cli import run


class SmallEngine:
    """Word assistants over the small index: `dense_weight` is their weight."""

    def __init__(self) -> None:
        self.opened: list[Setting] = []
        self.asked: list[WordAssistant] = []

    def open(self, setting: Setting) -> tuple[Asked, Corpus]:
        index: SmallIndex = small_index()
        self.opened.append(setting)
        weight = 1.0 if setting.dense_weight is None else setting.dense_weight
        self.asked.append(WordAssistant(index, weight=weight, threshold=0.0))
        return self.asked[-1], index

    def threshold(self, setting: Setting) -> float:
        return 0.5 if setting.threshold is None else setting.threshold

    def parted(self, question: str, history: Sequence[Turn]) -> bool:
        return False


@pytest.fixture
def items(tmp_path: Path) -> Path:
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps(item_json(item)) + "\n" for item in small_items()), encoding="utf-8")
    return path


GRID = {"dense_weight": [0.0, 1.0], "threshold": [0.0, 0.5, 0.86]}


def swept(items: Path, engine: SmallEngine | None = None, **options: object) -> SweepResult:
    return run_sweep(parse_sweep({"grid": GRID, **options}), engine or SmallEngine(), [items])


def test_every_combination_is_tried_and_answers_are_shared_by_thresholds(items: Path) -> None:
    engine = SmallEngine()
    told: list[tuple[int, int]] = []
    result = run_sweep(parse_sweep({"grid": GRID}), engine, [items], progress=lambda done, total: told.append((done, total)))
    assert len(result.tried) == 6
    assert len({entry.setting for entry in result.tried}) == 6
    assert len(engine.opened) == 2  # one for each weight
    assert [len(asked.asked) for asked in engine.asked] == [48, 48]  # each dev question once
    assert told == [(done, 96) for done in range(1, 97)]  # each number once


def test_the_figures_are_those_of_a_run_with_that_setting(items: Path, tmp_path: Path) -> None:
    from evals.evaluate import evaluate

    result = swept(items)
    for entry in result.tried:
        asked = WordAssistant(small_index(), weight=entry.setting.dense_weight or 0.0, threshold=entry.setting.threshold or 0.0)
        own = evaluate(asked, asked.index, runs=tmp_path / "runs", item_files=[items], split="dev").run.head.summary
        for name, value in own.items():
            if not name.startswith(("seconds", "first_token")):
                assert entry.summary[name] == value, (entry.setting, name)
    assert {entry.seconds for entry in result.tried} == {0.01}  # what the assistant said its answers took


class PartedAssistant(WordAssistant):
    """Leaves out the second part of every question where the threshold is high."""

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        answer = super().ask(question, history, mode=mode)
        return replace(answer, status="partial", missing=("the second",)) if self.threshold > 0.2 else answer


def test_a_question_of_several_parts_is_asked_at_each_threshold() -> None:
    asked = PartedAssistant(small_index())
    question = small_items()[0].question
    remembered = Remembered(asked, lambda question, history: " and " in question)
    for threshold, both in ((0.3, "partial"), (0.1, "answered"), (0.3, "partial")):
        remembered.threshold = threshold
        assert (remembered.ask(question).status, remembered.ask(f"{question} and then").status) == ("answered", both)
    assert len(asked.asked) == 3


def test_the_best_comes_first_and_the_front_holds_it(items: Path) -> None:
    result = swept(items)
    best = result.tried[0]
    assert (best.setting.dense_weight, best.setting.threshold) in ((1.0, 0.0), (1.0, 0.5))
    assert best.worse_than_best == 1.0 and best.pareto
    worst = result.tried[-1]
    assert worst.worse_than_best < 0.01 and not worst.pareto
    assert [entry.quality for entry in result.tried] == sorted((entry.quality for entry in result.tried), reverse=True)
    assert result.text.count("\n *") == sum(entry.pareto for entry in result.tried)
    assert "dense_weight 1.0, threshold 0.5" in result.text


def test_a_search_only_sweep_searches_once_for_all_thresholds(items: Path) -> None:
    engine = SmallEngine()
    result = swept(items, engine, search_only=True)
    assert result.sweep.quality == "mrr"
    assert [len(asked.asked) for asked in engine.asked] == [48, 48]
    assert {entry.quality for entry in result.tried if entry.setting.dense_weight == 1.0} == {1.0}


def test_a_split_and_a_sample_can_be_asked(items: Path) -> None:
    assert swept(items, split="test").questions == 24
    assert swept(items, split="all", sample=10).questions == 10


def test_the_page_and_the_json_hold_every_setting_and_load_nothing(items: Path, tmp_path: Path) -> None:
    result = swept(items)
    page = write_sweep(tmp_path / "out", result)
    html = page.read_text(encoding="utf-8")
    assert html.count("<tr>") == 7 and html.count('class="dot"') + html.count('class="ring"') == 6
    assert "http" not in html.replace("http-equiv", "") and "Content-Security-Policy" in html
    stored = json.loads(page.with_name("sweep.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(result.as_json()))
    assert stored["settings"][0]["setting"]["dense_weight"] == 1.0
    assert stored["settings"][0]["figures"]["mrr"] == 1.0


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({}, "nothing to try"),
        ({"grid": {}}, "nothing to try"),
        ({"grid": {"weight": [1]}}, "“weight” cannot be tried; there are: passage_limit, dense_weight"),
        ({"grid": {"k": 10}}, "list of values"),
        ({"grid": {"k": []}}, "list of values"),
        ({"grid": {"k": [0]}}, "whole number from 1 to 24"),
        ({"grid": {"k": [True]}}, "whole number from 1 to 24"),
        ({"grid": {"k": [25]}}, "whole number from 1 to 24"),
        ({"grid": {"dense_weight": [1.5]}}, "number from 0 to 1"),
        ({"grid": {"mode": ["auto"]}}, "“quote” or “write”"),
        ({"grid": {"embedder": [""]}}, "the id of a model"),
        ({"grid": {"k": [1]}, "quallity": "mrr"}, "“quallity” is no key of a sweep"),
        ({"grid": {"k": [1]}, "quality": "seconds_median"}, "no figure to be best at"),
        ({"grid": {"k": [1]}, "quality": "citation_precision"}, "no figure to be best at"),  # refusing raises it
        ({"grid": {"k": [1]}, "quality": "supported"}, "no figure to be best at"),
        ({"grid": {"k": [1]}, "quality": "strict_accuracy", "search_only": True}, "there are: success@1"),
        ({"grid": {"k": [1]}, "split": "train"}, "all, dev or test"),
        ({"grid": {"k": [1]}, "sample": -1}, "number of questions"),
        ({"grid": {"threshold": [n / 1000 for n in range(501)]}}, "501 combinations"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_named(record: Mapping[str, object], problem: str) -> None:
    with pytest.raises(SweepInvalid, match=problem):
        parse_sweep(record)


def test_a_file_that_is_no_sweep_is_named(tmp_path: Path) -> None:
    with pytest.raises(SweepInvalid, match=r"none\.toml cannot be read"):
        read_sweep(tmp_path / "none.toml")
    (tmp_path / "s.toml").write_text("[grid]\nk = [0]\n", encoding="utf-8")
    with pytest.raises(SweepInvalid, match=r"s\.toml: “k” holds 0"):
        read_sweep(tmp_path / "s.toml")


def test_the_front_is_what_nothing_beats() -> None:
    assert pareto([(1.0, 0.5), (2.0, 0.9), (3.0, 0.8), (0.5, 0.5), (2.0, 0.9)]) == {1, 3, 4}
    assert pareto([]) == set()


def test_a_figure_that_no_question_has_is_refused(items: Path) -> None:
    with pytest.raises(SweepInvalid, match="None of the 48 questions has “clean”"):
        swept(items, quality="clean")


def test_every_figure_to_be_best_at_rests_on_the_same_questions_whatever_is_refused() -> None:
    runs = []
    for threshold in (0.0, 0.86, 1.1):
        asked = WordAssistant(small_index(), threshold=threshold, broken=lambda question: "keras" in question)
        located = locate(small_items(), asked.index.documents)
        runs.append(run_items(small_items(), located, asked, asked.index.documents, support))
    for name in (name for name, metric in METRICS.items() if metric.per_question):
        asked_of = {frozenset(values_of(outcomes, name)) for outcomes in runs}
        assert (len(asked_of) == 1) is METRICS[name].steady, name


def test_no_question_in_the_split_is_named(tmp_path: Path) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text(json.dumps(item_json(small_items()[0])) + "\n", encoding="utf-8")
    with pytest.raises(ItemsMissing, match="split “test”"):
        swept(path, split="test")


@pytest.fixture
def roadmap(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """The command line over a corpus of three files, with the real assistant and an embedder that counts words."""
    for name in list(os.environ):
        if name.startswith("ROADMAP_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path / "corpus")
    embedder = WordEmbedder()
    monkeypatch.setattr(assembly, "load_embedder", lambda settings: embedder)
    monkeypatch.setattr(assembly, "embedder_identity", lambda settings: embedder.identity)

    def call(*arguments: object) -> tuple[int, str, str]:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_command_sweeps_the_real_engine_and_keeps_its_indexes(
    tmp_path: Path, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    item = {
        "id": "rhine", "question": "Where does the Rhine end?", "kind": "fact", "must": [["North Sea"]],
        "evidence": [{"document": "rivers.md", "quote": "The Rhine ends in the North Sea."}],
    }  # fmt: skip
    (tmp_path / "items.jsonl").write_text(json.dumps(item) + "\n", encoding="utf-8")
    (tmp_path / "sweep.toml").write_text(
        "[grid]\npassage_limit = [200, 900]\ndense_weight = [0.0, 0.5]\nk = [1, 10]\nthreshold = [0.0, 1.0]\n", encoding="utf-8"
    )
    code, out, err = roadmap("eval", "--sweep", "sweep.toml", "--items", "items.jsonl", "--report", "out", "--json")
    assert code == 0, err
    settings = json.loads(out)["settings"]
    assert len(settings) == 16
    assert {s["quality"] for s in settings if s["setting"]["threshold"] == 1.0} == {0.0}  # it refuses everything
    assert {s["quality"] for s in settings if s["setting"]["threshold"] == 0.0} == {1.0}
    assert (tmp_path / "out" / "sweep.html").is_file()
    indexes = sorted((tmp_path / ".roadmap" / "sweeps").glob("index-*"))
    assert len(indexes) == 2
    before = {path: sorted(p.name for p in (path / "index").iterdir()) for path in indexes}
    assert roadmap("eval", "--sweep", "sweep.toml", "--items", "items.jsonl")[0] == 0
    assert {path: sorted(p.name for p in (path / "index").iterdir()) for path in indexes} == before


def test_a_varied_snapshot_searches_as_the_index_does_with_that_weight(
    tmp_path: Path, roadmap: Callable[..., tuple[int, str, str]]
) -> None:
    from ui.settings import read_settings
    from ui.sweep_engine import VariedLibrary

    assert roadmap("index")[0] == 0
    library = assembly.open_library(read_settings())
    question = "How long does Python take?"
    for weight in (0.0, 0.3, 1.0):
        varied = VariedLibrary(library, weight=weight, limit=2).snapshot()
        wanted = library.snapshot().search(question, 2, dense_weight=weight)
        assert varied.search(question, 10) == wanted
    assert len(VariedLibrary(library).snapshot().search(question, 10)) > 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--claims", "--gate"),
        ("--sweep", "s.toml", "--claims"),
        ("--beir", "d", "--squad", "f"),
        ("--compare", "a", "b", "--claims"),
    ],
)
def test_two_jobs_at_once_are_refused(roadmap: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...]) -> None:
    code, out, err = roadmap("eval", *arguments)
    assert (code, out) == (1, "")
    assert "is a job of its own" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--sweep", "s.toml", "--sample", 5), "--sweep does not read --sample"),
        (("--sweep", "s.toml", "--split", "test"), "--sweep does not read --split"),
        (("--compare", "a", "b", "--items", "i.jsonl"), "--compare does not read --items"),
        (("--claims", "--report", "out"), "--claims does not read --report"),
        (("--claims", "--search-only"), "--claims does not read --search-only"),
        (("--beir", "d", "--report", "out"), "--beir does not read --report"),
        (("--squad", "f", "--split", "dev"), "--squad does not read --split"),
        (("--sweep", "s.toml", "--mode", "write"), "--sweep does not read --mode"),
        (("--baseline", "b.json"), "--baseline is read with --gate or --update-baseline only"),
        (("--reason", "better"), "--reason is read with --update-baseline only"),
        (("--search-only", "--mode", "quote"), "does not read --mode"),
    ],
)
def test_an_option_that_is_not_read_is_refused(
    roadmap: Callable[..., tuple[int, str, str]], arguments: tuple[object, ...], told: str
) -> None:
    code, out, err = roadmap("eval", *arguments)
    assert (code, out) == (1, "") and told in err
    assert not Path(".roadmap").exists()
