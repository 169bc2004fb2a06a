"""Whose an experiment is, and how many of them a person may have at a time."""

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from viz_models.language import gettext as _
from viz_models.runs.database import addresses, experiments, runs

MAX_WAITING = 1000  # runs, of everybody
HOSTED_EXPERIMENTS = 2  # of one person: one runs, one waits
HOSTED_RUNS = 40  # of one person: two question cards with five seeds of four arms
HOSTED_ADDRESS = 600  # runs that wait, from one address: ten each for a class of sixty
BUSY = ("starting", "running")


class QuotaError(ValueError):
    """Too much is asked for at a time; one line says what to do."""


class NoSuchRunError(ValueError):
    """The id is nobody's, or somebody else's."""

    def __str__(self) -> str:
        """One line for people."""
        return "no such run: open one from the list of runs"


def check_quota(
    connection: Connection, owner: str, more: int, hosted: bool, but: str = "", address: str = ""
) -> None:
    """Refuse what is too much at a time.

    Args:
        connection: In the transaction that is going to add them.
        owner: Whose runs they are.
        more: Runs that come.
        hosted: Whether each owner has a quota.
        but: An experiment that does not count.
        address: From where they come; "" where that is not known.

    Raises:
        QuotaError: If the owner, or the machine, has too many already.
    """
    waits = sql.select(sql.func.count()).where(runs.c.state == "queued")
    if (connection.scalar(waits) or 0) + more > MAX_WAITING:
        raise QuotaError(
            _("{max_waiting} runs wait already: try again when some have ended").format(
                max_waiting=MAX_WAITING
            )
        )
    if not hosted:
        return
    mine = sql.and_(experiments.c.owner == owner, runs.c.state.in_(("queued", *BUSY)))
    active = sql.select(sql.func.count(experiments.c.id.distinct()), sql.func.count(runs.c.id))
    active = active.join(runs, runs.c.experiment == experiments.c.id)
    found, of_mine = connection.execute(active.where(mine, experiments.c.id != but)).one()
    if found >= HOSTED_EXPERIMENTS:
        raise QuotaError(_("one of yours runs and one waits: wait for one, or cancel it"))
    if of_mine + more > HOSTED_RUNS:
        raise QuotaError(
            _("{of_mine} runs, {hosted_runs} at a time here: choose fewer seeds").format(
                of_mine=of_mine + more, hosted_runs=HOSTED_RUNS
            )
        )
    near = sql.select(sql.func.count()).join(addresses, addresses.c.experiment == runs.c.experiment)
    near = near.select_from(runs).where(runs.c.state == "queued", addresses.c.address == address)
    if address and (connection.scalar(near) or 0) + more > HOSTED_ADDRESS:
        raise QuotaError(
            _(
                "{hosted_address} runs from your network wait already: try again when some have "
                "ended"
            ).format(hosted_address=HOSTED_ADDRESS)
        )


def with_key(connection: Connection, owner: str, key: str) -> str | None:
    """Return the experiment that this click has started already."""
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


def note_address(connection: Connection, experiment: str, address: str) -> None:
    """Keep from where an experiment was started; "" forgets it."""
    connection.execute(sql.delete(addresses).where(addresses.c.experiment == experiment))
    if address:
        row = {"experiment": experiment, "address": address}
        connection.execute(sql.insert(addresses).values(row))
