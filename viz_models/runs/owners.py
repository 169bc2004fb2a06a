"""Whose an experiment is, and how many of them a person may have at a time."""

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from viz_models.runs.database import experiments, runs

MAX_WAITING = 1000  # runs, of everybody
HOSTED_EXPERIMENTS = 2  # of one person: one runs, one waits
BUSY = ("starting", "running")


class QuotaError(ValueError):
    """Too much is asked for at a time; one line says what to do."""


class NoSuchRunError(ValueError):
    """The id is nobody's, or somebody else's."""

    def __str__(self) -> str:
        """One line for people."""
        return "no such run: open one from the list of runs"


def check_quota(connection: Connection, owner: str, more: int, hosted: bool, but: str = "") -> None:
    """Refuse what is too much at a time.

    Args:
        connection: In the transaction that is going to add them.
        owner: Whose runs they are.
        more: Runs that come.
        hosted: Whether each owner has a quota.
        but: An experiment that does not count.

    Raises:
        QuotaError: If the owner, or the machine, has too many already.
    """
    waits = sql.select(sql.func.count()).where(runs.c.state == "queued")
    if (connection.scalar(waits) or 0) + more > MAX_WAITING:
        raise QuotaError(f"{MAX_WAITING} runs wait already: try again when some have ended")
    if not hosted:
        return
    active = (
        sql.select(sql.func.count(experiments.c.id.distinct()))
        .join(runs, runs.c.experiment == experiments.c.id)
        .where(experiments.c.owner == owner, runs.c.state.in_(("queued", *BUSY)))
        .where(experiments.c.id != but)
    )
    if (connection.scalar(active) or 0) >= HOSTED_EXPERIMENTS:
        raise QuotaError("one of yours runs and one waits: wait for one, or cancel it")


def with_key(connection: Connection, owner: str, key: str) -> str | None:
    """The experiment that this click has started already."""
    same = sql.select(experiments.c.id).where(
        experiments.c.owner == owner, experiments.c.key == key
    )
    return connection.scalar(same)


def owner_of(connection: Connection, id: str) -> tuple[str, str]:
    """(owner, experiment) of an experiment's or a run's id.

    Raises:
        NoSuchRunError: If there is none.
    """
    query = (
        sql.select(experiments.c.owner, experiments.c.id)
        .join(runs, runs.c.experiment == experiments.c.id)
        .where(sql.or_(experiments.c.id == id, runs.c.id == id))
    )
    row = connection.execute(query.limit(1)).first()
    if row is None:
        raise NoSuchRunError
    return row.owner, row.id
