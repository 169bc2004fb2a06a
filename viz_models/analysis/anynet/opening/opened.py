"""Open a network of somebody else: find it, give it inputs, record one forward pass."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import nn

from viz_models.analysis.anynet.opening import inputs, sources, texts
from viz_models.analysis.anynet.opening.losses import loss_of
from viz_models.analysis.anynet.opening.sources import Network
from viz_models.analysis.anynet.record import record
from viz_models.analysis.anynet.tensors import found_in
from viz_models.records import OpenSpec, Recorded
from viz_models.records.flow.opened import Reads


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A network with what it was given, and its recorded forward pass."""

    module: nn.Module
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    recorded: Recorded
    tokens: tuple[str, ...] = ()  # of a text
    reads: Reads = ""  # whether it can be given a text, or whole numbers


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
    tokens: tuple[str, ...] = ()
    if spec.sentence:
        (args, given), tokens = texts.read(spec.sentence, found, spec.tokenizer, (args, kwargs))
        kwargs = dict(given)
    if not args and not kwargs:
        raise ValueError(
            f"say what {type(module).__name__} takes: --input 3,224,224 for numbers, "
            "--input ids:8 for whole numbers, without the batch axis"
        )
    loss = loss_of(spec.loss)
    with _with_gradients(module, loss is not None and not _has_floats((args, kwargs))):
        recorded = record(module, args, kwargs, loss=loss)
    reads: Reads = "text" if spec.tokenizer else texts.reads(found, (args, kwargs))
    return Opened(module, args, kwargs, recorded, tokens, reads)


def _has_floats(value: Any) -> bool:  # noqa: ANN401 (whatever a network takes)
    return any(tensor.is_floating_point() for tensor in found_in(value))


@contextmanager
def _with_gradients(module: nn.Module, needed: bool) -> Iterator[None]:
    """Let gradients begin at the weights: whole numbers, such as words, can have none."""
    frozen = [p for p in module.parameters() if not p.requires_grad and p.is_floating_point()]
    try:
        for parameter in frozen if needed else ():
            parameter.requires_grad_()
        yield
    finally:
        for parameter in frozen:
            parameter.requires_grad_(False)
