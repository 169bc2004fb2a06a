"""What a data set is: its examples in memory, and what a network must know of them."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

MAX_SIZE = 256  # pixels of height and width
SPLIT_SEED = 0  # of the split alone: every run is tested on the same examples

Progress = Callable[[int, int], None]  # done, in all (0: unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a network must fit, known without reading the examples."""

    channels: int
    size: int  # height and width
    classes: tuple[str, ...]  # their names
    train: int  # examples
    test: int


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Dataset:
    """Training and test examples; shared by all runs, so not to be written to.

    Inputs are float32 with mean 0 and std 1 over the training set, or uint8 pixels with the
    mean and std that do so; (x - mean) / std is then taken batch by batch.
    """

    train_inputs: Tensor  # (N, C, H, W) float32 or uint8
    train_targets: Tensor  # (N,) int64
    test_inputs: Tensor  # (M, C, H, W), shifted and scaled by the training set's numbers
    test_targets: Tensor  # (M,) int64
    classes: tuple[str, ...] = tuple("0123456789")
    mean: tuple[float, ...] = ()  # by channel, of 0..255; empty where inputs are float32
    std: tuple[float, ...] = ()

    def facts(self) -> Facts:
        """Its sizes."""
        return Facts(
            channels=self.train_inputs.shape[1],
            size=self.train_inputs.shape[2],
            classes=self.classes,
            train=len(self.train_targets),
            test=len(self.test_targets),
        )


def scale(inputs: Tensor) -> dict[str, tuple[float, ...]]:
    """Mean and standard deviation of (N, C, H, W) uint8 pixels, by channel, of 0..255."""
    counts = torch.stack(
        [inputs[:, c].flatten().bincount(minlength=256) for c in range(inputs.shape[1])]
    ).double()
    values, n = torch.arange(256).double(), counts.sum(1)
    mean = (counts * values).sum(1) / n
    variance = (counts * (values - mean[:, None]) ** 2).sum(1) / n
    return {"mean": tuple(mean.tolist()), "std": tuple(variance.sqrt().clamp(min=1.0).tolist())}
