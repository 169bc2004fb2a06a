"""Results for the lesson on regularization; torch is imported when one is computed."""

from viz_models.records.train.regularization import (
    DecayResult,
    DecaySpec,
    DropoutResult,
    DropoutSpec,
    RegularizedGrid,
)
from viz_models.ui.kit.cache import cached


@cached(turn=False)
def grid() -> RegularizedGrid:
    """Return the recorded runs of every method at every strength."""
    from viz_models.recordings import regularization

    return regularization.load()


@cached()
def decay(spec: DecaySpec) -> DecayResult:
    """Return how fast weight decay and L2 make weights smaller, measured now."""
    from viz_models.analysis.train import regularization

    return regularization.decay(spec)


@cached()
def dropout(spec: DropoutSpec) -> DropoutResult:
    """Return one mask and what it makes of a hidden layer."""
    from viz_models.analysis.train import regularization

    return regularization.dropout(spec)
