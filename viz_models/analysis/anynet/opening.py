"""Open a network of somebody else: find it, give it inputs, record one forward pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from viz_models.analysis.anynet import inputs, sources
from viz_models.analysis.anynet.record import record
from viz_models.analysis.anynet.sources import Network
from viz_models.records import OpenSpec, Recorded


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A network with what it was given, and its recorded forward pass."""

    module: nn.Module
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    recorded: Recorded


def opened(spec: OpenSpec, network: Network | None = None) -> Opened:
    """Record one forward pass of a network.

    Args:
        spec: Which network, and what it is given.
        network: The network, where it has been found already.

    Raises:
        ValueError: With one line, if it cannot be found, made, filled or run.
    """
    found = network or sources.network(spec)
    module, args, kwargs = found.module, found.args, dict(found.kwargs)
    if spec.inputs:
        args, kwargs = inputs.given(spec.inputs, module, spec.seed, spec.batch)
    if not args and not kwargs:
        raise ValueError(
            f"say what {type(module).__name__} takes: --input 3,224,224 for numbers, "
            "--input ids:8 for whole numbers, without the batch axis"
        )
    return Opened(module, args, kwargs, record(module, args, kwargs))
