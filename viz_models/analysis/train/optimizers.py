"""Walks of torch's own optimizers down a loss, every step kept.

All optimizers share one forward and one backward pass a step: each owns one parameter, which is
a row (or, for many starts, a block of rows) of the points that the loss is computed for.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.train import optimizers_surfaces as surfaces
from viz_models.analysis.train.optimizers_schedules import scheduler
from viz_models.models.versions import torch_version
from viz_models.patches import no_compiler
from viz_models.records.provenance import Provenance
from viz_models.records.train.optimizers import (
    GONE,
    OPTIMIZERS,
    WALKING,
    DescendSpec,
    OptimizerKey,
    ScheduleName,
    Walk,
    Walks,
)

MOMENTUM = 0.9
MOST_STEPS = 2000
MOST_RATE = 1000.0
_STATES = ("momentum_buffer", "sum", "square_avg", "exp_avg", "exp_avg_sq")  # of torch's names


def make(name: OptimizerKey, parameter: Tensor, rate: float) -> torch.optim.Optimizer:
    """Return torch's optimizer, with torch's defaults but for the rate and a momentum of 0.9.

    References:
        SGD: Robbins and Monro 1951, eq. 8. Momentum: Sutskever et al. 2013, eq. 1-2; Nesterov:
        eq. 3-4. AdaGrad: Duchi et al. 2011, eq. 1. RMSProp: Tieleman and Hinton 2012, slide 29.
        Adam: Kingma and Ba 2014, Alg. 1, arXiv:1412.6980. AdamW: Loshchilov and Hutter 2017,
        Alg. 2, arXiv:1711.05101.
    """
    one, optim = [parameter], torch.optim
    makers: dict[OptimizerKey, Callable[[], torch.optim.Optimizer]] = {
        "sgd": lambda: optim.SGD(one, rate),
        "momentum": lambda: optim.SGD(one, rate, MOMENTUM),
        "nesterov": lambda: optim.SGD(one, rate, MOMENTUM, nesterov=True),
        "adagrad": lambda: optim.Adagrad(one, rate),
        "rmsprop": lambda: optim.RMSprop(one, rate),
        "adam": lambda: optim.Adam(one, rate),
        "adamw": lambda: optim.AdamW(one, rate),
    }
    return makers[name]()


class Walkers:
    """Optimizers that walk side by side, each from all of the starts."""

    def __init__(
        self,
        loss: Callable[[Tensor], Tensor],
        starts: np.ndarray,
        optimizers: Sequence[OptimizerKey],
        rate: float,
        schedule: ScheduleName,
        steps: int,
    ) -> None:
        """Put one parameter (N, D) for each optimizer at the starts."""
        no_compiler.install()
        self._loss, self.steps = loss, steps
        self.parameters: list[Tensor] = [nn.Parameter(torch.tensor(starts)) for _ in optimizers]
        self._optimizers = [
            make(name, p, rate) for name, p in zip(optimizers, self.parameters, strict=True)
        ]
        self._schedulers = [scheduler(o, schedule, steps) for o in self._optimizers]

    def points(self) -> Tensor:
        """Return where everybody is, (K, N, D), without a gradient."""
        return torch.stack([p.detach() for p in self.parameters])

    def step(self) -> float:
        """Take one step with every optimizer; return the learning rate of that step."""
        for p in self.parameters:
            p.grad = None
        self._loss(torch.cat(self.parameters)).sum().backward()
        rate = float(self._optimizers[0].param_groups[0]["lr"])
        for optimizer, schedule in zip(self._optimizers, self._schedulers, strict=True):
            optimizer.step()
            if schedule:
                schedule.step()
        return rate

    def gradients(self) -> Tensor:
        """Return what the last step was given, (K, N, D)."""
        return torch.stack([p.grad for p in self.parameters if p.grad is not None])

    def states(self) -> Iterator[dict[str, Tensor]]:
        """Yield what each optimizer remembers, by torch's names."""
        for optimizer, p in zip(self._optimizers, self.parameters, strict=True):
            yield {k: v for k, v in optimizer.state[p].items() if k in _STATES and v is not None}


class Arrivals:
    """Which minimum each walker is at, and since which step."""

    def __init__(self, surface: surfaces.Surface, minima: Sequence[Sequence[float]]) -> None:
        """Look for these minima of the surface."""
        self._surface, self._minima = surface, torch.tensor(minima, dtype=torch.float64)
        self._at: Tensor | None = None
        self._since = torch.zeros(0)

    def look(self, points: Tensor, step: int) -> None:
        """Note where everybody (..., D) is after this step."""
        at = torch.full(points.shape[:-1], WALKING, dtype=torch.int8)
        for i, minimum in enumerate(self._minima):
            near = (points - minimum).abs().amax(-1) <= self._surface.radius
            at[near] = i
        if self._at is None:
            self._since = torch.zeros(at.shape, dtype=torch.int16)
        else:
            self._since[at != self._at] = step
        self._at = at

    def found(self, points: Tensor) -> tuple[np.ndarray, np.ndarray]:
        """Return labels (int8) and steps of arrival (int16; -1 for those at no minimum)."""
        assert self._at is not None
        labels, since = self._at.clone(), self._since.clone()
        low, high = (torch.tensor(edge) for edge in (self._surface.low, self._surface.high))
        bound = self._surface.bound
        inside = ((points >= low - bound) & (points <= high + bound)).all(-1)
        labels[~inside] = GONE  # a comparison with nan is false
        since[labels < 0] = -1
        return labels.numpy(), since.numpy()


def walks(spec: DescendSpec) -> Walks:
    """Walk from one start with every optimizer.

    Raises:
        ValueError: With one line for the reader, if the spec cannot be walked.
    """
    check(spec)
    at = surfaces.surface(spec.surface)
    start = np.array([spec.start], dtype=np.float64)
    walkers = Walkers(at.loss, start, OPTIMIZERS, spec.rate, spec.schedule, spec.steps)
    arrivals = Arrivals(at, minima(spec.surface))
    points, gradients, rates = [walkers.points()], [], []
    states: list[list[dict[str, Tensor]]] = []
    arrivals.look(points[0], 0)
    for step in range(1, spec.steps + 1):
        rates.append(walkers.step())
        points.append(walkers.points())
        gradients.append(
            torch.stack([p.grad.clone() for p in walkers.parameters if p.grad is not None])
        )
        states.append([{k: v.clone() for k, v in one.items()} for one in walkers.states()])
        arrivals.look(points[-1], step)
    labels, since = arrivals.found(points[-1])
    path = torch.stack(points)[:, :, 0].transpose(0, 1)  # (K, T + 1, D)
    with torch.no_grad():
        losses = at.loss(path.reshape(-1, path.shape[-1])).reshape(path.shape[:2])
    slopes = torch.stack(gradients)[:, :, 0].transpose(0, 1)
    found = tuple(
        Walk(
            optimizer=name,
            points=path[k].numpy(),
            losses=losses[k].numpy(),
            gradients=slopes[k].numpy(),
            states={n: torch.stack([s[k][n][0] for s in states]).numpy() for n in states[0][k]},
            label=int(labels[k, 0]),
            arrived=int(since[k, 0]),
        )
        for k, name in enumerate(OPTIMIZERS)
    )
    return Walks(spec=spec, walks=found, rates=np.array(rates), provenance=provenance())


def minima(name: surfaces.SurfaceName) -> list[tuple[float, ...]]:
    """Return where the minima of a surface are, the lowest first."""
    return [place.at for place in surfaces.places(name) if place.kind == "minimum"]


def check(spec: DescendSpec) -> None:
    """Raise a ValueError with one clear line unless the spec can be walked."""
    at = surfaces.surface(spec.surface)
    if len(spec.start) != len(at.low):
        raise ValueError(
            f"{spec.surface} has {len(at.low)} weight{'s' * (len(at.low) > 1)}: "
            f"give as many numbers as a start, got {len(spec.start)}"
        )
    if not np.isfinite(spec.start).all():
        raise ValueError("a start must be a finite number, such as -2.5")
    check_walk(spec.rate, spec.steps)


def check_walk(rate: float, steps: int) -> None:
    """Raise a ValueError with one clear line unless rate and steps can be walked."""
    if not 0 <= rate <= MOST_RATE:  # torch refuses a rate below 0; nan fails too
        raise ValueError(f"learning rate {rate:g}: choose 0 to {MOST_RATE:g}")
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"{steps} steps: choose 1 to {MOST_STEPS}")


def provenance() -> Provenance:
    """Say that a walk was measured here and now."""
    return Provenance(versions=torch_version())
