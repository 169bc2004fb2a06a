"""What the demo's network sees of a picture: random parts in training, the whole when tested."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as on the flow page


def views(
    pixels: Tensor, size: int, area: tuple[float, float], generator: torch.Generator
) -> Tensor:
    """Return a random part of each picture, half of them mirrored, as the network's input.

    Args:
        pixels: (N, 3, 32, 32) uint8.
        size: Height and width of what comes out.
        area: Share of a picture that is seen, at least and at most.
        generator: Of all randomness.

    Returns:
        (N, 3, size, size) float32, normalized as the flow page does it.

    References:
        Random resized crops: section 4 of arXiv:1409.4842.
    """
    n = len(pixels)
    colors = normalized(_toned(pixels.float() / 255, generator))

    def uniform(low: float, high: float) -> Tensor:
        return torch.rand(n, generator=generator) * (high - low) + low

    seen = uniform(*area)
    aspect = uniform(math.log(3 / 4), math.log(4 / 3)).exp().sqrt()
    width, height = (seen.sqrt() * aspect).clamp(max=1), (seen.sqrt() / aspect).clamp(max=1)
    mirrored = (torch.rand(n, generator=generator) < 0.5) * -2.0 + 1
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = width * mirrored, height
    theta[:, 0, 2] = (1 - width) * uniform(-1, 1)
    theta[:, 1, 2] = (1 - height) * uniform(-1, 1)
    grid = F.affine_grid(theta, [n, 3, size, size], align_corners=False)
    drawn = int(torch.randint(4, (1,), generator=generator))
    mode = ("bilinear", "bilinear", "bicubic", "nearest")[drawn]  # blurred to sharp edges
    if drawn == 0:  # a picture of which less was known
        small = int(torch.randint(16, 29, (1,), generator=generator))
        colors = F.interpolate(colors, size=(small, small), mode="bilinear", antialias=True)
    return F.grid_sample(colors, grid, mode, padding_mode="reflection", align_corners=False)


def _toned(colors: Tensor, generator: torch.Generator) -> Tensor:
    """Brightness and contrast of each (N, 3, H, W) picture a little changed; some turned gray."""
    n = len(colors)
    gain = torch.rand(n, 1, 1, 1, generator=generator) * 0.6 + 0.7
    shift = torch.rand(n, 1, 1, 1, generator=generator) * 0.3 - 0.15
    middle = colors.mean((1, 2, 3), keepdim=True)
    gray = torch.rand(n, 1, 1, 1, generator=generator) < 0.05
    toned = torch.where(gray, colors.mean(1, keepdim=True), colors)
    return ((toned - middle) * gain + middle + shift).clamp(0, 1)


def normalized(colors: Tensor) -> Tensor:
    """(N, 3, H, W) of 0..1, each channel shifted and scaled as torchvision's ResNet expects."""
    return (colors - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


def enlarged(pixels: Tensor, size: int = 224) -> Tensor:
    """(N, 3, H, W) uint8 as the network's input, (N, 3, size, size) float32."""
    return normalized(F.interpolate(pixels.float() / 255, size=(size, size), mode="bilinear"))
