"""What the lesson on broken training opens with: every fault, and no fault, with five seeds."""

import datetime
from collections.abc import Callable
from itertools import product

import numpy as np

from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records.provenance import Provenance
from viz_models.records.train.broken import (
    FAULTS,
    NETS,
    SEEDS,
    STEPS,
    BrokenRun,
    BrokenRuns,
    Fault,
    NetKind,
    kind_of,
    usual,
)
from viz_models.training.loop import loop

ASKED: tuple[tuple[Fault, NetKind], ...] = (
    *(("none", net) for net in NETS),
    *((fault, kind_of(fault)) for fault in FAULTS),
)


def measure(
    told: Callable[[int, int], None] = lambda done, total: None, steps: int = STEPS
) -> BrokenRuns:
    """Run every fault on its network, and every network without one, with all seeds.

    Args:
        told: How many runs are done, and of how many.
        steps: Of each run.
    """
    asked = list(product(ASKED, SEEDS))
    made = []
    for (fault, net), seed in asked:
        made.append(run(fault, net, seed, steps))
        told(len(made), len(asked))
    return BrokenRuns(
        runs=tuple(made),
        provenance=Provenance(
            kind="recorded run",
            device="cpu, 1 thread",
            date=datetime.date.today().isoformat(),
            versions=torch_version(),
        ),
    )


def run(fault: Fault, net: NetKind, seed: int, steps: int = STEPS) -> BrokenRun:
    """Train one network with a fault, on one thread, and keep what its curves need."""
    with one_thread():
        records = list(loop.train(usual(fault, net, seed, steps)))
    tests = [(r.step, r.evaluation.loss, r.evaluation.accuracy) for r in records if r.evaluation]
    return BrokenRun(
        fault=fault,
        net=net,
        seed=seed,
        losses=np.array([r.loss for r in records]),
        gradients=np.array([r.gradient_norm for r in records]),
        tested=np.array([t[0] for t in tests]),
        test_losses=np.array([t[1] for t in tests]),
        test_accuracies=np.array([t[2] for t in tests]),
    )
