"""Open a network of somebody else: find it, give it inputs, record one forward pass."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn
from torch.fx import GraphModule
from torch.jit import ScriptModule

from viz_models.analysis.anynet.opening import inputs, photos, sources, texts
from viz_models.analysis.anynet.opening.losses import loss_of
from viz_models.analysis.anynet.opening.sources import Network
from viz_models.analysis.anynet.record import record
from viz_models.analysis.anynet.tensors import found_in
from viz_models.language import N_
from viz_models.language import gettext as _
from viz_models.records import OpenSpec, Recorded
from viz_models.records.flow.opened import Reads

_PHOTO = "3,224,224"  # what a photo becomes where no shape is named


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A network with what it was given, and its recorded forward pass."""

    module: nn.Module
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    recorded: Recorded
    tokens: tuple[str, ...] = ()  # of a text
    reads: Reads = ""  # whether it can be given a text, whole numbers, or a photo


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
    name = _name(module, spec)
    shapes = spec.inputs or ((_PHOTO,) if spec.photo and not args and not kwargs else ())
    if shapes:
        args, kwargs = inputs.given(shapes, module, spec.seed, spec.batch)
    tokens: tuple[str, ...] = ()
    if spec.sentence:
        (args, given), tokens = texts.read(spec.sentence, found, spec.tokenizer, (args, kwargs))
        kwargs = dict(given)
    if spec.photo:
        args, given = photos.shown(spec.photo, module, (args, kwargs))
        kwargs = dict(given)
    if not args and not kwargs:
        raise ValueError(
            _(
                "say what {name} takes: --input 3,224,224 for numbers, --input ids:8 for whole "
                "numbers, without the batch axis; or --photo cat"
            ).format(name=name)
        )
    loss = loss_of(spec.loss)
    with _with_gradients(module, loss is not None and not _has_floats((args, kwargs))):
        try:
            recorded = record(module, args, kwargs, loss=loss)
        except ValueError as error:
            said = str(error).replace(type(module).__name__, name, 1)
            hint, tables = _hint(said, module)
            raise ValueError(_(hint).format(said=said, tables=tables)) from error
    reads: Reads = "text" if spec.tokenizer else texts.reads(found, (args, kwargs))
    if not reads and photos.takes((args, kwargs)):
        reads = "photo"
    return Opened(module, args, kwargs, replace(recorded, network=name), tokens, reads)


def _name(module: nn.Module, spec: OpenSpec) -> str:
    """Return the class of a network; the file of one that torch calls the same as all others."""
    is_file = isinstance(module, GraphModule | ScriptModule) and spec.source
    return Path(spec.source).name if is_file else type(module).__name__


def _hint(said: str, module: nn.Module) -> tuple[str, str]:
    """Return what to do about a network's refusal, where torch's own words do not say it.

    With it come the embeddings that it names.
    """
    if "'indices' to have" in said:
        return N_("{said}; it reads whole numbers, which are written --input ids:8"), ""
    if "index out of range in self" in said:
        tables = [
            f"{name or 'itself'} (0 to {table.num_embeddings - 1})"
            for name, table in module.named_modules()
            if isinstance(table, nn.Embedding)
        ]
        if not tables:
            return N_("{said}; one of the whole numbers is too large for it"), ""
        named = ", ".join(tables[:4])
        return N_("{said}; its embeddings take these whole numbers: {tables}"), named
    return "{said}", ""


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
