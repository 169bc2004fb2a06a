"""The lock of the one dispatcher of a database, wherever it runs."""

import sqlalchemy as sql
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from viz_models.runs.database import Database

DISPATCHER = 4_712  # of PostgreSQL's advisory locks


class DatabaseLock:
    """PostgreSQL's advisory lock: the server lets go of it when the connection of its holder ends.

    Only its holder's connection knows of it, so nobody can take it away, and a holder that lost
    its connection has lost the lock, too.
    """

    def __init__(self, database: Database) -> None:
        """Name it; `acquire` takes it.

        Args:
            database: A PostgreSQL database.
        """
        self._database = database
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        """Take it unless another dispatcher has it; never waits.

        Raises:
            StoreError: If the database does not answer.
        """
        self.release()
        connection = self._database.connect()
        if connection.scalar(sql.select(sql.func.pg_try_advisory_lock(DISPATCHER))):
            self._connection = connection
            return True
        connection.close()
        return False

    def kept(self) -> bool:
        """Whether this process still has it."""
        if self._connection is None:
            return False
        try:
            self._connection.scalar(sql.select(1))
        except SQLAlchemyError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Let go of it; harmless where it is not held."""
        if self._connection is not None:
            self._connection.invalidate()  # the connection ends, and the lock with it
            self._connection.close()
            self._connection = None
