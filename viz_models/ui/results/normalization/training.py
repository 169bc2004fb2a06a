"""Results for the lesson on training; torch is imported when one is computed."""

from viz_models.records import GradientFacts, NormGrid, NormSpec, Running, SourceSpec
from viz_models.ui.kit.cache import cached
from viz_models.ui.results.normalization.axes import activation


@cached()
def backward(source: SourceSpec, spec: NormSpec) -> GradientFacts:
    """Return what a norm lets through on the way back.

    In eval mode with the tensor's own statistics.
    """
    from viz_models.analysis.normalization import backward as compute

    x = activation(source)
    kept = Running(x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3)))
    return compute(x, spec, kept)


def training_grid() -> NormGrid:
    """Return the recorded runs of every norm over learning rates and batch sizes."""
    from viz_models.recordings import norm as recordings_norm

    return recordings_norm.load()
