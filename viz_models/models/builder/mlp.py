"""The builder's multilayer perceptron."""

import math
from collections import OrderedDict

from torch import Tensor, nn

from viz_models.models.builder.initialize import initialize
from viz_models.models.builder.parts import activation
from viz_models.records import BuildNorm, MlpSpec

Named = OrderedDict[str, nn.Module]


class MlpBlock(nn.Module):
    """One hidden layer: h' = branch(h), or h + scale * branch(h) with a skip."""

    def __init__(self, spec: MlpSpec, scale: float) -> None:
        """Build the branch: linear, norm, activation, dropout."""
        super().__init__()
        self.residual = spec.residual
        self.scale = scale
        self.branch = nn.Sequential(_layer(spec, spec.width))

    def forward(self, h: Tensor) -> Tensor:
        """(N, width) to (N, width)."""
        f: Tensor = self.branch(h)
        if self.residual:
            f = h + f * self.scale if self.scale != 1 else h + f
        return f


class Mlp(nn.Module):
    """Pixels, hidden layers, classes; `blocks()` are the hidden layers after the first."""

    def __init__(self, spec: MlpSpec) -> None:
        """Build it with weights from torch's global generator.

        Args:
            spec: One that `repaired` has nothing to say about.
        """
        super().__init__()
        scale = 1 / math.sqrt(spec.depth) if spec.branch_scale == "depth" else 1.0
        self.flatten = nn.Flatten()
        self.stem = nn.Sequential(_layer(spec, spec.in_channels * spec.size**2))
        self.hidden = nn.Sequential(*(MlpBlock(spec, scale) for _ in range(spec.depth)))
        self.head = nn.Linear(spec.width, spec.classes)
        initialize(self, spec.init)
        if spec.branch_scale == "zero":
            for block in self.blocks():
                nn.init.zeros_(block.branch.norm.weight)  # type: ignore[union-attr, arg-type]

    def blocks(self) -> list[MlpBlock]:
        """Return the hidden layers after the first, in order."""
        return list(self.hidden)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Score each class.

        Args:
            x: (N, in_channels, size, size) float32.

        Returns:
            (N, classes) float32 logits.
        """
        h = self.stem(self.flatten(x))  # (N, width)
        logits: Tensor = self.head(self.hidden(h))
        return logits


def _layer(spec: MlpSpec, inputs: int) -> Named:
    parts: Named = OrderedDict(linear=nn.Linear(inputs, spec.width))
    if spec.norm != "none":
        parts["norm"] = _norm(spec.norm, spec.width)
    if spec.activation != "identity":
        parts["act"] = activation(spec.activation)
    if spec.dropout:
        parts["drop"] = nn.Dropout(spec.dropout)
    return parts


def _norm(name: BuildNorm, width: int) -> nn.Module:
    if name == "batch":
        return nn.BatchNorm1d(width)
    if name == "layer":
        return nn.LayerNorm(width)
    if name == "rms":
        return nn.RMSNorm(width)
    raise ValueError(f"norm {name!r} needs maps; choose none, batch, layer or rms for an MLP")
