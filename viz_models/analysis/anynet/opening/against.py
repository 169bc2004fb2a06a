"""The network that another one is compared with: another source, other weights, another mode."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import torch
from torch import nn

from viz_models.analysis.anynet.opening import sources
from viz_models.analysis.anynet.opening.opened import Opened, opened
from viz_models.analysis.anynet.opening.sources import Network
from viz_models.language import gettext as _
from viz_models.records import OpenSpec


def _train(module: nn.Module) -> None:
    module.train()


@torch.no_grad()
def _rounded(module: nn.Module) -> None:
    """Round weights to bfloat16, which keeps 8 of 24 bits; they are computed with in float32."""
    for tensor in module.parameters():
        if tensor.is_floating_point():
            tensor.copy_(tensor.bfloat16())


CHANGES: MappingProxyType[str, Callable[[nn.Module], None]] = MappingProxyType(
    {"train": _train, "bfloat16": _rounded}
)


def against(spec: OpenSpec, first: Opened) -> Opened:
    """Record the network that `spec.against` names, with the very inputs of the first.

    Args:
        spec: What is compared: `against` is a source like `source`, a file of weights for the same
            source, "train" for the same network in training mode, or "bfloat16" for the same with
            rounded weights.
        first: The network that `spec.source` names.

    Raises:
        ValueError: With one line, if it cannot be found, made, filled or run.
    """
    if spec.against in CHANGES:
        module = _changed(first.module, spec.against)
        return opened(_as_given(spec), Network(module, first.args, first.kwargs))
    file = Path(spec.against)
    if file.suffix in sources.WEIGHTS and not sources.is_scripted(file):
        other = replace(spec, checkpoint=spec.against)
    else:
        other = replace(spec, source=spec.against, checkpoint=spec.against_checkpoint)
    module = sources.network(other).module
    return opened(_as_given(other), Network(module, first.args, first.kwargs))


def _as_given(spec: OpenSpec) -> OpenSpec:
    return replace(spec, inputs=(), sentence="", photo="")


def _changed(module: nn.Module, change: str) -> nn.Module:
    name = type(module).__name__
    try:
        other = copy.deepcopy(module)
        CHANGES[change](other)
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:160]
        raise ValueError(
            _("{name} cannot be compared with itself ({change}): {said}").format(
                name=name, change=change, said=said
            )
        ) from error
    return other
