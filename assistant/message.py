"""One question or answer of a conversation, and one entry of the list of conversations: as values, out of their rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.answer import Answer, Turn
from assistant.conversation_rows import ConversationRow, MessageRow
from assistant.database import storable, written
from assistant.record import answer_from_record, answer_record

State = Literal["running", "done", "stopped", "failed"]
TITLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Message:
    """One question or answer. A `running` answer holds what has been written so far."""

    id: str
    role: Literal["user", "assistant"]
    content: str  # the question, or the answer as text with [1] markers
    state: State
    answer: Answer | None  # None for questions, and for answers that failed before the first sentence
    error: str  # one sentence, where the answer failed
    created: datetime
    parent: str = ""  # id of the message before it, "" for the first
    versions: tuple[str, ...] = ()  # ids of all messages that stand at this place in some branch, oldest first


@dataclass(frozen=True, slots=True)
class Conversation:
    """One entry of the list of conversations."""

    id: str
    title: str  # the first question, until it is renamed
    updated: datetime
    excerpt: str = ""  # the words around what a search found in a message


def message_of(row: MessageRow, versions: tuple[str, ...] = ()) -> Message:
    """The message that a row holds."""
    return Message(
        id=row.id,
        role="user" if row.role == "user" else "assistant",
        content=row.content,
        state=row.state if row.state in ("running", "done", "stopped") else "failed",  # type: ignore[arg-type]
        answer=answer_from_record(json.loads(row.answer)) if row.answer else None,
        error=row.error,
        created=datetime.fromisoformat(row.created),
        parent=row.parent or "",
        versions=versions,
    )


def row_of(message: Message, conversation_id: str, ids: Mapping[str, str]) -> MessageRow:
    """The row of a message that comes from elsewhere; `ids` gives the ids that it and the one before it have here."""
    return MessageRow(
        id=ids[message.id],
        conversation_id=conversation_id,
        role=message.role,
        content=storable(message.content),
        state="stopped" if message.state == "running" else message.state,
        answer="" if message.answer is None else storable(json.dumps(answer_record(message.answer), ensure_ascii=False)),
        error=storable(message.error),
        created=written(message.created),
        parent=ids.get(message.parent, ""),
        touched="",
    )


def turns_of(rows: Iterable[MessageRow]) -> tuple[Turn, ...]:
    """The finished exchanges of a branch, as the assistant takes them: a question whose answer failed is left out with it."""
    turns: list[Turn] = []
    question = ""
    for row in rows:
        if row.role == "user":
            question = row.content
        elif question and row.state in ("done", "stopped") and row.answer:
            turns += [Turn("user", question), Turn("assistant", row.content)]
            question = ""
    return tuple(turns)


def conversation_of(row: ConversationRow, excerpt: str = "") -> Conversation:
    """The entry that a row holds."""
    return Conversation(row.id, row.title, datetime.fromisoformat(row.updated), excerpt)


def title_of(text: str) -> str:
    """The text on one line, cut to what a list shows."""
    title = " ".join(storable(text).split())
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1] + "…"
