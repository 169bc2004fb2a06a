"""Results for the lesson on regularization; torch is imported when one is computed."""

from viz_models.records.train.regularization import (
    DecayResult,
    DecaySpec,
    DropoutResult,
    DropoutSpec,
    RegularizedGrid,
    RegularizedRun,
    RegularizeSpec,
)
from viz_models.ui.kit.cache import cached


def grid() -> RegularizedGrid:
    """Return the recorded runs of every method at every strength."""
    from viz_models.recordings import regularization

    return regularization.load()


@cached()
def run(spec: RegularizeSpec) -> RegularizedRun:
    """Return one run, trained now."""
    from viz_models.training.small import regularization

    return regularization.run(spec)


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
