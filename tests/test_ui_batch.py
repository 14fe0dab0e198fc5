"""Files of questions: what is wrong with a line is said before anything is asked, and whole lines survive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ui_fakes import ScriptedAssistant, covered_answer

from assistant.answer import Answer, Finished, Mode, Turn
from assistant.question import QuestionInvalid
from ui.batch import BatchInvalid, BatchUnwritable, Question, check_writable, read_questions, run_batch


class ScriptedAsker(ScriptedAssistant):
    """Plays the script to `ask` as well: in a batch every question is somebody's."""

    def ask(self, question: str, history: Sequence[Turn] = (), *, mode: Mode = "auto") -> Answer:
        *_, last = self.stream(question, history, mode=mode)
        assert isinstance(last, Finished)
        return last.answer


def _read(tmp_path: Path, data: bytes) -> tuple[Question, ...]:
    file = tmp_path / "in.jsonl"
    file.write_bytes(data)
    return read_questions(file)


def test_a_line_is_read_with_its_history(tmp_path: Path) -> None:
    line = {"id": 7, "question": "And then?", "history": [{"role": "user", "content": "First?"}]}
    assert _read(tmp_path, json.dumps(line).encode()) == (Question(7, "And then?", (Turn("user", "First?"),)),)


def test_empty_lines_and_a_byte_order_mark_are_passed_over_and_lines_without_id_are_numbered(tmp_path: Path) -> None:
    data = b'\xef\xbb\xbf{"question": "one"}\r\n\n  \n{"question": "two", "history": null}'
    assert [(q.id, q.question) for q in _read(tmp_path, data)] == [("1", "one"), ("4", "two")]


def test_a_line_separator_inside_a_question_does_not_cut_it(tmp_path: Path) -> None:
    data = json.dumps({"question": "a\u2028b\x85c"}, ensure_ascii=False).encode()
    assert _read(tmp_path, data)[0].question == "a\u2028b\x85c"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", "line 2: it is not JSON"),
        (b"[" * 100_000, "line 2: it holds a number of too many digits, or lists inside lists without end"),
        (b"[]", 'line 2: it needs a "question"'),
        (b'{"id": 1}', 'line 2: it needs a "question"'),
        (b'{"question": 5}', 'line 2: it needs a "question"'),
        (b'{"question": "q", "id": [1]}', 'line 2: its "id"'),
        (b'{"question": "q", "id": true}', 'line 2: its "id"'),
        (b'{"question": "q", "history": "x"}', 'line 2: its "history"'),
        (b'{"question": "q", "history": [{"role": "system", "content": "x"}]}', 'line 2: its "history"'),
        (b'{"question": "q", "history": [{"role": "user"}]}', 'line 2: its "history"'),
        (b'{"question": "\xff"}', "line 2: it is not UTF-8"),
        (b'{"id": ' + b"1" * 5000 + b', "question": "q"}', "line 2: it holds a number of too many digits"),
    ],
)
def test_the_first_wrong_line_is_named_by_file_and_number(tmp_path: Path, line: bytes, expected: str) -> None:
    with pytest.raises(BatchInvalid) as raised:
        _read(tmp_path, b'{"question": "fine"}\n' + line)
    assert f"in.jsonl, {expected}" in str(raised.value)


def test_a_missing_or_empty_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BatchInvalid, match=r"nowhere\.jsonl cannot be read"):
        read_questions(tmp_path / "nowhere.jsonl")
    with pytest.raises(BatchInvalid, match="holds no question"):
        _read(tmp_path, b"\n \n")


def test_an_answers_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(BatchUnwritable, match="cannot be written"):
        check_writable(tmp_path / "no" / "out.jsonl")
    with pytest.raises(BatchUnwritable, match="cannot be written"):
        check_writable(tmp_path)


def test_a_failing_question_has_a_line_of_its_own_and_the_others_are_answered(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assistant = ScriptedAsker(covered_answer("a"), QuestionInvalid("There is no question; type one."), covered_answer("c"))
    done: list[int] = []
    questions = [Question("a", "a", ()), Question(2, "b", ()), Question("c", "c", ())]
    assert run_batch(assistant, questions, out, progress=done.append) == 1  # type: ignore[arg-type]
    first, second, third = (json.loads(line) for line in out.read_text().splitlines())
    assert (first["id"], first["status"], first["answer"]) == ("a", "answered", "1. Linear algebra [1]\n2. Statistics [2]")
    assert second == {"id": 2, "question": "b", "error": "There is no question; type one."}
    assert third["id"] == "c"
    assert done == [1, 2, 3]


def test_what_is_asked_about_the_program_is_told_by_it(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assistant = ScriptedAsker(covered_answer("a"))
    questions = [Question(7, "What can you do?", ()), Question(8, "a", ())]
    assert run_batch(assistant, questions, out, about=lambda: "I answer.") == 0  # type: ignore[arg-type]
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert (first["id"], first["answer"], first["status"]) == (7, "I answer.", "not_covered")
    assert second["status"] == "answered"


def test_searching_only_fills_contexts_and_seconds(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run_batch(ScriptedAssistant(), [Question("a", "q", ())], out, search_only=True)  # type: ignore[arg-type]
    (entry,) = (json.loads(line) for line in out.read_text().splitlines())
    assert [context["rank"] for context in entry["contexts"]] == [1, 2]
    assert set(entry["seconds"]) == {"retrieve", "total"}
    assert (entry["status"], entry["answer"], entry["sentences"], entry["citations"]) == ("", "", [], [])


def test_what_was_answered_before_a_crash_is_whole_lines(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assistant = ScriptedAsker(covered_answer("a"), KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run_batch(assistant, [Question("a", "a", ()), Question("b", "b", ())], out)  # type: ignore[arg-type]
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["a"]


@given(st.text(max_size=60))
def test_any_text_is_asked_and_given_back_unchanged(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("batch")
    (folder / "in.jsonl").write_text(json.dumps({"id": text, "question": text}) + "\n", encoding="utf-8")
    questions = read_questions(folder / "in.jsonl")
    run_batch(ScriptedAssistant(), questions, folder / "out.jsonl", search_only=True)  # type: ignore[arg-type]
    (line,) = (folder / "out.jsonl").read_bytes().decode("utf-8").split("\n")[:-1]
    assert json.loads(line)["question"] == text


def test_half_a_character_is_replaced_before_it_is_asked(tmp_path: Path) -> None:
    turn = b'{"role": "user", "content": "\\udc00"}'
    (asked,) = _read(tmp_path, b'{"id": "\\ud83d", "question": "is \\ud83d\\ude00 or \\ud83d?", "history": [' + turn + b"]}\n")
    assert (asked.question, asked.history[0].content) == ("is 😀 or \N{REPLACEMENT CHARACTER}?", "\N{REPLACEMENT CHARACTER}")
    out = tmp_path / "out.jsonl"
    assert run_batch(ScriptedAssistant(), [asked], out, search_only=True) == 0  # type: ignore[arg-type]
    assert json.loads(out.read_bytes())["id"] == "\ud83d"


def test_a_full_disk_is_named_and_what_was_written_stays(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with pytest.raises(BatchUnwritable, match="No space left"):
        run_batch(ScriptedAssistant(), [Question("a", "q", ())], Path("/dev/full"))  # type: ignore[arg-type]


def test_an_unforeseen_error_of_the_assistant_is_not_taken_for_one_of_the_disk(tmp_path: Path) -> None:
    assistant = ScriptedAsker(FileNotFoundError("inside"))
    with pytest.raises(FileNotFoundError):
        run_batch(assistant, [Question("a", "q", ())], tmp_path / "out.jsonl")  # type: ignore[arg-type]
