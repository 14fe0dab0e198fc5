"""Conversations as files: Markdown to read and share, JSON to keep and bring back.

What comes back is checked field by field, and what is shared as Markdown fetches no image and holds no HTML.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from assistant.answer import FENCED, Answer, disagreement_text, sentences_text
from assistant.conversations import Conversations
from assistant.message import Message
from assistant.record import RecordUnknown, answer_from_record, answer_record
from ingest.errors import RoadmapError

FORMAT = 1
MAX_IMPORTED = 1000  # conversations in one file
_KIND = "roadmap-conversations"
_STATUS = {"answered": "Covered", "partial": "Partly covered", "not_covered": "Not covered"}
_ITEM = re.compile(r"\s*(?:-|\d+\.) ")


class TranscriptInvalid(RoadmapError):
    """A file is no export of conversations, or is damaged."""


def answer_markdown(answer: Answer) -> str:
    """An answer with its sources as Markdown: sentences with [1] markers, then the quotes in the same numbers."""
    if answer.status == "not_covered":
        lines = ["The documents do not cover this."]
        return "\n".join([*lines, *(f"- They do answer: {_inert(question)}" for question in answer.suggestions)])
    lines = [_outside_code(sentences_text(answer.sentences), lambda text: _inert(_paragraphs(text)))]
    if answer.disagreement:
        lines += ["", _inert(disagreement_text(answer))]
    if answer.missing:
        lines += ["", _inert("Not covered by the documents: " + "; ".join(answer.missing) + ".")]
    if answer.citations:
        lines += ["", "Sources:", ""]
    for citation in answer.citations:
        path = citation.heading_path
        place = " › ".join(path[1:] if path[:1] == (citation.title,) else path)  # most documents open with their title
        page = f", page {citation.page}" if citation.page is not None else ""
        quote = " ".join(citation.quote.split())
        source = f"{citation.title} ({citation.document_id}{page}){f', {place}' if place else ''}: “{quote}”"
        lines.append(f"- [{citation.marker}] {_inert(source)}")
    return "\n".join(lines)


def conversation_markdown(title: str, messages: Iterable[Message]) -> str:
    """A conversation to read: each question as a heading, then the answer with its status and sources."""
    parts = [f"# {_inert(title)}"]
    for message in messages:
        if message.role == "user":
            parts.append(f"## {_inert(' '.join(message.content.split()))}")
        elif message.answer is not None:
            status = _STATUS[message.answer.status] if message.state == "done" else "Stopped before the end"
            parts.append(f"*{status} · {message.created:%Y-%m-%d %H:%M} UTC*\n\n{answer_markdown(message.answer)}")
        else:
            parts.append(f"*{_inert(' '.join(message.error.split())) or 'Stopped before anything was written.'}*")
    return "\n\n".join(parts) + "\n"


def export_conversations(store: Conversations, ids: Sequence[str]) -> str:
    """Conversations with all their branches as JSON text, complete enough to be brought back by `import_conversations`."""
    exported = []
    for conversation_id in ids:
        conversation = store.conversation(conversation_id)
        if conversation is not None:
            messages = [_record(message) for message in store.everything(conversation_id)]
            exported.append({"title": conversation.title, "messages": messages})
    return json.dumps({"kind": _KIND, "format": FORMAT, "conversations": exported}, ensure_ascii=False, indent=1)


def import_conversations(store: Conversations, data: bytes) -> tuple[str, ...]:
    """Store the conversations of an export with the dates they have there; their new ids.

    Nothing is stored when any of it is damaged. What claims to come from later than now is dated now.

    Raises TranscriptInvalid.
    """
    try:
        content = json.loads(data.decode("utf-8"))
        if content["kind"] != _KIND or content["format"] != FORMAT:
            raise TranscriptInvalid("This file is no export of conversations, or one of a newer version; choose another.")
        entries = list(content["conversations"])
        if len(entries) > MAX_IMPORTED:
            raise TranscriptInvalid(f"This file holds {len(entries):,} conversations; import at most {MAX_IMPORTED:,} at once.")
        read = [(str(entry["title"]), _messages(entry["messages"])) for entry in entries]
    except RecordUnknown as exc:
        raise TranscriptInvalid(str(exc)) from exc
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as exc:
        raise TranscriptInvalid("This file is no export of conversations, or it is damaged; choose one saved here.") from exc
    return store.add(read)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """The text with all but its fenced code changed."""
    parts, at = [], 0
    for code in FENCED.finditer(text):
        parts += [change(text[at : code.start()].strip("\n")), code.group()]
        at = code.end()
    return "\n\n".join(part for part in (*parts, change(text[at:].strip("\n"))) if part)


def _paragraphs(text: str) -> str:
    """Lines apart from each other by an empty one, but for the items of a list: Markdown would run them together."""
    lines = text.split("\n")
    parts = lines[:1]
    for before, line in pairwise(lines):
        parts.append("\n" if _ITEM.match(before) and _ITEM.match(line) else "\n\n")
        parts.append(line)
    return "".join(parts)


def _inert(text: str) -> str:
    """The text without what a Markdown reader would fetch, run, or take for the fence of code."""
    text = text.replace("\\", "\\\\")  # first: a backslash of the text would undo one that is put in
    return text.replace("![", "!\\[").replace("<", "\\<").replace("```", "\\`\\`\\`").replace("~~~", "\\~\\~\\~")


def _record(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "parent": message.parent,
        "role": message.role,
        "content": message.content,
        "state": message.state,
        "answer": None if message.answer is None else answer_record(message.answer),
        "error": message.error,
        "created": message.created.isoformat(),
    }


def _messages(records: Sequence[Mapping[str, Any]]) -> list[Message]:
    messages = [_message(record) for record in records]
    earlier = {""}
    for message in messages:
        if message.parent not in earlier or message.id in earlier:
            raise TranscriptInvalid("In this file a message does not follow an earlier one; choose another, as it was saved.")
        earlier.add(message.id)
    return messages


def _message(record: Mapping[str, Any]) -> Message:
    answer = None if record["answer"] is None else answer_from_record(record["answer"])
    created = datetime.fromisoformat(record["created"])
    if created.tzinfo is None:
        raise TypeError("created has no time zone")
    created = min(created.astimezone(UTC), datetime.now(UTC))
    texts = {name: record[name] for name in ("id", "role", "content", "state", "error", "parent")}
    message = Message(answer=answer, created=created, **texts)
    check(message)
    return message


def check(value: Any) -> None:
    """Raise TypeError where a field of a dataclass, at any depth, holds what its annotation does not allow."""
    kind: Any = type(value)
    for name, hint in _hints(kind).items():
        _check(getattr(value, name), hint, name)


def _check(value: Any, hint: Any, name: str) -> None:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None and types.NoneType in inner:
            return
        (hint,) = (each for each in inner if each is not types.NoneType)
        _check(value, hint, name)
    elif origin is Literal:
        if value not in inner:
            raise TypeError(f"{name} is {value!r}")
    elif origin is tuple:
        _check(value, tuple, name)
        each_of = [inner[0]] * len(value) if inner[-1] is Ellipsis else list(inner)
        for each, each_hint in zip(value, each_of, strict=True):
            _check(each, each_hint, name)
    elif origin is not None and issubclass(origin, Mapping):
        _check(value, dict, name)
        for key, each in value.items():
            _check(key, inner[0], name)
            _check(each, inner[1], name)
    elif is_dataclass(hint):
        _check(value, object, name)
        if not isinstance(value, hint):  # type: ignore[arg-type]
            raise TypeError(f"{name} is a {type(value).__name__}")
        check(value)
    elif isinstance(value, bool) != (hint is bool) or not isinstance(value, (int, float) if hint is float else hint):
        raise TypeError(f"{name} is a {type(value).__name__}")


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
