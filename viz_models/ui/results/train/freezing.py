"""Results for the lesson on freezing: the recorded runs."""

from viz_models.records.train.freezing import FreezeGrid
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def grid() -> FreezeGrid:
    """Return the recorded runs of every way with every number of examples."""
    from viz_models.recordings import freezing

    return freezing.load()
