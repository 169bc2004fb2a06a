"""Results for the lesson on fast networks; torch is imported when one is computed."""

from viz_models.recordings.vision import fast as recordings
from viz_models.records.vision.fast import Fast, FastSpec, Shuffle, ShuffleSpec
from viz_models.ui.kit.cache import cached
from viz_models.ui.kit.jobs import Job


@cached(turn=False)
def recorded() -> Fast:
    """Return the times that were recorded."""
    return recordings.load()


def job(spec: FastSpec) -> Job[FastSpec, Fast]:
    """Start to time every way on this machine, in a thread of its own."""
    from viz_models.analysis.vision import fast

    return Job([spec], fast.measure)


@cached()
def shuffle(spec: ShuffleSpec) -> Shuffle:
    """Return where a channel shuffle sends every channel."""
    from viz_models.analysis.vision import fast_shuffle

    return fast_shuffle.shuffle(spec)
