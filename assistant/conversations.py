"""Conversations in, conversations out: every question and answer is on disk before it is shown, whole or in part.

One SQLite file in the data folder, or any SQLAlchemy URL, shared by any number of processes. An answer is stored with its
citations' quotes and spans, so it stays readable after the documents have changed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, Engine, delete, event, func, or_, select, update
from sqlalchemy.orm import Session

from assistant.answer import Answer, Turn, answer_text
from assistant.conversation_rows import (
    ConversationRow,
    MessageRow,
    add_row,
    branch,
    newest_below,
    prepare_tables,
    rows_of,
)
from assistant.conversation_search import find, lower_any_script
from assistant.database import can_write, now, storable, written
from assistant.message import Conversation, Message, State, conversation_of, message_of, row_of, title_of, turns_of
from assistant.record import answer_record
from assistant.store import FILE, Store
from ingest.errors import RoadmapError


class ConversationsUnavailable(RoadmapError):
    """The conversation store cannot be opened, read or written."""


class ConversationUnknown(RoadmapError):
    """A conversation or message was asked for that the store does not hold."""


class Conversations(Store):
    """The store."""

    name = "The conversations"
    unavailable = ConversationsUnavailable

    def _connecting(self, engine: Engine) -> None:
        if engine.dialect.name == "sqlite":  # its own lower() knows A to Z only
            event.listen(engine, "connect", lower_any_script)

    def _prepare(self, engine: Engine) -> None:
        prepare_tables(engine)

    def start(self, title: str) -> str:
        """Id of a new, empty conversation."""
        with self._session() as session:
            return _begin(session, title, began := now(), began)

    def conversation(self, conversation_id: str) -> Conversation | None:
        """One entry of the list; None where there is none of this id."""
        with self._session() as session:
            row = session.get(ConversationRow, storable(conversation_id))  # from an address, which may hold anything
            return None if row is None else conversation_of(row)

    def exists(self, conversation_id: str) -> bool:
        """Whether the store holds this conversation."""
        return self.conversation(conversation_id) is not None

    def recent(self, limit: int = 20, skip: int = 0) -> tuple[Conversation, ...]:
        """The conversations used last, newest first, without the first `skip`."""
        query = select(ConversationRow).order_by(ConversationRow.updated.desc(), ConversationRow.id)
        with self._session() as session:
            return tuple(conversation_of(row) for row in session.scalars(query.limit(limit).offset(skip)))

    def find(self, words: str, limit: int = 50) -> tuple[Conversation, ...]:
        """The conversations whose title or messages hold every one of the words, in any case, newest first."""
        with self._session() as session:
            return tuple(conversation_of(row, excerpt) for row, excerpt in find(session, storable(words), limit))

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one changes nothing. Raises ConversationUnknown."""
        with self._session() as session:
            row = _known(session, conversation_id)
            row.title = title_of(title) or row.title

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
            rows = rows_of(session, conversation_id)
            versions: dict[str | None, list[str]] = {}
            for row in rows:
                versions.setdefault(row.parent, []).append(row.id)
            return tuple(message_of(row, tuple(versions[row.parent])) for row in branch(rows, conversation.leaf))

    def message(self, message_id: str) -> Message | None:
        """One message; None where there is none of this id."""
        with self._session() as session:
            row = session.scalars(select(MessageRow).where(MessageRow.id == message_id)).one_or_none()
            return None if row is None else message_of(row)

    def history(self, conversation_id: str, until: str | None = None) -> tuple[Turn, ...]:
        """The finished exchanges, as the assistant takes them: a question whose answer failed is left out with it.

        Those of the branch that is shown, or of the one that ends with the message `until` ("" for none at all).
        """
        with self._session() as session:
            conversation = session.get(ConversationRow, conversation_id)
            if conversation is None or until == "":
                return ()
            return turns_of(branch(rows_of(session, conversation_id), until or conversation.leaf))

    def ask(self, conversation_id: str, question: str, after: str | None = None) -> str:
        """Write the question and an answer still to come; returns the answer's message id.

        They follow the branch that is shown, or begin another one behind the message `after` ("" for the beginning).
        Raises ConversationUnknown.
        """
        with self._session() as session:
            conversation = _claimed(session, conversation_id)
            if after is None:
                shown = branch(rows_of(session, conversation_id), conversation.leaf)
                after = shown[-1].id if shown else ""
            asked = add_row(session, conversation_id, "user", question, "done", after)
            return _lead_to(conversation, add_row(session, conversation_id, "assistant", "", "running", asked))

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
            added = add_row(session, conversation.id, "assistant", "", "running", asked.id)
            return _lead_to(conversation, added), conversation.id, asked.content

    def show(self, message_id: str) -> None:
        """Make the newest branch through this message the one that is shown. Raises ConversationUnknown."""
        with self._session() as session:
            row = session.scalars(select(MessageRow).where(MessageRow.id == message_id)).one_or_none()
            if row is None:
                raise ConversationUnknown("This version was removed; open the conversation again.")
            _known(session, row.conversation_id).leaf = newest_below(rows_of(session, row.conversation_id), message_id)

    def write(self, answer_id: str, answer: Answer, state: State) -> None:
        """Store what has been written of an answer. Raises ConversationUnknown when its conversation was removed."""
        text = storable(json.dumps(answer_record(answer), ensure_ascii=False))
        self._change(answer_id, {"content": storable(answer_text(answer)), "answer": text, "state": state, "touched": now()})

    def fail(self, answer_id: str, error: str) -> None:
        """Store that an answer failed, and why; what was written of it stays."""
        self._change(answer_id, {"state": "failed", "error": storable(error)})

    def touch(self, answer_ids: Sequence[str]) -> None:
        """Note that these answers are still being written; see `interrupt`."""
        with self._session() as session:
            session.execute(update(MessageRow).where(MessageRow.id.in_(answer_ids)).values(touched=now()))

    def interrupt(self, silent: timedelta = timedelta()) -> int:
        """Mark `running` answers as stopped that nobody has touched for `silent`; how many there were.

        Without `silent` that is all of them: for a process that starts and has the store to itself.
        """
        lost = MessageRow.state == "running"
        if silent:
            limit = written(datetime.now(UTC) - silent)
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
            return tuple(message_of(row) for row in rows_of(session, conversation_id))

    def add(self, conversations: Iterable[tuple[str, Sequence[Message]]]) -> tuple[str, ...]:
        """Store conversations that were made elsewhere, all or none, under ids of their own; returns the conversations'.

        Each is its title, and its messages as `everything` gives them. The last branch is shown. They keep their dates, and
        stand in the list by those.
        """
        added: list[str] = []
        with self._session() as session:
            for title, messages in conversations:
                dates = [written(message.created) for message in messages] or [now()]
                added.append(_begin(session, title, min(dates), max(dates)))
                ids = {message.id: uuid.uuid4().hex for message in messages}
                for message in messages:
                    session.add(row_of(message, added[-1], ids))
                    session.flush()  # in this order, so that `number` follows it
        return tuple(added)

    def _change(self, message_id: str, values: Mapping[str, Any]) -> None:
        with self._session() as session:  # one statement: another process may remove the conversation at any moment
            changed = session.execute(update(MessageRow).where(MessageRow.id == message_id).values(**values))
            if not cast("CursorResult[Any]", changed).rowcount:
                raise ConversationUnknown("The conversation of this answer was removed; ask again in a new one.")


def can_keep(data: Path, url: str = "") -> bool:
    """Whether what is stored will still be there tomorrow: False where the data folder may not be written and no URL is set."""
    return bool(url) or can_write(data / FILE)


def open_conversations(data: Path, url: str = "") -> Conversations:
    """The store at a SQLAlchemy URL, or in the data folder, made where there is none, readable by its owner only.

    Raises ConversationsUnavailable.
    """
    return Conversations.open(data, url)


def _begin(session: Session, title: str, created: str, updated: str) -> str:
    conversation_id = uuid.uuid4().hex
    session.add(ConversationRow(id=conversation_id, title=title_of(title), created=created, updated=updated, leaf=""))
    session.flush()  # before its messages, which name it
    return conversation_id


def _known(session: Session, conversation_id: str) -> ConversationRow:
    row = session.get(ConversationRow, conversation_id)
    if row is None:
        raise ConversationUnknown(f"There is no conversation {conversation_id!r}; start a new one.")
    return row


def _claimed(session: Session, conversation_id: str) -> ConversationRow:
    """The conversation, kept from other writers until the session ends: two questions at once follow each other."""
    session.execute(update(ConversationRow).where(ConversationRow.id == conversation_id).values(updated=now()))
    return _known(session, conversation_id)


def _lead_to(conversation: ConversationRow, message_id: str) -> str:
    conversation.leaf = message_id
    return message_id
