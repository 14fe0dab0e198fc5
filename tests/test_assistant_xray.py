"""The X-ray says of each passage what became of it when the answer was composed, by the same functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import RIVERS, build, open_library, write_corpus

from assistant.answer import Answer
from assistant.assistant import Assistant
from assistant.compose import MAX_UNITS
from assistant.xray import Fate, xray

QUESTION = "How is Python learned?"  # not how long it takes: figures that differ are set side by side then
FILES = {
    f"{name}-{weeks}.md": f"# {name} of {weeks}\n\nLearning Python takes {weeks} weeks of steady evening work.\n"
    for weeks in (12, 14, 16, 18, 20, 22)
    for name in ("plan", "copy")
}
LIST = """# Mathematics

The mathematics of learning machines:

- Matrices hold the data.
- Probability weighs the chances.
- Calculus finds the slope.
- Statistics tests the result.
"""
NOTES = """# Notes

The mathematics of learning machines: matrices hold data, calculus finds the slope, and statistics tests the result.
"""


def opened(folder: Path, files: dict[str, str]) -> Assistant:
    """An assistant that refuses nothing; each document is one passage."""
    build(write_corpus(folder / "corpus", {**files, "rivers.md": RIVERS}), folder / "data")
    return Assistant(open_library(folder / "data"), threshold=0.0)


def fates(assistant: Assistant, answer: Answer) -> dict[str, Fate]:
    """What became of each document but the one about something else."""
    looked = xray(answer, assistant.library.snapshot(), assistant.threshold)
    found = {candidate.hit.passage.document_id: candidate.fate for candidate in looked.candidates}
    assert found.pop("rivers.md") == "weak"
    return found


def weeks_of(documents: Iterable[str]) -> set[str]:
    return {document.partition("-")[2] for document in documents}


def test_another_source_with_other_figures_repeats_nothing(tmp_path: Path) -> None:
    assistant = opened(tmp_path, FILES)
    answer = assistant.ask(QUESTION, mode="quote")
    cited = {citation.document_id for citation in answer.citations}
    assert len(cited) == MAX_UNITS == len(weeks_of(cited)), "as many as an answer has room for, each with its own figure"
    found = fates(assistant, answer)
    assert {name for name, fate in found.items() if fate == "quoted"} == cited
    same = {name for name in FILES if name not in cited and weeks_of([name]) <= weeks_of(cited)}
    assert {name for name, fate in found.items() if fate == "repeats"} == same
    assert {found[name] for name in FILES.keys() - cited - same} <= {"enough", "below"}


def test_a_document_with_nothing_nearly_as_good_is_said_to_be_left_out_for_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = opened(tmp_path, FILES)
    for module in ("compose", "xray"):
        monkeypatch.setattr(f"assistant.{module}.STRAY", 0.9)
    answer = assistant.ask(QUESTION, mode="quote")
    (cited,) = {citation.document_id for citation in answer.citations}
    found = fates(assistant, answer)
    same = {name for name in FILES if weeks_of([name]) == weeks_of([cited])}
    assert {name for name, fate in found.items() if fate == "stray"} == FILES.keys() - same


def test_what_repeats_several_quotes_together_is_a_repeat(tmp_path: Path) -> None:
    assistant = opened(tmp_path, {"list.md": LIST, "notes.md": NOTES})
    answer = assistant.ask("Which mathematics do learning machines need?", mode="quote")
    assert [citation.document_id for citation in answer.citations] == ["list.md"] * 5
    assert fates(assistant, answer) == {"list.md": "quoted", "notes.md": "repeats"}


def test_what_a_follow_up_leaves_out_is_not_said_to_be_too_much(tmp_path: Path) -> None:
    assistant = opened(tmp_path, FILES)
    answer = assistant.ask(QUESTION, mode="quote")
    brief = replace(answer, question="shorter please", sentences=answer.sentences[:1], citations=answer.citations[:1])
    found = fates(assistant, brief)
    assert "said" in found.values()
    assert not {"enough", "below"} & set(found.values())


def test_a_follow_up_that_is_long_with_what_it_follows_is_looked_into(tmp_path: Path) -> None:
    assistant = opened(tmp_path, FILES)
    answer = replace(assistant.ask(QUESTION), standalone_question=f"{QUESTION} (about: {'steady evening work ' * 120})")
    looked = xray(answer, assistant.library.snapshot(), assistant.threshold)
    assert "quoted" in {candidate.fate for candidate in looked.candidates}


def test_an_answer_from_an_earlier_index_is_compared_with_what_it_cites(tmp_path: Path) -> None:
    early = {name: text for name, text in FILES.items() if name in ("plan-20.md", "plan-22.md")}
    answer = opened(tmp_path, early).ask(QUESTION, mode="quote")
    assert {citation.document_id for citation in answer.citations} == early.keys()
    found = fates(opened(tmp_path, FILES), answer)
    assert {name for name, fate in found.items() if fate == "repeats"} == {"copy-20.md", "copy-22.md"}
    assert {name for name, fate in found.items() if fate == "quoted"} == early.keys()
