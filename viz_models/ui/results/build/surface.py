"""Results for the lesson on loss surfaces: recorded, or computed with progress."""

from collections.abc import Callable

from viz_models.records.build.surface import Surfaces, SurfaceSpec
from viz_models.ui.kit import cache, turns
from viz_models.ui.kit.cache import cached
from viz_models.ui.kit.sizes import held_bytes


@cached(turn=False)
def recorded() -> Surfaces:
    """Return the surfaces that the lesson opens with."""
    from viz_models.recordings import build as recordings_build

    return recordings_build.load()


def measured(spec: SurfaceSpec, progress: Callable[[float], None]) -> Surfaces:
    """Surfaces from the store, or measured now.

    Args:
        spec: What is measured; seconds at a few blocks.
        progress: Told how much is done, 0..1; it may raise to stop.
    """
    from viz_models.training import surface

    return cache.remembered(
        spec, lambda: surface.measure(spec, turns.seldom(progress)), held_bytes, needs=turns.LARGE
    )
