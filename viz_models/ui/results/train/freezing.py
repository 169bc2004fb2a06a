"""Results for the lesson on freezing; torch is imported when a run is made."""

from viz_models.records.train.freezing import FreezeGrid, FreezeSpec, FrozenRun
from viz_models.ui.kit.cache import cached


def grid() -> FreezeGrid:
    """Return the recorded runs of every way with every number of examples."""
    from viz_models.recordings import freezing

    return freezing.load()


@cached()
def run(spec: FreezeSpec) -> FrozenRun:
    """Return one run, trained now: the first network too."""
    from viz_models.training.small import freezing

    return freezing.run(spec)
