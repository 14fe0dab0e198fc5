"""Deletes every conversation, rating and mark of progress, so that their bytes are gone from the database's file too."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import MetaData, inspect, text
from sqlalchemy.exc import DatabaseError

from assistant.database import NO_DATABASE, engine_of, sqlite_url
from assistant.store import FILE
from ingest.errors import RoadmapError

TABLES = ("message", "conversation", "feedback", "progress")  # those that name others come first


class EraseFailed(RoadmapError):
    """Something could not be deleted."""


def erase_records(data: Path, database: str = "") -> int:
    """Empty the tables in the database of this URL, or in the data folder; how many rows there were.

    Other tables of a shared database are left alone. Raises EraseFailed.
    """
    where = str(data / FILE)
    try:
        engine = engine_of(database or sqlite_url(data / FILE))
        where = engine.url.render_as_string(hide_password=True)
        try:
            present = inspect(engine).get_table_names()
            names = [name for name in TABLES if name in present]
            tables = MetaData()
            tables.reflect(engine, only=names)
            with engine.begin() as connection:
                removed = sum(connection.execute(tables.tables[name].delete()).rowcount for name in names)
            if engine.dialect.name == "sqlite":  # deleted rows stay readable in the file until it is written anew
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("VACUUM"))
                    connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        finally:
            engine.dispose()
    except NO_DATABASE as exc:
        raise EraseFailed(f"The records in the database that is set cannot be deleted ({exc}); check its URL.") from exc
    except (DatabaseError, OSError) as exc:
        raise EraseFailed(
            f"The records in {where} could not all be deleted ({exc}); close other programs and try again."
        ) from exc
    return removed
