"""What the lesson on workers shows of DistributedDataParallel: a run of two processes."""

import datetime
from collections.abc import Callable
from dataclasses import replace

from viz_models.analysis.train import workers_start
from viz_models.records.train.workers import DdpRun


def measure(told: Callable[[int, int], None] = lambda done, total: None) -> DdpRun:
    """Run both processes on this machine, and say that it was recorded today.

    Args:
        told: How many lines of both are there, and of how many.
    """
    found = workers_start.run(told)
    provenance = replace(
        found.provenance, kind="recorded run", date=datetime.date.today().isoformat()
    )
    return replace(found, provenance=provenance)
