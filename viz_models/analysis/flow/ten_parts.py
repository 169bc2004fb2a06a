"""What a network says of ten parts of a photo, and of all of them together.

Four corners and the middle, each also mirrored; the probabilities are averaged: Krizhevsky et al.
2012, section 4.1. torchvision's `TenCrop` cuts the same.
"""

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.flow.prediction import guesses, prediction
from viz_models.analysis.flow.preprocess import PRESET, resized
from viz_models.models import registry, weights
from viz_models.patches.light import torchvision
from viz_models.records import ModelRef, Photo
from viz_models.records.flow.prediction import Part, TenParts

functional = torchvision.transforms.functional
PLACES = ("top left", "top right", "bottom left", "bottom right", "middle")  # as torchvision cuts
MIDDLE = len(PLACES) - 1


def cut(photo: Photo) -> np.ndarray:
    """Return the five parts as (5, 224, 224, 3) uint8; the last one is what `prepare` cuts out."""
    parts = functional.five_crop(resized(photo), [PRESET.crop_size[0]])
    return np.stack([np.array(part) for part in parts])


def chances(net: nn.Module, pictures: np.ndarray) -> Tensor:
    """Return the probabilities of each class for ten parts: the five, then the five mirrored.

    Args:
        net: In eval mode, for 224x224 pixels normalized as torchvision does.
        pictures: (5, 224, 224, 3) uint8, of `cut`.

    Returns:
        (10, classes) float32.
    """
    scaled = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    x = functional.normalize(scaled, PRESET.mean, PRESET.std)
    with torch.no_grad():
        logits: Tensor = net(torch.cat([x, x.flip(3)]))
    return logits.softmax(1)


def ten_parts(ref: ModelRef, pictures: np.ndarray) -> TenParts:
    """Return what a network says of each part, and the mean of it.

    Args:
        ref: A network of torchvision's that takes 224x224 pixels.
        pictures: (5, 224, 224, 3) uint8, of `cut`.
    """
    with registry.shared(ref) as net:
        found = chances(net, pictures).numpy()
    labels = registry.card(ref).labels
    said = [guesses(row, labels, 1)[0] for row in found]
    return TenParts(
        together=prediction(ref, found.mean(0), below=unsure_below(ref)),
        parts=tuple(
            Part(place=place, plain=said[i], mirrored=said[i + len(PLACES)])
            for i, place in enumerate(PLACES)
        ),
    )


def unsure_below(ref: ModelRef) -> float | None:
    """Return the threshold of the mean of ten parts; None where none was measured."""
    card = weights.cards().get(f"{ref.name}_{ref.weights}") if ref.build is None else None
    return card.unsure_below_ten if card else None
