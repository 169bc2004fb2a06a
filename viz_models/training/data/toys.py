"""Points in a plane, as images of one pixel with two channels, so that an MLP reads them."""

from functools import cache

import numpy as np
import torch
from sklearn.datasets import make_circles, make_moons

from viz_models.training.data.dataset import Dataset

TRAIN, TEST = 1000, 500
NOISE = {"moons": 0.2, "circles": 0.1, "spirals": 0.05}
TURNS = 1.5  # of each arm of a spiral
CLASSES = ("outer", "inner")


@cache
def points(name: str) -> Dataset:
    """Two classes of points, half of each: (N, 2, 1, 1) float32, standardized.

    Args:
        name: "moons", "circles" or "spirals".
    """
    n = TRAIN + TEST
    if name == "moons":
        places, labels = make_moons(n, noise=NOISE[name], random_state=0)
    elif name == "circles":
        places, labels = make_circles(n, noise=NOISE[name], factor=0.5, random_state=0)
    else:
        places, labels = _spirals(n)
    order = np.random.default_rng(0).permutation(n)
    train, test = order[:TRAIN], order[TRAIN:]
    scaled = (places - places[train].mean(0)) / places[train].std(0)
    inputs = torch.from_numpy(scaled).float()[:, :, None, None]
    targets = torch.from_numpy(labels).long()
    return Dataset(
        train_inputs=inputs[train],
        train_targets=targets[train],
        test_inputs=inputs[test],
        test_targets=targets[test],
        classes=CLASSES if name == "circles" else ("first", "second"),
    )


def _spirals(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two arms, one the other turned by half a turn."""
    random = np.random.default_rng(0)
    labels = np.arange(n) % 2
    along = np.sqrt(random.random(n))  # as dense outside as inside
    angle = 2 * np.pi * TURNS * along + np.pi * labels
    places = along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return places + NOISE["spirals"] * random.standard_normal((n, 2)), labels
