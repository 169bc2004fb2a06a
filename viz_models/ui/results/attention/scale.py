"""The door from the lesson on the scale of scores to what is computed; torch waits behind it."""

from viz_models.records import ScaleRows, ScaleSpec, ScaleSweep
from viz_models.ui.kit import cache
from viz_models.ui.kit.sizes import held_bytes


def sweep(spec: ScaleSpec) -> ScaleSweep:
    """Scores, weights and gradients of every width, both ways."""
    from viz_models.analysis.attention import scale

    return cache.remembered((spec, "sweep"), lambda: scale.sweep(spec), held_bytes)


def rows(spec: ScaleSpec, width: int) -> ScaleRows:
    """All scores of one width, and one query's weights both ways."""
    from viz_models.analysis.attention import scale

    return cache.remembered((spec, width), lambda: scale.rows(spec, width), held_bytes)
