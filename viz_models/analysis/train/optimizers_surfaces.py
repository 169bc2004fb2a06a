"""The losses that optimizers walk on: formulas of one or two weights, and a real network's loss."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from viz_models.recordings import descend as recordings
from viz_models.records.train.optimizers import Place, SurfaceName, Terrain

WIDTH, HEIGHT = 161, 121  # points of a picture
ALONG = 801  # points of a curve
SCAN = 61  # points along each weight between which places are looked for
SCAN_ALONG = 2001
NEWTON = 60  # steps
SAME = 1e-6  # of the picture's width: two places are one
WEIGHT = ("W1[0,0]",)  # of the network, that the curve shows
WEIGHTS = ("W1[0,0]", "W2[1]")  # that the picture shows


@dataclass(frozen=True, slots=True)
class Surface:
    """A loss, the part of it that is shown, and where a walk begins unless it is told."""

    loss: Callable[[Tensor], Tensor]  # (N, D) -> (N,), each row by itself
    low: tuple[float, ...]
    high: tuple[float, ...]
    start: tuple[float, ...]
    names: tuple[str, ...]
    formula: str

    @property
    def radius(self) -> float:
        """How near a walk must be to a minimum, in weights, to have arrived."""
        return 0.02 * max(h - lo for lo, h in zip(self.low, self.high, strict=True))

    @property
    def bound(self) -> float:
        """Half a picture beyond its edges a walk is gone."""
        return 0.5 * max(h - lo for lo, h in zip(self.low, self.high, strict=True))


def _valleys(p: Tensor) -> Tensor:
    w = p[:, 0]
    return 0.05 * w * w * w * w - 0.4 * w * w + 0.15 * w + 0.12 * torch.cos(5 * w) + 1


def _bowl(p: Tensor) -> Tensor:
    a, b = p.unbind(-1)
    return 0.5 * (a * a + b * b)


def _ravine(p: Tensor) -> Tensor:
    a, b = p.unbind(-1)
    return 0.5 * (0.2 * a * a + 10 * b * b)


def _saddle(p: Tensor) -> Tensor:
    a, b = p.unbind(-1)
    return 0.5 * a * a - 0.5 * b * b + 0.125 * b * b * b * b + 0.5


def _rosenbrock(p: Tensor) -> Tensor:
    a, b = p.unbind(-1)
    along, across = 1 - a, b - a * a
    return 0.025 * along * along + 0.25 * across * across


def _two(p: Tensor) -> Tensor:
    a, b = p.unbind(-1)
    well, across = a * a - 1, b - 0.5 * a
    return 0.5 * well * well + 0.2 * a + across * across + 0.3


_BOTH = ("w₁", "w₂")
_FORMULAS: dict[SurfaceName, Surface] = {
    "valleys": Surface(
        _valleys,
        (-3.2,),
        (3.2,),
        (3.12,),
        ("w",),
        "0.05w⁴ − 0.4w² + 0.15w + 0.12·cos(5w) + 1",
    ),
    "bowl": Surface(_bowl, (-3, -2.25), (3, 2.25), (-2.4, 1.6), _BOTH, "½(w₁² + w₂²)"),
    "ravine": Surface(_ravine, (-3, -2.25), (3, 2.25), (-2.6, 1.2), _BOTH, "½(0.2·w₁² + 10·w₂²)"),
    "saddle": Surface(
        _saddle, (-3, -2.25), (3, 2.25), (-2.4, 0.05), _BOTH, "½w₁² − ½w₂² + ⅛w₂⁴ + ½"
    ),
    "rosenbrock": Surface(
        _rosenbrock,
        (-2, -1),
        (2, 2),
        (-1.5, -0.5),
        _BOTH,
        "(1 − w₁)²/40 + (w₂ − w₁²)²/4",
    ),
    "two": Surface(
        _two,
        (-2, -1.5),
        (2, 1.5),
        (0.3, 1.3),
        _BOTH,
        "½(w₁² − 1)² + 0.2·w₁ + (w₂ − ½w₁)² + 0.3",
    ),
}


@cache
def surface(name: SurfaceName) -> Surface:
    """Return the surface of this name.

    Raises:
        ValueError: If there is none.
    """
    if name in _FORMULAS:
        return _FORMULAS[name]
    formula = "mean cross entropy on 100 points of two moons"
    if name == "weight":
        return Surface(network_loss(WEIGHT), (-10,), (10,), (8.0,), WEIGHT, formula)
    if name == "weights":
        edges = (-7.0, -7.0), (8.0, 4.25)
        return Surface(network_loss(WEIGHTS), *edges, (5.0, 2.0), WEIGHTS, formula)
    raise ValueError(f"there is no surface {name!r}; choose one of {', '.join(NAMES)}")


NAMES: tuple[SurfaceName, ...] = (
    *("valleys", "weight", "bowl", "ravine", "saddle", "rosenbrock", "two", "weights"),
)


def network_loss(names: tuple[str, ...]) -> Callable[[Tensor], Tensor]:
    """Return the trained network's loss as a function of some of its weights, the rest fixed.

    Args:
        names: Which weights, such as "W1[2,0]" (unit 2, input 0).
    """
    net = recordings.load_net()
    columns = [net.names.index(name) for name in names]
    weights = torch.tensor(net.weights)
    inputs, targets = torch.tensor(net.inputs), torch.tensor(net.targets)

    def loss(p: Tensor) -> Tensor:
        whole = list(weights.expand(len(p), -1).unbind(-1))
        for i, column in enumerate(columns):
            whole[column] = p[:, i]
        return forward_loss(whole, net.hidden, inputs, targets)

    return loss


def forward_loss(whole: list[Tensor], hidden: int, inputs: Tensor, targets: Tensor) -> Tensor:
    """Return the mean cross entropy of a 2-H-1 tanh network for N sets of weights.

    It is written weight by weight, so that every set is computed as it would be alone.

    Args:
        whole: 4H + 1 tensors (N,): W1 row by row, b1, W2, b2.
        hidden: H.
        inputs: (E, 2).
        targets: (E,), 0 or 1.

    Returns:
        (N,), nats.
    """
    x, y = inputs.unbind(-1)
    logits = whole[-1][:, None]
    for j in range(hidden):
        first, second, bias, out = (
            whole[k][:, None] for k in (2 * j, 2 * j + 1, 2 * hidden + j, 3 * hidden + j)
        )
        logits = logits + out * torch.tanh(first * x + second * y + bias)
    each = functional.binary_cross_entropy_with_logits(
        logits, targets.expand_as(logits), reduction="none"
    )
    return each.mean(-1)


def starts(name: SurfaceName, points: int) -> np.ndarray:
    """Return a grid of starts over the picture, (points^D, D) float64.

    Rows run along the second weight from low to high, then along the first.
    """
    at = surface(name)
    axes = [np.linspace(lo, h, points) for lo, h in zip(at.low, at.high, strict=True)]
    return _mesh(axes)


def _mesh(axes: list[np.ndarray]) -> np.ndarray:
    if len(axes) == 1:
        return axes[0][:, None]
    second, first = np.meshgrid(axes[1], axes[0], indexing="ij")
    return np.stack([first.ravel(), second.ravel()], axis=-1)


def terrain(name: SurfaceName) -> Terrain:
    """Return the loss over the whole picture, and every place where the gradient is zero."""
    at = surface(name)
    one = len(at.low) == 1
    sizes = (ALONG,) if one else (WIDTH, HEIGHT)
    axes = [np.linspace(lo, h, n) for lo, h, n in zip(at.low, at.high, sizes, strict=True)]
    with torch.no_grad():
        losses = at.loss(torch.from_numpy(_mesh(axes))).numpy()
    return Terrain(
        surface=name,
        names=at.names,
        low=at.low,
        high=at.high,
        losses=losses if one else losses.reshape(HEIGHT, WIDTH),
        places=places(name),
    )


@cache
def places(name: SurfaceName) -> tuple[Place, ...]:
    """Return the minima (the lowest first), then all other places where the gradient is zero.

    Newton's method starts wherever the gradient is smaller than around it on a grid. What is
    flatter than any curvature that float64 can tell is left out.
    """
    at = surface(name)
    span = max(h - lo for lo, h in zip(at.low, at.high, strict=True))
    found: list[Place] = []
    for start in _candidates(at):
        place = _newton(at, start)
        if place and all(
            max(abs(a - b) for a, b in zip(place.at, p.at, strict=True)) > SAME * span
            for p in found
        ):
            found.append(place)
    return tuple(sorted(found, key=lambda p: (p.kind != "minimum", p.loss)))


def _candidates(at: Surface) -> np.ndarray:
    """Return points of a grid at which the squared gradient is smaller than at all neighbors."""
    n = SCAN_ALONG if len(at.low) == 1 else SCAN
    axes = [np.linspace(lo, h, n) for lo, h in zip(at.low, at.high, strict=True)]
    mesh = _mesh(axes)
    points = torch.from_numpy(mesh).requires_grad_()
    (gradient,) = torch.autograd.grad(at.loss(points).sum(), points)
    steepness = (gradient**2).sum(-1).numpy().reshape((n,) * len(at.low))
    padded = np.pad(steepness, 1, constant_values=np.inf)
    lowest = np.ones_like(steepness, dtype=bool)
    for shift in np.ndindex(*(3,) * steepness.ndim):
        if shift != (1,) * steepness.ndim:
            window = tuple(slice(s, s + n) for s in shift)
            lowest &= steepness <= padded[window]
    return mesh[lowest.ravel()]


def _newton(at: Surface, start: np.ndarray) -> Place | None:
    """Walk to a zero of the gradient; None if there is none in the picture near the start."""
    x = start.copy()
    for _ in range(NEWTON):
        gradient, hessian = _derivatives(at, x)
        if not np.isfinite(hessian).all() or np.linalg.cond(hessian) > 1e8:
            return None
        step = np.linalg.solve(hessian, gradient)
        x = x - step
        if np.abs(step).max() < 1e-15:
            break
    gradient, hessian = _derivatives(at, x)
    inside = all(lo <= v <= h for lo, v, h in zip(at.low, x, at.high, strict=True))
    if not inside or not np.abs(gradient).max() < 1e-9:
        return None
    curved = np.linalg.eigvalsh(hessian)
    if np.abs(curved).min() < 1e-6:
        return None
    kind = "minimum" if curved.min() > 0 else "maximum" if curved.max() < 0 else "saddle"
    loss = float(at.loss(torch.from_numpy(x)[None])[0])
    return Place(
        kind=kind,  # type: ignore[arg-type]
        at=tuple(map(float, x)),
        loss=loss,
        gradient=float(np.abs(gradient).max()),
    )


def _derivatives(at: Surface, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    point = torch.from_numpy(x)[None].requires_grad_()
    (gradient,) = torch.autograd.grad(at.loss(point).sum(), point, create_graph=True)
    rows = [
        torch.autograd.grad(gradient[0, i], point, retain_graph=True)[0][0] for i in range(len(x))
    ]
    return gradient.detach()[0].numpy(), torch.stack(rows).numpy()
