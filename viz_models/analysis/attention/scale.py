"""Why scores are divided by sqrt(d_k): variance, softmax and gradients, with it and without."""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from viz_models.models.versions import torch_version
from viz_models.records import Provenance, ScaleBands, ScaleRows, ScaleSpec, ScaleSweep

LIMIT = 1 << 25  # numbers in the keys of one width: 128 MB
_BAND = (0.05, 0.5, 0.95)
_SUMMED = ("variance", "entropy", "largest", "gradient", "gradient_mean", "gradient_query")

Bands = dict[str, np.ndarray]  # measure -> 5 %, 50 % and 95 % of the seeds


def sweep(spec: ScaleSpec) -> ScaleSweep:
    """Draw queries and keys of every width; measure scores, weights and gradients both ways.

    The loss is L = sum(g * weights) with one unit vector g a query, the same for both ways: what
    arrives from above when it does not depend on the factor.

    Raises:
        ValueError: If the spec cannot be drawn.

    References:
        Vaswani et al. 2017, section 3.2.1 and its footnote 4: arXiv:1706.03762.
    """
    check(spec)
    measured = [_both_ways(spec, width) for width in spec.widths]
    raw, scaled = (
        ScaleBands(**{name: np.stack([found[name] for found in way]) for name in _SUMMED})
        for way in ([m[0] for m in measured], [m[1] for m in measured])
    )
    return ScaleSweep(
        spec=spec,
        raw=raw,
        scaled=scaled,
        max_difference=max(m[2] for m in measured),
        provenance=_provenance(),
    )


def rows(spec: ScaleSpec, width: int) -> ScaleRows:
    """Return all scores of one width, and one query's weights with the factor and without.

    The shown query is the one whose largest raw weight is the median: a typical one.

    Raises:
        ValueError: If the spec cannot be drawn, or has no such width.
    """
    check(spec)
    if width not in spec.widths:
        raise ValueError(f"d_k = {width} was not drawn; choose one of {spec.widths}")
    q, k, _ = draw(spec, width)
    scores = (q @ k.mT)[0]  # one seed's (queries, keys)
    raw, scaled = (torch.softmax(scores * factor, -1) for factor in (1.0, width**-0.5))
    typical = int(raw.amax(-1).argsort()[len(raw) // 2])
    order = raw[typical].argsort(descending=True, stable=True)
    return ScaleRows(
        width=width,
        scores=(q @ k.mT).flatten().numpy(),
        raw=raw[typical][order].numpy(),
        scaled=scaled[typical][order].numpy(),
        provenance=_provenance(),
    )


def draw(spec: ScaleSpec, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Draw queries, keys and the gradient that arrives at the weights.

    Returns:
        q (seeds, queries, d_k), k (seeds, keys, d_k) from N(0, spread^2), and unit vectors
        (seeds, queries, keys); float32. Seed s draws the same numbers whatever else is asked.
    """
    drawn = []
    for seed in range(spec.seeds):
        generator = torch.Generator().manual_seed(seed)
        sizes = (spec.queries, width), (spec.keys, width), (spec.queries, spec.keys)
        drawn.append([torch.randn(size, generator=generator) for size in sizes])
    q, k, upstream = (torch.stack(parts) for parts in zip(*drawn, strict=True))
    return q * spec.spread, k * spec.spread, functional.normalize(upstream, dim=-1)


def _both_ways(spec: ScaleSpec, width: int) -> tuple[Bands, Bands, float]:
    q, k, upstream = draw(spec, width)
    raw, off = _way(q, k, upstream, 1.0)
    scaled, off_scaled = _way(q, k, upstream, width**-0.5)
    return raw, scaled, max(off, off_scaled)


def _way(q: Tensor, k: Tensor, upstream: Tensor, factor: float) -> tuple[Bands, float]:
    q = q.clone().requires_grad_()
    given = q @ k.mT * factor  # what the softmax is given
    weights = torch.softmax(given, -1)
    at_given, at_query = torch.autograd.grad((upstream * weights).sum(), (given, q))
    keys = weights.shape[-1]
    weights, given = weights.detach(), given.detach()
    lengths = at_given.norm(dim=-1)
    per_seed = {
        "variance": given.flatten(1).var(-1),
        "entropy": torch.special.entr(weights).sum(-1).mean(-1) / math.log(keys),
        "largest": weights.amax(-1).mean(-1),
        "gradient": lengths.median(-1).values,
        "gradient_mean": lengths.mean(-1),
        "gradient_query": at_query.norm(dim=-1).median(-1).values,
    }
    bands = {
        name: torch.quantile(values.double(), torch.tensor(_BAND, dtype=torch.float64)).numpy()
        for name, values in per_seed.items()
    }
    return bands, _difference(q.detach(), k, weights, factor)


def _difference(q: Tensor, k: Tensor, weights: Tensor, factor: float) -> float:
    """Return the difference to torch's attention, whose output is its weights if V is identity."""
    identity = torch.eye(k.shape[1]).expand(len(k), -1, -1)
    theirs = functional.scaled_dot_product_attention(q, k, identity, scale=factor)
    return float((theirs - weights).abs().max())


def check(spec: ScaleSpec) -> None:
    """Raise a ValueError with one clear line unless the spec can be drawn."""
    if not spec.widths or min(spec.widths) < 1:
        raise ValueError("d_k must be 1 or more; give at least one width")
    if spec.keys < 2 or spec.queries < 1 or spec.seeds < 1:
        raise ValueError("at least 2 keys, 1 query and 1 seed are needed")
    if not spec.spread > 0 or not math.isfinite(spec.spread):
        raise ValueError(f"the spread of q and k must be above 0, got {spec.spread}")
    numbers = spec.seeds * spec.keys * max(spec.widths)
    if numbers > LIMIT:
        raise ValueError(
            f"{numbers:,} numbers in the keys are too many; at most {LIMIT:,}: fewer seeds or keys"
        )


def _provenance() -> Provenance:
    return Provenance(versions=torch_version())
