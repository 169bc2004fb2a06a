"""A small vision Transformer whose every intermediate can be named."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from viz_models.models.transformer import Layer, LayerPass, TransformerConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionConfig(TransformerConfig):
    """A Transformer over the patches of a gray image."""

    layers: int = 3
    size: int = 8  # height and width of the image
    patch: int = 2  # of a patch
    classes: int = 10


class VisionPass(NamedTuple):
    """What the vision Transformer computed; P patches, and one [cls] before them."""

    tokens: Tensor  # (B, 1 + P, d_model) embedding plus positions
    layers: tuple[LayerPass, ...]
    logits: Tensor  # (B, classes)


class VisionTransformer(nn.Module):
    """An image as a sentence of patches; the [cls] token in front collects the answer.

    References:
        Dosovitskiy et al. 2020, section 3.1, arXiv:2010.11929.
    """

    def __init__(self, config: VisionConfig) -> None:
        """Build the network; the patches must tile the image."""
        super().__init__()
        if config.size % config.patch:
            raise ValueError(f"patches of {config.patch} do not tile an image of {config.size}")
        self.config = config
        d, patches = config.d_model, (config.size // config.patch) ** 2
        self.patches = nn.Conv2d(1, d, kernel_size=config.patch, stride=config.patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, d))
        self.positions = nn.Parameter(torch.randn(1, 1 + patches, d) * 0.02)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, config.classes)

    def run(self, images: Tensor) -> VisionPass:
        """Return a whole pass over (B, 1, size, size) standardized gray values."""
        patches = self.patches(images).flatten(2).transpose(1, 2)  # (B, P, d_model)
        cls = self.cls.expand(images.size(0), -1, -1)
        x = tokens = torch.cat([cls, patches], dim=1) + self.positions
        steps = []
        for layer in self.layers:
            assert isinstance(layer, Layer)
            steps.append(layer.run(x))
            x = steps[-1].output
        return VisionPass(tokens, tuple(steps), self.head(self.norm(x)[:, 0]))

    def forward(self, images: Tensor) -> Tensor:
        """(B, 1, size, size) to (B, classes) logits."""
        return self.run(images).logits
