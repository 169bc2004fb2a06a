"""The tensors that are normalized: layers of ResNet18, of a small net on digits, or drawn."""

from typing import get_args

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (torch's own convention)
from torch import Tensor, nn

from viz_models.analysis.flow.plan import plan, until
from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.flow.steps import steps_of
from viz_models.analysis.normalization.grouping import check_shape
from viz_models.images import digits, samples
from viz_models.models import registry
from viz_models.records import ModelRef, Place, SourceKind, SourceSpec

DIGITS_MAPS = (8, 8, 8)  # C, H, W after the second convolution


def activation(source: SourceSpec) -> np.ndarray:
    """Return the tensor that a spec names.

    Args:
        source: "layer": a step of ResNet18 with random weights, all photos in one forward that
            stops there; "digits": the second convolution (8 maps) of a small net with random
            weights on 8x8 digits; "normal": N(0, 1); "uniform": U(0, 1); "shifted": normal, and
            example n and channel c lie 2n - c higher and are 1 + c times wider.

    Returns:
        (N, C, H, W) float32, read-only.

    Raises:
        ValueError: If there is no such source, or the tensor would be too large.
    """
    if source.kind not in get_args(SourceKind):
        raise ValueError(f"unknown {source.kind!r}; choose from {', '.join(get_args(SourceKind))}")
    if not 0 <= source.seed <= registry.MAX_SEED:
        raise ValueError(f"seed {source.seed} is out of range; choose 0 to {registry.MAX_SEED}")
    make = {"layer": _layer, "digits": _digits}.get(source.kind, _drawn)
    with torch.no_grad():
        array = _reduced(make(source), source).contiguous().numpy()
    array.flags.writeable = False
    return array


def shape_of(source: SourceSpec) -> Place:
    """(N, C, H, W) of the tensor that a spec names; nothing is computed.

    Raises:
        ValueError: If it is a layer that ResNet18 does not have, or one without maps.
    """
    if source.kind == "layer":
        n, c, h, w = _layer_shape(source)
    else:
        n, c, h, w = (source.shape[0], *DIGITS_MAPS) if source.kind == "digits" else source.shape
    if source.side is not None and source.side < min(h, w):
        h = w = source.side
    return n, c if source.channels is None else min(c, source.channels), h, w


def map_steps() -> tuple[str, ...]:
    """Return the steps of ResNet18 that give maps, so that a norm has H and W."""
    return tuple(s.name for s in steps_of(ModelRef()) if len(s.output_shape) == 3)


def _layer(source: SourceSpec) -> Tensor:
    ref = ModelRef(seed=source.seed)
    if not source.photos:
        raise ValueError("no photo is chosen; choose at least one")
    check_shape(_layer_shape(source))
    photos = [prepare(samples.load(name)).tensor for name in source.photos]
    batch = torch.from_numpy(np.stack(photos))
    with registry.shared(ref) as model:
        return until(plan(ref), source.step, model, batch)


def _layer_shape(source: SourceSpec) -> Place:
    if source.step not in map_steps():
        raise ValueError(f"{source.step!r} is no step with maps; choose one like layer1.0.conv1")
    shapes = {s.name: s.output_shape for s in steps_of(ModelRef())}
    c, h, w = shapes[source.step]
    return len(source.photos), c, h, w


def _digits(source: SourceSpec) -> Tensor:
    count = source.shape[0]
    if not 1 <= count <= digits.COUNT:
        raise ValueError(f"{count} digits cannot be had; choose 1 to {digits.COUNT}")
    images = torch.from_numpy(digits.read()[0][:count]).float()[:, None] / 16
    with registry.seeded(source.seed):
        net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1))
    out: Tensor = net(images)
    return out


def _drawn(source: SourceSpec) -> Tensor:
    check_shape(source.shape)
    rng = torch.Generator().manual_seed(source.seed)
    if source.kind == "uniform":
        return torch.rand(source.shape, generator=rng)
    x = torch.randn(source.shape, generator=rng)
    if source.kind == "normal":
        return x
    n, c = (torch.arange(float(size)) for size in source.shape[:2])
    return x * (1 + c)[:, None, None] + (2 * n[:, None] - c)[:, :, None, None]


def _reduced(x: Tensor, source: SourceSpec) -> Tensor:
    for size in (source.channels, source.side):
        if size is not None and size < 1:
            raise ValueError(f"{size} channels or rows cannot be kept; choose at least 1")
    if source.channels is not None:
        x = x[:, : source.channels]
    if source.side is not None and source.side < min(x.shape[2:]):
        x = F.adaptive_avg_pool2d(x, source.side)
    return x
