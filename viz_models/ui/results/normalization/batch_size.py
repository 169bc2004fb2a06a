"""Results for the lesson on batch size; torch is imported when one is computed."""

from viz_models.records import Alone, BatchErrors, Place, SourceSpec
from viz_models.ui.kit.cache import cached
from viz_models.ui.results.normalization.axes import activation


@cached()
def batch_errors(source: SourceSpec) -> BatchErrors:
    """How far the statistics of a batch are from those of all the data."""
    from viz_models.analysis.normalization import batch_error as compute

    return compute(activation(source))


@cached()
def alone(shape: Place) -> Alone:
    """BatchNorm in training with a single example."""
    from viz_models.analysis.normalization import alone as compute

    return compute(shape)
