"""Data sets as tensors that stay in memory; a batch is one indexing."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor

TEST_SIZE = 360  # of 1797
SPLIT_SEED = 0  # of the split alone: every run is tested on the same digits


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Dataset:
    """Training and test examples; shared by all runs, so not to be written to."""

    train_inputs: Tensor  # (N, 1, 8, 8) float32, mean 0 and std 1 over the whole training set
    train_targets: Tensor  # (N,) int64, 0..9
    test_inputs: Tensor  # (M, 1, 8, 8) float32, shifted and scaled by the same two numbers
    test_targets: Tensor  # (M,) int64


@cache
def digits() -> Dataset:
    """scikit-learn's 1797 handwritten digits, 1437 to train on and 360 to test.

    References:
        Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits, UCI Machine Learning
        Repository, doi:10.24432/C50P49.
    """
    pixels, labels = load_digits(return_X_y=True)  # (1797, 64) float64 0..16, (1797,) int64
    order = np.random.default_rng(SPLIT_SEED).permutation(len(labels))
    train = order[TEST_SIZE:]
    mean, std = pixels[train].mean(), pixels[train].std()
    images = torch.from_numpy((pixels - mean) / std).float().reshape(-1, 1, 8, 8)
    targets = torch.from_numpy(labels).long()
    return Dataset(
        train_inputs=images[train],
        train_targets=targets[train],
        test_inputs=images[order[:TEST_SIZE]],
        test_targets=targets[order[:TEST_SIZE]],
    )


def batches(n: int, batch_size: int, steps: int, seed: int) -> Tensor:
    """Which examples each step sees: all once in random order, then all in another order, ...

    A batch may end one pass and begin the next, so every batch is full. The order depends on
    the seed alone: with half the batch size, two batches hold what one held before.

    Args:
        n: Number of examples.
        batch_size: Examples a step.
        steps: Number of batches.
        seed: Of the shuffling.

    Returns:
        (steps, batch_size) int64 indices below n.
    """
    generator = torch.Generator().manual_seed(seed)
    passes = -(-steps * batch_size // n)
    order = torch.cat([torch.randperm(n, generator=generator) for _ in range(passes)])
    return order[: steps * batch_size].reshape(steps, batch_size)
