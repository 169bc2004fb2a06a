"""The door from the lesson on axes to what is computed, as results.py is for the flow page."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from viz_models.records import (
    CellNorm,
    Grouping,
    Influence,
    Normalized,
    NormSpec,
    Nudge,
    Place,
    SourceSpec,
)
from viz_models.ui import cache

T = TypeVar("T")


def activation(source: SourceSpec) -> np.ndarray:
    """The (N, C, H, W) float32 tensor that is normalized."""
    from viz_models.analysis.normalization import activation as compute

    return _of(source, "activation", lambda: compute(source), lambda a: a.nbytes)


def normalized(source: SourceSpec, spec: NormSpec) -> Normalized:
    """It through one norm, torch's output and our statistics."""
    from viz_models.analysis.normalization import normalize

    return _of(
        source,
        ("normalized", spec),
        lambda: normalize(activation(source), spec),
        lambda r: 4096 + 8 * r.grouping.ids.size + (0 if r.output is None else r.output.nbytes),
    )


def cell(source: SourceSpec, spec: NormSpec, place: Place) -> CellNorm:
    """How one normalized value came about."""
    from viz_models.analysis.normalization import cell as compute

    return _of(
        source,
        ("cell", spec, place),
        lambda: compute(activation(source), normalized(source, spec), place),
        lambda c: c.members.size,
    )


def influence(source: SourceSpec, spec: NormSpec, nudge: Nudge) -> Influence:
    """What a nudge of one example does to the others."""
    from viz_models.analysis.normalization import influence as compute

    return _of(
        source,
        ("influence", spec, nudge),
        lambda: compute(activation(source), spec, nudge),
        lambda i: i.effect.nbytes,
    )


def grouping(shape: Place, spec: NormSpec) -> Grouping:
    """Which values would share a mean; counts only, nothing is normalized."""
    from viz_models.analysis.normalization import groups

    return groups(shape, spec)


def group_choices(channels: int) -> tuple[int, ...]:
    """Into how many groups that many channels can be split evenly."""
    from viz_models.analysis.normalization import divisors

    return tuple(divisors(channels))


def photos(names: tuple[str, ...], side: int = 32) -> np.ndarray:
    """(N, side, side, 3) uint8 thumbnails of sample photos, as the network gets them."""
    from viz_models.analysis.preprocess import prepare
    from viz_models.images import samples

    def load() -> np.ndarray:
        step = 224 // side
        return np.stack([prepare(samples.load(n)).cropped[::step, ::step] for n in names])

    return cache.remembered(("thumbnails", names, side), load, lambda a: a.nbytes)


def _of(source: SourceSpec, what: object, compute: Callable[[], T], size: Callable[[T], int]) -> T:
    return cache.remembered((source, what), compute, size)
