"""The tables of the conversation store, and bringing tables of an earlier version up to date.

The messages of a conversation form a tree: each names the one before it. Asking a question again in other words, or answering
it anew, adds a branch and removes nothing; `leaf` names the end of the branch that is shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import Engine, ForeignKey, Index, String, Text, inspect, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from assistant.database import create_tables, now, storable


class Base(DeclarativeBase):
    """The tables of the store."""


class ConversationRow(Base):
    """One conversation."""

    __tablename__ = "conversation"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[str] = mapped_column(String(32))  # ISO 8601, UTC
    updated: Mapped[str] = mapped_column(String(32))
    leaf: Mapped[str | None] = mapped_column(String(32), default="")  # id of the last message shown, "" before the first


class MessageRow(Base):
    """One question or answer."""

    __tablename__ = "message"
    __table_args__ = (Index("message_of_conversation", "conversation_id", "number"),)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)  # order of writing
    id: Mapped[str] = mapped_column(String(32), unique=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    answer: Mapped[str] = mapped_column(Text, default="")  # JSON, "" for questions
    error: Mapped[str] = mapped_column(Text, default="")
    created: Mapped[str] = mapped_column(String(32))
    parent: Mapped[str | None] = mapped_column(String(32), default="")  # id of the message before it, "" for the first
    touched: Mapped[str | None] = mapped_column(String(32), default="")  # when its writer was last seen, ISO 8601, UTC


_ADDED = (("conversation", "leaf"), ("message", "parent"), ("message", "touched"))  # columns the first version lacked


def prepare_tables(engine: Engine) -> None:
    """Make the tables where there are none, and add what an earlier version lacked. Raises what the database raises."""
    create_tables(engine, Base.metadata)
    known = {table: {column["name"] for column in inspect(engine).get_columns(table)} for table, _ in _ADDED}
    lacking = [(table, column) for table, column in _ADDED if column not in known[table]]
    if lacking:
        with engine.begin() as connection:
            for table, column in lacking:
                connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(32)"))
    with Session(engine) as session, session.begin():
        _chain(session)


def _chain(session: Session) -> None:
    """Link the messages of an earlier version, which followed each other by number."""
    query = select(MessageRow.number, MessageRow.id, MessageRow.conversation_id).where(MessageRow.parent.is_(None))
    last: dict[str, str] = {}
    for number, message_id, conversation_id in session.execute(query.order_by(MessageRow.number)).all():
        before = last.get(conversation_id, "")
        session.execute(update(MessageRow).where(MessageRow.number == number).values(parent=before))
        last[conversation_id] = message_id


def rows_of(session: Session, conversation_id: str) -> Sequence[MessageRow]:
    """All messages of a conversation, in the order of writing."""
    query = select(MessageRow).where(MessageRow.conversation_id == conversation_id).order_by(MessageRow.number)
    return session.scalars(query).all()


def add_row(session: Session, conversation_id: str, role: str, content: str, state: str, parent: str) -> str:
    """Write a message that begins now, behind `parent`; its id."""
    message_id, began = uuid.uuid4().hex, now()
    session.add(
        MessageRow(
            id=message_id, conversation_id=conversation_id, role=role, content=storable(content), state=state, answer="",
            error="", created=began, parent=parent, touched=began,
        )
    )  # fmt: skip
    session.flush()  # now, so that `number` follows the order of writing
    return message_id


def branch(rows: Sequence[MessageRow], leaf: str | None) -> list[MessageRow]:
    """The messages from the first one to `leaf`; to the newest one where `leaf` is not among them. `rows` by number."""
    by_id = {row.id: row for row in rows}
    row = by_id.get(leaf or "") or (rows[-1] if rows else None)
    found: dict[str, MessageRow] = {}
    while row is not None and row.id not in found:  # an earlier version could store a loop
        found[row.id] = row
        row = by_id.get(row.parent or "")
    return list(found.values())[::-1]


def newest_below(rows: Sequence[MessageRow], message_id: str) -> str:
    """The id of the message at the end of the newest branch that goes through `message_id`. `rows` by number."""
    children = {row.parent: row.id for row in rows}  # the last one written wins
    for _ in rows:
        if message_id not in children:
            break
        message_id = children[message_id]
    return message_id
