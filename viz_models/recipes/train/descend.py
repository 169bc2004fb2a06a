"""What the lesson on optimizers opens with: a small trained network, and sweeps over rates."""

import datetime
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from viz_models.analysis.train import optimizers_basins as basins
from viz_models.analysis.train.optimizers_surfaces import NAMES, forward_loss
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records.provenance import Provenance
from viz_models.records.train.optimizers import BasinSpec, MoonsNet, Sweeps

HIDDEN, SEED, STEPS, RATE = 3, 6, 500, 0.02
EXAMPLES, NOISE = 100, 0.2
REACH, ALONG, ACROSS = 8.0, 961, 65  # where valleys of the trained weights are looked for
Told = Callable[[int, int], None]


def network() -> MoonsNet:
    """Train two inputs, three tanh units and one output on two moons; count the valleys."""
    inputs, targets = _moons()
    torch.manual_seed(SEED)
    net = nn.Sequential(nn.Linear(2, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 1)).double()
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE)
    for _ in range(STEPS):
        logits = net(inputs)[:, 0]
        loss = functional.binary_cross_entropy_with_logits(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    flat = torch.cat([p.detach().flatten() for p in net.parameters()])
    with torch.no_grad():
        right = ((net(inputs)[:, 0] > 0) == (targets > 0.5)).double().mean()

    def losses(sets: Tensor) -> np.ndarray:
        return forward_loss(list(sets.unbind(-1)), HIDDEN, inputs, targets).numpy()

    return MoonsNet(
        inputs=inputs.numpy(),
        targets=targets.numpy(),
        hidden=HIDDEN,
        weights=flat.numpy(),
        names=_names(),
        accuracy=float(right),
        valleys_alone=tuple(_along(flat, k, losses) for k in range(len(flat))),
        pairs=tuple(
            (a, b, _across(flat, a, b, losses)) for a, b in combinations(range(len(flat)), 2)
        ),
        provenance=_provenance(SEED),
    )


def _moons() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import make_moons

    points, labels = make_moons(EXAMPLES, noise=NOISE, random_state=SEED)
    points = (points - points.mean(0)) / points.std(0)
    return torch.tensor(points), torch.tensor(labels).double()


def _names() -> tuple[str, ...]:
    units = range(HIDDEN)
    return (
        *(f"W1[{j},{i}]" for j in units for i in range(2)),
        *(f"b1[{j}]" for j in units),
        *(f"W2[{j}]" for j in units),
        "b2",
    )


def _along(flat: Tensor, k: int, losses: Callable[[Tensor], np.ndarray]) -> int:
    """Count the minima along one weight, all others as trained."""
    sets = flat.repeat(ALONG, 1)
    sets[:, k] = torch.linspace(-REACH, REACH, ALONG, dtype=torch.float64)
    rising = np.diff(losses(sets)) > 0
    return int((~rising[:-1] & rising[1:]).sum())


def _across(flat: Tensor, a: int, b: int, losses: Callable[[Tensor], np.ndarray]) -> int:
    """Count the points of a grid over two weights that are lower than their eight neighbors."""
    axis = torch.linspace(-REACH, REACH, ACROSS, dtype=torch.float64)
    first, second = torch.meshgrid(axis, axis, indexing="ij")
    sets = flat.repeat(first.numel(), 1)
    sets[:, a], sets[:, b] = first.flatten(), second.flatten()
    grid = losses(sets).reshape(ACROSS, ACROSS)
    inner, n = grid[1:-1, 1:-1], ACROSS - 2
    lowest = np.ones_like(inner, dtype=bool)
    for i, j in np.ndindex(3, 3):
        if (i, j) != (1, 1):
            lowest &= inner < grid[i : i + n, j : j + n]
    return int(lowest.sum())


def sweeps(told: Told = lambda done, total: None, spec: BasinSpec | None = None) -> Sweeps:
    """Walk from all starts of every surface at every rate.

    Args:
        told: How many of the sweeps are done, and of how many.
        spec: For fewer starts and steps than the lesson has, on every surface.
    """
    begin = time.process_time()
    made = []
    total = len(NAMES)
    with one_thread():
        for done, name in enumerate(NAMES):
            told(done, total)
            asked = replace(spec, surface=name) if spec else basins.opening(name)
            made.append(basins.sweep(asked, basins.rates(name)))
    told(total, total)
    return Sweeps(
        sweeps=tuple(made),
        cpu_seconds=round(time.process_time() - begin, 1),
        provenance=_provenance(None),
    )


def _provenance(seed: int | None) -> Provenance:
    return Provenance(
        kind="recorded run",
        device="cpu, 1 thread",
        seed=seed,
        date=datetime.date.today().isoformat(),
        versions=torch_version(),
    )
