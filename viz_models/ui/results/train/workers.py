"""Results for the lesson on workers; torch is imported when one is computed."""

from viz_models.records import Experiment
from viz_models.records.train.workers import DdpCase, DdpRun, Split, SplitSpec
from viz_models.ui.kit import cache
from viz_models.ui.kit.cache import cached
from viz_models.ui.kit.jobs import Job
from viz_models.ui.kit.sizes import held_bytes
from viz_models.ui.results.train import runs


@cached()
def split(spec: SplitSpec) -> Split:
    """Return every case of splitting a batch.

    Raises:
        ValueError: With one line for the reader, if it cannot be split so.
    """
    from viz_models.analysis.train import workers

    return workers.split(spec)


@cached(turn=False)
def recorded() -> DdpRun:
    """Return the recorded run of two processes."""
    from viz_models.recordings import workers

    return workers.load()


def apart(found: Experiment) -> list[float]:
    """Return by how much the training losses of two runs differ at each step that both took."""
    key = ("apart", *((run.id, run.step) for run in found.runs))
    return cache.remembered(key, lambda: _apart(found), held_bytes)


def _apart(found: Experiment) -> list[float]:
    losses = [[step.loss for step in runs.points(run.id).steps] for run in found.runs]
    return [abs(a - b) for a, b in zip(*losses, strict=False)]


def job(kept: list[DdpCase]) -> Job[str, DdpRun]:
    """Start two processes of their own, followed by a thread; stopping it ends both.

    Args:
        kept: Cases that were measured before; those that are done are added to it.
    """
    from viz_models.analysis.train import workers_start

    return Job(["ddp"], lambda _, tell: workers_start.run(tell, kept=kept))
