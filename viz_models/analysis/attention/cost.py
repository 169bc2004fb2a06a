"""What a layer over n tokens costs: operations, waiting, time, memory, and how far it reaches."""

import datetime
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.attention.cost_layers import Recurrence, build
from viz_models.analysis.pricing import counting
from viz_models.analysis.pricing.held import peak_bytes
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import CostPoint, CostRun, CostSpec, LayerKind, PathPoint, Provenance, Slope

LIMIT = 8192  # tokens; the n by n weights of attention then take 256 MiB
PATH_LIMIT = 1024  # tokens; beyond, float64 gradients through so many steps may underflow
FITTED = 4  # largest sizes that a slope is fitted to
PATH_WIDTH = 8  # who reaches whom does not depend on the width
_LEAST = 0.003  # seconds that a timed pass is repeated to fill
_measuring = threading.Lock()  # two measurements at once would slow each other

Progress = Callable[[int, int], None]  # parts measured, parts in all


def measure(
    spec: CostSpec,
    progress: Progress = lambda done, total: None,
    kind: Literal["recorded run", "measured now"] = "recorded run",
) -> CostRun:
    """Measure every layer at every size.

    Args:
        spec: Which layers and sizes.
        progress: Told after each part.
        kind: What the provenance calls it.

    Raises:
        ValueError: If the spec cannot be measured.
    """
    found = []
    for part in parts(spec):
        found.append(part)
        progress(len(found), total(spec))
    return collected(spec, found, kind)


def parts(spec: CostSpec) -> Iterator[CostPoint | PathPoint]:
    """Yield the parts one after the other, short sentences first; the caller may stop.

    Raises:
        ValueError: If the spec cannot be measured; before the first part.
    """
    check(spec)
    for n in spec.path_sizes:
        for kind in spec.kinds:
            yield PathPoint(kind=kind, n=n, length=path_length(spec, kind, n))
    for n in spec.sizes:
        for kind in spec.kinds:
            with _measuring:
                point = _point(spec, kind, n)
            yield point


def total(spec: CostSpec) -> int:
    """Return how many parts there are."""
    return len(spec.kinds) * (len(spec.sizes) + len(spec.path_sizes))


def collected(
    spec: CostSpec,
    found: Iterable[CostPoint | PathPoint],
    kind: Literal["recorded run", "measured now"],
) -> CostRun:
    """Return the parts and the slopes that can be fitted to them as one result."""
    found = list(found)
    points = tuple(p for p in found if isinstance(p, CostPoint))
    cpu = torch.backends.cpu.get_cpu_capability()
    return CostRun(
        spec=spec,
        points=points,
        paths=tuple(p for p in found if isinstance(p, PathPoint)),
        slopes=slopes(points),
        provenance=Provenance(
            kind=kind,
            device=f"cpu ({cpu}), 1 thread",
            seed=spec.seed,
            date=datetime.date.today().isoformat() if kind == "recorded run" else "",
            versions=torch_version(),
        ),
    )


def _point(spec: CostSpec, kind: LayerKind, n: int) -> CostPoint:
    layer, x = _drawn(spec, kind, n)
    with one_thread(), torch.no_grad():
        times = sorted(_milliseconds(layer, x) for _ in range(spec.repeats))
    return CostPoint(
        kind=kind,
        n=n,
        multiply_adds=multiply_adds(spec, kind, n),
        chain=chain(layer(x)),
        milliseconds=_rounded(times[0]),
        median=_rounded(float(np.median(times))),
        peak_bytes=peak_bytes(layer, x),
    )


def _drawn(spec: CostSpec, kind: LayerKind, n: int) -> tuple[nn.Module, Tensor]:
    generator = torch.Generator().manual_seed(spec.seed)
    layer = build(spec, kind)
    for weight in layer.parameters():
        nn.init.normal_(weight, std=spec.width**-0.5, generator=generator)
    return layer, torch.randn(n, spec.width, generator=generator)


def _milliseconds(layer: nn.Module, x: Tensor) -> float:
    """Return the processor time of one pass, the mean over a few milliseconds of passes."""
    begin, passes = time.thread_time(), 0  # what others do on the machine meanwhile is not in it
    while True:
        layer(x)
        passes += 1
        spent = time.thread_time() - begin
        if spent >= _LEAST:
            return 1000 * spent / passes


def _rounded(milliseconds: float) -> float:
    return float(f"{milliseconds:.4g}")


def multiply_adds(spec: CostSpec, kind: LayerKind, n: int) -> int:
    """Return the multiply-adds of matrix products and convolutions, as torch counts them."""
    return counting.multiply_adds(build(spec, kind).to("meta"), (n, spec.width))


def chain(output: Tensor) -> int:
    """Return the length of the longest path through the autograd graph, in operations.

    Args:
        output: Of a forward pass with gradients on.

    Raises:
        ValueError: If no graph was kept.
    """
    if output.grad_fn is None:
        raise ValueError("the output has no autograd graph; run the layer with gradients on")
    longest: dict[object, int] = {None: 0}
    stack = [output.grad_fn]
    while stack:  # no recursion: a recurrence over 4096 tokens is too deep for it
        node = stack[-1]
        below = [f for f, _ in node.next_functions if f is not None and f.next_functions]
        waiting = [f for f in below if f not in longest]
        if waiting:
            stack.extend(waiting)
            continue
        longest[stack.pop()] = 1 + max((longest[f] for f in below), default=0)
    return longest[output.grad_fn]


def path_length(spec: CostSpec, kind: LayerKind, n: int) -> int:
    """Return how many layers must be stacked until the output at token n depends on token 1.

    For the recurrence: steps that must be kept in one layer until it does (truncated
    backpropagation through time). Dependence is a gradient that is not exactly 0, in float64;
    the least length is found by doubling and bisection, because more layers never see less.
    """
    high = 1
    while high < n and not _reaches(spec, kind, n, high):
        high = min(2 * high, n)
    low = high // 2 + 1
    while low < high:
        middle = (low + high) // 2
        if _reaches(spec, kind, n, middle):
            high = middle
        else:
            low = middle + 1
    return low


def _reaches(spec: CostSpec, kind: LayerKind, n: int, length: int) -> bool:
    generator = torch.Generator().manual_seed(spec.seed)
    x = 0.1 * torch.randn(n, PATH_WIDTH, dtype=torch.float64, generator=generator)
    x.requires_grad_()
    depth = 1 if kind == "recurrence" else length
    layers = [build(spec, kind, i, PATH_WIDTH).double() for i in range(depth)]
    for layer in layers:
        for weight in layer.parameters():  # what keeps lengths keeps gradients from underflowing
            nn.init.orthogonal_(weight.flatten(1), generator=generator)
    out: Tensor = x
    if isinstance(layers[0], Recurrence):
        before, rest = x[: n - length], x[n - length :]
        state = layers[0](before)[-1:].detach() if len(before) else None
        out = layers[0](rest, state)
    else:
        for layer in layers:
            out = layer(out)
    (gradient,) = torch.autograd.grad(out[-1].sum(), x)
    return bool((gradient[0] != 0).any())


def slopes(points: Sequence[CostPoint]) -> tuple[Slope, ...]:
    """Fit log(measure) over log(n) at the largest sizes; none below two sizes."""
    found = []
    for kind in dict.fromkeys(p.kind for p in points):
        last = [p for p in points if p.kind == kind][-FITTED:]
        if len(last) < 2:
            continue
        for what in get_args(Slope.__annotations__["what"]):
            x, y = (np.log([getattr(p, name) for p in last]) for name in ("n", what))
            fitted = np.polyfit(x, y, 1)
            value = round(float(fitted[0]), 4) + 0.0
            found.append(Slope(kind=kind, what=what, value=value, fitted=tuple(p.n for p in last)))
    return tuple(found)


def check(spec: CostSpec) -> None:
    """Raise a ValueError with one clear line unless the spec can be measured."""
    if not spec.kinds or not spec.sizes:
        raise ValueError("nothing to measure; give at least one layer and one size")
    if not all(1 <= n <= LIMIT for n in spec.sizes):
        raise ValueError(f"sizes must lie between 1 and {LIMIT} tokens, got {spec.sizes}")
    if not all(1 <= n <= PATH_LIMIT for n in spec.path_sizes):
        raise ValueError(f"path sizes must lie between 1 and {PATH_LIMIT}, got {spec.path_sizes}")
    if sorted(set(spec.sizes)) != list(spec.sizes):
        raise ValueError(f"sizes must rise, got {spec.sizes}")
    if spec.width < 1 or spec.repeats < 1 or min(spec.kernel, spec.window) < 2:
        raise ValueError("width and repeats must be 1 or more, kernel and window 2 or more")
