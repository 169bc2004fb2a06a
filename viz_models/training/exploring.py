"""A trained run on the flow page: its network, its weights, its data's images."""

import numpy as np

from viz_models.language import gettext as _
from viz_models.records import (
    DataSpec,
    DigitsNetSpec,
    ImageRef,
    ModelRef,
    Photo,
    Prepared,
    RnnSpec,
    RunSpec,
    ZooSpec,
)
from viz_models.records.build.builder import MOST_FOLLOWED
from viz_models.training.data import sets as data
from viz_models.training.data.dataset import Dataset
from viz_models.training.loop.checks import grows

TOP = 240  # of 255, what the highest value of float examples is shown as: 16 grays of digits fit


def network(run: RunSpec, weights: str) -> ModelRef:
    """Return the network that a run ended with.

    Args:
        run: What was asked for.
        weights: File of safetensors.

    Raises:
        ValueError: If its tensors cannot be followed there; the line says which can.
    """
    model = grows(run) or run.model
    if isinstance(model, RnnSpec) and model.over_time > MOST_FOLLOWED:
        raise ValueError(
            _(
                "this network takes {over_time} steps in time, over all layers and "
                "directions; {most_followed} at most can be followed here"
            ).format(over_time=model.over_time, most_followed=MOST_FOLLOWED)
        )
    classes = 10 if isinstance(model, DigitsNetSpec) else model.classes
    labels = data.class_names(run.data, classes)
    pixels = data.facts(run.data).size if isinstance(model, ZooSpec) else 0
    return ModelRef(build=model, pixels=pixels, seed=run.seed, trained=weights, labels=labels)


def example(spec: DataSpec, index: int, channels: int = 0) -> tuple[Photo, Prepared]:
    """Return a test example as the network gets it, in the place of a photo.

    Args:
        spec: Which data.
        index: In its test set.
        channels: That the network reads: gray is repeated for one that reads three.

    Raises:
        ValueError: If these are no pictures, or there is none at that place.
    """
    found = data.tests(spec, [index])
    (values,) = found.test_inputs
    if values.shape[1] < 2:
        raise ValueError(_("these examples are points, not pictures"))
    pixels, mean, std = _pixels(found, data.ends(spec))  # (C, H, W) uint8; of 0..1
    if len(pixels) < channels:
        pixels, mean, std = np.repeat(pixels, channels, axis=0), mean * channels, std * channels
        values = values.expand(channels, -1, -1)
    scaled = pixels.astype(np.float32) / np.float32(255)
    shape = (-1, 1, 1)
    shifted = scaled - np.asarray(mean, np.float32).reshape(shape)
    made = shifted / np.asarray(std, np.float32).reshape(shape)
    tensor = made if found.mean else values.numpy()
    cropped = np.repeat(pixels, 3, axis=0) if len(pixels) == 1 else pixels
    cropped = np.ascontiguousarray(cropped.transpose(1, 2, 0))
    side = cropped.shape[0]
    name = found.classes[int(found.test_targets[0])]
    ref = ImageRef(name=f"test example {index}, “{name}”", sha256=str(spec))
    return Photo(ref=ref, pixels=cropped, original_size=(side, side)), Prepared(
        tensor=tensor,
        cropped=cropped,
        resized_size=(side, side),
        crop_box=(0, 0, side, side),
        mean_before=_each(scaled.mean((1, 2))),
        std_before=_each(scaled.std((1, 2))),
        mean_after=_each(tensor.mean((1, 2))),
        std_after=_each(tensor.std((1, 2))),
        normalize_mean=tuple(round(m, 6) for m in mean),
        normalize_std=tuple(round(s, 6) for s in std),
    )


def _pixels(
    found: Dataset, ends: tuple[float, float]
) -> tuple[np.ndarray, tuple[float, ...], tuple[float, ...]]:
    """Pixels, and the mean and std, of 0..1, that make them what the network gets."""
    (one,) = found.test_inputs
    if found.mean:
        return (
            one.numpy(),
            tuple(m / 255 for m in found.mean),
            tuple(s / 255 for s in found.std),
        )
    low, high = ends
    unit = TOP / 255 / (high - low)
    pixels = ((one.numpy() - low) * (TOP / (high - low))).round().astype(np.uint8)
    return pixels, (-low * unit,) * len(pixels), (unit,) * len(pixels)


def _each(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
