"""Conversations in, conversations out: every question and answer is on disk before it is shown, whole or in part.

One SQLite file in the data folder, or any SQLAlchemy URL, shared by any number of processes. An answer is stored with its
citations' quotes and spans, so it stays readable after the documents have changed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import CursorResult, delete, event, func, or_, select, update
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from assistant.answer import Answer, Turn, answer_text
from assistant.conversation_rows import ConversationRow, MessageRow, branch, newest_below, prepare_tables
from assistant.conversation_search import find, lower_any_script
from assistant.database import UNUSABLE, can_write, engine_of, remedy, sqlite_url
from assistant.record import answer_from_record, answer_record
from ingest.errors import RoadmapError

State = Literal["running", "done", "stopped", "failed"]
TITLE_CHARACTERS = 80
_FILE = "conversations.sqlite"


class ConversationsUnavailable(RoadmapError):
    """The conversation store cannot be opened, read or written."""


class ConversationUnknown(RoadmapError):
    """A conversation or message was asked for that the store does not hold."""


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


class Conversations:
    """The store. Safe to call from several threads and processes."""

    def __init__(self, url: str) -> None:
        """Raises ConversationsUnavailable."""
        try:
            self._engine = engine_of(url)
        except (ArgumentError, ImportError) as exc:
            raise ConversationsUnavailable(
                f"The database of the conversations cannot be used ({exc}); check its URL and install its driver "
                "(for PostgreSQL: pip install psycopg, and a URL that begins with postgresql+psycopg://)."
            ) from exc
        if url.startswith("sqlite"):  # its own lower() knows A to Z only
            event.listen(self._engine, "connect", lower_any_script)
        with self._translated():
            prepare_tables(self._engine)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def start(self, title: str) -> str:
        """Id of a new, empty conversation."""
        conversation_id, now = uuid.uuid4().hex, _now()
        with self._session() as session:
            session.add(ConversationRow(id=conversation_id, title=_title(title), created=now, updated=now, leaf=""))
        return conversation_id

    def conversation(self, conversation_id: str) -> Conversation | None:
        """One entry of the list; None where there is none of this id."""
        with self._session() as session:
            row = session.get(ConversationRow, _storable(conversation_id))  # from an address, which may hold anything
            return None if row is None else _conversation(row)

    def exists(self, conversation_id: str) -> bool:
        """Whether the store holds this conversation."""
        return self.conversation(conversation_id) is not None

    def recent(self, limit: int = 20, skip: int = 0) -> tuple[Conversation, ...]:
        """The conversations used last, newest first, without the first `skip`."""
        query = select(ConversationRow).order_by(ConversationRow.updated.desc(), ConversationRow.id)
        with self._session() as session:
            return tuple(_conversation(row) for row in session.scalars(query.limit(limit).offset(skip)))

    def find(self, words: str, limit: int = 50) -> tuple[Conversation, ...]:
        """The conversations whose title or messages hold every one of the words, in any case, newest first."""
        with self._session() as session:
            return tuple(_conversation(row, excerpt) for row, excerpt in find(session, _storable(words), limit))

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing. Raises ConversationUnknown."""
        with self._session() as session:
            row = _known(session, conversation_id)
            row.title = _title(title) or row.title

    def remove(self, conversation_id: str) -> None:
        """Delete a conversation with its messages; one that is not there is left alone."""
        with self._session() as session:
            session.execute(delete(MessageRow).where(MessageRow.conversation_id == conversation_id))
            session.execute(delete(ConversationRow).where(ConversationRow.id == conversation_id))

    def messages(self, conversation_id: str) -> tuple[Message, ...]:
        """The messages of the branch that is shown, oldest first; none where the conversation is unknown."""
        with self._session() as session:
            conversation = session.get(ConversationRow, conversation_id)
            if conversation is None:
                return ()
            rows = _rows(session, conversation_id)
            versions: dict[str | None, list[str]] = {}
            for row in rows:
                versions.setdefault(row.parent, []).append(row.id)
            return tuple(_message(row, tuple(versions[row.parent])) for row in branch(rows, conversation.leaf))

    def message(self, message_id: str) -> Message | None:
        """One message; None where there is none of this id."""
        with self._session() as session:
            row = session.scalars(select(MessageRow).where(MessageRow.id == message_id)).one_or_none()
            return None if row is None else _message(row)

    def history(self, conversation_id: str, until: str | None = None) -> tuple[Turn, ...]:
        """The finished exchanges, as the assistant takes them: a question whose answer failed is left out with it.

        Those of the branch that is shown, or of the one that ends with the message `until` ("" for none at all).
        """
        turns: list[Turn] = []
        question = ""
        with self._session() as session:
            conversation = session.get(ConversationRow, conversation_id)
            if conversation is None or until == "":
                return ()
            for row in branch(_rows(session, conversation_id), until or conversation.leaf):
                if row.role == "user":
                    question = row.content
                elif question and row.state in ("done", "stopped") and row.answer:
                    turns += [Turn("user", question), Turn("assistant", row.content)]
                    question = ""
        return tuple(turns)

    def ask(self, conversation_id: str, question: str, after: str | None = None) -> str:
        """Write the question and an answer still to come; returns the answer's message id.

        They follow the branch that is shown, or begin another one behind the message `after` ("" for the beginning).
        Raises ConversationUnknown.
        """
        with self._session() as session:
            conversation = _claimed(session, conversation_id)
            if after is None:
                shown = branch(_rows(session, conversation_id), conversation.leaf)
                after = shown[-1].id if shown else ""
            asked = _add(session, conversation_id, "user", question, "done", after)
            return _lead_to(conversation, _add(session, conversation_id, "assistant", "", "running", asked))

    def ask_again(self, answer_id: str) -> tuple[str, str, str]:
        """Write another answer still to come to the question of this one, which is kept.

        Returns the ids of the new answer and of its conversation, and the question. Raises ConversationUnknown.
        """
        with self._session() as session:
            row = session.scalars(select(MessageRow).where(MessageRow.id == answer_id)).one_or_none()
            asked = row and session.scalars(select(MessageRow).where(MessageRow.id == row.parent)).one_or_none()
            if row is None or asked is None:
                raise ConversationUnknown("The question of this answer was removed; ask it in a new conversation.")
            conversation = _claimed(session, row.conversation_id)
            added = _add(session, conversation.id, "assistant", "", "running", asked.id)
            return _lead_to(conversation, added), conversation.id, asked.content

    def show(self, message_id: str) -> None:
        """Make the newest branch through this message the one that is shown. Raises ConversationUnknown."""
        with self._session() as session:
            row = session.scalars(select(MessageRow).where(MessageRow.id == message_id)).one_or_none()
            if row is None:
                raise ConversationUnknown("This version was removed; open the conversation again.")
            _known(session, row.conversation_id).leaf = newest_below(_rows(session, row.conversation_id), message_id)

    def write(self, answer_id: str, answer: Answer, state: State) -> None:
        """Store what has been written of an answer. Raises ConversationUnknown when its conversation was removed."""
        text = json.dumps(answer_record(answer), ensure_ascii=False)
        self._change(answer_id, {"content": _storable(answer_text(answer)), "answer": text, "state": state, "touched": _now()})

    def fail(self, answer_id: str, error: str) -> None:
        """Store that an answer failed, and why; what was written of it stays."""
        self._change(answer_id, {"state": "failed", "error": _storable(error)})

    def touch(self, answer_ids: Sequence[str]) -> None:
        """Note that these answers are still being written; see `interrupt`."""
        with self._session() as session:
            session.execute(update(MessageRow).where(MessageRow.id.in_(answer_ids)).values(touched=_now()))

    def interrupt(self, silent: timedelta = timedelta()) -> int:
        """Mark `running` answers as stopped that nobody has touched for `silent`; how many there were.

        Without `silent` that is all of them: for a process that starts and has the store to itself.
        """
        lost = MessageRow.state == "running"
        if silent:
            limit = (datetime.now(UTC) - silent).isoformat(timespec="microseconds")
            lost &= or_(MessageRow.touched.is_(None), MessageRow.touched < limit)
        with self._session() as session:
            ended = session.execute(update(MessageRow).where(lost).values(state="stopped"))  # one statement: none that ends now
            return cast("CursorResult[Any]", ended).rowcount

    def count(self) -> int:
        """How many conversations there are."""
        with self._session() as session:
            return session.scalar(select(func.count()).select_from(ConversationRow)) or 0

    def everything(self, conversation_id: str) -> tuple[Message, ...]:
        """The messages of all branches, in the order of writing."""
        with self._session() as session:
            return tuple(_message(row) for row in _rows(session, conversation_id))

    def add(self, title: str, messages: Sequence[Message]) -> str:
        """Store a conversation that was made elsewhere, under ids of its own; returns the conversation's.

        `messages` as `everything` gives them. The last branch is shown.
        """
        conversation_id = self.start(title)
        ids = {message.id: uuid.uuid4().hex for message in messages}
        with self._session() as session:
            for message in messages:
                session.add(
                    MessageRow(
                        id=ids[message.id],
                        conversation_id=conversation_id,
                        role=message.role,
                        content=_storable(message.content),
                        state="stopped" if message.state == "running" else message.state,
                        answer="" if message.answer is None else json.dumps(answer_record(message.answer), ensure_ascii=False),
                        error=_storable(message.error),
                        created=message.created.isoformat(timespec="microseconds"),
                        parent=ids.get(message.parent, ""),
                        touched="",
                    )
                )
                session.flush()  # in this order, so that `number` follows it
        return conversation_id

    def _change(self, message_id: str, values: Mapping[str, Any]) -> None:
        with self._session() as session:  # one statement: another process may remove the conversation at any moment
            changed = session.execute(update(MessageRow).where(MessageRow.id == message_id).values(**values))
            if not cast("CursorResult[Any]", changed).rowcount:
                raise ConversationUnknown("The conversation of this answer was removed; ask again in a new one.")

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._translated(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except UNUSABLE as exc:
            raise ConversationsUnavailable(f"The conversations in {remedy(self._engine, exc)}") from exc


def can_keep(data: Path, url: str = "") -> bool:
    """Whether what is stored will still be there tomorrow: False where the data folder may not be written and no URL is set."""
    return bool(url) or can_write(data / _FILE)


def open_conversations(data: Path, url: str = "") -> Conversations:
    """The store at a SQLAlchemy URL, or in the data folder, made where there is none, readable by its owner only.

    Raises ConversationsUnavailable.
    """
    if url:
        return Conversations(url)
    file = data / _FILE
    try:
        return Conversations(sqlite_url(file))
    except OSError as exc:
        raise ConversationsUnavailable(
            f"The conversations in {file} cannot be written ({exc.strerror}); check the permissions of that folder."
        ) from exc


def _known(session: Session, conversation_id: str) -> ConversationRow:
    row = session.get(ConversationRow, conversation_id)
    if row is None:
        raise ConversationUnknown(f"There is no conversation {conversation_id!r}; start a new one.")
    return row


def _claimed(session: Session, conversation_id: str) -> ConversationRow:
    """The conversation, kept from other writers until the session ends: two questions at once follow each other."""
    session.execute(update(ConversationRow).where(ConversationRow.id == conversation_id).values(updated=_now()))
    return _known(session, conversation_id)


def _rows(session: Session, conversation_id: str) -> Sequence[MessageRow]:
    query = select(MessageRow).where(MessageRow.conversation_id == conversation_id).order_by(MessageRow.number)
    return session.scalars(query).all()


def _add(session: Session, conversation_id: str, role: str, content: str, state: State, parent: str) -> str:
    message_id, now = uuid.uuid4().hex, _now()
    session.add(
        MessageRow(
            id=message_id, conversation_id=conversation_id, role=role, content=_storable(content), state=state, answer="",
            error="", created=now, parent=parent, touched=now,
        )
    )  # fmt: skip
    session.flush()  # now, so that `number` follows the order of writing
    return message_id


def _lead_to(conversation: ConversationRow, message_id: str) -> str:
    conversation.leaf = message_id
    return message_id


def _conversation(row: ConversationRow, excerpt: str = "") -> Conversation:
    return Conversation(row.id, row.title, datetime.fromisoformat(row.updated), excerpt)


def _message(row: MessageRow, versions: tuple[str, ...] = ()) -> Message:
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


def _title(text: str) -> str:
    title = " ".join(_storable(text).split())
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1] + "…"


def _storable(text: str) -> str:
    """The text without what not every database can hold: NUL characters, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
