"""The run store, as people use it: start, look, cancel, rename, delete."""

import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from viz_models.language import gettext as _
from viz_models.records.train.experiments import ExperimentSpec, Moment
from viz_models.records.train.runs import ENDED, Experiment, Points, Run
from viz_models.runs import files, home, owners, points, reading
from viz_models.runs.database import Database, StoreError, experiments, runs
from viz_models.runs.database import points as chunks
from viz_models.runs.owners import BUSY, NoSuchRunError, QuotaError
from viz_models.runs.work_queue import WorkQueue

MAX_RUNS = 200  # of one experiment
RESUMABLE = ("paused", "failed", "cancelled", "timed_out", "lost")

__all__ = ["NoSuchRunError", "QuotaError", "Store", "StoreError"]


class Store:
    """Experiments, their runs and what these told.

    Safe to use from many threads and processes at once. An `owner` of None is whoever runs the
    machine and may do everything. Every method raises StoreError if the database does not answer.
    """

    def __init__(
        self, url: str = "", folder: Path | None = None, hosted: bool | None = None
    ) -> None:
        """Open it.

        Args:
            url: Of the database; the machine's own where empty.
            folder: Of checkpoints and moments, one subfolder a run; the machine's own where None.
            hosted: Whether each owner has a quota; as the environment says where None.
        """
        self.database = Database(url or home.database_url())
        self.folder = folder or home.runs_folder()
        self.hosted = home.hosted() if hosted is None else hosted
        self.work = WorkQueue(self.database, self.hosted)  # what the dispatcher and workers use

    def submit(
        self,
        owner: str,
        spec: ExperimentSpec,
        key: str,
        estimates: Sequence[float] = (),
        address: str = "",
    ) -> Experiment:
        """Put all runs of an experiment into the queue, once.

        Args:
            owner: Whose it is.
            spec: What is asked for.
            key: Made up for each click; the same key again gives the same experiment.
            estimates: Seconds that a run of each arm may take, where known.
            address: From where it is asked for; "" counts no addresses.

        Raises:
            QuotaError: If that is more than the owner or the machine may have at a time.
            ValueError: If there is nothing to run.
        """
        asked = list(spec.runs())
        if not 1 <= len(asked) <= MAX_RUNS:
            said = _("{asked} runs: choose arms and seeds for 1 to {most} runs")
            raise ValueError(said.format(asked=len(asked), most=MAX_RUNS))
        new, now = uuid.uuid4().hex, time.time()
        try:
            with self.database.write() as connection:
                if same := owners.with_key(connection, owner, key):
                    return self._experiment(connection, same)
                owners.check_quota(connection, owner, len(asked), self.hosted, address=address)
                owners.note_address(connection, new, address)
                connection.execute(
                    sql.insert(experiments).values(
                        id=new,
                        owner=owner,
                        key=key,
                        name=reading.cleaned(spec.name) or reading.made_up(spec),
                        spec=reading.spec_text(spec),
                        created=now,
                    )
                )
                queued = [
                    _queued(new, place, arm, run.seed, estimates, now)
                    for place, (arm, run) in enumerate(asked)
                ]
                connection.execute(sql.insert(runs), queued)
        except IntegrityError:  # the same click arrived twice at the same moment
            pass
        with self.database.read() as connection:
            return self._experiment(connection, owners.with_key(connection, owner, key) or new)

    def experiment(self, id: str) -> Experiment:
        """One experiment with all its runs.

        Raises:
            NoSuchRunError: If there is none.
        """
        with self.database.read() as connection:
            return self._experiment(connection, id)

    def experiments(self, owner: str | None, limit: int = 200) -> tuple[Experiment, ...]:
        """Return the latest, of one owner or of all; one that cannot be read is listed as such."""
        with self.database.read() as connection:
            found = sql.select(experiments).order_by(experiments.c.created.desc()).limit(limit)
            if owner is not None:
                found = found.where(experiments.c.owner == owner)
            heads = connection.execute(found).all()
            return reading.whole(connection, heads, self.hosted)

    def run(self, id: str) -> Run:
        """One run.

        Raises:
            NoSuchRunError: If there is none.
        """
        with self.database.read() as connection:
            query = sql.select(runs.c.experiment).where(runs.c.id == id)
            whole = self._experiment(connection, connection.scalar(query) or "")
        return next(run for run in whole.runs if run.id == id)

    def points(self, run: str, after: int = 0) -> Points:
        """Return what a run told after `after`, in the order of its steps.

        Nothing for an unknown run.

        Args:
            run: Its id.
            after: 0, or what the last answer's `after` said.
        """
        with self.database.read() as connection:
            query = sql.select(chunks.c.chunk, chunks.c.steps).where(
                chunks.c.run == run, chunks.c.chunk > after
            )
            rows = connection.execute(query.order_by(chunks.c.chunk)).all()
        steps = tuple(step for row in rows for step in points.from_text(row.steps))
        return Points(after=rows[-1].chunk if rows else after, steps=steps)

    def moments(self, run: str) -> tuple[Moment, ...]:
        """Return the looks inside a run, the first first.

        Those that cannot be read are left out.
        """
        return files.moments(self.folder, run)

    def cancel(self, owner: str | None, id: str) -> None:
        """End an experiment, or one run; what runs ends itself, or is ended after two seconds.

        Raises:
            NoSuchRunError: If it is not the owner's.
        """
        now = time.time()
        with self.database.write() as connection:
            mine = self._mine(connection, owner, id)
            idle = runs.c.state.in_(("queued", "paused"))
            connection.execute(mine.where(idle).values(state="cancelled", ended=now, flag=""))
            connection.execute(mine.where(runs.c.state.in_(BUSY)).values(flag="cancel"))

    def stop(self, owner: str | None, id: str) -> None:
        """End runs early but well: finished, with what they learned so far."""
        with self.database.write() as connection:
            mine = self._mine(connection, owner, id)
            idle = runs.c.state.in_(("queued", "paused"))
            ended = {"state": "cancelled", "ended": time.time(), "flag": ""}
            connection.execute(mine.where(idle).values(ended))
            asked = mine.where(runs.c.state.in_(BUSY), runs.c.flag != "cancel")
            connection.execute(asked.values(flag="stop"))

    def pause(self, owner: str | None, id: str) -> None:
        """Let what runs keep a checkpoint and give its place to others."""
        with self.database.write() as connection:
            mine = self._mine(connection, owner, id)
            connection.execute(mine.where(runs.c.state == "queued").values(state="paused"))
            asked = mine.where(runs.c.state.in_(BUSY), runs.c.flag == "")
            connection.execute(asked.values(flag="pause"))

    def resume(self, owner: str | None, id: str) -> None:
        """Go on from the last checkpoints: all that was paused, cancelled, lost or failed.

        Raises:
            NoSuchRunError: If it is not the owner's.
            QuotaError: If the owner has too much in the queue already.
        """
        with self.database.write() as connection:
            mine = self._mine(connection, owner, id)
            connection.execute(
                mine.where(runs.c.state.in_(BUSY), runs.c.flag == "pause").values(flag="")
            )
            whose, which = owners.owner_of(connection, id)
            owners.check_quota(connection, whose, 0, self.hosted, but=which)
            again = mine.where(runs.c.state.in_(RESUMABLE))
            connection.execute(
                again.values(state="queued", reason="", flag="", ended=None, queued=time.time())
            )

    def rename(self, owner: str | None, id: str, name: str) -> None:
        """Give an experiment another name, cleaned and cut to 80 characters.

        Raises:
            NoSuchRunError: If it is not the owner's.
            ValueError: If nothing of the name is left.
        """
        clean = reading.cleaned(name)
        if not clean:
            raise ValueError(_("the name is empty: type one"))
        with self.database.write() as connection:
            self._mine(connection, owner, id)
            _rest, which = owners.owner_of(connection, id)
            renamed = sql.update(experiments).where(experiments.c.id == which)
            connection.execute(renamed.values(name=clean))

    def delete(self, owner: str | None, id: str) -> None:
        """Forget an experiment, its curves and its files.

        Raises:
            NoSuchRunError: If it is not the owner's.
            ValueError: If something of it still runs or waits.
        """
        with self.database.write() as connection:
            self._mine(connection, owner, id)
            _rest, which = owners.owner_of(connection, id)
            query = sql.select(runs.c.id, runs.c.state).where(runs.c.experiment == which)
            rows = connection.execute(query).all()
            if any(row.state not in (*ENDED, "paused") for row in rows):
                raise ValueError(_("it still runs: cancel it, then delete it"))
            ids = [row.id for row in rows]
            connection.execute(sql.delete(chunks).where(chunks.c.run.in_(ids)))
            connection.execute(sql.delete(runs).where(runs.c.experiment == which))
            owners.note_address(connection, which, "")
            connection.execute(sql.delete(experiments).where(experiments.c.id == which))
        for run in ids:
            files.forget(self.folder, run)

    def oldest_ended(self) -> Experiment | None:
        """Return the first that was started, of those of which nothing runs or waits."""
        moving = sql.select(runs.c.experiment).where(runs.c.state.not_in(ENDED))
        query = sql.select(experiments.c.id).where(experiments.c.id.not_in(moving))
        with self.database.read() as connection:
            id = connection.scalar(query.order_by(experiments.c.created).limit(1))
            return None if id is None else self._experiment(connection, id)

    def check_owner(self, owner: str | None, id: str) -> None:
        """Nothing, if an experiment or a run is the owner's.

        Raises:
            NoSuchRunError: If it is not.
        """
        with self.database.read() as connection:
            self._mine(connection, owner, id)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def _experiment(self, connection: Connection, id: str) -> Experiment:
        head = connection.execute(sql.select(experiments).where(experiments.c.id == id)).all()
        if not head:
            raise NoSuchRunError
        return reading.whole(connection, head, self.hosted)[0]

    def _mine(self, connection: Connection, owner: str | None, id: str) -> Any:  # noqa: ANN401
        """Return an update of the runs that `id` names, if they are the owner's."""
        whose, _rest = owners.owner_of(connection, id)
        if owner is not None and owner != whose:
            raise NoSuchRunError
        return sql.update(runs).where(sql.or_(runs.c.experiment == id, runs.c.id == id))


def _queued(
    experiment: str, place: int, arm: int, seed: int, estimates: Sequence[float], now: float
) -> dict[str, object]:
    """Return the row of a run that waits for a worker."""
    return {
        "id": uuid.uuid4().hex,
        "experiment": experiment,
        "place": place,
        "arm": arm,
        "seed": seed,
        "state": "queued",
        "estimate": estimates[arm] if arm < len(estimates) else 0.0,
        "created": now,
        "queued": now,
    }
