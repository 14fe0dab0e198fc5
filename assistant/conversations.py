"""Conversations in, conversations out: every question and answer is on disk before it is shown, whole or in part.

One SQLite file in the data folder, or any SQLAlchemy URL. An answer is stored with its citations' quotes and spans, so it
stays readable after the documents have changed.
"""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ForeignKey, Index, String, Text, create_engine, delete, event, func, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from assistant.answer import Answer, Turn, answer_text
from assistant.record import answer_from_record, answer_record
from ingest.errors import RoadmapError

State = Literal["running", "done", "stopped", "failed"]
TITLE_CHARACTERS = 80


class ConversationsUnavailable(RoadmapError):
    """The conversation store cannot be opened, read or written."""


class ConversationUnknown(RoadmapError):
    """A conversation or message was asked for that the store does not hold."""


class _Base(DeclarativeBase):
    pass


class _ConversationRow(_Base):
    __tablename__ = "conversation"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[str] = mapped_column(String(32))  # ISO 8601, UTC
    updated: Mapped[str] = mapped_column(String(32))


class _MessageRow(_Base):
    __tablename__ = "message"
    __table_args__ = (Index("message_of_conversation", "conversation_id", "number"),)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)  # order within the conversation
    id: Mapped[str] = mapped_column(String(32), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    answer: Mapped[str] = mapped_column(Text, default="")  # JSON, "" for questions
    error: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[str] = mapped_column(String(32))


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


@dataclass(frozen=True, slots=True)
class Conversation:
    """One entry of the list of conversations."""

    id: str
    title: str  # the first question
    updated: datetime


class Conversations:
    """The store. Safe to call from several threads and processes."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, connect_args={"timeout": 5} if url.startswith("sqlite") else {})
        if url.startswith("sqlite"):
            event.listen(self._engine, "connect", _prepare_sqlite)
        with self._translated():
            _Base.metadata.create_all(self._engine)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def start(self, title: str) -> str:
        """Id of a new, empty conversation."""
        conversation_id, now = uuid.uuid4().hex, _now()
        title = " ".join(title.split())
        title = title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1] + "…"
        with self._session() as session:
            session.add(_ConversationRow(id=conversation_id, title=title, created=now, updated=now))
        return conversation_id

    def exists(self, conversation_id: str) -> bool:
        """Whether the store holds this conversation."""
        with self._session() as session:
            return session.get(_ConversationRow, conversation_id) is not None

    def recent(self, limit: int = 20) -> tuple[Conversation, ...]:
        """The conversations used last, newest first."""
        query = select(_ConversationRow).order_by(_ConversationRow.updated.desc(), _ConversationRow.id).limit(limit)
        with self._session() as session:
            rows = session.scalars(query).all()
            return tuple(Conversation(row.id, row.title, datetime.fromisoformat(row.updated)) for row in rows)

    def remove(self, conversation_id: str) -> None:
        """Delete a conversation with its messages; one that is not there is left alone."""
        with self._session() as session:
            session.execute(delete(_MessageRow).where(_MessageRow.conversation_id == conversation_id))
            session.execute(delete(_ConversationRow).where(_ConversationRow.id == conversation_id))

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """Its messages, oldest first; none where the conversation is unknown."""
        query = select(_MessageRow).where(_MessageRow.conversation_id == conversation_id).order_by(_MessageRow.number)
        with self._session() as session:
            return tuple(_message(row) for row in session.scalars(query))

    def message(self, message_id: str) -> Message | None:
        """One message; None where there is none of this id."""
        with self._session() as session:
            row = session.scalars(select(_MessageRow).where(_MessageRow.id == message_id)).one_or_none()
            return None if row is None else _message(row)

    def history(self, conversation_id: str) -> tuple[Turn, ...]:
        """The finished exchanges, as the assistant takes them: a question whose answer failed is left out with it."""
        turns: list[Turn] = []
        question: Message | None = None
        for message in self.messages(conversation_id):
            if message.role == "user":
                question = message
            elif question is not None and message.state in ("done", "stopped") and message.answer is not None:
                turns += [Turn("user", question.content), Turn("assistant", message.content)]
                question = None
        return tuple(turns)

    def ask(self, conversation_id: str, question: str) -> str:
        """Write the question and an answer still to come; returns the answer's message id.

        Raises ConversationUnknown.
        """
        now, answer_id = _now(), uuid.uuid4().hex
        with self._session() as session:
            conversation = session.get(_ConversationRow, conversation_id)
            if conversation is None:
                raise ConversationUnknown(f"There is no conversation {conversation_id!r}; start a new one.")
            conversation.updated = now
            for message_id, role, content, state in (
                (uuid.uuid4().hex, "user", question, "done"),
                (answer_id, "assistant", "", "running"),
            ):
                row = _MessageRow(
                    id=message_id, conversation_id=conversation_id, role=role, content=content, state=state, created=now
                )
                session.add(row)
                session.flush()  # in this order, so that `number` follows it
        return answer_id

    def write(self, answer_id: str, answer: Answer, state: State) -> None:
        """Store what has been written of an answer. Raises ConversationUnknown when its conversation was removed."""
        text = json.dumps(answer_record(answer), ensure_ascii=False)
        self._change(answer_id, {"content": answer_text(answer), "answer": text, "state": state})

    def fail(self, answer_id: str, error: str) -> None:
        """Store that an answer failed, and why; what was written of it stays."""
        self._change(answer_id, {"state": "failed", "error": error})

    def interrupt(self) -> int:
        """Mark answers left `running` by a process that ended as stopped; how many there were. Call once at start."""
        with self._session() as session:
            ids = session.scalars(select(_MessageRow.id).where(_MessageRow.state == "running")).all()
            session.execute(update(_MessageRow).where(_MessageRow.id.in_(ids)).values(state="stopped"))
            return len(ids)

    def count(self) -> int:
        """How many conversations there are."""
        with self._session() as session:
            return session.scalar(select(func.count()).select_from(_ConversationRow)) or 0

    def _change(self, message_id: str, values: Mapping[str, Any]) -> None:
        with self._session() as session:
            row = session.scalars(select(_MessageRow).where(_MessageRow.id == message_id)).one_or_none()
            if row is None:
                raise ConversationUnknown("The conversation of this answer was removed; ask again in a new one.")
            for name, value in values.items():
                setattr(row, name, value)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._translated(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as exc:
            where = self._engine.url.render_as_string(hide_password=True)
            raise ConversationsUnavailable(
                f"The conversations in {where} cannot be read or written ({exc.orig}); free disk space or check permissions, "
                "and move the file away if it is damaged."
            ) from exc


def open_conversations(data: Path) -> Conversations:
    """The store in the data folder, made where there is none, readable by its owner only.

    Raises ConversationsUnavailable.
    """
    file = data / "conversations.sqlite"
    try:
        data.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as exc:
        raise ConversationsUnavailable(
            f"The conversations in {file} cannot be written ({exc.strerror}); check the permissions of that folder."
        ) from exc
    return Conversations(f"sqlite:///{file.absolute()}")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "trusted_schema=OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _message(row: _MessageRow) -> Message:
    return Message(
        id=row.id,
        role="user" if row.role == "user" else "assistant",
        content=row.content,
        state=row.state if row.state in ("running", "done", "stopped") else "failed",  # type: ignore[arg-type]
        answer=answer_from_record(json.loads(row.answer)) if row.answer else None,
        error=row.error,
        created=datetime.fromisoformat(row.created),
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
