"""A database URL in, an engine out that is safe for several threads and processes; and a file that only its owner reads."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from assistant.characters import whole

NO_DATABASE = (ArgumentError, ImportError, ValueError)  # what `engine_of` raises for a URL it cannot use
UNUSABLE = (DBAPIError, PoolExhausted)  # what a database raises that cannot be reached, read or written
_TRIES = 5  # each process that makes the same tables at the same moment may fail one
_SECONDS = 5  # how long a writer waits for another, and a new connection for the server
_DENIED = (errno.EROFS, errno.EACCES, errno.EPERM)
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={1000 * _SECONDS}", "foreign_keys=ON", "trusted_schema=OFF")


def engine_of(url: str | URL) -> Engine:
    """The engine; SQLite keeps a write-ahead log and waits for other writers instead of failing at once.

    A connection to a server is tried before it is used: one that a restart of the server has cut is replaced unseen.
    """
    url = make_url(url)
    if not url.drivername.startswith("sqlite"):
        patient = "connect_timeout" in url.query or not url.drivername.startswith("postgresql")
        return create_engine(url, pool_pre_ping=True, connect_args={} if patient else {"connect_timeout": _SECONDS})
    engine = create_engine(url, connect_args={"timeout": _SECONDS})
    event.listen(engine, "connect", _prepare)
    return engine


def sqlite_url(file: Path) -> URL:
    """The URL of a SQLite file, made with its folder where there is none, readable by its owner only. Raises OSError.

    A file that is there is not opened: closing it would give up the locks that this process holds on it, and the next process
    to leave the database would delete the log that this one writes to (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    for folder in (*reversed(file.parent.parents), file.parent):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return URL.create("sqlite", database=str(file.absolute()))  # not as text: "?" in a folder's name would end the path


def can_write(file: Path) -> bool:
    """False where a SQLite file, made if there is none, or its log beside it may not be written; other faults raise later."""
    try:
        sqlite_url(file)
    except OSError as exc:
        return exc.errno not in _DENIED
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK | os.X_OK)


def create_tables(engine: Engine, metadata: MetaData) -> None:
    """Make the tables where there are none; other processes may be making them too. Raises what the database raises."""
    for left in reversed(range(_TRIES)):
        try:
            metadata.create_all(engine)
            return
        except DatabaseError:  # another process made one at the same moment
            if not left:
                raise
            time.sleep(0.05)


def remedy(engine: Engine, failure: Exception) -> str:
    """Where the database is, without its password, what went wrong, and what to do, as parts of a sentence."""
    where = engine.url.render_as_string(hide_password=True)
    reason = " ".join(str(getattr(failure, "orig", None) or failure).split())
    todo = "free disk space or check permissions, and move the file away if it is damaged."
    if engine.dialect.name != "sqlite":
        unreached = isinstance(failure, OperationalError | InterfaceError | PoolExhausted)
        todo = "check that the server runs and can be reached." if unreached else "check the rights of its user."
    return f"{where} cannot be read or written ({reason}); {todo}"


def storable(text: str) -> str:
    """The text without what not every database can hold: NUL characters, and halves of characters."""
    return whole(text.replace("\0", ""))


def now() -> str:
    """This moment as rows hold it."""
    return written(datetime.now(UTC))


def written(moment: datetime) -> str:
    """A moment as rows hold it: ISO 8601, UTC, 32 characters, so that they sort by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
