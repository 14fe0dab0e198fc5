"""The command line as people and programs meet it: results on stdout, the rest on stderr, and the promised exit codes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ui.cli import app, run

COMMANDS = ("serve", "index", "status", "search", "ask", "batch", "show", "eval", "models", "verify")
PLAN = """# Learning plan

## Phase 1: Foundations

Phase 1 takes three months. Learn linear algebra, calculus and statistics first.

## Phase 2: Building skills

Phase 2 takes four months and is about Python, SQL and Git.

- Python is the language of most machine learning libraries.
- SQL is needed to get at the data.

## Salary

A junior machine learning engineer earns 70,000 dollars a year.
"""


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("ROADMAP_") and name != "ROADMAP_MODELS":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def roadmap(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    def call(*arguments: object) -> Done:
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with `corpus` and its index in `data`, made by the command line itself."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "plan.md").write_text(PLAN, encoding="utf-8")
    (folder / "corpus" / "bread.txt").write_text("Bread needs flour, water, salt and yeast.\n", encoding="utf-8")
    assert run(["index", "--corpus", str(folder / "corpus"), "--data", str(folder / "data")]) == 0
    yield folder


def _is_one_sentence_error(done: Done, *words: str) -> None:
    assert done.code == 1
    assert done.out == ""
    (line,) = done.err.splitlines()
    assert line.startswith("Error: ")
    for word in words:
        assert word in line


# --- without an index and without a model


def test_every_command_of_the_contract_has_help(roadmap: Callable[..., Done]) -> None:
    listed = roadmap("--help")
    assert listed.code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in listed.out
        helped = roadmap(command, "--help")
        assert helped.code == 0
        assert helped.out.startswith("Usage:")
    assert {command.name for command in app.registered_commands} == set(COMMANDS)


def test_help_answers_in_under_half_a_second_and_imports_nothing_heavy() -> None:
    script = "import sys; from ui.cli import run; run(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    best = 9.0
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=_environment())
        best = min(best, time.perf_counter() - started)
    for heavy in ("torch", "numpy", "streamlit", "transformers", "pydantic", "sqlalchemy", "rich"):
        assert f"'{heavy}'" not in done.stderr
    assert best < 0.5


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["ask"],
        ["ask", "a", "b"],
        ["ask", "q", "--nonsense"],
        ["ask", "q", "--mode", "sing"],
        ["search", "q", "-k", "none"],
        ["search", "q", "-k", "0"],
        ["show"],
        ["show", "x", "--start", "-1"],
        ["models", "destroy"],
        ["serve", "--port", "99999"],
        ["batch", "one"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_with_a_hint(roadmap: Callable[..., Done], arguments: list[str]) -> None:
    done = roadmap(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "Usage:" in done.err
    assert "Traceback" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["models", "--json"]], ids=" ".join)
def test_output_that_cannot_be_written_is_one_sentence(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "ui.cli", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=_environment())
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: The result could not be written (No space left on device)")


@pytest.mark.parametrize("command", [["status"], ["search", "q"], ["ask", "q"], ["show", "a.md"], ["verify"]], ids=" ".join)
def test_without_an_index_one_sentence_says_how_to_make_one(roadmap: Callable[..., Done], command: list[str]) -> None:
    _is_one_sentence_error(roadmap(*command), "no index", "roadmap index")


def test_a_missing_and_an_empty_corpus_are_named(roadmap: Callable[..., Done], tmp_path: Path) -> None:
    _is_one_sentence_error(roadmap("index", "--corpus", tmp_path / "nowhere"), "nowhere")
    (tmp_path / "empty").mkdir()
    _is_one_sentence_error(roadmap("index", "--corpus", tmp_path / "empty"), "empty")


def test_a_wrong_setting_is_one_sentence(roadmap: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "roadmap.toml").write_text("prot = 1\n")
    _is_one_sentence_error(roadmap("status"), "roadmap.toml", "prot")
    _is_one_sentence_error(roadmap("ask", "q", "--config", os.devnull), "--config")


def test_serve_looks_at_its_port_before_anything_else(roadmap: Callable[..., Done], tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = roadmap("serve", "--no-browser", "--port", taken.getsockname()[1], "--corpus", tmp_path / "nowhere")
    _is_one_sentence_error(done, "cannot be used", "--port")


def test_a_wrong_line_of_a_batch_is_named_before_a_model_is_loaded(roadmap: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"question": "fine"}\n{oops\n')
    _is_one_sentence_error(roadmap("batch", "in.jsonl", "out.jsonl"), "in.jsonl, line 2")
    _is_one_sentence_error(roadmap("batch", "nowhere.jsonl", "out.jsonl"), "nowhere.jsonl")
    (tmp_path / "in.jsonl").write_text('{"question": "fine"}\n')
    _is_one_sentence_error(roadmap("batch", "in.jsonl", "in.jsonl"), "holds the questions")
    _is_one_sentence_error(roadmap("batch", "in.jsonl", "no/out.jsonl"), "out.jsonl cannot be written")
    assert (tmp_path / "in.jsonl").read_text() == '{"question": "fine"}\n'


def test_replacing_the_baseline_needs_a_reason(roadmap: Callable[..., Done]) -> None:
    _is_one_sentence_error(roadmap("eval", "--update-baseline"), "--reason")


def test_an_interrupt_is_quiet_and_exit_130(roadmap: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ui.settings.read_settings", interrupted)
    done = roadmap("status")
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err


def test_an_unforeseen_exception_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("ui.settings.read_settings", broken)
    with pytest.raises(ZeroDivisionError):
        run(["status"])


# --- with the real embedder and an index


def test_index_tells_each_document_and_a_second_run_changes_nothing(roadmap: Callable[..., Done], built: Path) -> None:
    done = roadmap("index", "--corpus", built / "corpus", "--data", built / "data", "--json")
    report = json.loads(done.out)
    assert done.code == 0
    assert (report["published"], report["embedded"]) == (False, 0)
    assert [(d["id"], d["action"]) for d in report["documents"]] == [("bread.txt", "unchanged"), ("plan.md", "unchanged")]
    plain = roadmap("index", "--corpus", built / "corpus", "--data", built / "data")
    assert [line.split() for line in plain.out.splitlines()] == [["unchanged", "bread.txt"], ["unchanged", "plan.md"]]


def test_refused_documents_are_exit_3_and_named_with_their_reason(
    roadmap: Callable[..., Done], built: Path, tmp_path: Path
) -> None:
    shutil.copytree(built, tmp_path / "copy")
    (tmp_path / "copy" / "corpus" / "photo.xyz").write_bytes(b"\x00\x01")
    (tmp_path / "copy" / "corpus" / "void.md").write_bytes(b"")
    done = roadmap("index", "--corpus", tmp_path / "copy" / "corpus", "--data", tmp_path / "copy" / "data")
    assert done.code == 3
    refused = [line for line in done.out.splitlines() if line.startswith("refused")]
    assert [line.split()[1] for line in refused] == ["photo.xyz", "void.md"]
    status = json.loads(roadmap("status", "--json", "--data", tmp_path / "copy" / "data").out)
    assert [entry["id"] for entry in status["refused"]] == ["photo.xyz", "void.md"]


def test_status_names_what_changed_since_the_build(roadmap: Callable[..., Done], built: Path, tmp_path: Path) -> None:
    shutil.copytree(built / "corpus", tmp_path / "corpus")
    fresh = json.loads(roadmap("status", "--json", "--data", built / "data", "--corpus", "corpus").out)
    assert (fresh["fresh"], fresh["stale"], len(fresh["documents"])) == (True, [], 2)
    (tmp_path / "corpus" / "plan.md").write_text("# Another plan\n\nIt is short.\n")
    (tmp_path / "corpus" / "bread.txt").unlink()
    (tmp_path / "corpus" / "new.md").write_text("# New\n\nText.\n")
    stale = json.loads(roadmap("status", "--json", "--data", built / "data", "--corpus", "corpus").out)
    assert {entry["id"]: entry["change"] for entry in stale["stale"]} == {
        "bread.txt": "removed",
        "new.md": "added",
        "plan.md": "changed",
    }
    assert "changed: plan.md" in roadmap("status", "--data", built / "data", "--corpus", "corpus").out


def test_status_and_index_go_by_the_folder_that_the_index_was_made_from(
    roadmap: Callable[..., Done], built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built, tmp_path / "mine")
    data, corpus = tmp_path / "mine" / "data", tmp_path / "mine" / "corpus"
    assert roadmap("index", "--corpus", corpus, "--data", data).code == 0
    (tmp_path / "elsewhere" / "corpus").mkdir(parents=True)
    (tmp_path / "elsewhere" / "corpus" / "other.md").write_text("# Other\n\nWords.\n")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert "Up to date with the documents." in roadmap("status", "--data", data).out
    assert roadmap("index", "--data", data).code == 0
    assert [d["id"] for d in json.loads(roadmap("status", "--data", data, "--json").out)["documents"]] == [
        "bread.txt",
        "plan.md",
    ]
    corpus.rename(tmp_path / "gone")
    (tmp_path / "elsewhere" / "corpus" / "other.md").unlink()
    (tmp_path / "elsewhere" / "corpus").rmdir()
    _is_one_sentence_error(roadmap("index", "--data", data), f"The corpus folder {corpus} does not exist")


def test_status_answers_when_the_corpus_is_gone(roadmap: Callable[..., Done], built: Path, tmp_path: Path) -> None:
    done = roadmap("status", "--json", "--data", built / "data", "--corpus", tmp_path / "gone")
    assert done.code == 0
    assert "gone" in json.loads(done.out)["warnings"][0]


def test_show_prints_exactly_what_offsets_count(roadmap: Callable[..., Done], built: Path) -> None:
    whole = roadmap("show", "plan.md", "--data", built / "data").out
    assert whole.startswith("Learning plan\n\nPhase 1: Foundations\n\n")
    part = roadmap("show", "plan.md", "--start", 15, "--end", 22, "--data", built / "data").out
    assert part == whole[15:22] == "Phase 1"
    assert roadmap("show", "plan.md", "--start", len(whole), "--data", built / "data").out == ""


def test_show_names_an_unknown_document_and_a_wrong_span(roadmap: Callable[..., Done], built: Path) -> None:
    _is_one_sentence_error(roadmap("show", "plan.txt", "--data", built / "data"), "did you mean plan.md?")
    _is_one_sentence_error(roadmap("show", "plan.md", "--start", 10**6, "--data", built / "data"), "characters")
    _is_one_sentence_error(roadmap("show", "plan.md", "--start", 5, "--end", 4, "--data", built / "data"), "--end")


def test_common_options_may_stand_before_the_command_and_the_later_one_wins(
    roadmap: Callable[..., Done], built: Path, tmp_path: Path
) -> None:
    assert roadmap("--data", built / "data", "verify").code == 0
    assert roadmap("--data", tmp_path, "verify", "--data", built / "data").code == 0


def test_verify_reads_every_byte(roadmap: Callable[..., Done], built: Path, tmp_path: Path) -> None:
    assert "is sound" in roadmap("verify", "--data", built / "data").out
    shutil.copytree(built / "data", tmp_path / "data")
    (vectors,) = (tmp_path / "data" / "index").glob("gen-*/vectors.npy")
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)
    _is_one_sentence_error(roadmap("verify", "--data", tmp_path / "data"), "damaged", "roadmap index")


def test_search_finds_the_passage_and_its_offsets_count_in_the_shown_text(roadmap: Callable[..., Done], built: Path) -> None:
    found = json.loads(roadmap("search", "How much does an engineer earn?", "--json", "--data", built / "data").out)
    best = found["contexts"][0]
    assert best["document"] == "plan.md"
    assert "70,000 dollars" in best["text"]
    whole = roadmap("show", "plan.md", "--data", built / "data").out
    assert whole[best["start"] : best["end"]] == best["text"]
    assert roadmap("search", "salary", "-k", "1", "--data", built / "data").out.splitlines()[0].split()[2] == "plan.md"


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_of_50000_characters_is_one_sentence(roadmap: Callable[..., Done], built: Path, command: str) -> None:
    _is_one_sentence_error(roadmap(command, "why " * 12_500, "--data", built / "data"), "50000 characters")


def test_ask_answers_with_the_words_it_rests_on(roadmap: Callable[..., Done], built: Path) -> None:
    answer = json.loads(roadmap("ask", "How long does phase 1 take?", "--json", "--data", built / "data").out)
    assert answer["status"] == "answered"
    assert "three months" in answer["answer"]
    whole = roadmap("show", "plan.md", "--data", built / "data").out
    assert answer["citations"]
    for cited in answer["citations"]:
        assert whole[cited["start"] : cited["end"]] == cited["quote"]
    plain = roadmap("ask", "How long does phase 1 take?", "--data", built / "data")
    assert "three months" in plain.out
    assert "[1] plan.md" in plain.out


def test_a_batch_answers_every_line_and_a_failing_question_does_not_end_it(
    roadmap: Callable[..., Done], built: Path, tmp_path: Path
) -> None:
    lines = [
        {"id": "a", "question": "How long does phase 1 take?"},
        {"id": "b", "question": "why " * 12_500},
        {"id": "c", "question": "And phase 2?", "history": [{"role": "user", "content": "How long does phase 1 take?"}]},
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = roadmap("batch", "in.jsonl", "out.jsonl", "--data", built / "data")
    assert (done.code, done.out) == (0, "")
    assert "3 of 3" in done.err
    first, second, third = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines())
    assert (first["id"], second["id"], third["id"]) == ("a", "b", "c")
    assert "50000 characters" in second["error"]
    assert len(first["contexts"]) > 0
    assert third["standalone_question"] == "How long does phase 2 take?"


def test_models_are_listed_with_their_state(roadmap: Callable[..., Done]) -> None:
    listed = json.loads(roadmap("models", "--json").out)
    assert [model["role"] for model in listed] == ["embedder", "generator"]
    assert listed[0]["present"]


def test_beside_another_embedder_the_bundled_one_is_needed_to_judge(
    roadmap: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADMAP_EMBEDDER__ID", "someone/other")
    listed = json.loads(roadmap("models", "--json").out)
    assert [(model["role"], model["id"]) for model in listed][:2] == [
        ("embedder", "someone/other"),
        ("cross-encoder", "sentence-transformers/all-MiniLM-L6-v2"),
    ]


def test_models_of_a_bare_machine_are_missing_and_verify_says_so(
    roadmap: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROADMAP_MODELS", str(tmp_path / "models"))
    assert "missing: run `roadmap models pull`" in roadmap("models").out
    _is_one_sentence_error(roadmap("models", "verify"), "roadmap models pull")


def test_a_reader_that_stops_early_is_no_error(built: Path) -> None:
    command = f"{sys.executable} -m ui.cli show plan.md --data {built / 'data'} | head -c 3"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, env=_environment(), check=False)
    assert (done.stdout, done.stderr) == (b"Lea", b"")
