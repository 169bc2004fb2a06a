"""The torch.nn modules behind the norms."""

import torch
from torch import Tensor, nn

from viz_models.records import NormSpec, Running


def layer(
    shape: tuple[int, ...],
    spec: NormSpec,
    running: Running | None = None,
    dtype: torch.dtype = torch.float32,
) -> nn.Module:
    """Return a norm as torch builds it, with gamma and beta filled in, frozen, in the spec's mode.

    Args:
        shape: (N, C, H, W) of what will go through.
        spec: Which norm.
        running: For "batch"; without it a fresh module's, mean 0 and variance 1.
        dtype: Of the parameters.
    """
    module = _build(shape, spec).to(dtype).train(spec.mode == "train").requires_grad_(False)
    for name, parameter in module.named_parameters():
        parameter.fill_(spec.beta if name == "bias" else spec.gamma)
    if running is not None and isinstance(module, nn.BatchNorm2d):
        module.load_state_dict(
            {
                "running_mean": torch.tensor(running.mean),
                "running_var": torch.tensor(running.variance),
            },
            strict=False,
        )
    return module


def _build(shape: tuple[int, ...], spec: NormSpec) -> nn.Module:
    channels = shape[1]
    covered = list(shape[1:]) if spec.over == "chw" else [channels]
    if spec.norm == "batch":
        return nn.BatchNorm2d(channels, spec.eps)
    if spec.norm == "instance":
        return nn.InstanceNorm2d(channels, spec.eps, affine=True)
    if spec.norm == "group":
        return nn.GroupNorm(spec.groups, channels, spec.eps)
    if spec.norm == "rms":
        return nn.RMSNorm(covered, spec.eps)
    return nn.LayerNorm(covered, spec.eps)


def through(module: nn.Module, x: Tensor, spec: NormSpec) -> Tensor:
    """Send (N, C, H, W) through; a norm over C alone gets C last, as in Transformers."""
    last = spec.norm in ("layer", "rms") and spec.over == "c"
    out: Tensor = module(x.movedim(1, -1)).movedim(-1, 1) if last else module(x)
    return out
