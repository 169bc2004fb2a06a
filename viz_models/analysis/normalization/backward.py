"""What a norm lets through on the way back, measured by autograd."""

import numpy as np
import torch
from torch import Tensor

from viz_models.analysis.normalization.grouping import check
from viz_models.analysis.normalization.layers import layer, through
from viz_models.analysis.normalization.normalize import normalize
from viz_models.models.versions import torch_version
from viz_models.records import GradientFacts, Normalized, NormSpec, Provenance, Running

MAX_VALUES = 2**20  # float64, and five backward passes
EXPONENTS = (-2, -1, 0, 1, 2)


def backward(
    x: np.ndarray, spec: NormSpec, running: Running | None = None, seed: int = 0
) -> GradientFacts:
    """Send a random gradient back through a norm and see what is missing on the other side.

    dL/dx = (g - mean(g) - x-hat * mean(g * x-hat)) / sqrt(variance + eps), with g the gradient at
    x-hat: the mean is removed, and all but eps / (variance + eps) of the projection on x-hat.
    RMSNorm removes the projection alone; BatchNorm in eval mode removes nothing.

    Args:
        x: (N, C, H, W), at most MAX_VALUES values; computed in float64.
        spec: Which norm.
        running: What "batch" uses in eval mode.
        seed: Of the gradient that arrives, N(0, 1).

    Raises:
        ValueError: If the shape does not fit or the tensor is too large.

    References:
        Ioffe & Szegedy 2015, section 3, arXiv:1502.03167; Xu et al. 2019, eq. 3-4 (LayerNorm),
        arXiv:1911.07013.
    """
    check(x.shape, spec)
    if x.size > MAX_VALUES:
        raise ValueError(f"{x.size:,} values are too many; the limit is {MAX_VALUES:,}")
    tensor = torch.from_numpy(x.astype(np.float64))
    result = normalize(tensor, spec, running)
    upstream = torch.randn(x.shape, generator=torch.Generator().manual_seed(seed)).double()
    scales = np.array([10.0**k for k in EXPONENTS])
    passed = [_gradient(tensor * s, upstream, spec, running) for s in (1.0, *scales)]
    norms = np.array([g.norm().item() for g in passed[1:]])
    return GradientFacts(
        spec=spec,
        **_facts(tensor, result, upstream * spec.gamma, passed[0]),
        scales=scales,
        gradient_norms=norms,
        refusal=result.refusal,
        provenance=Provenance(seed=seed, versions=torch_version()),
    )


def _gradient(x: Tensor, upstream: Tensor, spec: NormSpec, running: Running | None) -> Tensor:
    x = x.clone().requires_grad_()
    module = layer(x.shape, spec, running, x.dtype)
    try:
        (gradient,) = torch.autograd.grad(through(module, x, spec), x, upstream)
    except ValueError:  # `refusal` says it
        return torch.zeros_like(x)
    return gradient


def _facts(
    x: Tensor, result: Normalized, arriving: Tensor, gradient: Tensor
) -> dict[str, np.ndarray]:
    ids = torch.from_numpy(result.grouping.ids.copy())
    mean, root = (torch.from_numpy(a)[ids] for a in (result.subtracted, result.divided))
    hat = (x - mean) / root
    passed = gradient * root
    if result.refusal:
        arriving = torch.zeros_like(arriving)
    projection = _group_means(arriving * hat, result)
    return {
        "mean_arriving": _group_means(arriving, result),
        "mean_passed": _group_means(passed, result),
        "projection_arriving": projection,
        "projection_passed": _group_means(passed * hat, result),
        "projection_expected": projection * _kept(result),
    }


def _kept(result: Normalized) -> np.ndarray:
    """Return the share of the projection that is not removed: all of it with fixed statistics."""
    if result.spec.norm == "batch" and result.spec.mode == "eval":
        return np.ones_like(result.divided)
    return result.spec.eps / np.square(result.divided)


def _group_means(values: Tensor, result: Normalized) -> np.ndarray:
    ids = np.broadcast_to(result.grouping.ids, values.shape).ravel()
    sums = np.bincount(ids, values.numpy().ravel(), minlength=result.grouping.count)
    means: np.ndarray = sums / result.grouping.size
    return means
