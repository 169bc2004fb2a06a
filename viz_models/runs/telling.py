"""What a run tells goes into the store beside the training, not between two of its steps."""

import threading
import time

from viz_models.language import gettext as _
from viz_models.records.train.experiments import StepRecord
from viz_models.runs import files, limits
from viz_models.runs.store import Store, StoreError
from viz_models.runs.work_queue import START_LEASE_S, Flag, Job

CHUNK_S = 0.25  # from one chunk to the next; every ten records would take 2 % of a fast run
PATIENCE_S = 20.0  # with a store that does not answer
LEASE_GAPS = 40  # a run that takes no step for so many times its longest one so far hangs
MAX_LEASE_S = 600.0


class LostError(RuntimeError):
    """The run is no longer this worker's; it writes no more."""


class Teller:
    """Writes records in chunks from a thread of its own."""

    def __init__(self, store: Store, job: Job) -> None:
        """Begin to wait for records.

        Args:
            store: Where they go.
            job: Whose they are; what is stored of it already is not written again.
        """
        self.flag: Flag = ""  # what people ask of the run
        self._store, self._job = store, job
        self._new: list[StepRecord] = []
        self._share = 0.0
        self._begun = self._hurry = self._writing = False
        self._alive = self._long = False  # since the last push; busy with what is no step
        self._closed = False
        self._trouble: Exception | None = None
        self._least = limits.lease()
        self._lease = self._least
        self._last = time.monotonic()
        self._turn = threading.Condition()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def tell(self, record: StepRecord, share: float) -> None:
        """Take one record; returns at once.

        Args:
            record: Of the step just taken.
            share: Of the budget spent, 0..1.

        Raises:
            StoreError: If what was told before could not be stored.
            LostError: If the run is another attempt's now.
        """
        now = time.monotonic()
        gap, self._last = now - self._last, now
        with self._turn:
            self._check()
            if not self._long:
                self._lease = min(MAX_LEASE_S, max(self._lease, LEASE_GAPS * gap, self._least))
            self._alive, self._long = True, False
            # what was told before is not told again; but the clock may end it earlier this time
            earlier = record.step < self._job.step and record.state != "running"
            if record.step > self._job.step or earlier:
                self._new.append(record)
                self._share = share
                if not self._begun:  # the first record goes at once: somebody waits for it
                    self._begun = self._hurry = True
                    self._turn.notify_all()

    def sign(self) -> None:
        """Say that the run goes on with what is longer than a step: a test, a checkpoint.

        Until the next record, such a sign is due every START_LEASE_S.
        """
        with self._turn:
            self._alive = self._long = True

    def flush(self) -> None:
        """Wait until all that was told is stored; raises as `tell` does."""
        with self._turn:
            while (self._new or self._writing) and not self._trouble:
                self._hurry = bool(self._new)
                self._turn.notify_all()
                self._turn.wait(CHUNK_S)
            self._check()

    def close(self) -> None:
        """Let the thread end; what is not stored yet is dropped."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        self._thread.join()

    def _check(self) -> None:
        if self._trouble:
            raise self._trouble

    def _work(self) -> None:
        try:
            while not self._closed:
                self._round()
        except Exception as trouble:
            with self._turn:
                self._trouble, self._writing = trouble, False
                self._turn.notify_all()

    def _round(self) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._hurry or self._closed, CHUNK_S)
            self._hurry = False
            chunk, self._new = self._new, []
            alive, self._alive = self._alive, False
            lease = max(self._lease, START_LEASE_S) if self._long else self._lease
            share, self._writing = self._share, bool(chunk)
        flag = self._store_chunk(chunk, share, lease, alive)
        if flag is None:
            raise LostError(_("the run is another attempt's now"))
        with self._turn:
            self.flag, self._writing = flag, False
            self._turn.notify_all()

    def _store_chunk(
        self, chunk: list[StepRecord], share: float, lease: float, alive: bool
    ) -> Flag | None:
        """Store a chunk, or a sign of life, or ask for the flag alone; again while it is busy."""
        run, attempt = self._job.run, self._job.attempt
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                if not (chunk or alive):
                    return self._store.work.flag(run, attempt)
                for record in chunk:
                    if record.moment:
                        files.save_moment(self._store.folder, run, record.moment)
                    if record.result:
                        files.save_result(self._store.folder, run, record.result)
                return self._store.work.push(run, attempt, chunk, share, lease)
            except StoreError as trouble:
                if not trouble.busy or time.monotonic() > deadline or self._closed:
                    raise
                time.sleep(CHUNK_S)
