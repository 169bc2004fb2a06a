"""Results for the lesson on dividing by sqrt(d_k); torch is imported when one is computed."""

from viz_models.records import ScaleRows, ScaleSpec, ScaleSweep
from viz_models.ui.kit.cache import cached


@cached()
def sweep(spec: ScaleSpec) -> ScaleSweep:
    """Scores, weights and gradients of every width, both ways."""
    from viz_models.analysis.attention import scale

    return scale.sweep(spec)


@cached()
def rows(spec: ScaleSpec, width: int) -> ScaleRows:
    """All scores of one width, and one query's weights both ways."""
    from viz_models.analysis.attention import scale

    return scale.rows(spec, width)
