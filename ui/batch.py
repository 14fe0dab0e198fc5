"""A file of questions in, a file of answers out, one JSON object a line each; every finished answer is on disk at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.about import about_assistant, asks_about_assistant
from assistant.answer import Answer, Mode, Turn, answer_json
from assistant.characters import whole
from ingest.errors import RoadmapError

if TYPE_CHECKING:
    from assistant.assistant import Assistant


class BatchInvalid(RoadmapError):
    """The file of questions cannot be read, or a line of it is no question."""


class BatchUnwritable(RoadmapError):
    """The file of answers cannot be written."""


@dataclass(frozen=True, slots=True)
class Question:
    """One line of the file."""

    id: str | int  # given back unchanged; the line's number where the line names none
    question: str
    history: tuple[Turn, ...]


def read_questions(path: Path) -> tuple[Question, ...]:
    """Every question of the file; empty lines are left out.

    Raises BatchInvalid with the number of the first line that is wrong.
    """
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise BatchInvalid(f"{path} cannot be read ({exc.strerror}); check the path of the questions.") from exc
    questions: list[Question] = []
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if line.strip():
            questions.append(_question(line, f"{path}, line {number}", number))
    if not questions:
        raise BatchInvalid(f"{path} holds no question; write one JSON object with a “question” a line.")
    return tuple(questions)


def run_batch(
    assistant: Assistant,
    questions: Sequence[Question],
    out: Path,
    *,
    mode: Mode = "auto",
    search_only: bool = False,
    about: Callable[[], str] = lambda: about_assistant(0, "", ()),
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Answer every question into `out`; returns how many failed: their line holds an "error".

    `about` is what is said to a question about the program itself.

    A line is written in one piece as soon as it is known, so that a killed batch leaves whole lines. Raises BatchUnwritable.
    """
    failed = 0
    with _opened(out, "wb") as file:
        for done, question in enumerate(questions, start=1):
            try:
                entry = search_entry(assistant, question) if search_only else _answer_entry(assistant, question, mode, about)
            except RoadmapError as exc:
                entry = {"id": question.id, "question": question.question, "error": str(exc)}
                failed += 1
            _write_line(file, out, entry)
            progress(done)
    return failed


def check_writable(out: Path) -> None:
    """Raise BatchUnwritable if `out` cannot become a file; an existing file keeps its content until the first answer."""
    _opened(out, "ab").close()


def search_entry(assistant: Assistant, question: Question, k: int = 10) -> dict[str, object]:
    """The entry of one question with `contexts` and `seconds` filled and no answer."""
    started = time.perf_counter()
    standalone, hits = assistant.search(question.question, question.history, k=k)
    seconds = time.perf_counter() - started
    nothing = replace(_nothing(question.question), standalone_question=standalone, hits=hits)
    timed = replace(nothing, seconds={"retrieve": seconds, "total": seconds})
    return {**answer_json(timed), "id": question.id, "status": "", "answer": "", "mode": "", "confidence": None}


def about_entry(question: str, told: str) -> dict[str, object]:
    """The entry of a question about the program itself, which no document covers: `answer` is what the program says."""
    notice = "The question is about the program itself, so it is answered by it and not from the documents."
    return {**answer_json(_nothing(question)), "answer": told, "notice": notice, "mode": "", "confidence": None}


def _nothing(question: str) -> Answer:
    """The answer to a question that nothing was quoted for."""
    return Answer(question, question, "not_covered", (), (), (), confidence=0.0, mode="quote", model="")


def _answer_entry(assistant: Assistant, question: Question, mode: Mode, about: Callable[[], str]) -> dict[str, object]:
    if asks_about_assistant(question.question):
        return {**about_entry(question.question, about()), "id": question.id}
    return {**answer_json(assistant.ask(question.question, question.history, mode=mode)), "id": question.id}


def _opened(out: Path, mode: Literal["wb", "ab"]) -> FileIO:
    try:
        return FileIO(out, mode)
    except OSError as exc:
        raise BatchUnwritable(f"{out} cannot be written ({exc.strerror}); choose another file.") from exc


def _write_line(file: FileIO, out: Path, entry: dict[str, object]) -> None:
    line = (json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    try:
        while line:
            line = line[file.write(line) :]
    except OSError as exc:
        raise BatchUnwritable(f"{out} cannot be written ({exc.strerror}); free space or choose another file.") from exc


def _question(line: bytes, where: str, number: int) -> Question:
    try:
        entry = json.loads(line)
    except UnicodeDecodeError as exc:
        raise BatchInvalid(f"{where}: it is not UTF-8; save the file as UTF-8.") from exc
    except json.JSONDecodeError as exc:
        raise BatchInvalid(f"{where}: it is not JSON ({exc}); write one JSON object a line.") from exc
    except (ValueError, RecursionError) as exc:
        raise BatchInvalid(f"{where}: it holds a number of too many digits, or lists inside lists without end.") from exc
    if not isinstance(entry, dict) or not isinstance(entry.get("question"), str):
        raise BatchInvalid(f'{where}: it needs a "question" that is text, as in {{"id": "1", "question": "…"}}.')
    name = entry.get("id", str(number))
    if not isinstance(name, str | int) or isinstance(name, bool):
        raise BatchInvalid(f'{where}: its "id" must be text or a whole number.')
    return Question(name, whole(entry["question"]), _history(entry.get("history") or [], where))


def _history(entries: Any, where: str) -> tuple[Turn, ...]:
    wrong = BatchInvalid(
        f'{where}: its "history" must be a list of {{"role": "user" or "assistant", "content": text}}, oldest first.'
    )
    if not isinstance(entries, list):
        raise wrong
    turns: list[Turn] = []
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("content"), str):
            raise wrong
        if entry.get("role") not in ("user", "assistant"):
            raise wrong
        turns.append(Turn(entry["role"], whole(entry["content"])))
    return tuple(turns)
