"""Test examples as people look at them."""

from collections.abc import Sequence

import numpy as np

from viz_models.language import gettext as _
from viz_models.records import DataSpec
from viz_models.training.data import sets as data


def of_tests(spec: DataSpec, indices: Sequence[int]) -> list[np.ndarray]:
    """Pictures of test examples, as the network gets them: permuted where the spec says so.

    Args:
        spec: Which examples.
        indices: Places in the test set.

    Returns:
        For each (H, W, 3) uint8, black to white from the lowest to the highest value of the test
        set.

    Raises:
        ValueError: If the examples are points, not pictures, or an index is not in the test set.
        ConnectionError: If the data set is not on this machine.
    """
    inputs = data.tests(spec, indices).test_inputs
    if inputs.shape[2] < 2:
        raise ValueError(_("these examples are points; only pictures can be shown"))
    low, high = data.ends(spec)
    scaled = (inputs.float().numpy() - low) * (255 / (high - low))
    pixels = scaled.clip(0, 255).round().astype(np.uint8).transpose(0, 2, 3, 1)
    return list(pixels if pixels.shape[3] == 3 else pixels[..., :1].repeat(3, axis=3))


def labels_of_tests(spec: DataSpec) -> np.ndarray:
    """Return the right class of each test example, (M,) int64."""
    return data.kept(spec).test_targets.numpy()
