"""Results for the lesson on workers; torch is imported when one is computed."""

from viz_models.records.train.workers import DdpRun, Split, SplitSpec
from viz_models.ui.kit.cache import cached
from viz_models.ui.kit.jobs import Job


@cached()
def split(spec: SplitSpec) -> Split:
    """Return every case of splitting a batch.

    Raises:
        ValueError: With one line for the reader, if it cannot be split so.
    """
    from viz_models.analysis.train import workers

    return workers.split(spec)


def recorded() -> DdpRun:
    """Return the recorded run of two processes."""
    from viz_models.recordings import workers

    return workers.load()


def job() -> Job[str, DdpRun]:
    """Start two processes of their own, followed by a thread; stopping it ends both."""
    from viz_models.analysis.train import workers_start

    return Job(["ddp"], lambda _, tell: workers_start.run(tell))
