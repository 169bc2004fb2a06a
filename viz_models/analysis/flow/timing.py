"""How long each step takes on this machine."""

import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.anynet.watcher import Draft, Watcher
from viz_models.analysis.flow.plan import Plan, Planned, plan, walk
from viz_models.models import registry
from viz_models.records import ModelRef


def milliseconds(ref: ModelRef, x: np.ndarray, repeats: int = 5) -> np.ndarray:
    """Median time of every step over several forward passes; their sum is the whole pass.

    Measured from Python, so a step on a tiny map costs at least its call, some 10 us.

    Args:
        ref: Which network.
        x: (C, H, W) float32.
        repeats: Measured passes; one more goes ahead to warm up.

    Returns:
        (steps,) float64, milliseconds, in the order of `steps_of(ref)`; 0 for the input.

    Raises:
        ValueError: If the network is unknown or repeats is below 1.
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1, got {repeats}")
    planned = plan(ref)
    photo = torch.tensor(x)[None]
    passes = [_one_pass(ref, planned, photo) for _ in range(repeats + 1)]
    return np.median(passes[1:], axis=0)


def _one_pass(ref: ModelRef, planned: Plan, photo: Tensor) -> list[float]:
    with registry.shared(ref) as model:  # others may have a turn in between
        return list(spent(planned, model, photo).values())


def spent(planned: Plan, net: nn.Module, x: Tensor) -> dict[Planned, float]:
    """Return the milliseconds of every step of one pass, without gradients.

    What is no step, such as a size, is paid by the next step, and all parts of a cut by the first.
    """
    clock = _Clock()
    with torch.no_grad():
        walk(clock, net, x)
    found: dict[Planned, float] = {}
    paid = 1  # the input costs nothing
    for (number, _), step in planned.numbered.items():
        found[step] = sum(clock.calls[paid : number + 1])
        paid = max(paid, number + 1)
    return found


class _Clock(Watcher):
    """Times every call of a forward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[float] = []  # ms of each call
        self.began = self.took = 0.0

    def begin(self, function: str) -> Draft:
        """Begin a call, and look at the clock last of all."""
        draft = super().begin(function)
        self.began = time.perf_counter()
        return draft

    def end(self, draft: Draft, out: Any) -> Any:  # noqa: ANN401 (whatever a call returns)
        """Look at the clock before anything else."""
        self.took = (time.perf_counter() - self.began) * 1e3
        return super().end(draft, out)

    def add(self, draft: Draft, made: list[Tensor]) -> None:
        """Note what a call took."""
        self.calls.append(self.took)
