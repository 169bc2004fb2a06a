"""Sentences of different length in one batch: whose statistics move with padding or neighbors?"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from viz_models.analysis.normalization.grouping import check_eps
from viz_models.records import Provenance, SentenceRow, Sentences, SentenceSpec

MAX_TOKENS = 512
MAX_VALUES = 2**20


def sentences(spec: SentenceSpec) -> Sentences:
    """Normalize a padded batch three times: as it is, padded further, with other neighbors.

    The tokens of the first sentence are the same all three times. gamma = 1 and beta = 0, training.

    Args:
        spec: Lengths, channels, how much more padding.

    Raises:
        ValueError: If a length or a size cannot be had.
    """
    _check(spec)
    rng = torch.Generator().manual_seed(spec.seed)
    base = _batch(spec, rng)
    neighbors = _batch(spec, rng)
    neighbors[0] = base[0]
    padded = nn.functional.pad(base, (0, 0, 0, spec.more_padding))
    real = torch.arange(base.shape[1])[None] < torch.tensor(spec.lengths)[:, None]
    return Sentences(
        spec=spec,
        tokens=base.numpy(),
        real=real.numpy(),
        rows=tuple(_row(spec, kind, (base, padded, neighbors)) for kind in _KINDS),
        provenance=Provenance(seed=spec.seed, versions=f"torch {torch.__version__}"),
    )


def _check(spec: SentenceSpec) -> None:
    check_eps(spec.eps)
    if len(spec.lengths) < 2 or not all(1 <= n <= MAX_TOKENS for n in spec.lengths):
        raise ValueError(f"choose two sentences or more, each of 1 to {MAX_TOKENS} tokens")
    if spec.channels < 2 or not 0 <= spec.more_padding <= MAX_TOKENS:
        raise ValueError(f"choose 2 channels or more, and padding of 0 to {MAX_TOKENS} positions")
    values = len(spec.lengths) * (max(spec.lengths) + spec.more_padding) * spec.channels
    if values > MAX_VALUES:
        raise ValueError(f"{values:,} values are too many; the limit is {MAX_VALUES:,}")


def _batch(spec: SentenceSpec, rng: torch.Generator) -> Tensor:
    longest = max(spec.lengths)
    tokens = torch.zeros(len(spec.lengths), longest, spec.channels)
    for row, length in zip(tokens, spec.lengths, strict=True):
        row[:length] = torch.randn(length, spec.channels, generator=rng)
        row[:length] += torch.randn(spec.channels, generator=rng)  # a topic: sentences differ
    return tokens


@dataclass(frozen=True, slots=True)
class _Kind:
    label: str
    axes: tuple[int, ...]  # of (B, T, C), averaged over


_KINDS = (
    _Kind("BN over (B, T)", (0, 1)),
    _Kind("LN over C", (2,)),
    _Kind("LN over (T, C)", (1, 2)),
)


def _row(spec: SentenceSpec, kind: _Kind, batches: tuple[Tensor, Tensor, Tensor]) -> SentenceRow:
    plain, padded, neighbor = (_through(x, kind, spec.eps) for x in batches)
    own = plain[0, : spec.lengths[0]]
    means = [float(x.double().mean(kind.axes, keepdim=True).flatten()[0]) for x in batches]
    return SentenceRow(
        label=kind.label,
        output=plain.numpy(),
        padded_output=padded.numpy(),
        neighbor_output=neighbor.numpy(),
        means=(means[0], means[1], means[2]),
        padding_change=_change(own, padded),
        neighbor_change=_change(own, neighbor),
    )


def _through(x: Tensor, kind: _Kind, eps: float) -> Tensor:
    norm: nn.Module = (
        nn.BatchNorm1d(x.shape[2], eps)
        if 0 in kind.axes
        else nn.LayerNorm([x.shape[a] for a in kind.axes], eps)
    )
    norm.requires_grad_(False)
    out: Tensor = norm(x.movedim(2, 1)).movedim(1, 2) if 0 in kind.axes else norm(x)
    return out


def _change(own: Tensor, other: Tensor) -> float:
    return float((other[0, : len(own)] - own).abs().max())
