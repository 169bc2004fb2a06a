"""A network of one's own for attribution, so that no hook ever touches the one that all share."""

import copy
import itertools
from functools import lru_cache

import torch
from torch import Tensor, nn

from viz_models.language import gettext as _
from viz_models.models import registry
from viz_models.records import ModelRef

DEEP = 4  # linear layers behind a map; a classifier has at most three


def private(ref: ModelRef, *, randomized: bool = False) -> nn.Module:
    """Modules of our own, in eval mode, none of which works in place.

    Parameters and buffers are those of the shared network: they are frozen, and eval mode only
    reads them. With `randomized` they are those of a copy, every layer of which was drawn anew.

    Raises:
        ValueError: If the registry does not have the network.
    """
    if randomized:
        own = _around(_drawn(ref))
    else:
        with registry.shared(ref) as model:
            own = _around(model)
    for module in own.modules():
        if hasattr(module, "inplace"):
            setattr(module, "inplace", False)  # noqa: B010 (torch's modules have no such field)
    return own


def _around(model: nn.Module) -> nn.Module:
    """Make new modules around the same tensors."""
    tensors = itertools.chain(model.parameters(), model.buffers())
    return copy.deepcopy(model, {id(tensor): tensor for tensor in tensors})


@lru_cache(maxsize=1)  # drawing takes longer than Grad-CAM, and readers look at one network
def _drawn(ref: ModelRef) -> nn.Module:
    """Return the network with all weights drawn anew; never run, only copied around."""
    with registry.shared(ref) as model:
        own = copy.deepcopy(model)
    _draw_anew(own, ref.seed + 1)
    return own


def _draw_anew(model: nn.Module, seed: int) -> None:
    """Forget all that was learned; what no layer can draw itself is shuffled."""
    with registry.seeded(seed), torch.no_grad():
        drawn: set[int] = set()
        for module in model.modules():
            if callable(reset := getattr(module, "reset_parameters", None)):
                reset()
                drawn |= {id(t) for t in module.parameters(recurse=False)}
        for parameter in model.parameters():
            if id(parameter) not in drawn:
                mixed = parameter.flatten()[torch.randperm(parameter.numel())]
                parameter.copy_(mixed.view_as(parameter))


def last_maps(ref: ModelRef) -> str:
    """Return the module whose maps Grad-CAM weighs: it ends with the last convolution.

    Selvaraju et al. 2017, section 3: the last convolutional layer has both high-level meaning
    and places. It is found by a forward pass on the meta device.

    Raises:
        ValueError: If the network has no map, or only long before its end.
    """
    return _last_maps(ref.architecture)


@lru_cache(maxsize=64)
def _last_maps(ref: ModelRef) -> str:
    model = registry.skeleton(ref)
    names: dict[nn.Module, str] = {module: name for name, module in model.named_modules()}
    maps: dict[str, int] = {}  # module -> when it was done, for those that give maps
    convolutions: list[str] = []
    linear: list[int] = []

    def note(module: nn.Module, _: object, out: object) -> None:
        when = len(maps) + len(linear)
        if isinstance(module, nn.Linear):  # over maps, too: channels come last there
            linear.append(when)
        elif isinstance(out, Tensor) and out.ndim == 4 and max(out.shape[2:]) > 1:
            maps[names[module]] = when
            if isinstance(module, nn.Conv2d):
                convolutions.append(names[module])

    for module in model.modules():
        module.register_forward_hook(note)
    with torch.no_grad():
        model(torch.zeros(1, *registry.card(ref).input_shape, device="meta"))
    behind = [when for when in linear if convolutions and when > maps[convolutions[-1]]]
    if not convolutions or len(behind) >= DEEP:
        raise ValueError(_("Grad-CAM needs maps near the end, and this network has none"))
    parts = convolutions[-1].split(".")
    around = (".".join(parts[: i + 1]) for i in range(len(parts)))
    return next(name for name in around if name in maps)
