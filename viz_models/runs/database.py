"""The tables of the run store, and a connection to them that keeps its word."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sql
from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError, SQLAlchemyError

from viz_models.language import N_
from viz_models.runs.classroom.tables import CLASSES
from viz_models.runs.connecting import (
    BUSY_S,
    StoreError,
    engine_of,
    file_of,
    is_sound,
    keep_from_others,
)
from viz_models.runs.lock import Lock

# Said in English and translated where they are drawn: many readers may share what one was told.
BUSY = N_("the run store was busy for {n} s: try again")
SET_ASIDE = N_("the list of runs could not be read and was set aside: try again")
DISK_FULL = N_("disk full: free some space, then resume")
READ_ONLY = N_("the data folder is read-only: make it writable, then try again")
TABLES = MetaData()
experiments = Table(
    "experiments",
    TABLES,
    Column("id", String(32), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("key", String(64), nullable=False),  # one for each click on Start
    Column("name", String(80), nullable=False),
    Column("spec", Text, nullable=False),  # JSON
    Column("created", Float, nullable=False),
    Index("once", "owner", "key", unique=True),
)
runs = Table(
    "runs",
    TABLES,
    Column("id", String(32), primary_key=True),
    Column("experiment", String(32), nullable=False, index=True),
    Column("place", Integer, nullable=False),  # among the runs of its experiment
    Column("arm", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("reason", Text, nullable=False, default=""),
    Column("flag", String(8), nullable=False, default=""),  # asked of the worker: cancel, ...
    Column("attempt", Integer, nullable=False, default=0),
    Column("handle", Text, nullable=False, default=""),  # the engine's, of this attempt
    Column("beat", Integer, nullable=False, default=0),  # signs of life
    Column("lease", Float, nullable=False, default=0.0),  # seconds from one sign to the next
    Column("chunk", Integer, nullable=False, default=0),  # last of its points
    Column("step", Integer, nullable=False, default=0),
    Column("share", Float, nullable=False, default=0.0),
    Column("accuracy", Float),
    Column("device", String(80), nullable=False, default=""),
    Column("estimate", Float, nullable=False, default=0.0),  # seconds; 0: unknown
    Column("created", Float, nullable=False),
    Column("queued", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
)
points = Table(
    "points",
    TABLES,
    Column("run", String(32), primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("steps", Text, nullable=False),  # JSON
)

addresses = Table(
    "addresses",
    TABLES,
    Column("experiment", String(32), primary_key=True),
    Column("address", String(64), nullable=False),  # from where it was started
)
votes = Table(
    "votes",
    TABLES,
    Column("question", String(80), primary_key=True),
    Column("voter", String(64), primary_key=True),
    Column("choice", String(80), nullable=False),  # "" of whoever only looked
    Column("address", String(64), nullable=False),
    Column("cast", Float, nullable=False),
)

capacity = Table(
    "capacity",
    TABLES,
    Column("id", Integer, primary_key=True),  # 1: there is one dispatcher
    Column("slots", Integer, nullable=False),  # runs that it lets compute at a time
)


class Database:
    """Short transactions on any database that SQLAlchemy knows."""

    def __init__(self, url: str) -> None:
        """Open it, and make its tables where there are none.

        Args:
            url: "sqlite:////home/me/runs.sqlite" or "postgresql+psycopg://...".

        Raises:
            StoreError: If it does not answer.
        """
        self.url = url
        self._turn = threading.Lock()  # SQLite lets writers try again and again, in no order
        self._engine = engine_of(url)
        self._file: tuple[int, int] | None = None  # SQLite's, as the system knows it
        self._prepare()

    def _prepare(self) -> None:
        try:
            self._make_tables()
        except DatabaseError as error:
            if not self._heals(error):
                raise _plain(error) from error

    def _make_tables(self) -> None:
        """Where one is missing: as a writer, so that whoever else makes them now is waited for."""
        keep_from_others(self.url)
        with self._engine.connect() as connection:
            there = sql.inspect(connection).get_table_names()
        for tables in (TABLES, CLASSES):
            if not tables.tables.keys() <= set(there):
                tables.create_all(self._engine.execution_options(writes=True))
        self._file = file_of(self.url)

    def _connected(self) -> Connection:
        """Return a connection to the file that lies there now, whoever removed or replaced it."""
        if file_of(self.url) != self._file:
            self._engine.dispose()
            self._prepare()
        return self._engine.connect()

    def _heals(self, error: SQLAlchemyError) -> bool:
        """Whether the file was unreadable; then it lies aside, and there is a new, empty one."""
        text = str(getattr(error, "orig", ""))
        if "not a database" not in text and "malformed" not in text:
            return False
        path = Path(make_url(self.url).database or "")
        lock = Lock(path.with_name(f"{path.name}.lock"))
        while not lock.acquire({}):
            time.sleep(0.05)
        try:
            self._engine.dispose()
            if not is_sound(path):  # nobody else has done it meanwhile
                now = time.time_ns()
                for end in ("", "-journal", "-wal", "-shm"):
                    file = path.with_name(path.name + end)
                    if file.exists():
                        file.replace(file.with_name(f"{file.name}.broken-{now}"))
            self._make_tables()
        finally:
            lock.release()
        return True

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for a few selects.

        Raises:
            StoreError: If the database does not answer.
        """
        try:
            with self._connected() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise self._said(error) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a transaction that is on disk when the block has ended, or else not at all.

        Raises:
            StoreError: If the database does not answer, or the disk is full.
        """
        try:
            with self._my_turn(), self._connected() as connection:
                connection.execution_options(writes=True)
                with connection.begin():
                    yield connection
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise self._said(error) from error

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Let the writers of this process come one after the other, in the order of asking.

        Sixty of them that ask SQLite at once starve each other for longer than BUSY_S.
        """
        if not self._turn.acquire(timeout=BUSY_S):
            busy = StoreError(BUSY.format(n=f"{BUSY_S:g}"))
            busy.busy = True
            raise busy
        try:
            yield
        finally:
            self._turn.release()

    def connect(self) -> Connection:
        """Return a connection of one's own, outside of any transaction; close it.

        Raises:
            StoreError: If the database does not answer.
        """
        try:
            return self._connected().execution_options(isolation_level="AUTOCOMMIT")
        except SQLAlchemyError as error:
            raise self._said(error) from error

    def _said(self, error: SQLAlchemyError) -> StoreError:
        if self._heals(error):
            return StoreError(SET_ASIDE)
        return _plain(error)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def _plain(error: SQLAlchemyError) -> StoreError:
    text = str(getattr(error, "orig", None) or error).splitlines()[0]
    if "full" in text:
        return StoreError(DISK_FULL)
    if "readonly" in text:
        return StoreError(READ_ONLY)
    if "locked" in text:
        said = StoreError(BUSY.format(n=f"{BUSY_S:g}"))
    else:
        said = StoreError(f"the run store does not answer: {text}")
    said.busy = isinstance(error, OperationalError) and "I/O" not in text
    return said
