"""What the lesson on broken training opens with: every fault, and no fault, with five seeds."""

import datetime
from collections.abc import Callable
from itertools import product

from viz_models.models.versions import torch_version
from viz_models.records.provenance import Provenance
from viz_models.records.train.broken import (
    FAULTS,
    NETS,
    SEEDS,
    BrokenRuns,
    BrokenSpec,
    Fault,
    NetKind,
    usual,
)
from viz_models.training import broken

KINDS: tuple[tuple[Fault, NetKind], ...] = (
    *(("none", net) for net in ("mlp", "dropout", "deep")),
    *((fault, NETS.get(fault, "mlp")) for fault in FAULTS),
)


def measure(
    told: Callable[[int, int], None] = lambda done, total: None, steps: int = BrokenSpec().steps
) -> BrokenRuns:
    """Run every fault on its network, and every network without one, with all seeds.

    Args:
        told: How many runs are done, and of how many.
        steps: Of each run.
    """
    asked = list(product(KINDS, SEEDS))
    made = []
    for done, ((fault, net), seed) in enumerate(asked):
        told(done, len(asked))
        made.append(broken.run(usual(fault, net, seed, steps)))
    told(len(asked), len(asked))
    return BrokenRuns(
        runs=tuple(made),
        provenance=Provenance(
            kind="recorded run",
            device="cpu, 1 thread",
            date=datetime.date.today().isoformat(),
            versions=torch_version(),
        ),
    )
