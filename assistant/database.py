"""A database URL in, an engine out that is safe for several threads and processes; and a file that only its owner reads."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy import Engine, create_engine, event

_SECONDS = 5  # how long a writer waits for another
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={1000 * _SECONDS}", "foreign_keys=ON", "trusted_schema=OFF")


def engine_of(url: str) -> Engine:
    """The engine; SQLite keeps a write-ahead log and waits for other writers instead of failing at once."""
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": _SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def sqlite_url(file: Path) -> str:
    """The URL of a SQLite file, made with its folder where there is none, readable by its owner only. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    return f"sqlite:///{file.absolute()}"


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
