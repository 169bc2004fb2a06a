"""The queue of runs, as the dispatcher and the workers use it."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sql

from viz_models.records.train.experiments import RunSpec, StepRecord
from viz_models.records.train.runs import StoredState
from viz_models.runs import points, reading
from viz_models.runs.database import Database, runs
from viz_models.runs.database import points as chunks
from viz_models.runs.owners import BUSY

Flag = Literal["", "cancel", "pause", "stop"]
START_LEASE_S = 120.0  # for data to arrive and a network to be built


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One attempt at one run, and what the store says of it."""

    run: str
    attempt: int
    spec: RunSpec
    step: int  # stored already; their records are not written again


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """A run that should be running."""

    run: str
    attempt: int
    state: StoredState
    handle: str  # the engine's; empty before it was started
    flag: Flag
    beat: int  # grows with each sign of life
    lease: float  # seconds in which it must grow
    started: float


class WorkQueue:
    """What only the process that computes a run may write, by attempt: an old one is refused."""

    def __init__(self, database: Database, hosted: bool) -> None:
        """Work on the runs of a database.

        Args:
            database: The one that the run store has.
            hosted: Whether each owner has one experiment at a time.
        """
        self.database, self.hosted = database, hosted

    def claim(self) -> Job | None:
        """Take the run that is next: queued becomes starting, in a new attempt."""
        with self.database.write() as connection:
            for row in reading.fair_order(*reading.queue(connection), self.hosted):
                if job := self._claimed(connection, row):
                    return job
        return None

    def _claimed(self, connection: sql.Connection, row: sql.Row[Any]) -> Job | None:
        spec = reading.spec_of(connection, row)
        taken = sql.update(runs).where(runs.c.id == row.id, runs.c.state == "queued")
        attempt = row.attempt + 1
        if spec is None:
            connection.execute(taken.values(state="failed", reason=reading.UNREADABLE))
            return None
        connection.execute(
            taken.values(
                state="starting",
                attempt=attempt,
                beat=runs.c.beat + 1,
                lease=START_LEASE_S,
                handle="",
                flag="",
                reason="",
                started=time.time(),
            )
        )
        return Job(run=row.id, attempt=attempt, spec=spec, step=row.step)

    def job(self, run: str, attempt: int) -> Job | None:
        """Return what a claimed attempt is asked for; None if it is not to be computed any more."""
        mine = sql.select(runs).where(
            runs.c.id == run, runs.c.attempt == attempt, runs.c.state.in_(BUSY)
        )
        with self.database.read() as connection:
            row = connection.execute(mine).first()
            spec = reading.spec_of(connection, row) if row else None
        if row is None or spec is None:
            return None
        return Job(run=run, attempt=attempt, spec=spec, step=row.step)

    def begin(self, run: str, attempt: int, handle: str, device: str = "") -> bool:
        """Say who computes an attempt, and on what; False: it is not to be computed any more."""
        return self._update(run, attempt, ("starting",), handle=handle, device=device)

    def push(
        self,
        run: str,
        attempt: int,
        records: Sequence[StepRecord],
        share: float = 0.0,
        lease: float = START_LEASE_S,
    ) -> Flag | None:
        """Keep what a run told, and its lease; when this returns, no crash can lose it.

        Args:
            run: Its id.
            attempt: Of the worker that writes.
            records: In the order of their steps; none: a sign of life.
            share: Of the budget, 0..1.
            lease: Seconds until the next sign of life at the latest.

        Returns:
            What people ask of the run; None if it is no longer this attempt's: stop, write no more.
        """
        mine = sql.update(runs).where(
            runs.c.id == run, runs.c.attempt == attempt, runs.c.state.in_(BUSY)
        )
        values: dict[str, Any] = {"beat": runs.c.beat + 1, "lease": lease}
        if records:
            values |= {"state": "running", "share": share}
            values |= {"step": records[-1].step, "chunk": runs.c.chunk + 1}
            tested = [r.evaluation.accuracy for r in records if r.evaluation]
            values |= {"accuracy": tested[-1]} if tested else {}
        with self.database.write() as connection:
            found = connection.execute(
                mine.values(values).returning(runs.c.chunk, runs.c.flag)
            ).first()
            if found is None:
                return None
            if records:
                text = points.to_text(list(records))
                connection.execute(
                    sql.insert(chunks).values(run=run, chunk=found.chunk, steps=text)
                )
            flag: Flag = found.flag
        return flag

    def flag(self, run: str, attempt: int) -> Flag | None:
        """Return what people ask of a run; None if it is no longer this attempt's."""
        query = sql.select(runs.c.flag).where(
            runs.c.id == run, runs.c.attempt == attempt, runs.c.state.in_(BUSY)
        )
        with self.database.read() as connection:
            found: Flag | None = connection.scalar(query)
        return found

    def end(self, run: str, attempt: int, state: StoredState, reason: str = "") -> bool:
        """Turn starting or running into `state`; False if it was not, or is another attempt's."""
        ended: dict[str, Any] = {"state": state, "reason": reason, "flag": ""}
        if state == "queued":
            ended["handle"] = ""
        elif state != "paused":
            ended["ended"] = time.time()
        if state == "finished" and not reason:
            ended["share"] = 1.0
        return self._update(run, attempt, BUSY, **ended)

    def alive(self) -> list[Alive]:
        """All that is starting or running."""
        query = sql.select(runs).where(runs.c.state.in_(BUSY))
        with self.database.read() as connection:
            return [
                Alive(
                    run=row.id,
                    attempt=row.attempt,
                    state=row.state,
                    handle=row.handle,
                    flag=row.flag,
                    beat=row.beat,
                    lease=row.lease,
                    started=row.started or 0.0,
                )
                for row in connection.execute(query)
            ]

    def waiting(self) -> int:
        """How many runs are queued."""
        query = sql.select(sql.func.count()).where(runs.c.state == "queued")
        with self.database.read() as connection:
            return connection.scalar(query) or 0

    def states(self) -> Counter[str]:
        """How many runs are in each state that has not ended."""
        chosen = runs.c.state.in_((*BUSY, "queued"))
        query = (
            sql.select(runs.c.state, sql.func.count().label("count"))
            .where(chosen)
            .group_by(runs.c.state)
        )
        with self.database.read() as connection:
            return Counter({row.state: row.count for row in connection.execute(query)})

    def _update(
        self,
        run: str,
        attempt: int,
        states: tuple[str, ...],
        **values: Any,  # noqa: ANN401 (of the row)
    ) -> bool:
        """Compare and set: only this attempt, only from these states."""
        mine = sql.update(runs).where(
            runs.c.id == run, runs.c.attempt == attempt, runs.c.state.in_(states)
        )
        with self.database.write() as connection:
            return bool(connection.execute(mine.values(beat=runs.c.beat + 1, **values)).rowcount)
