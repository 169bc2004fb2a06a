"""Results for the lesson on train and eval; torch is imported when one is computed."""

from viz_models.records import RunningSpec, RunningTrace, SourceSpec
from viz_models.ui.kit.cache import cached
from viz_models.ui.results.normalization.axes import activation


@cached()
def running(source: SourceSpec, spec: RunningSpec) -> RunningTrace:
    """Return running statistics, step by step."""
    from viz_models.analysis.normalization import running as compute

    return compute(activation(source), spec)
