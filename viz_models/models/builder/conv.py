"""The builder's convolutional network: stem, stages of blocks, head."""

import math
from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from viz_models.models.builder import plan
from viz_models.models.builder.initialize import initialize
from viz_models.models.builder.parts import (
    Half,
    PadShortcut,
    SideBySide,
    SqueezeExcite,
    activation,
    norm2d,
)
from viz_models.records import ConvSpec

Named = OrderedDict[str, nn.Module]


class Block(nn.Module):
    """One step of depth: a branch of one to three convolutions, and how it joins its input.

    plain     h' = branch(h)
    residual  h' = shortcut(h) + scale * branch(h)
    dense     h' = [h, branch(h)], side by side as channels
    split     h' = shuffle([first half of h, branch(second half of h)])

    With checkpointing the branch runs once more in the backward pass, and its BatchNorm then
    moves its running statistics twice a step.

    References:
        He et al. 2016, eq. 1 and 2: arXiv:1512.03385; before the activation, eq. 3:
        arXiv:1603.05027. Huang et al. 2017, eq. 2: arXiv:1608.06993. Ma et al. 2018, figure 3c
        and d: arXiv:1807.11164. Checkpointing: Chen et al. 2016, arXiv:1604.06174.
    """

    def __init__(self, spec: ConvSpec, here: plan.Block, scale: float) -> None:
        """Build the branch, and a shortcut where the shape changes."""
        super().__init__()
        self.connect = spec.connect
        self.scale = scale
        self.checkpoint = spec.checkpoint
        self.branch = nn.Sequential(_branch(spec, here))
        self.shortcut = nn.Sequential()  # without modules: the identity
        if spec.connect == "residual" and (here.stride > 1 or here.inputs != here.outputs):
            self.shortcut = nn.Sequential(_shortcut(spec, here))
        if spec.connect == "split":
            self.shortcut = nn.Sequential(_passed(spec, here))
        self.last = nn.Sequential()  # activation after the sum, or the shuffle
        if spec.activate == "sum" and not spec.pre_activation:
            self.last = nn.Sequential(_activation(spec, "act"))
        elif spec.connect == "split":
            self.last = nn.Sequential(OrderedDict(shuffle=nn.ChannelShuffle(plan.HALVES)))

    def forward(self, h: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        f = self._branched(h)
        if self.connect == "dense":
            return torch.cat([h, f], dim=1)
        if self.connect == "residual":
            if self.scale != 1:
                f = f * self.scale
            f = self.shortcut(h) + f
        if self.connect == "split":
            f = torch.cat([self.shortcut(h), f], dim=1)
        out: Tensor = self.last(f)
        return out

    def _branched(self, h: Tensor) -> Tensor:
        f: Tensor
        if self.checkpoint and self.training and torch.is_grad_enabled():
            # nothing in a branch is random, so the state of the generator need not be kept
            f = checkpoint(self.branch, h, use_reentrant=False, preserve_rng_state=False)
        else:
            f = self.branch(h)
        return f


class ConvNet(nn.Module):
    """Any ConvSpec as a network; `blocks()` are its steps of depth."""

    def __init__(self, spec: ConvSpec) -> None:
        """Build it with weights from torch's global generator.

        Args:
            spec: One that `repaired` has nothing to say about.
        """
        super().__init__()
        depth = sum(spec.depths)
        scale = 1 / math.sqrt(depth) if spec.branch_scale == "depth" else 1.0
        stages = list(plan.stages(spec))
        self.stem = nn.Sequential(_stem(spec))
        self.downs = nn.ModuleList(nn.Sequential(_down(spec, s)) for s in stages)
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(spec, b, scale) for b in s.blocks)) for s in stages
        )
        self.last = nn.Sequential(_last(spec))
        self.head = nn.Sequential(_head(spec))
        initialize(self, spec.init)
        if spec.branch_scale == "zero":
            self._start_as_identity()

    def blocks(self) -> list[Block]:
        """All blocks in the order in which a photo passes them."""
        return [b for stage in self.stages for b in stage.children() if isinstance(b, Block)]

    def forward(self, x: Tensor) -> Tensor:
        """Score each class.

        Args:
            x: (N, in_channels, size, size) float32.

        Returns:
            (N, classes) float32 logits.
        """
        h = self.stem(x)
        for down, stage in zip(self.downs, self.stages, strict=True):
            h = stage(down(h))
        logits: Tensor = self.head(self.last(h))
        return logits

    def _start_as_identity(self) -> None:
        """Set the last gamma of every branch to 0: Goyal et al. 2017, 5.1, arXiv:1706.02677."""
        for block in self.blocks():
            norms = [m for name, m in block.branch.named_children() if name.startswith("norm")]
            nn.init.zeros_(norms[-1].weight)  # type: ignore[arg-type]


def _branch(spec: ConvSpec, here: plan.Block) -> Named:
    """Convolutions with their norms and activations, in the order in which they run."""
    parts: Named = OrderedDict()
    if here.passes:
        parts["taken"] = Half(1)
    if here.paths:
        parts["paths"] = _paths(spec, here)
    else:
        parts |= _way(spec, here.branch)
    if spec.se_ratio:
        parts["se"] = SqueezeExcite(here.made, spec.se_ratio)
    return parts


def _paths(spec: ConvSpec, here: plan.Block) -> SideBySide:
    ways = OrderedDict((n, _way(spec, w)) for n, w in zip(plan.PATHS, here.paths, strict=True))
    pool = OrderedDict(pool=nn.MaxPool2d(kernel_size=3, stride=here.stride, padding=1))
    ways["pool"] = pool | ways["pool"]
    return SideBySide(OrderedDict((name, nn.Sequential(way)) for name, way in ways.items()))


def _way(spec: ConvSpec, convs: tuple[plan.Conv, ...]) -> Named:
    parts: Named = OrderedDict()
    shuffled = False
    for i, conv in enumerate(convs, start=1):
        if spec.pre_activation:
            parts |= _norm(spec, conv.inputs, f"norm{i}") | _activation(spec, f"act{i}")
        parts[f"conv{i}"] = _conv(conv, bias=spec.bias)
        if not spec.pre_activation:
            parts |= _norm(spec, conv.outputs, f"norm{i}")
            if not plan.silent(spec, convs, i):
                parts |= _activation(spec, f"act{i}")
        if spec.shuffle and not shuffled and conv.groups > 1:
            parts["shuffle"] = nn.ChannelShuffle(conv.groups)
            shuffled = True
    return parts


def _shortcut(spec: ConvSpec, here: plan.Block) -> Named:
    if spec.shortcut == "pad":
        return OrderedDict(pad=PadShortcut(here.inputs, here.outputs, here.stride))
    conv = nn.Conv2d(here.inputs, here.outputs, 1, here.stride, bias=spec.bias)
    parts: Named = OrderedDict(conv=conv)
    if not spec.pre_activation:
        parts |= _norm(spec, here.outputs, "norm")
    return parts


def _passed(spec: ConvSpec, here: plan.Block) -> Named:
    """Return what stands beside a split block's branch: mostly half of the channels."""
    if here.passes:
        return OrderedDict(taken=Half(0))
    depthwise, pointwise = plan.beside(spec, here)
    parts: Named = OrderedDict(depthwise=_conv(depthwise, bias=spec.bias))
    if not spec.pre_activation:
        parts |= _norm(spec, depthwise.outputs, "norm1")
    parts["pointwise"] = _conv(pointwise, bias=spec.bias)
    if not spec.pre_activation:
        parts |= _norm(spec, pointwise.outputs, "norm2") | _activation(spec, "act")
    return parts


def _stem(spec: ConvSpec) -> Named:
    conv = plan.stem(spec)
    parts: Named = OrderedDict()
    if conv is None:
        return parts
    parts["conv"] = _conv(conv, bias=spec.bias)
    if spec.stem == "7x7 pool" or not spec.pre_activation:
        parts |= _norm(spec, conv.outputs, "norm") | _activation(spec, "act")
    if spec.stem == "7x7 pool":
        parts["pool"] = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
    return parts


def _down(spec: ConvSpec, stage: plan.Stage) -> Named:
    parts: Named = OrderedDict()
    if stage.transition:
        outputs = stage.blocks[0].inputs
        conv = nn.Conv2d(stage.inputs, outputs, 1, bias=spec.bias)
        if spec.pre_activation:
            parts |= _norm(spec, stage.inputs, "norm") | _activation(spec, "act")
        parts["conv"] = conv
        if not spec.pre_activation:
            parts |= _norm(spec, outputs, "norm") | _activation(spec, "act")
    if stage.transition or stage.pool:
        parts["pool"] = nn.MaxPool2d(2) if spec.down == "max pool" else nn.AvgPool2d(2)
    return parts


def _last(spec: ConvSpec) -> Named:
    """Before the head: the norm and activation that pre-activation blocks still owe, a pool."""
    parts: Named = OrderedDict()
    if spec.pre_activation:
        parts |= _norm(spec, plan.features(spec), "norm") | _activation(spec, "act")
    if spec.last_pool != "none":
        parts["pool"] = nn.MaxPool2d(2) if spec.last_pool == "max pool" else nn.AvgPool2d(2)
    return parts


def _head(spec: ConvSpec) -> Named:
    parts: Named = OrderedDict()
    inputs = plan.features(spec)
    if spec.flatten:
        inputs *= plan.sides(spec)[-1] ** 2
    else:
        parts["pool"] = nn.AdaptiveAvgPool2d(1)
    parts["flatten"] = nn.Flatten()
    for i, width in enumerate(spec.hidden, start=1):
        parts[f"fc{i}"] = nn.Linear(inputs, width)
        parts |= _activation(spec, f"act{i}")
        if spec.dropout:
            parts[f"drop{i}"] = nn.Dropout(spec.dropout)
        inputs = width
    parts["fc"] = nn.Linear(inputs, spec.classes)
    return parts


def _conv(conv: plan.Conv, *, bias: bool) -> nn.Conv2d:
    return nn.Conv2d(
        conv.inputs,
        conv.outputs,
        conv.kernel,
        conv.stride,
        conv.padding,
        conv.dilation,
        conv.groups,
        bias=bias,
    )


def _norm(spec: ConvSpec, channels: int, name: str) -> Named:
    if spec.norm == "none":
        return OrderedDict()
    return OrderedDict([(name, norm2d(spec.norm, channels, spec.norm_groups))])


def _activation(spec: ConvSpec, name: str) -> Named:
    if spec.activation == "identity":
        return OrderedDict()
    return OrderedDict([(name, activation(spec.activation))])
