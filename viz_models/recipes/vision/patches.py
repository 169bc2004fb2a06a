"""Teach a small vision Transformer scikit-learn's handwritten digits."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models.vision_transformer import VisionTransformer
from viz_models.recipes.fitting import FitSpec, fit
from viz_models.records import StepRecord
from viz_models.training.data import sets as data
from viz_models.training.loop import evaluation

SHIFT = 1  # pixels; a digit is moved at random by up to so many, up or down and left or right


def train(model: VisionTransformer, spec: FitSpec) -> Iterator[StepRecord]:
    """Train in place on the training digits, each moved a little every time it is seen."""
    digits = data.digits()
    order = data.batches(len(digits.train_targets), spec.batch_size, spec.steps, spec.seed)
    generator = torch.Generator().manual_seed(spec.seed)
    batches = (
        (moved(digits.train_inputs[batch], generator), digits.train_targets[batch])
        for batch in order
    )

    def measure(b: tuple[Tensor, Tensor]) -> tuple[Tensor, float]:
        images, targets = b
        logits = model(images)
        return F.cross_entropy(logits, targets), evaluation.accuracy(logits, targets)

    return fit(model, batches, measure, spec)


def moved(images: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 1, H, W) images, each moved by a few pixels of its own; what comes in is background."""
    wide = F.pad(images, [SHIFT] * 4, value=images.min().item())
    height, width = images.shape[2:]
    places = [(y, x) for y in range(2 * SHIFT + 1) for x in range(2 * SHIFT + 1)]
    every = torch.stack([wide[:, :, y : y + height, x : x + width] for y, x in places])
    chosen = torch.randint(len(places), (len(images),), generator=generator)
    return every[chosen, torch.arange(len(images))]


def accuracy(model: VisionTransformer) -> float:
    """Share of the 360 test digits that are recognized, 0..1."""
    digits = data.digits()
    with torch.no_grad():
        return evaluation.accuracy(model(digits.test_inputs), digits.test_targets)
