"""All runs of an experiment, one after the other in one thread, to be kept on disk."""

import datetime
import time
from collections.abc import Callable

import numpy as np
import sklearn
import torch

from viz_models.recordings.train import written
from viz_models.records.provenance import Provenance
from viz_models.records.train.cards import CardResult, Outcome
from viz_models.records.train.experiments import ExperimentSpec, RunSpec
from viz_models.records.train.runs import StoredState
from viz_models.training.loop import loop
from viz_models.training.verdict import outcome

Progress = Callable[[int, int], None]  # runs done, runs in all


def measure(
    experiment: ExperimentSpec, progress: Progress = lambda done, total: None
) -> CardResult:
    """Make every run of an experiment on this machine's processor.

    Args:
        experiment: Of a question card, or a sweep.
        progress: Told after each run.
    """
    begin = time.process_time()
    todo = list(experiment.runs())
    outcomes: list[Outcome] = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # another number adds in another order, and late digits differ
    try:
        for arm, run in todo:
            outcomes.append(_outcome(experiment, arm, run))
            progress(len(outcomes), len(todo))
    finally:
        torch.set_num_threads(threads)
    return CardResult(
        card=experiment.card,
        spec=written(experiment),
        outcomes=tuple(outcomes),
        cpu_seconds=round(time.process_time() - begin, 1),
        provenance=_provenance(),
    )


def _outcome(experiment: ExperimentSpec, arm: int, run: RunSpec) -> Outcome:
    # processor time: a machine that does other things at the same time would stretch the clock's
    steps = list(loop.train(run, clock=time.process_time))
    state: StoredState = "diverged" if steps[-1].state == "diverged" else "finished"
    moments = [s.moment for s in steps if s.moment is not None]
    return outcome(experiment, arm, run.seed, state, steps, moments)


def _provenance() -> Provenance:
    return Provenance(
        kind="recorded run",
        device=f"cpu ({torch.backends.cpu.get_cpu_capability()}), 1 thread",
        date=datetime.date.today().isoformat(),
        versions=f"torch {torch.__version__}, scikit-learn {sklearn.__version__}, "
        f"numpy {np.__version__}",
    )
