"""`roadmap ask`: why a model did not finish is said, and only questions that are answered are offered."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner
from ui_fakes import ScriptedAssistant, covered_answer, refusal, roadmap_document

from ui import assembly
from ui.cli import app


class NoLibrary:
    """Stands where the index would be: the scripted assistant asks it for nothing."""

    def snapshot(self) -> None:
        """Nothing to load."""


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ScriptedAssistant:
    scripted = ScriptedAssistant()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(assembly, "require_index", lambda settings: None)
    monkeypatch.setattr(assembly, "open_library", lambda settings: NoLibrary())
    monkeypatch.setattr(assembly, "open_assistant", lambda settings, library, *, write: scripted)
    return scripted


def test_why_the_model_did_not_finish_is_said_below_the_answer_and_in_the_json(assistant: ScriptedAssistant) -> None:
    late = replace(covered_answer(), notice="The model llama was silent for 15 seconds.")
    assistant.answers = [late]
    shown = CliRunner().invoke(app, ["ask", "What do I learn in phase 1?"])
    assert shown.stderr.splitlines()[-1] == late.notice
    assert late.notice not in shown.stdout
    assistant.default = lambda question: late
    printed = CliRunner().invoke(app, ["ask", "What do I learn in phase 1?", "--json"])
    assert json.loads(printed.stdout)["notice"] == late.notice


def test_a_refusal_offers_only_what_is_answered(assistant: ScriptedAssistant) -> None:
    offered = ("What is SQL?", "How is bread made?", "What is Git?")
    refused = replace(refusal("Who is the king?"), suggestions=offered)
    answers = {"Who is the king?": refused, "How is bread made?": refusal("How is bread made?")}
    assistant.default = lambda question: answers.get(question, covered_answer(question))
    shown = CliRunner().invoke(app, ["ask", "Who is the king?"])
    assert shown.stdout.strip().endswith("They do answer: What is SQL? · What is Git?")
    printed = CliRunner().invoke(app, ["ask", "Who is the king?", "--json"])
    assert json.loads(printed.stdout)["suggestions"] == ["What is SQL?", "What is Git?"]


def test_what_is_asked_about_the_program_is_told_by_it_and_not_searched_for(
    assistant: ScriptedAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = {document.id: document for document in (roadmap_document(),)}
    library = SimpleNamespace(snapshot=lambda: SimpleNamespace(documents=documents))
    monkeypatch.setattr(assembly, "open_library", lambda settings: library)
    shown = CliRunner().invoke(app, ["ask", "Hi, which documents do you have?"])
    assert shown.stdout.startswith("This assistant answers questions from one document")
    assert "“What does a machine learning engineer do?” or “How does a machine" in shown.stdout
    entry = json.loads(CliRunner().invoke(app, ["ask", "Hi, which documents do you have?", "--json"]).stdout)
    assert entry["answer"] == shown.stdout.strip()
    assert (entry["status"], entry["citations"], entry["confidence"]) == ("not_covered", [], None)
    assert "about the program itself" in entry["notice"]
    assert assistant.heard == []
