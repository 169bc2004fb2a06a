"""One tensor through one norm: statistics of every group, torch's output, and our check of it."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.normalization.grouping import groups
from viz_models.analysis.normalization.layers import layer, through
from viz_models.analysis.normalization.moments import PIECE, group_moments
from viz_models.models.versions import torch_version
from viz_models.records import Degenerate, Grouping, Normalized, NormSpec, Provenance, Running

TOLERANCE = {  # of the sum of absolute terms
    torch.bfloat16: 2e-2,
    torch.float16: 2e-3,
    torch.float32: 1e-5,
    torch.float64: 1e-13,
}


def normalize(x: np.ndarray | Tensor, spec: NormSpec, running: Running | None = None) -> Normalized:
    """Send a tensor through a norm and recompute every value from its group's statistics.

    y = (x - mu) / sqrt(sigma^2 + eps) * gamma + beta; RMSNorm: x / sqrt(mean(x^2) + eps) * gamma.

    Args:
        x: (N, C, H, W) float16, float32 or float64 (a Tensor may be bfloat16 too).
        spec: Which norm.
        running: What "batch" uses in eval mode; a fresh module's (0 and 1) if left out.

    Raises:
        ValueError: If the shape does not fit, or x holds NaN, infinity or values whose squares
            overflow. What torch itself refuses comes back as `refusal`.

    References:
        arXiv:1502.03167 (BN, algorithms 1 and 2), 1607.06450 (LN, eq. 3), 1607.08022 (IN, eq. 5),
        1803.08494 (GN, eq. 1-7), 1910.07467 (RMS, eq. 4).
    """
    tensor = _tensor(x)
    grouping = groups((*tensor.shape,), spec)
    mean, variance = group_moments(tensor, spec)
    if not (mean.isfinite().all() and variance.isfinite().all()):
        raise ValueError("the tensor holds NaN or infinity; choose finite values")
    module = layer(tensor.shape, spec, running, tensor.dtype)
    subtracted, used = _used(module, spec, mean, variance)
    divided = (used + spec.eps).sqrt()
    output, refusal = _output(module, tensor, spec)
    after = difference = None
    agrees = False
    if output is not None:
        after = _finite(group_moments(output, spec))
        terms = mean_terms(spec, subtracted, (variance + mean.square()).sqrt())
        difference, agrees = _compare(tensor, output, spec, grouping, (subtracted, divided, terms))
    return Normalized(
        spec=spec,
        grouping=grouping,
        mean=mean.numpy(),
        variance=variance.numpy(),
        rms=(variance + mean.square()).sqrt().numpy(),
        subtracted=subtracted.numpy(),
        used=used.numpy(),
        divided=divided.numpy(),
        output=None if output is None else _array(output),
        mean_after=None if after is None else after[0].numpy(),
        variance_after=None if after is None else after[1].numpy(),
        max_difference=difference,
        agrees=agrees,
        degenerate=tuple(_degenerate(grouping, spec, mean.numpy(), variance.numpy())),
        refusal=refusal,
        provenance=Provenance(versions=torch_version()),
    )


def _tensor(x: np.ndarray | Tensor) -> Tensor:
    tensor = (
        x if isinstance(x, Tensor) else torch.from_numpy(np.require(x, requirements=("C", "W")))
    )
    if tensor.dtype not in TOLERANCE:
        raise ValueError(f"expected floats, got {tensor.dtype}; convert to float32 first")
    return tensor.detach()


def _array(output: Tensor) -> np.ndarray:
    wide = output.float() if output.dtype == torch.bfloat16 else output  # numpy has no bfloat16
    array: np.ndarray = wide.numpy()
    array.flags.writeable = False
    return array


def _used(
    module: nn.Module, spec: NormSpec, mean: Tensor, variance: Tensor
) -> tuple[Tensor, Tensor]:
    """Return what this norm subtracts from each group, and its variance without eps."""
    if spec.norm == "rms":
        return torch.zeros_like(mean), variance + mean.square()
    if spec.norm == "batch" and spec.mode == "eval":
        kept = dict(module.named_buffers())
        return kept["running_mean"].double(), kept["running_var"].double()
    return mean, variance


def mean_terms(spec: NormSpec, subtracted: Tensor, rms: Tensor) -> Tensor:
    """Return what rounding of the subtracted mean is measured by.

    A mean computed from the group is a sum: it can be 0 although its terms are large. The mean of
    their absolute values is at most the group's rms.
    """
    fixed = spec.norm == "rms" or (spec.norm == "batch" and spec.mode == "eval")
    return subtracted.abs() if fixed else rms


def _output(module: nn.Module, x: Tensor, spec: NormSpec) -> tuple[Tensor | None, str]:
    try:
        with torch.no_grad():
            return through(module, x, spec), ""
    except ValueError as error:  # one value per channel: torch has nothing to take a variance of
        return None, str(error)


def _finite(after: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    if not (after[0].isfinite().all() and after[1].isfinite().all()):
        raise ValueError("squares of these values overflow in torch; choose smaller ones")
    return after


def _compare(
    x: Tensor, output: Tensor, spec: NormSpec, grouping: Grouping, used: tuple[Tensor, ...]
) -> tuple[float, bool]:
    """Largest difference to torch, and whether every one is within its own tolerance."""
    ids = torch.from_numpy(grouping.ids.copy())
    shift, root, terms = (t[ids].expand(x.shape) for t in used)
    beta = 0.0 if spec.norm == "rms" else spec.beta
    kind = torch.finfo(x.dtype)
    step = kind.tiny * kind.eps  # what is smaller cannot be told apart in this type
    worst, excess = 0.0, -float("inf")
    for at in _pieces(x.shape):  # what fits the cache is several times faster
        wide = x[at].double()
        scale = spec.gamma / root[at]
        ours = (wide - shift[at]).mul_(scale).add_(beta)
        difference = ours.sub_(output[at]).abs_()
        worst = max(worst, difference.max().item())
        absolute = wide.abs().add_(terms[at]).mul_(scale.abs()).add_(abs(beta))
        excess = max(excess, difference.sub_(absolute, alpha=TOLERANCE[x.dtype]).max().item())
    return worst, excess <= step


def _pieces(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    examples = max(1, PIECE // (shape[1] * shape[2] * shape[3]))
    channels = max(1, PIECE // (shape[2] * shape[3]))
    for n in range(0, shape[0], examples):
        for c in range(0, shape[1], channels):
            yield slice(n, n + examples), slice(c, c + channels)


def _degenerate(
    grouping: Grouping, spec: NormSpec, mean: np.ndarray, variance: np.ndarray
) -> Iterator[Degenerate]:
    if spec.norm == "batch" and spec.mode == "eval":  # uses what it kept, not these groups
        return
    if grouping.size == 1:
        yield Degenerate("one value", np.arange(grouping.count), _ONE_VALUE[spec.norm == "rms"])
    empty = (variance == 0) & (mean == 0) if spec.norm == "rms" else variance == 0
    groups_left = np.flatnonzero(empty) if grouping.size > 1 else np.array([], np.int64)
    if groups_left.size:
        share = f"{groups_left.size:,} of {grouping.count:,} groups"
        what = _CONSTANT[spec.norm == "rms"]
        yield Degenerate("zero variance", groups_left, f"{share}: {what}")


_ONE_VALUE = (
    "Each group holds one value: its mean is that value and its variance 0, so nothing of the "
    "input is left.",
    "Each group holds one value: its root mean square is its own size, so only the sign is left.",
)
_CONSTANT = (
    "each holds one value over and over; its variance is 0, and eps alone keeps the division "
    "from being 0 by 0.",
    "each holds zeros alone, and eps alone keeps the division from being 0 by 0.",
)
