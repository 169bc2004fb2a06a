"""Losses and measures of a GAN: Goodfellow et al. 2014, eq. 1 and section 3, arXiv:1406.2661.

With s the logit of the discriminator, D = sigmoid(s), so -log D = softplus(-s) and
-log(1 - D) = softplus(s): both losses without a logarithm of zero.
"""

import math
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.records.train.gan import GAN_PARTS, GanData, GanLoss

LIMIT = 3.0  # of the plane, both ways
GRID = 49  # points of a side at which D is looked at
RADIUS, RING_SIGMA = 2.0, 0.1
MOON_SIGMA = 0.1
FEW = 0.02  # share of the fakes that must come close to a part for it to be found
CLOSE = 3.0  # sigma
SHOWN = 300  # real points in a picture


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Return the mean of -log D(real) plus the mean of -log(1 - D(fake)), from logits."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_losses(fake: Tensor, loss: GanLoss) -> Tensor:
    """Return each fake's own loss, from its logit: log(1 - D) or -log D."""
    return -F.softplus(fake) if loss == "saturating" else F.softplus(-fake)


def norm(gradients: Iterable[Tensor]) -> float:
    """Return the norm over all numbers of several tensors."""
    return math.sqrt(sum(float(g.double().square().sum()) for g in gradients))


def gradient_norm(generator: nn.Module, fake_logits: Tensor, loss: GanLoss) -> float:
    """Return the norm of the mean loss's gradient over all parameters of a generator."""
    value = generator_losses(fake_logits, loss).mean()
    found = torch.autograd.grad(value, list(generator.parameters()), retain_graph=True)
    return norm(found)


# ------------------------------------------------------------------ the data


def real_points(data: GanData, count: int, generator: torch.Generator) -> Tensor:
    """Draw so many points of a data set: (count, 2) float32."""
    part = torch.randint(GAN_PARTS, (count,), generator=generator)
    along = torch.rand(count, generator=generator)
    noise = torch.randn(count, 2, generator=generator)
    if data == "ring":
        return _ring(part.double()).float() + RING_SIGMA * noise
    return _moons((part + along).double()).float() + MOON_SIGMA * noise


def shown_points(data: GanData) -> np.ndarray:
    """Return real points to look at, always the same: (300, 2) float32."""
    points: np.ndarray = real_points(data, SHOWN, torch.Generator().manual_seed(0)).numpy()
    return points


def _ring(part: Tensor) -> Tensor:
    angle = part * (2 * math.pi / GAN_PARTS)
    return RADIUS * torch.stack([angle.cos(), angle.sin()], dim=1)


def _moons(place: Tensor) -> Tensor:
    """Two half circles as scikit-learn's make_moons has them, moved to the middle of the plane.

    Args:
        place: (N,) from 0 to 8: four arcs of the upper moon, then four of the lower one.
    """
    half = GAN_PARTS / 2
    angle = (place % half) * (math.pi / half)
    lower = place >= half
    x = torch.where(lower, 1 - angle.cos(), angle.cos()) - 0.5
    y = torch.where(lower, 0.5 - angle.sin(), angle.sin()) - 0.25
    return 1.6 * torch.stack([x, y], dim=1)


def skeleton(data: GanData, per_part: int = 50) -> Tensor:
    """Return what the noise is added to: (8, per_part, 2) float32; a ring has one place a part."""
    parts = torch.arange(GAN_PARTS, dtype=torch.float64)
    if data == "ring":
        return _ring(parts)[:, None].float()
    steps = (torch.arange(per_part, dtype=torch.float64) + 0.5) / per_part
    places = (parts[:, None] + steps).flatten()
    return _moons(places).float().unflatten(0, (GAN_PARTS, per_part))


def found_parts(fakes: Tensor, data: GanData) -> tuple[int, float]:
    """Count the parts of the data that fakes come close to, and the fakes that are close at all.

    A fake is close within 3 sigma of the skeleton; a part is found by 2 % of the fakes.

    Args:
        fakes: (N, 2).
        data: Which data set.

    Returns:
        Parts found, 0 to 8, and the share of the fakes that are close to one, 0..1. Of the real
        points themselves 98.9 % are close to the ring's, whose distance is Rayleigh's.
    """
    bones = skeleton(data)
    sigma = RING_SIGMA if data == "ring" else MOON_SIGMA
    distances = torch.cdist(fakes, bones.flatten(0, 1)).unflatten(1, bones.shape[:2]).amin(2)
    nearest, part = distances.min(dim=1)
    close = nearest <= CLOSE * sigma
    counts = torch.bincount(part[close], minlength=GAN_PARTS)
    return int((counts >= FEW * len(fakes)).sum()), float(close.float().mean())


# ------------------------------------------------------------------ what is looked at


def grid() -> Tensor:
    """Return the places at which D is looked at: (GRID * GRID, 2), rows from the lowest y."""
    side = torch.linspace(-LIMIT, LIMIT, GRID)
    y, x = torch.meshgrid(side, side, indexing="ij")
    return torch.stack([x, y], dim=-1).flatten(0, 1)


def heat(discriminator: nn.Module) -> np.ndarray:
    """Return D over the plane: (GRID, GRID) float32, 0..1."""
    with torch.no_grad():
        found: np.ndarray = discriminator(grid()).sigmoid().unflatten(0, (GRID, GRID)).numpy()
    return found[..., 0]


def pushes(discriminator: nn.Module, fakes: Tensor, loss: GanLoss) -> Tensor:
    """Return where each fake's own loss would have it go: -dL/dx, (N, 2)."""
    places = fakes.detach().requires_grad_()
    value = generator_losses(discriminator(places), loss).sum()
    return -torch.autograd.grad(value, places)[0]
