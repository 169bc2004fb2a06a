"""How long each step takes on this machine."""

import time
from typing import Any

import numpy as np
import torch
from torch import fx, nn

from viz_models.models import registry
from viz_models.models.graph import Graph, graph, output_of
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
    traced = graph(ref)
    photo = torch.tensor(x)[None]
    passes = [_one_pass(ref, traced, photo) for _ in range(repeats + 1)]
    return np.median(passes[1:], axis=0)


def _one_pass(ref: ModelRef, traced: Graph, photo: torch.Tensor) -> list[float]:
    with registry.shared(ref) as model, torch.no_grad():  # others may have a turn in between
        clock = Clock(model, traced)
        clock.run(photo.clone())
    return list(clock.spent.values())


class Clock(fx.Interpreter):
    """Runs a graph, in place where the network works in place, and times every named node."""

    def __init__(self, model: nn.Module, traced: Graph) -> None:
        """Nothing runs yet; `run` fills in the milliseconds of every named node."""
        super().__init__(model, graph=traced.fx)
        self.spent: dict[fx.Node, float] = {}
        self.between = 0.0  # ms, of what is no step (a cut, a size), paid by the next one

    def run_node(self, n: fx.Node) -> Any:  # noqa: ANN401 (fx's own signature)
        """Run one node and keep its time."""
        start = time.perf_counter()
        out = super().run_node(n)
        self.between += (time.perf_counter() - start) * 1e3
        if output_of(n, out) is not None:
            self.spent[n] = 0.0 if n.op == "placeholder" else self.between
            self.between = 0.0
        return out
