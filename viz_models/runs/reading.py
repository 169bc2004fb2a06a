"""Rows of the run store as records; who is next; names that people give."""

import json
import unicodedata
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heapreplace
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Row

from viz_models.language import N_
from viz_models.records.train.experiments import ExperimentSpec, RunSpec
from viz_models.records.train.runs import Experiment, Run
from viz_models.runs.cluster import capacity
from viz_models.runs.database import experiments, runs

LONGEST_NAME = 80
UNREADABLE = N_("its record cannot be read: delete it")
TYPICAL_S = 10.0  # of a run, as long as nothing is known
LATER = 1e12  # seconds since 1970, of turns that are yet to come
_KEPT = 512
_specs: OrderedDict[str, ExperimentSpec | None] = OrderedDict()  # by the experiment's id


def spec_text(spec: ExperimentSpec) -> str:
    """Return a spec as JSON."""
    from viz_models.training import specs

    return json.dumps(specs.to_json(spec))


def whole(
    connection: Connection, heads: Sequence[Row[Any]], hosted: bool
) -> tuple[Experiment, ...]:
    """Experiments with their runs; one whose spec is unreadable has runs that say so."""
    ids = [head.id for head in heads]
    query = sql.select(runs).where(runs.c.experiment.in_(ids)).order_by(runs.c.place)
    rows: dict[str, list[Row[Any]]] = {id: [] for id in ids}
    for row in connection.execute(query):
        rows[row.experiment].append(row)
    waits = any(row.state == "queued" for found in rows.values() for row in found)
    queue = _waiting(connection, hosted) if waits else {}
    return tuple(_experiment(head, rows[head.id], queue) for head in heads)


def fair_order(
    waiting: Iterable[Row[Any]],
    running: Iterable[Row[Any]],
    served: Mapping[str, float],
    hosted: bool,
) -> list[Row[Any]]:
    """Who is next: the owner with the fewest running, then whose turn was longest ago.

    Of those who never had one, or of one owner, who waits longest. On one slot nobody runs
    when it is free: by the waiting alone, a sweep would keep all others until its end.

    Args:
        waiting: Rows with id, owner, experiment, queued and place.
        running: Rows with owner and experiment.
        served: When a run of each owner began last.
        hosted: One experiment of each owner at a time; the rest comes last.
    """
    ahead = list(running)
    share = Counter(row.owner for row in ahead)
    left = sorted(waiting, key=lambda row: (row.queued, row.experiment, row.place))
    current: dict[str, str] = {row.owner: row.experiment for row in ahead}
    for row in left:
        current.setdefault(row.owner, row.experiment)
    order: list[Row[Any]] = []
    turns: dict[str, float] = {**served}
    for wanted in (True, False) if hosted else (None,):
        lines: dict[str, deque[int]] = {}  # of each owner: places in `left`
        for i, row in enumerate(left):
            if wanted in (None, current[row.owner] == row.experiment):
                lines.setdefault(row.owner, deque()).append(i)
        heads = [(share[o], turns.get(o, 0.0), line[0], o) for o, line in lines.items()]
        heapify(heads)
        while heads:
            running_now, _, i, owner = heads[0]
            order.append(left[i])
            share[owner] = running_now + 1
            turns[owner] = LATER + len(order)
            lines[owner].popleft()
            if lines[owner]:
                heapreplace(heads, (share[owner], turns[owner], lines[owner][0], owner))
            else:
                heappop(heads)
    return order


def queue(
    connection: Connection,
) -> tuple[list[Row[Any]], list[Row[Any]], dict[str, float]]:
    """Return (waiting, running): runs with their owners; and when each owner had a turn last."""
    query = sql.select(runs, experiments.c.owner).join(
        experiments, experiments.c.id == runs.c.experiment
    )
    rows = connection.execute(query.where(runs.c.state.in_(("queued", "starting", "running"))))
    waiting: list[Row[Any]] = []
    running: list[Row[Any]] = []
    for row in rows:
        (waiting if row.state == "queued" else running).append(row)
    if len({row.owner for row in waiting}) < 2:
        return waiting, running, {}
    last = (
        sql.select(experiments.c.owner, sql.func.max(runs.c.started))
        .join(experiments, experiments.c.id == runs.c.experiment)
        .group_by(experiments.c.owner)
    )
    served = {owner: when for owner, when in connection.execute(last) if when is not None}
    return waiting, running, served


def cleaned(name: str) -> str:
    """Return a name in one line of at most 80 printable characters."""
    spaced = "".join(" " if c.isspace() else c for c in name[: 100 * LONGEST_NAME])
    shown = (c for c in spaced if unicodedata.category(c)[0] != "C")
    return " ".join("".join(shown).split())[:LONGEST_NAME].strip()


def made_up(spec: ExperimentSpec) -> str:
    """Return what an experiment is called whose maker gave it no name."""
    labels = [arm.label for arm in spec.arms if arm.label]
    return cleaned(" vs ".join(labels)) or spec.arms[0].run.data.name


def _waiting(connection: Connection, hosted: bool) -> Mapping[str, tuple[int, float]]:
    """(place, seconds) of every run that waits, by its id."""
    waiting, running, served = queue(connection)
    left = sum(_estimate(row) * (1 - row.share) for row in running)
    slots = capacity.slots(connection)
    found: dict[str, tuple[int, float]] = {}
    for place, row in enumerate(fair_order(waiting, running, served, hosted), 1):
        found[row.id] = (place, left / slots)
        left += _estimate(row)
    return found


def _estimate(row: Row[Any]) -> float:
    return row.estimate or TYPICAL_S


def _experiment(
    head: Row[Any], rows: Iterable[Row[Any]], queue: Mapping[str, tuple[int, float]]
) -> Experiment:
    spec = _spec(head)
    return Experiment(
        id=head.id,
        owner=head.owner,
        name=head.name,
        spec=spec or ExperimentSpec(name=head.name),
        created=head.created,
        runs=tuple(_run(row, spec, *queue.get(row.id, (0, None))) for row in rows),
    )


def _run(row: Row[Any], spec: ExperimentSpec | None, place: int, wait_s: float | None) -> Run:
    readable = spec is not None and 0 <= row.arm < len(spec.arms)
    asked = spec.arms[row.arm].run if spec and readable else RunSpec()
    return Run(
        id=row.id,
        experiment=row.experiment,
        arm=row.arm if readable else 0,
        spec=replace(asked, seed=row.seed),
        state=row.state if readable else "failed",
        reason=row.reason if readable else UNREADABLE,
        attempt=row.attempt,
        step=row.step,
        share=row.share,
        accuracy=row.accuracy,
        device=row.device,
        created=row.created,
        started=row.started,
        ended=row.ended,
        place=place,
        wait_s=wait_s,
    )


def spec_of(connection: Connection, row: Row[Any]) -> RunSpec | None:
    """Return what one run is asked for; None where that cannot be read."""
    head = connection.execute(
        sql.select(experiments).where(experiments.c.id == row.experiment)
    ).one()
    spec = _spec(head)
    if spec is None or not 0 <= row.arm < len(spec.arms):
        return None
    return replace(spec.arms[row.arm].run, seed=row.seed)


def _spec(head: Row[Any]) -> ExperimentSpec | None:
    """Return the spec of an experiment, read once; None where it cannot be read."""
    if head.id not in _specs:
        from viz_models.training import specs

        try:
            found = specs.from_json(json.loads(head.spec))
        except (ValueError, TypeError, KeyError, RecursionError):
            found = None
        _specs[head.id] = found if isinstance(found, ExperimentSpec) else None
        while len(_specs) > _KEPT:
            _specs.popitem(last=False)
    return _specs.get(head.id)
