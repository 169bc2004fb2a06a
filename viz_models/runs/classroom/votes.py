"""What all who look predict: one vote a browser and question, for as long as a lesson lasts.

The votes of a class lie in the same table; `classroom/polls.py` says when they count.
"""

import time
from collections import Counter

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from viz_models.runs.database import Database, votes

LESSON_S = 7200.0
KEPT_S = 24 * 3600.0  # then a vote is removed
EACH_ADDRESS = 120  # votes on one question: a class of sixty behind one address, and as many again
_LONGEST = 80  # characters of a question or a choice


def cast(database: Database, question: str, voter: str, choice: str, address: str = "") -> bool:
    """Count a vote; of one voter the first counts, as after it they have seen the answer.

    Args:
        database: Where votes are.
        question: Which one, 80 characters at most.
        voter: Who votes.
        choice: For what; "" for somebody who only looks at the answer.
        address: From where; "" counts no addresses.

    Returns:
        Whether it counts: not the second of a voter, nor one too many of an address.
    """
    if max(len(question), len(choice)) > _LONGEST:
        return False
    with database.write() as connection:
        earlier = sql.select(votes.c.cast).where(
            votes.c.question == question, votes.c.voter == voter
        )
        if (connection.scalar(earlier) or 0.0) >= time.time() - LESSON_S:
            return False
        forget(connection, question, voter)
        return put(connection, question, voter, choice, address)


def put(connection: Connection, question: str, voter: str, choice: str, address: str) -> bool:
    """Add the vote of somebody who has none, unless their address has had its share."""
    now = time.time()
    connection.execute(sql.delete(votes).where(votes.c.cast < now - KEPT_S))
    near = sql.select(sql.func.count()).where(_now(question), votes.c.address == address)
    if address and (connection.scalar(near) or 0) >= EACH_ADDRESS:
        return False
    row = {"question": question, "voter": voter, "choice": choice, "address": address, "cast": now}
    connection.execute(sql.insert(votes).values(row))
    return True


def forget(connection: Connection, question: str, voter: str) -> None:
    """Take somebody's vote back."""
    mine = sql.and_(votes.c.question == question, votes.c.voter == voter)
    connection.execute(sql.delete(votes).where(mine))


def of(database: Database, question: str, voter: str) -> str | None:
    """Return what somebody voted for in this lesson; "" for having looked, None for nothing."""
    mine = sql.select(votes.c.choice).where(_now(question), votes.c.voter == voter)
    with database.read() as connection:
        found: str | None = connection.scalar(mine)
        return found


def count(database: Database, question: str) -> Counter[str]:
    """Return how many voted for each choice in this lesson."""
    each = sql.select(votes.c.choice, sql.func.count()).where(_now(question), votes.c.choice != "")
    with database.read() as connection:
        rows = connection.execute(each.group_by(votes.c.choice)).all()
        return Counter({row[0]: row[1] for row in rows})


def _now(question: str) -> sql.ColumnElement[bool]:
    return sql.and_(votes.c.question == question, votes.c.cast >= time.time() - LESSON_S)
