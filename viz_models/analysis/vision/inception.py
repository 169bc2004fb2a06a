"""An Inception module opened: its branches on a digit, every value, and what it costs.

Szegedy et al. 2014, arXiv:1409.4842.
"""

from contextlib import AbstractContextManager
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.flow.arithmetic import calculate
from viz_models.analysis.pricing.counting import multiply_adds
from viz_models.images import digits as handwritten
from viz_models.models import weights
from viz_models.models.shelf import Shelf
from viz_models.models.versions import torch_version
from viz_models.models.vision.inception import Conv, Inception, SmallGoogLeNet
from viz_models.records import Op, Step
from viz_models.records.provenance import Provenance
from viz_models.records.vision.inception import (
    BRANCHES,
    EXAMPLES,
    MODULES,
    POOLED,
    Branch,
    ConvPrice,
    InceptionPrice,
    InceptionSpec,
    ModulesRun,
    Opened,
    OpenedValue,
    Widths,
    eighth,
)

NAME = "inception_digits"  # of the entry in the manifest
SIDE = 64  # px of the digit that passes; the maps of 3a and 3b are 16x16 then
MOST_WIDTH, MOST_SIDE = 4096, 512  # of the module whose price is asked


def shipped() -> AbstractContextManager[SmallGoogLeNet]:
    """Lend the trained network: eval, frozen, and yours alone inside the block."""
    return _SHELF.take(NAME)


def _trained(name: str) -> SmallGoogLeNet:
    model = SmallGoogLeNet(norm=True)
    model.load_state_dict({key: t.float() for key, t in weights.load(name).items()})
    return model


_SHELF = Shelf(_trained)


def image(label: int, example: int) -> Tensor:
    """Return one test digit, enlarged: (1, 1, SIDE, SIDE).

    Raises:
        ValueError: If there is no such digit.
    """
    if not (0 <= label <= 9 and 0 <= example < EXAMPLES):
        raise ValueError(f"choose a digit from 0 to 9 and an example from 0 to {EXAMPLES - 1}")
    pixels, labels = handwritten.read()
    train, test = handwritten.split()
    mean, std = pixels[train].mean(), pixels[train].std()
    chosen = test[np.flatnonzero(labels[test] == label)[example]]
    one = torch.from_numpy((pixels[chosen] - mean) / std).float()[None, None]
    return F.interpolate(one, size=(SIDE, SIDE), mode="bilinear", align_corners=False)


def opened(spec: InceptionSpec) -> Opened:
    """Return one test digit in one module of the trained network.

    Raises:
        ValueError: If there is no such digit or no such module.
    """
    x = image(spec.label, spec.example)
    if spec.module not in MODULES:
        raise ValueError(f"no module is called {spec.module!r}; choose {', '.join(MODULES)}")
    with shipped() as net, torch.no_grad():
        before = _before(net, x, spec.module)
        module = _module(net, spec.module)
        branches = module.branches(before)
        off = (torch.cat(branches, 1) - module(before)).abs().max()
        reduced: dict[Branch, Tensor] = {
            "3x3": module.branch2[0](before),
            "5x5": module.branch3[0](before),
            "pool": module.branch4[0](before),
        }
        right = net(x).main.softmax(1)[0, spec.label]
    return Opened(
        spec=spec,
        widths=eighth(spec.module),
        image=x[0, 0].numpy(),
        before=before[0].numpy(),
        reduced={name: t[0].numpy() for name, t in reduced.items()},
        branches=tuple(t[0].numpy() for t in branches),
        joined_off=float(off),
        right=float(right),
        provenance=Provenance(versions=torch_version(), seed=0),
    )


def _before(net: SmallGoogLeNet, x: Tensor, name: str) -> Tensor:
    """Return what a module reads, by running the network up to it."""
    x = F.max_pool2d(net.stem(x), 3, 2, 1)
    for here, module in net.inception.items():
        x = F.max_pool2d(x, 3, 2, 1) if here in POOLED else x
        if here == name:
            return x
        x = module(x)
    raise AssertionError(name)


def _module(net: SmallGoogLeNet, name: str) -> Inception:
    module = net.inception[name]
    assert isinstance(module, Inception)
    return module


def value(spec: InceptionSpec, cell: tuple[int, int, int]) -> OpenedValue:
    """Return how one value of a module's output came about, each step beside torch's own.

    Args:
        spec: Which digit and module.
        cell: Channel of the four branches side by side, row, column.

    Raises:
        ValueError: If there is no such digit, module or value.
    """
    found = opened(spec)
    branch, channel = found.widths.of(cell[0])
    read = found.before if branch == "1x1" else found.reduced[branch]
    at = (channel, cell[1], cell[2])
    with shipped() as net, torch.no_grad():
        parts = _module(net, spec.module).get_submodule(f"branch{BRANCHES.index(branch) + 1}")
        last = parts if branch == "1x1" else parts.get_submodule("1")
        assert isinstance(last, Conv)
        summed = last.conv(torch.from_numpy(read)[None])[0].numpy()
        normed = last.bn(torch.from_numpy(summed)[None])[0].numpy()
        steps: tuple[tuple[Op, nn.Module | None, np.ndarray, np.ndarray], ...] = (
            ("conv2d", last.conv, read, summed),
            ("batch_norm", last.bn, summed, normed),
            ("relu", None, normed, found.branches[BRANCHES.index(branch)]),
        )
        first, second, third = (
            calculate(Step(name=op, op=op, group=branch), module, (given,), made, at)
            for op, module, given, made in steps
        )
    return OpenedValue(branch=branch, channel=channel, convolution=first, norm=second, relu=third)


def price(widths: Widths, side: int) -> InceptionPrice:
    """Return the multiply-adds of a module with and without its reducing 1x1 convolutions.

    Without, the 3x3 and the 5x5 read all channels that come in, and pooling gives as many as come
    in (figure 2a of the paper).

    Raises:
        ValueError: If a width or the side is out of range.
    """
    w, area = widths, side**2
    if not (min(w.inputs, *w.branches, w.reduce3, w.reduce5) >= 1 and 1 <= side <= MOST_SIDE):
        raise ValueError(f"each width must be 1 or more, and the side 1 to {MOST_SIDE}")
    if max(w.inputs, *w.branches, w.reduce3, w.reduce5) > MOST_WIDTH:
        raise ValueError(f"choose at most {MOST_WIDTH} channels")

    def conv(branch: Branch, kernel: int, inputs: int, outputs: int) -> ConvPrice:
        macs = area * kernel**2 * inputs * outputs
        return ConvPrice(
            branch=branch, kernel_size=kernel, inputs=inputs, outputs=outputs, macs=macs
        )

    return InceptionPrice(
        widths=w,
        side=side,
        reduced=(
            conv("1x1", 1, w.inputs, w.one),
            conv("3x3", 1, w.inputs, w.reduce3),
            conv("3x3", 3, w.reduce3, w.three),
            conv("5x5", 1, w.inputs, w.reduce5),
            conv("5x5", 5, w.reduce5, w.five),
            conv("pool", 1, w.inputs, w.pool),
        ),
        naive=(
            conv("1x1", 1, w.inputs, w.one),
            conv("3x3", 3, w.inputs, w.three),
            conv("5x5", 5, w.inputs, w.five),
        ),
        naive_outputs=w.one + w.three + w.five + w.inputs,
        torch_reduced=_counted(_reduced(w), w.inputs, side),
        torch_naive=_counted(_naive(w), w.inputs, side),
    )


def _counted(net: nn.Module, inputs: int, side: int) -> int:
    return multiply_adds(net, (1, inputs, side, side))


def _reduced(w: Widths) -> nn.Module:
    with torch.device("meta"):
        return Inception(w, norm=True).eval()


def _naive(w: Widths) -> nn.Module:
    with torch.device("meta"):
        return Naive(w).eval()


class Naive(nn.Module):
    """The paper's figure 2a: every kernel reads all channels that come in."""

    def __init__(self, w: Widths) -> None:
        """Build 1x1, 3x3, 5x5 and pooling side by side."""
        super().__init__()
        self.one = nn.Conv2d(w.inputs, w.one, 1)
        self.three = nn.Conv2d(w.inputs, w.three, 3, padding=1)
        self.five = nn.Conv2d(w.inputs, w.five, 5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, outputs, H, W)."""
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], 1)


@cache
def modules_run() -> ModulesRun:
    """Return which top-level parts of torchvision's GoogLeNet run in train and in eval mode."""
    from torchvision.models import googlenet

    with torch.device("meta"):
        net = googlenet(weights=None, aux_logits=True, init_weights=False)
    ran: list[str] = []
    handles = [
        m.register_forward_hook(lambda _, inputs, out, name=name: ran.append(name))
        for name, m in net.named_children()
    ]
    found, fields = {}, ()
    try:
        for mode in ("train", "eval"):
            ran.clear()
            out = net.train(mode == "train")(torch.empty(2, 3, 224, 224, device="meta"))
            found[mode] = tuple(ran)
            fields = getattr(out, "_fields", fields)
    finally:
        for handle in handles:
            handle.remove()
    heads = [p.numel() for m in (net.aux1, net.aux2) for p in m.parameters()]
    return ModulesRun(
        train=found["train"],
        eval=found["eval"],
        train_outputs=tuple(fields),
        parameters=sum(p.numel() for p in net.parameters()),
        auxiliary_parameters=sum(heads),
    )
