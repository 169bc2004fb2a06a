"""The door for pages and commands: the machine's own run store, with a dispatcher behind it."""

import threading
from collections import Counter
from functools import cache

from viz_models.language import gettext as _
from viz_models.records.train.experiments import ExperimentSpec
from viz_models.records.train.runs import Experiment
from viz_models.records.train.sweep import SweepPrice
from viz_models.runs import export, home, limits, owners, presence
from viz_models.runs.classroom import votes as ballots
from viz_models.runs.cluster import capacity
from viz_models.runs.store import NoSuchRunError, QuotaError, Store, StoreError
from viz_models.training import gpus

__all__ = ["NoSuchRunError", "QuotaError", "StoreError"]
_opening = threading.Lock()
_PATIENCE_S = 10.0  # as long as a database that does not answer is waited for


@cache
def _opened(url: str, folder: str, hosted: bool) -> Store:
    return Store()


def store() -> Store:
    """Return the machine's run store; one a process for all threads, also when they come at once.

    Raises:
        StoreError: If its database does not answer.
    """
    alone = _opening.acquire(timeout=_PATIENCE_S)
    try:
        return _opened(home.database_url(), str(home.home()), home.hosted())
    finally:
        if alone:
            _opening.release()


def ready() -> None:
    """See to it that a dispatcher is there, with a worker that is warm; costs a millisecond."""
    presence.ensure()


def trouble() -> str:
    """Return why nothing can be kept just now, in words; "" where all is well."""
    return home.trouble()


def was_set_aside() -> bool:
    """Whether a list of runs that could not be read lies in the data folder."""
    try:
        return any(home.home().glob(f"{home.DATABASE_FILE}.broken-*"))
    except OSError:
        return False


def ping() -> None:
    """Raise a StoreError, or another OSError, if the store does not answer."""
    store().work.waiting()


def counts() -> Counter[str]:
    """How many runs are in each state that has not ended; nothing where the store is silent."""
    try:
        return store().work.states()
    except OSError:
        return Counter()


def devices() -> list[str]:
    """Return the GPUs that runs may use."""
    return list(gpus.devices())


def start(owner: str, spec: ExperimentSpec, key: str, address: str = "") -> Experiment:
    """Price an experiment and put it into the queue.

    Args:
        owner: Whose it is.
        spec: What is asked for.
        key: Made up for each click; the same key again gives the same experiment.
        address: From where it is asked for, where strangers share the machine.

    Raises:
        ValueError: If it is refused; the line says the limit and the nearest value.
        StoreError: If it could not be kept.
    """
    if line := trouble():
        raise StoreError(line)
    ready()  # a worker warms while this process imports torch
    from viz_models.training.loop.price import price

    estimates = [price(arm.run, home.hosted()).seconds for arm in spec.arms]
    return store().submit(owner, spec, key, estimates, address)


def experiment(id: str) -> Experiment:
    """One experiment with all its runs.

    Raises:
        NoSuchRunError: If there is none.
    """
    found = store().experiment(id)
    if any(run.state in ("queued", "starting", "running") for run in found.runs):
        ready()  # whoever watches also sees to it that a dead run is shown dead
    return found


def resume(owner: str | None, id: str) -> None:
    """Go on from the last checkpoints with all that was paused, cancelled, lost or failed."""
    store().resume(owner, id)
    ready()


def take(owner: str | None, id: str, kind: export.Kind) -> export.Taken:
    """Return a file about an experiment or a run; `kind` says which.

    Raises:
        NoSuchRunError: If it is not the owner's.
        ValueError: If it has no such file.
    """
    store().check_owner(owner, id)
    return export.take(store(), id, kind)


def vote(question: str, voter: str, choice: str, address: str = "") -> bool:
    """Count a prediction, once a voter; "" for whoever only looks. Whether it counts."""
    return ballots.cast(store().database, question, voter, choice, address)


def vote_of(question: str, voter: str) -> str | None:
    """Return what somebody predicted in the last two hours.

    "" for having looked, None for nothing.
    """
    return ballots.of(store().database, question, voter)


def votes(question: str) -> Counter[str]:
    """How many predicted each choice in the last two hours."""
    return ballots.count(store().database, question)


def price_of_sweep(spec: ExperimentSpec) -> SweepPrice:
    """Return how many runs a sweep has, and how long they take on all slots that there are.

    Raises:
        ValueError: If a run is too much, or there are too many; the line says what fits.
        StoreError: If the database does not answer.
    """
    from viz_models.models.threads import one_thread
    from viz_models.training.loop.price import price as of_run

    runs = len(spec.arms) * len(spec.seeds)
    if home.hosted() and runs > owners.HOSTED_RUNS:
        raise ValueError(
            _("{runs} runs, {hosted_runs} at a time here: choose fewer values or seeds").format(
                runs=runs, hosted_runs=owners.HOSTED_RUNS
            )
        )
    slots = min(_slots(), runs)
    with one_thread():  # as many as a run has; with two on a busy machine it said 32 minutes for 1
        each = [of_run(arm.run, home.hosted()).seconds for arm in spec.arms]
    seconds = sum(each) * len(spec.seeds)
    return SweepPrice(runs=runs, slots=slots, seconds=seconds / slots)


def _slots() -> int:
    """Return how many runs compute at a time; one's own machine needs no store to know."""
    if not home.shared():
        return limits.slots()
    with store().database.read() as connection:
        return capacity.slots(connection)
