"""What the stores of conversations, feedback and progress have in common: one engine, one session a step, one way to fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from sqlalchemy import URL, Engine, MetaData
from sqlalchemy.orm import Session

from assistant.database import NO_DATABASE, UNUSABLE, create_tables, engine_of, remedy, sqlite_url
from ingest.errors import RoadmapError

FILE = "conversations.sqlite"  # in the data folder, where no URL names another database


class Store:
    """A store at a SQLAlchemy URL. Safe to call from several threads and processes.

    A kind of store says what it holds (`name`, the beginning of a sentence), what it raises (`unavailable`), and its tables
    (or how they are prepared).
    """

    name: ClassVar[str]
    unavailable: ClassVar[type[RoadmapError]]
    tables: ClassVar[MetaData]

    def __init__(self, url: str | URL) -> None:
        """Opens the database and makes the tables where there are none. Raises `unavailable`."""
        try:
            self._engine = engine_of(url)
        except NO_DATABASE as exc:
            raise self.unavailable(
                f"{self.name} cannot be kept in the database that is set ({exc}); check its URL and install its driver "
                "(for PostgreSQL: pip install psycopg, and a URL that begins with postgresql+psycopg://)."
            ) from exc
        self._connecting(self._engine)
        with self._translated():
            self._prepare(self._engine)

    @classmethod
    def open(cls, data: Path, url: str = "") -> Self:
        """The store at a SQLAlchemy URL, or in a file of the data folder that only its owner reads. Raises `unavailable`."""
        file = data / FILE
        try:
            address = url or sqlite_url(file)
        except OSError as exc:
            raise cls.unavailable(
                f"{cls.name} in {file} cannot be written ({exc.strerror}); check the permissions of that folder."
            ) from exc
        return cls(address)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _connecting(self, engine: Engine) -> None:
        """What is to be done with each new connection."""

    def _prepare(self, engine: Engine) -> None:
        create_tables(engine, self.tables)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """All of it is written, or nothing. Raises `unavailable`."""
        with self._translated(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except UNUSABLE as exc:
            raise self.unavailable(f"{self.name} in {remedy(self._engine, exc)}") from exc
