"""What learners said about answers: a thumbs-up or -down, or "this is missing", with all that is needed to look into it.

An entry holds the answer as it was shown, so it stays readable after its conversation was removed and the documents have
changed. It is `open` until somebody makes a reference question of it (`item`) or sets it aside (`dismissed`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy import String, Text, delete, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from assistant.answer import Answer, Turn
from assistant.database import now, storable
from assistant.record import answer_from_record, answer_record
from assistant.store import FILE, Store
from index.hit import Hit
from ingest.errors import RoadmapError

Rating = Literal["up", "down", "gap"]  # helpful; not helpful; the documents should cover this
FeedbackState = Literal["open", "item", "dismissed"]
MAX_COMMENT = 2000  # characters of the learner's words that are kept


class FeedbackUnavailable(RoadmapError):
    """The feedback store cannot be opened, read or written."""


class FeedbackUnknown(RoadmapError):
    """A piece of feedback was asked for that the store does not hold."""


class FeedbackInvalid(RoadmapError):
    """A rating or state was given that there is not."""


class _Base(DeclarativeBase):
    pass


class _Row(_Base):
    __tablename__ = "feedback"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)  # order in which it came
    id: Mapped[str] = mapped_column(String(32), unique=True)
    created: Mapped[str] = mapped_column(String(32))  # ISO 8601, UTC
    conversation_id: Mapped[str] = mapped_column(String(32))
    answer_id: Mapped[str] = mapped_column(String(32), index=True)
    rating: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(Text)
    history: Mapped[str] = mapped_column(Text)  # JSON
    answer: Mapped[str] = mapped_column(Text)  # JSON
    state: Mapped[str] = mapped_column(String(16), index=True)
    item_id: Mapped[str] = mapped_column(String(128))
    note: Mapped[str] = mapped_column(Text)
    fixed_in: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one learner said about one answer, and what became of it."""

    id: str
    created: datetime
    conversation_id: str
    answer_id: str  # of the message that was rated; "" outside the chat
    rating: Rating
    reason: str  # chosen from a list, "" for none
    comment: str  # the learner's own words, "" for none
    history: tuple[Turn, ...]  # what came before the question
    answer: Answer  # as it was shown, with its hits, model and the index's generation
    state: FeedbackState = "open"
    item_id: str = ""  # of the reference question made of it
    note: str = ""  # why it was dismissed
    fixed_in: str = ""  # id of the evaluation run that first answered its item as it should be

    @property
    def question(self) -> str:
        """As the learner typed it."""
        return self.answer.question

    @property
    def standalone_question(self) -> str:
        """As it was searched for."""
        return self.answer.standalone_question

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The passages that were found, best first."""
        return self.answer.hits


class FeedbackStore(Store):
    """The store."""

    name = "The feedback"
    unavailable = FeedbackUnavailable
    tables = _Base.metadata

    def add(
        self,
        rating: Rating,
        answer: Answer,
        *,
        conversation_id: str = "",
        answer_id: str = "",
        history: Sequence[Turn] = (),
        reason: str = "",
        comment: str = "",
    ) -> Feedback:
        """Store what was said. Open feedback on the same answer is replaced, since a learner may think again.

        Raises FeedbackInvalid on an unknown rating.
        """
        if rating not in get_args(Rating):
            raise FeedbackInvalid(f"{rating!r} is no rating; there are: {', '.join(get_args(Rating))}.")
        turns = [{"role": turn.role, "content": turn.content} for turn in history]
        row = _Row(
            id=uuid.uuid4().hex,
            created=now(),
            conversation_id=conversation_id,
            answer_id=answer_id,
            rating=rating,
            reason=storable(reason).strip(),
            comment=storable(comment).strip()[:MAX_COMMENT],
            history=storable(json.dumps(turns, ensure_ascii=False)),
            answer=storable(json.dumps(answer_record(answer), ensure_ascii=False)),
            state="open",
            item_id="",
            note="",
            fixed_in="",
        )
        with self._session() as session:
            if answer_id:
                session.execute(delete(_Row).where(_Row.answer_id == answer_id, _Row.state == "open"))
            session.add(row)
            session.flush()
            return _feedback(row)

    def list(self, state: FeedbackState | None = None, *, limit: int = 1000) -> tuple[Feedback, ...]:
        """What was said, newest first; only what is in this state where one is given."""
        query = select(_Row).order_by(_Row.number.desc()).limit(limit)
        if state is not None:
            query = query.where(_Row.state == state)
        with self._session() as session:
            return tuple(_feedback(row) for row in session.scalars(query))

    def get(self, feedback_id: str) -> Feedback:
        """The feedback of this id, or of the only id that begins so. Raises FeedbackUnknown."""
        with self._session() as session:
            return _feedback(_one(session, feedback_id))

    def of_answer(self, answer_id: str) -> Feedback | None:
        """The last feedback on an answer; None where there is none."""
        query = select(_Row).where(_Row.answer_id == answer_id).order_by(_Row.number.desc()).limit(1)
        with self._session() as session:
            row = session.scalars(query).one_or_none()
            return None if row is None else _feedback(row)

    def count(self, state: FeedbackState = "open") -> int:
        """How much of it is in this state."""
        with self._session() as session:
            return session.scalar(select(func.count()).select_from(_Row).where(_Row.state == state)) or 0

    def resolve(self, feedback_id: str, state: FeedbackState, *, item_id: str = "", note: str = "") -> Feedback:
        """Say what became of it: `item` with the id of the reference question, `dismissed`, or `open` again.

        Raises FeedbackUnknown, FeedbackInvalid.
        """
        if state not in get_args(FeedbackState) or (state == "item") != bool(item_id):
            raise FeedbackInvalid(f"Feedback is {', '.join(get_args(FeedbackState))}, with the id of an item for “item” alone.")
        with self._session() as session:
            row = _one(session, feedback_id)
            row.state, row.item_id, row.note, row.fixed_in = state, item_id, storable(note).strip(), ""
            session.flush()
            return _feedback(row)

    def settle(self, feedback_id: str, run_id: str) -> None:
        """Say which evaluation run answered its item as it should be; "" when it broke again. Raises FeedbackUnknown."""
        with self._session() as session:
            _one(session, feedback_id).fixed_in = run_id

    def withdraw(self, answer_id: str) -> bool:
        """Take back open feedback on an answer; False where there is none."""
        query = select(_Row).where(_Row.answer_id == answer_id, _Row.state == "open")
        with self._session() as session:
            rows = session.scalars(query).all()
            for row in rows:
                session.delete(row)
            return bool(rows)


def open_feedback(data: Path, database: str = "") -> FeedbackStore:
    """The store in the database of this URL, or beside the conversations in the data folder. Raises FeedbackUnavailable."""
    return FeedbackStore.open(data, database)


def has_feedback(data: Path, database: str = "") -> bool:
    """Whether there is a database at all that feedback could be in; makes none."""
    return bool(database) or (data / FILE).is_file()


def _one(session: Session, feedback_id: str) -> _Row:
    wanted = feedback_id.strip().lower()
    rows = session.scalars(select(_Row).where(_Row.id.startswith(wanted, autoescape=True)).limit(2)).all() if wanted else []
    if len(rows) == 1:
        return rows[0]
    problem = (
        f"More than one piece of feedback begins with {feedback_id!r}" if rows else f"There is no feedback {feedback_id!r}"
    )
    raise FeedbackUnknown(f"{problem}; `roadmap feedback list` shows the ids.")


def _feedback(row: _Row) -> Feedback:
    return Feedback(
        id=row.id,
        created=datetime.fromisoformat(row.created),
        conversation_id=row.conversation_id,
        answer_id=row.answer_id,
        rating=row.rating,  # type: ignore[arg-type]
        reason=row.reason,
        comment=row.comment,
        history=tuple(Turn(turn["role"], turn["content"]) for turn in json.loads(row.history)),
        answer=answer_from_record(json.loads(row.answer)),
        state=row.state,  # type: ignore[arg-type]
        item_id=row.item_id,
        note=row.note,
        fixed_in=row.fixed_in,
    )
