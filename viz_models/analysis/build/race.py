"""The gradient race: networks of one depth, one batch and one seed, from one backward pass each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.build import over_time, probe
from viz_models.analysis.build.watch import watched
from viz_models.language import N_
from viz_models.models import builder
from viz_models.models.builder.recurrent import Recurrent
from viz_models.models.builder.repair import repaired
from viz_models.models.versions import torch_version
from viz_models.records import (
    BuildSpec,
    ConvSpec,
    MlpSpec,
    Provenance,
    Race,
    RaceLine,
    RaceLoss,
    RaceSpec,
    RnnSpec,
    TransformerSpec,
)

YOURS = "yours"
SEEDS = (0, 1, 2, 3, 4)


def variants(spec: BuildSpec) -> dict[str, BuildSpec]:
    """Return the reader's network and what it could have been: other connections, norms and scales.

    Args:
        spec: The reader's own network.

    Returns:
        Name -> spec, the reader's own last as "yours", unless it is one of the others.
    """
    if isinstance(spec, ConvSpec):
        plain = replace(spec, connect="plain", norm="none", branch_scale="one")
        found = _stack_variants(plain, replace(plain, connect="residual"))
    elif isinstance(spec, MlpSpec):
        bare = replace(spec, residual=False, norm="none", branch_scale="one")
        found = _stack_variants(bare, replace(bare, residual=True))
    elif isinstance(spec, RnnSpec):
        found = _recurrent_variants(spec)
    else:
        found = _transformer_variants(spec)
    return found if spec in found.values() else found | {YOURS: spec}


def _stack_variants(plain: ConvSpec | MlpSpec, skip: ConvSpec | MlpSpec) -> dict[str, BuildSpec]:
    """Return what a stack of equal blocks is compared with: the same without and with a skip."""
    return {
        N_("plain"): plain,
        N_("skip"): skip,
        "BN": replace(plain, norm="batch"),
        "LN": replace(plain, norm="layer"),
        N_("skip + BN"): replace(skip, norm="batch"),
        N_("skip + 1/√L"): replace(skip, branch_scale="depth"),
    }


def _transformer_variants(spec: TransformerSpec) -> dict[str, BuildSpec]:
    """Return the variants of a Transformer; they differ in skips and in where the norms stand."""
    return {
        N_("no skip"): replace(spec, residual=False, pre_norm=True),
        N_("skip, norm after"): replace(spec, residual=True, pre_norm=False),
        N_("skip, norm before"): replace(spec, residual=True, pre_norm=True),
    }


def _recurrent_variants(spec: RnnSpec) -> dict[str, BuildSpec]:
    """Return the other cells of the same size, and an LSTM whose forget gates start nearly open."""
    return {
        "RNN": replace(spec, cell="rnn", forget_bias=0.0),
        "GRU": replace(spec, cell="gru", forget_bias=0.0),
        "LSTM": replace(spec, cell="lstm", forget_bias=0.0),
        "LSTM, bias 4": replace(spec, cell="lstm", forget_bias=4.0),
    }


def entries(spec: BuildSpec, loss: RaceLoss = "cross entropy") -> tuple[dict[str, RaceSpec], str]:
    """Who runs: every variant with the same probe.

    Args:
        spec: The reader's own network, as `repaired` returns it.
        loss: What is differentiated.

    Returns:
        Name -> what to run, and the name of the reader's own.

    Raises:
        ValueError: If the loss is unknown.
    """
    if loss not in get_args(RaceLoss):
        raise ValueError(f"unknown loss {loss!r}; choose {' or '.join(get_args(RaceLoss))}")
    found = variants(spec)
    yours = next(name for name, made in found.items() if made == spec)
    batch, fitted = probe.fit(spec)
    seen: dict[str, Any] = {"size": fitted.size, "dropout": 0.0}  # dropout would be a second seed
    networks = {name: repaired(replace(made, **seen))[0] for name, made in found.items()}
    specs = {n: RaceSpec(network=made, loss=loss, batch=batch) for n, made in networks.items()}
    return specs, yours


def line(spec: RaceSpec, seed: int) -> RaceLine:
    """One forward and one backward pass of one network, in training mode.

    Args:
        spec: From `entries`.
        seed: Of the weights; the batch is the same for all.

    Returns:
        Norms over the whole batch, float32 summed in float64.

    References:
        Glorot and Bengio 2010, section 4.2.1: gradients back through the layers,
        proceedings.mlr.press/v9/glorot10a.html.
    """
    net = builder.build(spec.network, seed)
    x = probe.inputs(spec.network, spec.batch)
    if isinstance(net, Recurrent):
        found = over_time.norms(net, x, lambda output: measured_loss(output, spec.loss))
        return _line(seed, *found)
    blocks = net.blocks()
    kernels = [[p for p in block.parameters() if p.ndim > 1] for block in blocks]
    with watched(blocks) as h:
        loss = measured_loss(net(x), spec.loss)
    flat = [p for group in kernels for p in group]
    gradients = torch.autograd.grad(loss, [*h, *flat], allow_unused=True)
    by_h, by_kernel = gradients[: len(h)], iter(gradients[len(h) :])
    return _line(
        seed,
        loss.item(),
        gradient=np.array([_length([g]) for g in by_h]),
        weights=np.array([_length([next(by_kernel) for _ in group]) for group in kernels]),
        activation=np.array([float(a.detach().double().std(correction=0)) for a in h]),
    )


def measured_loss(output: Tensor, loss: RaceLoss) -> Tensor:
    """One number from the network's output.

    Args:
        output: (N, ..., classes) float32 logits.
        loss: "cross entropy" against classes 0, 1, 2, ... in turn, mean over the examples;
            "sum of squares": half the sum of all squared outputs, whose gradient is the output.
    """
    if loss == "sum of squares":
        return output.square().sum() / 2
    logits = output.flatten(0, -2)
    targets = torch.arange(len(logits)) % logits.shape[1]
    return F.cross_entropy(logits, targets)


def _length(gradients: Iterable[Tensor | None]) -> float:
    """Euclidean length of several tensors as one vector; squares of float32 fit into float64."""
    squares = [float(g.double().square().sum()) for g in gradients if g is not None]
    return float(np.sqrt(np.sum(squares)))


def _line(
    seed: int, loss: float, gradient: np.ndarray, weights: np.ndarray, activation: np.ndarray
) -> RaceLine:
    lost = np.flatnonzero(~np.isfinite(activation))  # forward: the first one is the cause
    if not lost.size:
        lost = np.flatnonzero(~np.isfinite(gradient))[::-1]  # backward: the last one is
    zero = np.flatnonzero(gradient == 0)[::-1]
    return RaceLine(
        seed=seed,
        loss=loss,
        gradient=_drawable(gradient),
        weights=_drawable(weights),
        activation=_drawable(activation),
        overflow=int(lost[0]) if lost.size else None,
        vanished=int(zero[0]) if zero.size else None,
    )


def _drawable(values: np.ndarray) -> np.ndarray:
    """Replace 0, infinity and nan, for which a log axis has no place."""
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def race(spec: BuildSpec, seeds: Sequence[int] = SEEDS, loss: RaceLoss = "cross entropy") -> Race:
    """All variants with all seeds; a page asks for the lines one by one instead.

    Raises:
        ValueError: If the spec cannot be built or the loss is unknown.
    """
    specs, yours = entries(spec, loss)
    lines = {name: tuple(line(entry, seed) for seed in seeds) for name, entry in specs.items()}
    return gathered(specs, yours, lines)


def gathered(
    specs: dict[str, RaceSpec], yours: str, lines: dict[str, tuple[RaceLine, ...]]
) -> Race:
    """Lines that were measured one by one, as a race."""
    versions = torch_version()
    return Race(specs=specs, yours=yours, lines=lines, provenance=Provenance(versions=versions))
