"""The process that computes runs, one after the other: `python -m viz_models.runs.worker`."""

import contextlib
import gc
import json
import os
import sys
import threading
import time
from dataclasses import replace
from functools import cache
from typing import IO, TYPE_CHECKING

from viz_models.language import N_
from viz_models.patches import no_compiler
from viz_models.records.train.experiments import Budget, RunSpec
from viz_models.records.train.runs import StoredState
from viz_models.runs import files, limits, presence, processes
from viz_models.runs.database import DISK_FULL
from viz_models.runs.engine import Outcome
from viz_models.runs.store import Store, StoreError
from viz_models.runs.telling import LostError, Teller
from viz_models.runs.work_queue import START_LEASE_S, Flag, Job

if TYPE_CHECKING:
    from viz_models.training.lessons.session import LessonSession
    from viz_models.training.loop.checkpoints import Checkpoint
    from viz_models.training.loop.loop import Session

CHECKPOINT_S = 5.0  # from one checkpoint to the next, or
CHECKPOINT_GAPS = 50  # times what one takes, so that they take two hundredths of the time
SIGN_S = 1.0  # between two signs of life while data arrive
NICE = 5  # pages come before runs
# Reasons are kept in English: whoever reads them, `numbered` translates them where they are drawn.
OUT_OF_MEMORY = N_("out of memory: choose a smaller network or batch")
DIVERGED = N_("the loss is no number any more at step {n}")
STOPPED = N_("stopped at step {n}")
TAKEN = N_("the run is another attempt's now")
ASKED: dict[str, StoredState] = {"cancel": "cancelled", "pause": "paused", "stop": "finished"}


class AskedError(Exception):
    """Somebody asks the run to end before its first step."""


def execute(store: Store, job: Job, handle: str) -> Outcome:
    """Compute one attempt and store what it tells; does not store how it ended.

    Args:
        store: Where the run is.
        job: Which run, and what it is asked for.
        handle: The engine's name for the attempt.
    """
    teller = None
    try:
        session = _session(store, job)
        store.work.begin(job.run, job.attempt, handle, session.place.words())
        teller = Teller(store, job)
        return _follow(session, teller, store, job)
    except LostError as gone:
        return Outcome("lost", str(gone))
    except AskedError as asked:
        return Outcome(ASKED[str(asked)])
    except MemoryError:
        return Outcome("failed", OUT_OF_MEMORY)
    except Exception as trouble:
        sys.excepthook(type(trouble), trouble, trouble.__traceback__)
        return Outcome("failed", _line(trouble))
    finally:
        if teller:
            teller.close()


def _session(store: Store, job: Job) -> "Session | LessonSession":
    """Return the run, as far as it has come."""
    from viz_models.training.lessons.session import LessonSession
    from viz_models.training.loop.loop import Session

    if job.spec.lesson:
        return LessonSession(job.spec, _checkpoint(store, job))
    last = time.monotonic()

    def sign(_done: int, _total: int) -> None:
        nonlocal last
        if time.monotonic() - last > SIGN_S:
            last = time.monotonic()
            flag = store.work.push(job.run, job.attempt, (), lease=START_LEASE_S)
            if flag is None:
                raise LostError(TAKEN)
            if flag:
                raise AskedError(flag)

    return Session(job.spec, _checkpoint(store, job), sign)


def _checkpoint(store: Store, job: Job) -> "Checkpoint | None":
    """Return the last one that can be read; None: begin anew."""
    from viz_models.training.loop import checkpoints

    for folder in files.checkpoints(store.folder, job.run):
        if parts := files.load_checkpoint(folder):
            try:
                return checkpoints.from_files(parts)
            except ValueError:  # of another version of the code
                continue
    return None


def _follow(session: "Session | LessonSession", teller: Teller, store: Store, job: Job) -> Outcome:
    """Take all steps; checkpoints come after what was told before them is stored."""
    if session.pace.over(session.done.step, session.done.seconds):
        return Outcome("finished")  # all but the last word was said before
    session.alive = teller.sign
    due, state = time.monotonic() + 1.0, "running"
    asked: Flag = ""
    step = session.done.step
    for record in session.records():
        asked, step = teller.flag, record.step
        if asked == "stop" and session.settled and not record.evaluation:
            record = replace(record, evaluation=session.test())
        teller.tell(record, session.pace.spent(step, record.seconds))
        state = record.state
        if state != "running":
            break
        if not session.settled:
            continue  # a GPU is steps ahead of what it has told
        if asked:
            break
        if time.monotonic() >= due:
            begin = time.monotonic()
            _save(session, teller, store, job)
            took = time.monotonic() - begin
            due = time.monotonic() + max(CHECKPOINT_S, CHECKPOINT_GAPS * took)
    if state != "diverged":
        _save(session, teller, store, job)
    teller.flush()
    if state == "diverged":
        return Outcome("diverged", DIVERGED.format(n=step))
    if asked == "pause" and not teller.flag and state == "running":
        return Outcome("queued")  # it was taken back meanwhile
    if asked and state == "running":
        early = STOPPED.format(n=step) if asked == "stop" else ""
        return Outcome(ASKED[asked], early)
    return Outcome("finished")


def _save(session: "Session | LessonSession", teller: Teller, store: Store, job: Job) -> None:
    """Keep a checkpoint; a cancelled run that takes too long over its last one is killed."""
    saved = session.checkpoint()
    teller.flush()
    teller.sign()
    files.save_checkpoint(store.folder, job.run, saved.done.step, saved.files())


def _line(trouble: Exception) -> str:
    """Return an exception in one line for people."""
    import torch

    first = next(iter(str(trouble).splitlines()), "").strip()
    if isinstance(trouble, torch.cuda.OutOfMemoryError) or "can't allocate memory" in first:
        return OUT_OF_MEMORY
    if isinstance(trouble, OSError) and trouble.errno in (28, 27, 122):  # ENOSPC, EFBIG, EDQUOT
        return DISK_FULL
    if isinstance(trouble, ValueError | OSError) and first:
        return first[:300]
    return f"{type(trouble).__name__}: {first}"[:300]


def _warm() -> None:
    """Take one tiny step: it imports and sets up all that a first step needs."""
    no_compiler.install()
    import safetensors.numpy
    import safetensors.torch  # noqa: F401 (for the first checkpoint)
    import torch

    from viz_models.training.loop.loop import train

    torch.set_num_threads(limits.threads())
    # on the CPU: a worker that waits must not hold the memory that a GPU's context takes
    next(train(RunSpec(batch_size=8, budget=Budget(amount=2, unit="steps"), device="cpu")))


def _warm_on() -> None:
    """Import what the first test needs, two seconds of it, while the first steps are taken."""
    import sklearn.metrics  # noqa: F401


def main() -> None:
    """Take jobs from the standard input, one a line, until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    _warm()
    store = Store()
    _say(answers, "warm")
    threading.Thread(target=_warm_on, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(NICE)
    own = processes.own_name()
    for line in sys.stdin:
        run, attempt, device = json.loads(line)
        outcome = _attempt(store, run, attempt, own, device)
        _free()
        # who knows what is broken, and a GPU's context goes with its process: another one is next
        leaves = outcome.state == "failed" or _holds_gpu()
        _say(answers, [*outcome, leaves])
        with contextlib.suppress(StoreError):  # then the dispatcher stores what it was told
            store.work.end(run, attempt, *outcome)
        if leaves:
            return
    if store.work.waiting():  # the dispatcher is gone, or it was about to leave
        presence.ensure()


@cache
def _opened() -> Store:
    """Return the run store of a process that is warm now."""
    _warm()
    return Store()


def take(run: str, attempt: int, handle: str, device: str) -> Outcome:
    """Compute one attempt in a process that somebody else keeps, and store how it ended.

    Args:
        run: Its id.
        attempt: Which of its attempts.
        handle: The engine's name for it.
        device: The GPU that was chosen for it; "" for none.
    """
    store = _opened()
    outcome = _attempt(store, run, attempt, handle, device)
    _free()
    with contextlib.suppress(StoreError):  # then the dispatcher stores what it is told
        store.work.end(run, attempt, *outcome)
    return outcome


def _attempt(store: Store, run: str, attempt: int, handle: str, device: str) -> Outcome:
    """Compute what the dispatcher named, on the GPU that it chose, as the store describes it."""
    try:
        begun = store.work.begin(run, attempt, handle)
        job = store.work.job(run, attempt) if begun else None
    except StoreError as trouble:
        return Outcome("failed", _line(trouble))
    if job is None:
        return Outcome("lost", TAKEN)
    return execute(store, _placed(job, device), handle)


def _placed(job: Job, device: str) -> Job:
    """Return the job on the GPU that was chosen for it, and with its share of that GPU's memory."""
    import torch

    from viz_models.training.loop import placement

    if device not in placement.available() or job.spec.workers > 1 or job.spec.lesson:
        return job  # none was chosen, torch was built without it, or it computes on the CPU
    if device.startswith("cuda"):
        torch.cuda.set_per_process_memory_fraction(limits.gpu_share(), torch.device(device))
    return replace(job, spec=replace(job.spec, device=device))


def _holds_gpu() -> bool:
    import torch

    return torch.cuda.is_initialized()


def _free() -> None:
    """Give back what the last run held: a captured network lies in a cycle of references."""
    import torch

    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def _say(answers: IO[str], what: object) -> None:
    try:
        answers.write(json.dumps(what) + "\n")
        answers.flush()
    except OSError:  # the dispatcher is gone; the store knows all the same
        pass


if __name__ == "__main__":
    main()
