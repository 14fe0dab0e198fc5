"""Which steps a learner is doing or has done, kept while the documents change.

A mark is stored under the step's id with its title and a sketch of its text. When no step of that id is left, because the
document was renamed or rewritten, the mark goes to the step of the same title, or to the one whose text is most alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from sqlalchemy import String, Text, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from assistant.roadmap import Step, likeness, plain
from assistant.store import Store
from ingest.errors import RoadmapError

StepState = Literal["doing", "done"]
ALIKE = 0.3  # least likeness of two texts taken for the same step: about half of each was kept


class ProgressUnavailable(RoadmapError):
    """The progress cannot be opened, read or written."""


class _Base(DeclarativeBase):
    pass


class _Row(_Base):
    __tablename__ = "progress"
    step_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(Text)
    sketch: Mapped[str] = mapped_column(Text)  # JSON
    updated: Mapped[str] = mapped_column(String(32))  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Mark:
    """That a step is being done or was done."""

    step_id: str
    state: StepState
    title: str
    updated: datetime
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks, as they fall on the steps there are now."""

    states: Mapping[str, StepState]  # by step id
    lost: tuple[Mark, ...] = ()  # whose steps are not in the documents; kept in case they come back


class ProgressStore(Store):
    """The store."""

    name = "The progress"
    unavailable = ProgressUnavailable
    tables = _Base.metadata

    def mark(self, step: Step, state: StepState | None) -> None:
        """Store that a step is being done or was done; None takes the mark away."""
        if state is not None and state not in get_args(StepState):
            raise ValueError(f"{state!r} is no state of a step")
        with self._session() as session:
            if state is None:
                session.execute(delete(_Row).where(_Row.step_id == step.id))
            else:
                session.merge(_row(step, state, datetime.now(UTC)))

    def forget(self, step_id: str) -> None:
        """Delete a mark, also one whose step is gone."""
        with self._session() as session:
            session.execute(delete(_Row).where(_Row.step_id == step_id))

    def marks(self, steps: Iterable[Step]) -> Marks:
        """The marks as they fall on `steps`; those that had to be found anew are stored under their new id."""
        known = tuple(steps)
        with self._session() as session:
            stored = [_mark(row) for row in session.scalars(select(_Row).order_by(_Row.updated.desc(), _Row.step_id))]
            found = anchored(stored, known)
            by_id = {step.id: step for step in known}
            for mark in stored:
                goal = found.get(mark.step_id)
                if goal is not None and goal != mark.step_id:
                    session.execute(delete(_Row).where(_Row.step_id == mark.step_id))
                    session.merge(_row(by_id[goal], mark.state, mark.updated))
        states = {found[mark.step_id]: mark.state for mark in stored if mark.step_id in found}
        return Marks(states, tuple(mark for mark in stored if mark.step_id not in found))


def anchored(marks: Sequence[Mark], steps: Sequence[Step]) -> dict[str, str]:
    """The id of the step each mark belongs to now, by the id it was stored under; marks without a step are left out.

    No step gets two marks: one of the same id comes first, then one of the same title, then the likeliest text.
    """
    found = {mark.step_id: mark.step_id for mark in marks if any(step.id == mark.step_id for step in steps)}
    free = [step for step in steps if step.id not in found]
    for mark in marks:
        if mark.step_id in found or not free:
            continue
        same = [step for step in free if plain(step.title) == plain(mark.title)]
        pool = same or free
        likeliest = max(pool, key=lambda step: likeness(step.sketch, mark.sketch))
        if len(same) == 1 or likeness(likeliest.sketch, mark.sketch) >= ALIKE:
            found[mark.step_id] = likeliest.id
            free.remove(likeliest)
    return found


def open_progress(data: Path, database: str = "") -> ProgressStore:
    """The store in the database of this URL, or beside the conversations in the data folder. Raises ProgressUnavailable."""
    return ProgressStore.open(data, database)


def _row(step: Step, state: StepState, updated: datetime) -> _Row:
    return _Row(
        step_id=step.id,
        state=state,
        title=step.title,
        sketch=json.dumps(step.sketch),
        updated=updated.isoformat(timespec="seconds"),
    )


def _mark(row: _Row) -> Mark:
    return Mark(
        row.step_id,
        "done" if row.state == "done" else "doing",
        row.title,
        datetime.fromisoformat(row.updated),
        tuple(json.loads(row.sketch)),
    )
