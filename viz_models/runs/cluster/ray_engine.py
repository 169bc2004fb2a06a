"""Runs on the nodes of a Ray cluster. Only the dispatcher's process may import this."""

import logging
import time
import uuid
from collections.abc import Sequence
from typing import Any

import ray
from ray import ObjectRef
from ray.exceptions import (
    NodeDiedError,
    RayError,
    RayTaskError,
    TaskCancelledError,
    WorkerCrashedError,
)

from viz_models.language import N_
from viz_models.records.train.runs import StoredState
from viz_models.runs import limits, presence
from viz_models.runs.engine import RUNS_EACH, Outcome
from viz_models.runs.work_queue import Job

LOOK_S = 1.0  # between two looks at the size of the cluster
KILL_S = 10.0  # until a killed task must have ended
GONE = Outcome("lost", N_("its machine is gone: resume it from its last checkpoint"))


class RayEngine:
    """One Ray task a run, on any node; Ray core alone, without its jobs, trainers or dashboard.

    A task is never retried (Ray would do so three times, and the store would have the curve
    twice), and a worker process takes several runs one after the other, as importing torch takes
    seconds. Where the driver ends, Ray ends its tasks: another engine of the same kind therefore
    calls a handle that it does not know lost.
    """

    def __init__(self, address: str) -> None:
        """Connect to a cluster that runs already.

        Args:
            address: "host:port" of its head.

        Raises:
            ConnectionError: If there is none.
        """
        names = presence.environment()
        passed = {n: v for n, v in names.items() if n.startswith(("FORWARD_PASS_", "OMP_"))}
        passed["PYTHONPATH"] = names["PYTHONPATH"]
        ray.init(
            address=address,
            namespace="forward-pass",
            log_to_driver=False,
            logging_level=logging.ERROR,
            runtime_env={"env_vars": passed},
        )
        self._compute = ray.remote(max_calls=RUNS_EACH, max_retries=0)(_compute)
        self._tasks: dict[str, ObjectRef[Any]] = {}
        self._slots, self._looked = 0, 0.0

    def slots(self) -> int:
        """How many runs the cluster computes at a time now: one a core, two a GPU if it has any."""
        now = time.monotonic()
        if not self._looked or now - self._looked > LOOK_S:
            there, self._looked = ray.cluster_resources(), now
            gpus, cores = there.get("GPU", 0.0), there.get("CPU", 0.0)
            self._slots = int(min(cores, gpus / limits.gpu_share()) if gpus else cores)
        return self._slots

    def start(self, job: Job) -> str:
        """Ask for a task where each worker has a core, and a share of a GPU if there is any."""
        handle = f"ray:{uuid.uuid4().hex}"
        needs_gpu = (
            job.spec.device != "cpu" and job.spec.workers == 1 and "GPU" in ray.cluster_resources()
        )
        task = self._compute.options(
            name=f"run {job.run[:12]}",
            num_cpus=job.spec.workers,
            num_gpus=limits.gpu_share() if needs_gpu else 0,
        )
        device = "cuda:0" if needs_gpu else ""  # Ray shows a task its own GPU alone
        self._tasks[handle] = task.remote(job.run, job.attempt, handle, device)
        return handle

    def poll(self, handle: str) -> Outcome | None:
        """How it ended; None as long as it goes on."""
        task = self._tasks.get(handle)
        if task is None:
            return Outcome("lost", N_("its dispatcher is gone: resume it from its last checkpoint"))
        ready, _ = ray.wait([task], timeout=0)
        return _outcome(task) if ready else None

    def kill(self, handle: str) -> None:
        """End its process at once, and wait until it has ended."""
        task = self._tasks.get(handle)
        if task is not None:
            ray.cancel(task, force=True)
            ray.wait([task], timeout=KILL_S)

    def rest(self) -> None:
        """Ray ends idle workers by itself."""

    def close(self) -> None:
        """Leave the cluster; what still runs there ends."""
        ray.shutdown()


def _compute(run: str, attempt: int, handle: str, device: str) -> Sequence[str]:
    """Compute one attempt in a process of Ray; returns how it ended."""
    from viz_models.runs import worker

    return worker.take(run, attempt, handle, device)


def _outcome(task: "ObjectRef[Any]") -> Outcome:
    try:
        state, reason = ray.get(task)
    except TaskCancelledError:
        return Outcome("failed", N_("worker died: killed"))
    except NodeDiedError:
        return GONE
    except WorkerCrashedError:
        return Outcome("failed", N_("worker died: killed, perhaps because memory ran out"))
    except RayTaskError as error:
        line = str(error).strip().splitlines()[-1]
        return Outcome("failed", line[:300])
    except RayError as error:
        return Outcome("lost", f"{type(error).__name__}: resume it from its last checkpoint")
    ended: StoredState = state
    return Outcome(ended, reason)
