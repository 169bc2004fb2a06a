"""Squeeze-and-excitation opened: Hu et al. 2018, eqs. 2 to 4, arXiv:1709.01507.

z_c is the mean of map c (eq. 2), s = sigmoid(W2 ReLU(W1 z + b1) + b2) (eq. 3; torchvision's
layers have biases), and map c is multiplied by s_c (eq. 4).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.ops import SqueezeExcitation

from viz_models.images import digits as handwritten
from viz_models.models import registry, weights
from viz_models.models.shelf import Shelf
from viz_models.models.versions import torch_version
from viz_models.records.provenance import Provenance
from viz_models.records.vision.squeeze import (
    BLOCKS,
    CHANNELS,
    EXAMPLES,
    GATES,
    HIDDEN,
    Gated,
    Gates,
    Squeeze,
    SqueezeSpec,
)

NAME = "squeeze_digits"  # of the entry in the manifest
CLASSES = 10


class GatedNet(nn.Module):
    """Four times convolution, BatchNorm, ReLU and SE, on (N, 1, 8, 8) digits."""

    def __init__(self, *, gated: bool = True) -> None:
        """Build the layers with torch's own initialization; ungated is the twin without SE."""
        super().__init__()
        widths = (1, *[CHANNELS] * BLOCKS)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(),
                SqueezeExcitation(b, HIDDEN) if gated else nn.Identity(),
            )
            for a, b in pairwise(widths)
        )  # fmt: skip
        self.pools = nn.ModuleList(
            nn.MaxPool2d(2) if i == 0 else nn.Identity() for i in range(BLOCKS)
        )
        self.head = nn.Linear(CHANNELS, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits: (N, 1, H, W) to (N, 10)."""
        for block, pool in zip(self.blocks, self.pools, strict=True):
            x = pool(block(x))
        logits: Tensor = self.head(x.mean((2, 3)))
        return logits

    def modules_of_se(self) -> list[SqueezeExcitation]:
        """Return the SE modules from first to last."""
        return [m for m in self.modules() if isinstance(m, SqueezeExcitation)]


def build(seed: int, *, gated: bool = True) -> GatedNet:
    """Build an untrained network, the same for the same seed, in training mode."""
    with registry.seeded(seed):
        return GatedNet(gated=gated)


def shipped() -> AbstractContextManager[GatedNet]:
    """Lend the trained network: eval, frozen, and yours alone inside the block."""
    return _SHELF.take(NAME)


def _trained(name: str) -> GatedNet:
    model = GatedNet()
    model.load_state_dict(weights.load(name))
    return model


_SHELF = Shelf(_trained)


@contextmanager
def _hooked(
    net: GatedNet, what: Callable[[int], Callable[[nn.Module, tuple[Tensor, ...], Tensor], object]]
) -> Iterator[None]:
    """Put a hook on every gate's sigmoid; none stays, also when the pass raises."""
    modules = net.modules_of_se()
    handles = [m.scale_activation.register_forward_hook(what(i)) for i, m in enumerate(modules)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@torch.no_grad()
def gates(net: GatedNet, inputs: Tensor) -> Tensor:
    """Return all gates of all digits: (blocks, N, C)."""
    found: dict[int, Tensor] = {}

    def keep(i: int) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        return lambda _, inputs, output: found.__setitem__(i, output.flatten(1).clone())

    with _hooked(net, keep):
        net(inputs)
    return torch.stack([found[i] for i in range(BLOCKS)])


@torch.no_grad()
def replaced(net: GatedNet, inputs: Tensor, values: Tensor | None) -> Tensor:
    """Return the logits with other gates in all blocks at once.

    Args:
        net: In eval mode.
        inputs: (N, 1, H, W).
        values: (blocks, N or 1, C), or None for the gates as they are.
    """
    if values is None:
        logits: Tensor = net(inputs)
        return logits
    given = values

    def put(i: int) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], Tensor]:
        return lambda _, inputs, output: given[i, :, :, None, None].expand_as(output)

    with _hooked(net, put):
        return net(inputs)


def values_of(kind: Gates, own: Tensor, training: Tensor) -> Tensor | None:
    """Return what the gates are replaced by.

    Args:
        kind: "own" replaces nothing; "other" gives each digit the gates of another one.
        own: (blocks, N, C) gates of the digits themselves.
        training: (blocks, M, C) gates of the training digits, for their mean.
    """
    if kind == "own":
        return None
    if kind == "mean":
        return training.mean(1, keepdim=True)
    if kind == "one":
        return torch.ones_like(own)
    return own.roll(len(own[0]) // 2, 1)  # nobody keeps its own


def accuracies(
    net: GatedNet, inputs: Tensor, targets: Tensor, training: Tensor
) -> dict[Gates, float]:
    """Return the share of the digits that is recognized with each kind of gates, 0..1."""
    own, seen = gates(net, inputs), gates(net, training)
    logits = {kind: replaced(net, inputs, values_of(kind, own, seen)) for kind in GATES}
    return {k: float((v.argmax(1) == targets).double().mean()) for k, v in logits.items()}


def squeeze(spec: SqueezeSpec) -> Squeeze:
    """Return one test digit on its way through the trained network, each SE module opened.

    Raises:
        ValueError: If there is no such digit.
    """
    if not (0 <= spec.label < CLASSES and 0 <= spec.example < EXAMPLES):
        raise ValueError(f"choose a digit from 0 to 9 and an example from 0 to {EXAMPLES - 1}")
    inputs, targets = images()
    chosen = torch.nonzero(targets == spec.label)[spec.example]
    with shipped() as net, torch.no_grad():
        found = tuple(_opened(net, i, inputs[chosen]) for i in range(BLOCKS))
        right = float(net(inputs[chosen]).softmax(1)[0, spec.label])
    return Squeeze(
        spec=spec,
        image=inputs[chosen][0, 0].numpy(),
        blocks=found,
        right=right,
        provenance=Provenance(versions=torch_version(), seed=0),
    )


def images(*, training: bool = False) -> tuple[Tensor, Tensor]:
    """Return the 360 test digits or the 1437 training digits: (N, 1, 8, 8), and their labels.

    The same split and the same scaling as in every other lesson on these digits.
    """
    pixels, labels = handwritten.read()
    train, test = handwritten.split()
    mean, std = pixels[train].mean(), pixels[train].std()
    chosen = train if training else test
    inputs = torch.from_numpy((pixels[chosen] - mean) / std).float()[:, None]
    return inputs, torch.from_numpy(labels[chosen]).long()


def _opened(net: GatedNet, block: int, image: Tensor) -> Gated:
    module = net.modules_of_se()[block]
    seen: dict[str, Tensor] = {}
    parts = {"squeezed": module.avgpool, "hidden": module.activation}
    parts |= {"gates": module.scale_activation, "whole": module}

    def keep(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            seen[name] = output[0].clone()
            if name == "whole":
                seen["before"] = inputs[0][0].clone()

        return hook

    handles = [m.register_forward_hook(keep(name)) for name, m in parts.items()]
    try:
        net(image)
    finally:
        for handle in handles:
            handle.remove()
    theirs = {name: value.numpy() for name, value in seen.items()}
    return by_hand(module, theirs)


def by_hand(module: SqueezeExcitation, theirs: dict[str, np.ndarray]) -> Gated:
    """Compute one SE module in numpy beside what torch returned.

    Args:
        module: Whose weights are used.
        theirs: What hooks took out of torch's pass: "before" (C, H, W) and "whole" (C, H, W),
            "squeezed" and "gates" (C, 1, 1), "hidden" (R, 1, 1).
    """
    reduce, expand = (layer.weight.flatten(1).numpy() for layer in (module.fc1, module.fc2))
    first, second = (layer.bias.numpy() for layer in (module.fc1, module.fc2))
    before = theirs["before"]
    squeezed = before.mean((1, 2))
    hidden = np.maximum(reduce @ squeezed + first, 0)
    found = 1 / (1 + np.exp(-(expand @ hidden + second)))
    return Gated(
        before=before,
        squeezed=squeezed,
        hidden=hidden,
        gates=found,
        reduce=reduce,
        reduce_bias=first,
        expand=expand,
        expand_bias=second,
        torch_squeezed=theirs["squeezed"].ravel(),
        torch_hidden=theirs["hidden"].ravel(),
        torch_gates=theirs["gates"].ravel(),
        off_torch=float(np.abs(before * found[:, None, None] - theirs["whole"]).max()),
    )


def recorded(provenance: Provenance, date: str) -> Provenance:
    """Return where recorded numbers come from."""
    return replace(provenance, kind="recorded run", date=date)
