"""How the demo's network came to see: its filters and maps at moments of its training."""

from dataclasses import dataclass

import numpy as np

from viz_models.records.flow.inputs import ImageRef
from viz_models.records.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMoment:
    """The network after one step of its training."""

    step: int
    samples: int  # pictures seen until then, repeats counted
    size: int  # of the pictures at that step, pixels
    accuracy: float  # share of the test pictures that are recognized, 0..1
    probabilities: tuple[float, ...]  # of each class, for the photo


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DemoStep:
    """What a step of the network made of the photo, at every moment.

    Of maps, those that vary most after `DemoMoments.chosen_after` pictures, the most varied
    first; of a vector, all.
    """

    name: str
    channels: tuple[int, ...]  # k of them
    values: np.ndarray  # (moments, k, h, w) uint8 codes; of a vector (moments, k) float32
    limits: np.ndarray | None  # (moments, k, 2) float32, low and high of each map; of maps alone
    pooled: int = 1  # each value is the mean of a square of so many rows and columns

    def at(self, moment: int) -> np.ndarray:
        """(k, h, w) or (k,) float32: the values at one moment."""
        if self.limits is None:
            return self.values[moment]
        return decoded(self.values[moment], self.limits[moment])


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DemoMoments:
    """The demo's training, moment by moment."""

    photo: ImageRef
    shows: str  # the class that the photo is of
    classes: tuple[str, ...]
    tested: int  # test pictures behind each accuracy
    moments: tuple[DemoMoment, ...]
    chosen_after: int  # pictures seen, when the maps that are shown varied most
    steps: tuple[DemoStep, ...]  # in the order in which a photo passes them, the input left out
    filter_codes: np.ndarray  # (moments, filters, 3, h, w) uint8: the first layer's weights
    filter_limits: np.ndarray  # (moments, 2) float32, low and high
    provenance: Provenance

    def filters(self, moment: int) -> np.ndarray:
        """Return (filters, 3, h, w) float32: the first layer's weights at one moment."""
        return decoded(self.filter_codes[moment], self.filter_limits[moment])

    def step(self, name: str) -> DemoStep | None:
        """Return a step by its name; None if it was not recorded."""
        return next((step for step in self.steps if step.name == name), None)


def encoded(values: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Values in a byte each, between the limits of what lies along `axes`.

    Args:
        values: Any shape, float32.
        axes: Of the values that share their limits.

    Returns:
        uint8 of the same shape, and float32 limits: low and high in an axis behind those left.
    """
    low, high = values.min(axes, keepdims=True), values.max(axes, keepdims=True)
    span = np.where(high > low, high - low, 1)
    codes = np.round((values - low) / span * 255).astype(np.uint8)
    limits = np.stack([low.squeeze(axes), high.squeeze(axes)], axis=-1)
    return codes, limits.astype(np.float32)


def decoded(codes: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Return what `encoded` was given, to half a 255th of what lies between the limits; float32."""
    low, high = np.moveaxis(limits, -1, 0)
    shape = (*low.shape, *[1] * (codes.ndim - low.ndim))
    low, high = low.reshape(shape), high.reshape(shape)
    return (low + codes.astype(np.float32) / 255 * (high - low)).astype(np.float32)
