"""The process that decides which run is next and ends what must end; any app starts it."""

import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from viz_models.language import N_
from viz_models.runs import files, home, limits, presence, processes
from viz_models.runs.engine import Engine, LocalEngine, Outcome
from viz_models.runs.store import Store, StoreError
from viz_models.runs.work_queue import Alive

TICK_S, IDLE_S = 0.05, 0.1
SETTLE_S = 1.0  # whoever asks whether the lock is held holds it for a moment
GRACE_S = 1.5  # from cancel by flag to cancel by force: two seconds in all
BEGIN_S = 5.0  # for a worker that another dispatcher has told to begin
MEMORY_S, DISK_S = 1.0, 2.0  # between two looks
MAX_STARTS = 3  # of a run whose worker dies before it begins
TIDY_S = 60.0  # between two looks at what all runs have left, where strangers share the machine
LINGER_S = 60.0  # after the last run, with no app alive
STOPPED = Outcome("lost", N_("its worker was stopped (SIGSTOP) and did not go on"))


@dataclass(slots=True)
class _Watch:
    """What this process knows of one attempt, by a clock that nobody can set."""

    beat: int
    since: float  # when the beat last changed
    born: float
    asked: float = 0.0  # when cancel was first seen
    memory: float = 0.0  # when last looked at
    disk: float = 0.0
    handle: str = ""  # before the worker has written it down itself
    stopped: bool = False  # by the system, and killed for it
    slots: int = 1  # that it takes: one for each of its workers


@dataclass(slots=True)
class Dispatcher:
    """Starts what is next, and settles what has ended; `step` is called again and again."""

    store: Store
    engine: Engine
    watches: dict[tuple[str, int], _Watch] = field(default_factory=dict)
    starting: int = 0  # runs that no worker has begun yet
    stillborn: Counter[str] = field(default_factory=Counter)  # starts of a run that led nowhere

    def step(self, claims: bool = True) -> int:
        """One round.

        Args:
            claims: Whether new runs may start.

        Returns:
            How many runs are alive now.

        Raises:
            StoreError: If the store does not answer; what is computed goes on.
        """
        now = time.monotonic()  # to kill one may take seconds, in which nobody reads of the others
        rows = self.store.work.alive()
        keys = {(row.run, row.attempt) for row in rows}
        for key in [key for key in self.watches if key not in keys]:
            del self.watches[key]
        alive = self.starting = taken = 0
        for row in rows:
            self.starting += not row.handle
            outcome = self._outcome(row, now)
            if outcome is None:
                alive += 1
                taken += self.watches[row.run, row.attempt].slots
            else:
                self.store.work.end(row.run, row.attempt, *outcome)
        while claims and taken < self.engine.slots() and self.store.work.waiting():
            job = self.store.work.claim()
            if job is None:
                break
            now = time.monotonic()
            watch = _Watch(beat=0, since=now, born=now, slots=job.spec.workers)
            watch.handle = self.engine.start(job)
            self.watches[job.run, job.attempt] = watch
            alive += 1
            taken += watch.slots
        return alive

    def unanswered(self) -> None:
        """Count silence anew: a worker stopped within a commit may hold the store's lock.

        What could not be seen meanwhile is nobody's silence.
        """
        for watch in self.watches.values():
            watch.since = time.monotonic()
            if processes.stopped(watch.handle):
                watch.stopped = True
                self.engine.kill(watch.handle)

    def _outcome(self, row: Alive, now: float) -> Outcome | None:
        """How an attempt has ended, or is ended now; None while it goes on."""
        watch = self._watch(row, now)
        handle = watch.handle
        if not handle:
            late = now - watch.since > BEGIN_S
            return _unbegun(row) if late else None
        if ended := self.engine.poll(handle):
            if row.flag == "cancel":
                return Outcome("cancelled")
            if ended.state in ("failed", "lost") and not row.handle:
                self.stillborn[row.run] += 1
                if self.stillborn[row.run] < MAX_STARTS:
                    return _unbegun(row)
            return STOPPED if watch.stopped else ended
        verdict = self._verdict(row, watch, now)
        if verdict:
            self.engine.kill(handle)
            if row.flag == "cancel":  # whatever else was wrong with it, it ends as it was asked to
                return Outcome("cancelled")
        return verdict

    def _watch(self, row: Alive, now: float) -> _Watch:
        key = row.run, row.attempt
        if key not in self.watches:
            age = max(0.0, time.time() - row.started)
            job = self.store.work.job(*key)
            slots = job.spec.workers if job else 1
            self.watches[key] = _Watch(beat=row.beat, since=now, born=now - age, slots=slots)
        watch = self.watches[key]
        if watch.beat != row.beat:
            watch.beat, watch.since = row.beat, now
        watch.handle = row.handle or watch.handle
        if row.flag == "cancel" and not watch.asked:
            watch.asked = now
        return watch

    def _verdict(self, row: Alive, watch: _Watch, now: float) -> Outcome | None:
        """Why an attempt that computes is to be ended."""
        if watch.asked and (now - watch.asked > GRACE_S or not row.handle):
            return Outcome("cancelled")
        if now - watch.since > limits.lease() / 2 and processes.stopped(watch.handle):
            return STOPPED  # before the leases end of those whom its lock on the store keeps silent
        if now - watch.since > row.lease:
            return Outcome(
                "lost", N_("no sign of life for {n} s: it hung").format(n=round(row.lease))
            )
        most = limits.limits()
        if now - watch.born > most.wall_s:
            return Outcome(
                "timed_out", N_("longer than the limit of {n} s").format(n=f"{most.wall_s:g}")
            )
        if now - watch.memory > MEMORY_S:
            watch.memory = now
            if processes.family_memory(watch.handle) > most.memory:
                said = N_("out of memory: more than the limit of {n} GiB")
                return Outcome("failed", said.format(n=f"{most.memory / limits.GIB:g}"))
        if now - watch.disk > DISK_S:
            watch.disk = now
            if files.size(self.store.folder, row.run) > most.disk:
                said = N_("disk full: more than the limit of {n} GiB")
                return Outcome("failed", said.format(n=f"{most.disk / limits.GIB:g}"))
        return None


def _unbegun(row: Alive) -> Outcome:
    """Return what becomes of a run that no worker began: another attempt, or what people ask."""
    if row.flag:
        return Outcome("paused" if row.flag == "pause" else "cancelled")
    return Outcome("queued")


def main() -> int:
    """Be the machine's dispatcher, unless there is one, until nobody needs it."""
    lock = presence.dispatcher_lock()
    words = {"version": presence.version(), "process": processes.own_name()}
    begin = time.monotonic()
    while not lock.acquire(words):
        if lock.words().get("version", 0) < presence.version():
            presence.wish(presence.version())
        elif time.monotonic() - begin > SETTLE_S:
            return 0
        time.sleep(0.1)
    presence.wish(0)
    store = Store()
    engine = LocalEngine(limits.slots())
    try:
        serve(store, engine)
    finally:
        engine.close()
        lock.release()
    if store.work.waiting() and lock.path.exists():  # it came while this one was leaving
        presence.ensure()
    return 0


def serve(store: Store, engine: Engine) -> None:
    """Dispatch until a newer one asks for its place, or nobody has been there for a minute."""
    dispatcher = Dispatcher(store, engine)
    busy = looked = tidied = time.monotonic()
    drain = False
    linger = limits.number("FORWARD_PASS_LINGER_S", LINGER_S)
    while True:
        alive = round_of(dispatcher, claims=not drain)
        now = time.monotonic()
        if alive:
            busy = now
        if drain and not dispatcher.starting:
            return  # what has begun goes on by itself, and the newer one adopts it
        if now - looked > 1:
            looked = now
            if not home.is_home(store.folder):
                return
            drain = presence.wished() > presence.version()
            if store.hosted and now - tidied > TIDY_S:
                tidied = now
                tidy(store)
            if now - busy > linger:
                engine.rest()
                if not presence.apps() and not store.work.waiting():
                    return
        time.sleep(TICK_S if alive else IDLE_S)


def round_of(dispatcher: Dispatcher, claims: bool = True) -> int:
    """Return how many runs are alive after one round; a store that does not answer ends nothing."""
    try:
        return dispatcher.step(claims)
    except StoreError as error:
        log(error)
        dispatcher.unanswered()
        time.sleep(0.5)
        return 1


def tidy(store: Store) -> None:
    """Remove what the limits of all runs leave no room for; trouble waits for another minute."""
    try:
        forget_oldest(store, limits.all_runs())
    except (StoreError, OSError, ValueError) as error:
        log(error)


def forget_oldest(store: Store, most: int) -> int:
    """Forget the oldest experiments that have ended, until the rest fits.

    Args:
        store: Of a machine that strangers share.
        most: Bytes that the files of all runs may take.

    Returns:
        How many were forgotten.
    """
    total = sum(files.size(store.folder, run) for run in files.runs(store.folder))
    forgotten = 0
    while total > most:
        oldest = store.oldest_ended()
        if oldest is None:
            break
        total -= sum(files.size(store.folder, run.id) for run in oldest.runs)
        store.delete(None, oldest.id)
        forgotten += 1
    return forgotten


def log(error: Exception) -> None:
    """Write a line to the log, where the disk has room for it: the dispatcher goes on without."""
    with suppress(OSError):
        sys.stderr.write(f"dispatcher: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
