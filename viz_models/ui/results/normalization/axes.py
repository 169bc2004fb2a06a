"""Results for the lesson on axes; torch is imported when one is computed."""

from math import prod

import numpy as np

from viz_models.records import (
    CellNorm,
    Grouping,
    Influence,
    Normalized,
    NormSpec,
    Nudge,
    Place,
    Running,
    SourceSpec,
)
from viz_models.ui.kit.cache import cached

LARGE = 2**20  # values; what is made of such a tensor is kept apart


def _is_large(source: SourceSpec, *_: object) -> bool:
    from viz_models.analysis.normalization import shape_of

    return prod(shape_of(source)) > LARGE


@cached(large=_is_large)
def activation(source: SourceSpec) -> np.ndarray:
    """Return the (N, C, H, W) float32 tensor that is normalized."""
    from viz_models.analysis.normalization import activation as compute

    return compute(source)


@cached(large=_is_large)
def normalized(source: SourceSpec, spec: NormSpec) -> Normalized:
    """Return the tensor after one norm: torch's output and our statistics."""
    from viz_models.analysis.normalization import normalize

    return normalize(activation(source), spec, kept(source, spec))


def kept(source: SourceSpec, spec: NormSpec) -> Running | None:
    """Return what BatchNorm uses in eval mode; None for what uses its own batch."""
    return _running(source) if spec.norm == "batch" and spec.mode == "eval" else None


@cached()
def _running(source: SourceSpec) -> Running:
    from viz_models.analysis.normalization import kept as compute

    return compute(source)


@cached(large=_is_large)
def cell(source: SourceSpec, spec: NormSpec, place: Place) -> CellNorm:
    """Return how one normalized value came about."""
    from viz_models.analysis.normalization import cell as compute

    return compute(activation(source), normalized(source, spec), place)


@cached(large=_is_large)
def influence(source: SourceSpec, spec: NormSpec, nudge: Nudge) -> Influence:
    """Return what a change of one example does to the others."""
    from viz_models.analysis.normalization import influence as compute

    return compute(activation(source), spec, nudge, running=kept(source, spec))


def grouping(shape: Place, spec: NormSpec) -> Grouping:
    """Return which values would share a mean; nothing is normalized."""
    from viz_models.analysis.normalization import groups

    return groups(shape, spec)


def group_choices(channels: int) -> tuple[int, ...]:
    """Return the numbers of groups into which so many channels can be split evenly."""
    from viz_models.analysis.normalization import divisors

    return tuple(divisors(channels))


@cached()
def photos(names: tuple[str, ...], side: int = 32) -> np.ndarray:
    """Return (N, side, side, 3) uint8 thumbnails of sample photos, as the network gets them."""
    from viz_models.analysis.flow.preprocess import prepare
    from viz_models.images import samples

    step = 224 // side
    return np.stack([prepare(samples.load(n)).cropped[::step, ::step] for n in names])
