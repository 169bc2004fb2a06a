"""The networks of the lesson on GANs: two small MLPs in the plane, and two for 8x8 digits.

Goodfellow et al. 2014, arXiv:1406.2661; labels as a second input: Mirza and Osindero 2014,
arXiv:1411.1784. Every discriminator returns logits: D(x) is their sigmoid.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.models.registry import seeded

NOISE = 2  # numbers in a z of the plane
WIDTH = 64  # of both hidden layers in the plane
DIGIT_NOISE, DIGIT_WIDTH = 20, 128
CLASSES, PIXELS = 10, 64
SLOPE = 0.2  # of the discriminators' LeakyReLU below zero: section 3 of arXiv:1511.06434


def plane(seed: int) -> tuple[nn.Sequential, nn.Sequential]:
    """Build generator and discriminator of the plane, the same for the same seed.

    Returns:
        (N, 2) noise to (N, 2) points, and (N, 2) points to (N, 1) logits; in training mode.
    """
    with seeded(seed):
        generator = nn.Sequential(
            nn.Linear(NOISE, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(),
            nn.Linear(WIDTH, 2),
        )  # fmt: skip
        discriminator = nn.Sequential(
            nn.Linear(2, WIDTH), nn.LeakyReLU(SLOPE), nn.Linear(WIDTH, WIDTH),
            nn.LeakyReLU(SLOPE), nn.Linear(WIDTH, 1),
        )  # fmt: skip
    return generator, discriminator


class DigitGenerator(nn.Module):
    """Noise and a digit's name in, an 8x8 image out: 28,736 parameters."""

    def __init__(self) -> None:
        """Build the layers with torch's own initialization."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(DIGIT_NOISE + CLASSES, DIGIT_WIDTH), nn.ReLU(),
            nn.Linear(DIGIT_WIDTH, DIGIT_WIDTH), nn.ReLU(),
            nn.Linear(DIGIT_WIDTH, PIXELS), nn.Tanh(),
        )  # fmt: skip

    def forward(self, noise: Tensor, labels: Tensor) -> Tensor:
        """Draw digits: (N, 20) and (N,) int64 to (N, 64), from -1 (paper) to 1 (ink)."""
        drawn: Tensor = self.layers(torch.cat([noise, F.one_hot(labels, CLASSES)], dim=1))
        return drawn


class DigitDiscriminator(nn.Module):
    """An 8x8 image and the name that it goes by in, one logit out: 26,241 parameters."""

    def __init__(self) -> None:
        """Build the layers with torch's own initialization."""
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(PIXELS + CLASSES, DIGIT_WIDTH), nn.LeakyReLU(SLOPE),
            nn.Linear(DIGIT_WIDTH, DIGIT_WIDTH), nn.LeakyReLU(SLOPE),
            nn.Linear(DIGIT_WIDTH, 1),
        )  # fmt: skip

    def forward(self, images: Tensor, labels: Tensor) -> Tensor:
        """Judge digits: (N, 64) and (N,) int64 to (N, 1) logits of being real."""
        judged: Tensor = self.layers(torch.cat([images, F.one_hot(labels, CLASSES)], dim=1))
        return judged


def digits(seed: int) -> tuple[DigitGenerator, DigitDiscriminator]:
    """Build both networks for digits, the same for the same seed, in training mode."""
    with seeded(seed):
        return DigitGenerator(), DigitDiscriminator()
