"""Examples on the device that trains, from which a batch is one indexing."""

from collections.abc import Iterator

import torch
from torch import Tensor

from viz_models.records import Augmentation
from viz_models.training.data.augment import augmented
from viz_models.training.data.dataset import Dataset
from viz_models.training.loop.placement import Place

TEST_BATCH = 1000


class Resident:
    """One data set on one device: pixels as they are kept, standardized a batch at a time."""

    def __init__(self, examples: Dataset, place: Place, channels: int) -> None:
        """Move the examples to the device.

        Args:
            examples: Train and test.
            place: Where to.
            channels: That the network reads; gray images are repeated for one that reads three.
        """
        self.place, self.channels = place, channels
        self.train_inputs = _rows(examples.train_inputs).to(place.device)
        self.test_inputs = _rows(examples.test_inputs).to(place.device)
        self.train_targets = examples.train_targets.to(place.device)
        self.test_targets = examples.test_targets.to(place.device)
        self.mean = torch.tensor(examples.mean, device=place.device)
        self.std = torch.tensor(examples.std, device=place.device)

    def batch(
        self, indices: Tensor, changes: tuple[Augmentation, ...] = ()
    ) -> tuple[Tensor, Tensor]:
        """Training inputs (B, C, H, W) float32 and targets (B,) int64 of those examples."""
        indices = indices.to(self.place.device, non_blocking=True)
        x = self.train_inputs.index_select(0, indices)
        return self._ready(augmented(x, changes)), self.train_targets.index_select(0, indices)

    def tests(self) -> Iterator[tuple[Tensor, Tensor]]:
        """The test set in its order, in batches."""
        for x, y in zip(
            self.test_inputs.split(TEST_BATCH), self.test_targets.split(TEST_BATCH), strict=True
        ):
            yield self._ready(x), y

    def _ready(self, x: Tensor) -> Tensor:
        """(B, H, W, C) as kept to (B, C, H, W) as a network reads it."""
        if len(self.mean):
            x = (x.float() - self.mean) / self.std
        b, h, w, c = x.shape
        x = x.permute(0, 3, 1, 2) if c > 1 else x.reshape(b, 1, h, w)
        if c < self.channels:
            x = x.expand(b, self.channels, h, w)
        return x.contiguous(
            memory_format=torch.channels_last
            if self.place.channels_last
            else torch.contiguous_format
        )


def _rows(inputs: Tensor) -> Tensor:
    """(N, C, H, W) as (N, H, W, C) in memory, so that channels-last batches need no copy."""
    return inputs.permute(0, 2, 3, 1).contiguous()
