"""The small batch that is sent through a network to see its gradients."""

from dataclasses import replace
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.pricing.price import price
from viz_models.images import samples
from viz_models.models.builder.repair import repaired
from viz_models.records import BuildSpec, RnnSpec, TransformerSpec

PHOTO = "cat"
TILES = 4  # the photo is cut into 4 x 4 pieces, one an example
PROBES = ((16, 16), (16, 8), (8, 16), (8, 8), (8, 4))  # (H = W, N), the dearest first
BUDGET = 100e6  # multiply-adds of one forward: seven of them, and back, in about 250 ms


def fit(spec: BuildSpec) -> tuple[int, BuildSpec]:
    """Return a batch size and a network for photos of a size that a race can afford.

    Args:
        spec: Any network that `repaired` returns unchanged.

    Returns:
        (N, spec): N examples, and the network with the `size` of the probe: the first probe
        within the budget, or the cheapest there is. A network that cannot be built for so few
        pixels keeps its own size.
    """
    fitting = [(n, sized) for side, n in PROBES if (sized := _sized(spec, side)) is not None]
    fitting = fitting or [(n, spec) for _, n in PROBES]
    affordable = (f for f in fitting if f[0] * price(f[1]).macs <= BUDGET)
    return next(affordable, fitting[-1])


def _sized(spec: BuildSpec, side: int) -> BuildSpec | None:
    """Return the network for images of at most this side; None where that is another network."""
    if isinstance(spec, TransformerSpec | RnnSpec):
        return None  # its number of tokens, or of steps, hangs on the size
    asked = replace(spec, size=min(side, spec.size))
    return asked if repaired(asked)[0] == asked else None


@cache
def photo() -> Tensor:
    """(16, 3, 56, 56) float32: pieces of one photo, standardized as for ImageNet."""
    whole = torch.from_numpy(prepare(samples.load(PHOTO)).tensor)  # (3, 224, 224)
    side = whole.shape[1] // TILES
    pieces = whole.unfold(1, side, side).unfold(2, side, side)  # (3, 4, 4, 56, 56)
    return pieces.flatten(1, 2).transpose(0, 1).contiguous()


def inputs(spec: BuildSpec, batch: int) -> Tensor:
    """Return a batch for a network: pieces of a photo at its size, or random tokens.

    Args:
        spec: The network; its channel k is the photo's channel k modulo 3.
        batch: N, at most 16: the photo has no more pieces.

    Returns:
        (N, C, size, size) float32 that asks for a gradient, or (N, T) int64.
    """
    if isinstance(spec, TransformerSpec | RnnSpec) and spec.source == "tokens":
        generator = torch.Generator().manual_seed(0)
        return torch.randint(spec.vocabulary, (batch, spec.length), generator=generator)
    pixels = F.adaptive_avg_pool2d(photo()[:batch], spec.size)
    return pixels[:, torch.arange(spec.in_channels) % 3].requires_grad_()
