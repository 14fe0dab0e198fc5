"""Questions put by several processes: what comes of them is what comes of one process, and no process is left behind."""

from __future__ import annotations

import json
import multiprocessing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from evals_fakes import NoIndex, open_words, small_items
from fakes import WordEmbedder, write_corpus
from numpy.typing import NDArray

from evals.evidence import locate
from evals.items import EvalItem, evenly, load_items
from evals.run import Bench, Outcome, RunCancelled, Task, run_items
from evals.spread import ProcessLost, Spread
from evals.store import load_run
from ui import assembly
from ui.cli import run
from ui.eval_bench import IndexRenewed, open_bench, read_corpus, spread_over
from ui.settings import read_settings


def outcomes(items: tuple[EvalItem, ...], bench: Bench, **options: object) -> tuple[Outcome, ...]:
    located = locate(items, bench.documents)
    return run_items(items, located, bench.asked, bench.documents, bench.support, **options)  # type: ignore[arg-type]


def shown(outcome: Outcome) -> dict[str, object]:
    """All of an outcome but how long it took."""
    fields = {name: getattr(outcome, name) for name in outcome.__slots__}
    fields["record"] = {name: value for name, value in outcome.record.items() if name != "seconds"}
    return {name: value for name, value in fields.items() if name not in ("seconds", "first_token")}


@pytest.mark.parametrize("search_only", [False, True])
def test_two_processes_find_what_one_finds_in_the_order_of_the_questions(search_only: bool) -> None:
    alone = outcomes(small_items(), open_words(), search_only=search_only)
    told: list[tuple[int, int, str]] = []
    together = outcomes(
        small_items(), open_words(), search_only=search_only, spread=Spread(open_words, 2), progress=lambda *s: told.append(s)
    )
    assert [shown(outcome) for outcome in together] == [shown(outcome) for outcome in alone]
    assert {outcome.status for outcome in together} >= {"crashed", "searched" if search_only else "answered"}
    assert [done for done, _, _ in told] == list(range(73)) and told[-1] == (72, 72, "")


def test_an_error_in_opening_is_told_as_it_is() -> None:
    with pytest.raises(NoIndex, match="There is no index here; build one"):
        outcomes(small_items(), open_words(), spread=Spread(partial(open_words, missing=True), 2))
    assert multiprocessing.active_children() == []


def test_a_process_that_is_lost_is_named_with_its_exit_code() -> None:
    with pytest.raises(ProcessLost, match=r"exit code 3.*--processes 1"):
        outcomes(small_items(), open_words(), spread=Spread(partial(open_words, fatal="docker"), 2))
    assert multiprocessing.active_children() == []


def test_a_cancelled_run_ends_its_processes() -> None:
    asked = iter(range(100))
    with pytest.raises(RunCancelled, match="after 5 of 72"):
        outcomes(small_items(), open_words(), spread=Spread(open_words, 2), cancelled=lambda: next(asked) == 5)
    assert multiprocessing.active_children() == []


def test_slow_questions_hold_up_nobody() -> None:
    """Each process gets its next question when it has done one, so the order of what is done is not that of the questions."""
    located = locate(small_items(), open_words().documents)
    tasks = [Task(item, located[item.id], "quote", True) for item in small_items()]
    places = [place for place, _ in Spread(open_words, 3)(tasks)]
    assert sorted(places) == list(range(72))


def test_the_real_assistant_answers_the_same_in_processes_of_its_own(corpus_index: Path, tmp_path: Path) -> None:
    (tmp_path / "roadmap.toml").write_text("threshold = 0.4\n", encoding="utf-8")  # has to reach them
    settings = read_settings({"data": corpus_index, "mode": "quote"}, config=tmp_path / "roadmap.toml")
    items = evenly(load_items(), 12)
    bench = open_bench(settings, False, read_corpus(settings).generation)
    alone = outcomes(items, bench, mode="quote")
    together = outcomes(items, bench, mode="quote", spread=spread_over(settings, False, 2, read_corpus(settings).generation))
    assert [shown(outcome) for outcome in together] == [shown(outcome) for outcome in alone]


class Editing(WordEmbedder):
    """Changes a document and updates the index whenever a question is asked."""

    asked = 0

    def embed_question(self, question: str) -> NDArray[np.float32]:
        if question.endswith("?"):  # and no passage
            self.asked += 1
            Path("corpus", "added.md").write_text(f"# Added\n\nText number {self.asked} is added.\n", encoding="utf-8")
            assembly.build_index(read_settings({}))
        return super().embed_question(question)


def test_all_questions_of_a_run_ask_the_index_it_began_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_corpus(tmp_path / "corpus")
    embedder = Editing()
    monkeypatch.setattr(assembly, "load_embedder", lambda settings: embedder)
    monkeypatch.setattr(assembly, "embedder_identity", lambda settings: embedder.identity)
    assembly.build_index(read_settings({}))
    line = {"question": "Where does the Rhine end?", "kind": "fact", "answerable": False}
    (tmp_path / "items.jsonl").write_text("".join(json.dumps({"id": name, **line}) + "\n" for name in ("a", "b", "c")))
    assert run(["eval", "--items", "items.jsonl", "--mode", "quote", "--processes", "1"]) == 0
    done = load_run(tmp_path / ".roadmap" / "evals", "latest")
    assert [outcome.record["generation"] for outcome in done.outcomes] == [1, 1, 1] and done.head.generation == 1
    assert read_corpus(read_settings({})).generation > 1
    with pytest.raises(IndexRenewed, match="run it again"):
        open_bench(read_settings({}), False, 1)
