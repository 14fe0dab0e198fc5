"""What the models of the answers learn from: questions of other libraries are asked as well, and answered by none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from evals.evidence_samples import Sample, indexed, samples_of, strangers
from evals.far_questions import far_questions
from evals.items import EvalItem, Evidence
from index.embedder import TransformerEmbedder

BREAD = "Let the dough rise for two hours. Bake the loaf at 230 degrees."
SHIPS = "A harbour pilot trains for three years. The exam of a pilot has five parts."


def samples(folder: Path, text: str, items: list[EvalItem], embedder: TransformerEmbedder) -> list[Sample]:
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "guide.txt").write_text(f"The guide\n\n{text}\n", encoding="utf-8")
    return samples_of(items, indexed(folder / "documents", folder / "data", embedder), weight=3.0)


@pytest.fixture
def bread(tmp_path: Path, embedder: TransformerEmbedder) -> list[Sample]:
    questions = {"how hot is the oven for the loaf?": "230 degrees", "how long does the dough rise?": "two hours"}
    items = [EvalItem(f"b{n}", q, "fact", evidence=(Evidence("guide.txt", e),)) for n, (q, e) in enumerate(questions.items())]
    return samples(tmp_path / "bread", BREAD, items * 4, embedder)


def ships(tmp_path: Path, text: str, embedder: TransformerEmbedder) -> list[Sample]:
    item = EvalItem("s", "how long does a pilot train?", "fact", evidence=(Evidence("guide.txt", "three years"),))
    return samples(tmp_path / "ships", text, [item] * 8, embedder)


def test_what_another_library_answers_is_asked_and_unanswerable(
    bread: list[Sample], tmp_path: Path, embedder: TransformerEmbedder
) -> None:
    own = ships(tmp_path, SHIPS, embedder)
    found = strangers(own, bread)
    assert len(found) == 2, "a quarter of its own questions"
    for sample in found:
        assert not sample.answerable and not sample.targets.any() and sample.item.must == ()
        assert {unit.document.id for unit in sample.units} == {"guide.txt"}
        assert sample.units[0].document is own[0].snapshot.documents["guide.txt"]
    assert [sample.item.id for sample in strangers(own, bread)] == [sample.item.id for sample in found]


def test_what_this_library_speaks_of_as_well_is_left_out(
    bread: list[Sample], tmp_path: Path, embedder: TransformerEmbedder
) -> None:
    assert strangers(ships(tmp_path, f"{SHIPS} {BREAD}", embedder), bread) == []


def test_questions_about_other_trades_name_only_trades_that_the_index_does_not_know(
    tmp_path: Path, embedder: TransformerEmbedder
) -> None:
    (own, *_) = ships(tmp_path, f"{SHIPS} A sailor cooks, and a sailor sings.", embedder)
    asked = far_questions(own.snapshot, 10_000, random.Random(0))
    assert any("dentist" in item.question for item in asked) and not any("sailor" in item.question for item in asked)
    assert not any(item.answerable or item.evidence for item in asked)
    few = far_questions(own.snapshot, 30, random.Random(1))
    assert len(few) == len({item.question for item in few}) == 30
    assert few == far_questions(own.snapshot, 30, random.Random(1)) != far_questions(own.snapshot, 30, random.Random(2))
