"""Slips of the keyboard are set right, and words that only look like one stay."""

from __future__ import annotations

import pytest
from fakes import write_corpus

from index.build import update
from index.embedder import TransformerEmbedder
from index.library import Library
from index.search import Snapshot
from index.spelling import corrected, parted

TEXT = """# Skills

Reinforcement learning is learning by trial and error. Reinforcement takes patience. An agent reinforces what works.

Engineers release software. The release of a model is automatic. A release needs a label and a page of notes.

Every engineer writes a page of notes. Each page has a label. Statistics takes practice and computer vision as well.

Practice makes the engineer. A label is no logic. The logic of a team is its practice. Computer vision is young. Teams change.

Fine-tuning comes last. Draws and on-call weeks are shared. A time line of the job is drawn in front of each team.
"""


@pytest.fixture(scope="module")
def snapshot(embedder: TransformerEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("spelling")
    once = {"once.md": "# Work\n\nA business pays. A calender keeps its dates.\n"}
    corpus = write_corpus(folder / "corpus", {f"{number}.md": TEXT for number in range(3)} | once)
    update(corpus, folder / "data", lambda: embedder, (embedder.id, embedder.digest))
    return Library(folder / "data", lambda: embedder).snapshot()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reinforcment lerning", "reinforcement learning"),  # the first has the stem of the right word
        ("what enginers relase", "what engineers release"),
        ("practise", "practice"),  # as the documents spell it
        ("a lable for computer vison", "a label for computer vision"),
        ("buisness", "business"),  # in one passage only, but a common word of the language
    ],
)
def test_a_slip_becomes_the_word_that_was_meant(snapshot: Snapshot, typed: str, meant: str) -> None:
    assert corrected(typed, snapshot) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Reinforcement reinforces",
        "login to the pager",
        "tweaking perks",
        "PyTorch",
        "takers",
        "calandar",
        "drown",
        "relabels",
        "finetuning",
    ],
)
def test_other_words_stay(snapshot: Snapshot, typed: str) -> None:
    assert corrected(typed, snapshot) == typed


def test_words_that_the_documents_write_in_two_are_put_so(snapshot: Snapshot) -> None:
    assert parted("the timelines of finetuning oncall teams", snapshot) == "the time-lines of fine-tuning on-call teams"
    assert parted("practice on a timeless team", snapshot) == "practice on a timeless team"
