"""Several small networks side by side, and what each way to regularize does to their step."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.train.regularization import dropped, penalty
from viz_models.models.registry import seeded
from viz_models.records.train.regularization import RegularizeSpec

SIDE = 8


class Networks(nn.Module):
    """Several networks of two hidden layers, a tensor a layer; they know nothing of each other.

    Eight take little longer than one. Each computes what it would alone, up to rounding.
    """

    def __init__(self, width: int, seeds: Sequence[int]) -> None:
        """Build each network with torch's own initialization, as after `torch.manual_seed`."""
        super().__init__()
        layers = [_layers(width, seed) for seed in seeds]
        self.weights, self.biases = (
            nn.ParameterList(
                nn.Parameter(torch.stack([getattr(net[i], name).detach() for net in layers]))
                for i in range(3)
            )
            for name in ("weight", "bias")
        )

    def forward(
        self, x: Tensor, p: float = 0.0, noise: Sequence[torch.Generator] = ()
    ) -> list[Tensor]:
        """Score each class.

        Args:
            x: (networks, N, 64) float32.
            p: Share of hidden values that dropout makes zero; 0 in eval mode.
            noise: What the dropout of each network draws from.

        Returns:
            (N, 10) float32 logits of each network.
        """
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            x = torch.baddbmm(bias[:, None], x, weight.transpose(1, 2)).relu()
            if p:
                x = torch.stack([dropped(h, p, g) for h, g in zip(x, noise, strict=True)])
        last = zip(x, self.weights[-1], self.biases[-1], strict=True)
        return [F.linear(h, weight, bias) for h, weight, bias in last]


def _layers(width: int, seed: int) -> list[nn.Linear]:
    with seeded(seed):
        return [nn.Linear(SIDE**2, width), nn.Linear(width, width), nn.Linear(width, 10)]


def optimizer(spec: RegularizeSpec, nets: nn.Module) -> torch.optim.Optimizer:
    """Return Adam, or AdamW where its decay is the method."""
    if spec.method == "adamw":  # "fused" is torch's fastest code for it
        return torch.optim.AdamW(nets.parameters(), spec.lr, weight_decay=spec.strength, fused=True)
    return torch.optim.Adam(nets.parameters(), spec.lr, fused=True)


def scored(
    spec: RegularizeSpec, nets: Networks, x: Tensor, noise: Sequence[torch.Generator]
) -> list[Tensor]:
    """Return the logits of each network on its examples: changed, or with dropout, if so asked."""
    if spec.method in ("shift", "mirror"):
        each = zip(x, noise, strict=True)
        x = torch.stack([augmented(b, spec.method, spec.strength, g) for b, g in each])
    p = spec.strength if spec.method == "dropout" else 0.0
    found: list[Tensor] = nets(x, p, noise)
    return found


def loss(spec: RegularizeSpec, nets: Networks, logits: list[Tensor], targets: Tensor) -> Tensor:
    """Return the sum of the losses of all networks: each has its own gradient."""
    scored = zip(logits, targets, strict=True)
    loss = torch.stack([F.cross_entropy(each, right) for each, right in scored]).sum()
    if spec.method in ("l1", "l2"):
        loss = loss + penalty(spec.method, spec.strength, list(nets.parameters()))
    return loss


def augmented(x: Tensor, method: str, share: float, noise: torch.Generator) -> Tensor:
    """Change a share of the images: by one pixel up, down, left or right, or mirrored.

    Args:
        x: (N, 64); what comes in from outside is the darkest value, which is paper.
        method: "shift" or "mirror".
        share: Probability that an image is changed.
        noise: What is drawn from.
    """
    chosen = torch.rand(len(x), generator=noise) < share
    images = x.view(-1, SIDE, SIDE)
    if method == "mirror":
        return torch.where(chosen[:, None], images.flip(2).flatten(1), x)
    wide = F.pad(images, (1, 1, 1, 1), value=float(x.min()))
    moved = torch.stack([wide[:, :8, 1:9], wide[:, 2:, 1:9], wide[:, 1:9, :8], wide[:, 1:9, 2:]])
    way = torch.randint(4, (len(x),), generator=noise)
    shifted = moved[way, torch.arange(len(x))].flatten(1)
    return torch.where(chosen[:, None], shifted, x)
