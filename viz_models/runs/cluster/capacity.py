"""How many runs compute at a time, as the dispatcher of a shared database says.

Whoever tells people how long they wait is another machine, which knows only its own processors.
"""

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from viz_models.runs import home, limits
from viz_models.runs.database import Database, capacity

ONE = 1  # the id of the only row: there is one dispatcher


def tell(database: Database, slots: int) -> None:
    """Write down how many there are now.

    Raises:
        StoreError: If the database does not answer.
    """
    with database.write() as connection:
        changed = connection.execute(sql.update(capacity).values(slots=slots))
        if not changed.rowcount:
            connection.execute(sql.insert(capacity).values(id=ONE, slots=slots))


def slots(connection: Connection) -> int:
    """Return how many there are.

    This machine's, where it dispatches its runs itself or no dispatcher has been there yet.
    """
    told = connection.scalar(sql.select(capacity.c.slots)) if home.shared() else None
    return max(1, told or limits.slots())
