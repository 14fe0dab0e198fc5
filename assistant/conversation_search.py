"""Words in, conversations out that hold all of them, each with the place where the first one was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from assistant.conversation_rows import ConversationRow, MessageRow

AROUND = 60  # characters shown on either side of what was found
WORDS = 32  # of what is searched for that count, and letters of each: databases take no query of any length
LETTERS = 200


def find(session: Session, words: str, limit: int) -> list[tuple[ConversationRow, str]]:
    """The conversations whose title or messages hold each of the first words, newest first; "" where the title holds all."""
    wanted = [word[:LETTERS] for word in words.lower().split()[:WORDS]]
    query = select(ConversationRow).order_by(ConversationRow.updated.desc(), ConversationRow.id).limit(limit)
    for word in wanted:
        pattern = _pattern(word)
        said = select(MessageRow.conversation_id).where(func.lower(MessageRow.content).like(pattern, escape="\\"))
        titled = func.lower(ConversationRow.title).like(pattern, escape="\\")
        query = query.where(or_(titled, ConversationRow.id.in_(said)))
    return [(row, _excerpt(session, row, wanted)) for row in session.scalars(query).all()]


def lower_any_script(connection: Any, _record: object) -> None:
    """Give a SQLite connection a `lower` that knows every script; its own knows A to Z."""
    connection.create_function("lower", 1, lambda text: None if text is None else str(text).lower(), deterministic=True)


def _pattern(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _excerpt(session: Session, row: ConversationRow, wanted: Sequence[str]) -> str:
    """The words around the first wanted one that the title lacks."""
    missing = next((word for word in wanted if word not in row.title.lower()), "")
    if not missing:
        return ""
    said = select(MessageRow.content).where(MessageRow.conversation_id == row.id)
    held = said.where(func.lower(MessageRow.content).like(_pattern(missing), escape="\\")).order_by(MessageRow.number)
    text = " ".join((session.scalars(held.limit(1)).one_or_none() or "").split())
    at = max(0, text.lower().find(missing))
    start, end = max(0, at - AROUND), at + len(missing) + AROUND
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
