"""Ways to a database: an engine of SQLAlchemy for each kind, and what is special about a file."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url

BUSY_S = 10.0  # a writer waits so long for another
WRITERS = 4_711  # of PostgreSQL's advisory locks: whoever writes to the run store holds it


class StoreError(OSError):
    """The database does not answer; one line says why."""

    busy = False  # whether it may do so a little later


def fixed_wal(version: tuple[int, ...]) -> bool:
    """Whether write-ahead logging of this SQLite loses no commit (sqlite.org/wal.html)."""
    backported = {(3, 50): 7, (3, 44): 6}
    if version[:2] in backported:
        return version[2] >= backported[version[0], version[1]]
    return version >= (3, 51, 3)


def engine_of(url: str) -> Engine:
    """Return the engine of an address, on which writers come one after the other."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    return _postgresql(url)


def _postgresql(url: str) -> Engine:
    try:
        engine = sql.create_engine(url, pool_pre_ping=True, max_overflow=60)
    except ModuleNotFoundError as error:
        needs = f"{url.partition(':')[0]} needs {error.name}"
        said = f"{needs}: pip install -r requirements-cluster.txt"
        raise StoreError(said) from error

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Without it, two transactions read the same queue or quota and both act on it.
        if connection.get_execution_options().get("writes"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")

    return engine


def _sqlite(url: str) -> Engine:
    import sqlite3

    wal = fixed_wal(sqlite3.sqlite_version_info)
    engine = sql.create_engine(url, connect_args={"timeout": BUSY_S}, max_overflow=60)

    @event.listens_for(engine, "connect")
    def _open(connection: Any, _: object) -> None:  # noqa: ANN401 (sqlite3's, by SQLAlchemy)
        connection.isolation_level = None  # BEGIN is ours: see _begin
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA journal_mode={'WAL' if wal else 'TRUNCATE'}")
        cursor.execute(f"PRAGMA synchronous={'NORMAL' if wal else 'FULL'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could not wait for another writer.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def keep_from_others(url: str) -> None:
    """Make SQLite's file where there is none, readable for whoever runs the server alone."""
    path = Path(make_url(url).database or "")
    if os.name == "posix" and url.startswith("sqlite") and path.name:
        with suppress(OSError):  # then SQLite itself says why
            path.touch(mode=0o600)


def file_of(url: str) -> tuple[int, int] | None:
    """Return which file SQLite's is, by device and number; None where there is none."""
    if make_url(url).get_backend_name() != "sqlite":
        return None
    try:
        found = Path(make_url(url).database or "").stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_sound(path: Path) -> bool:
    """Whether SQLite can read all of a file."""
    import sqlite3

    try:
        connection = sqlite3.connect(path)
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return False
