"""One forward pass with every intermediate value kept, exactly as torch computed it."""

import operator
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn

from viz_models.analysis.flow.steps import steps_of
from viz_models.models import registry
from viz_models.models.graph import graph, output_of
from viz_models.records import Provenance, StepStats, Trace, TraceSpec

__all__ = ["Recorder", "statistics", "steps_of", "trace"]

_IN_PLACE_CALLS = (operator.iadd, operator.isub, operator.imul, operator.itruediv)


def trace(spec: TraceSpec, x: np.ndarray) -> Trace:
    """Send a prepared photo through a network and keep what every step gives.

    The shared network is used under its lock, in eval mode and without gradients; no hook is
    set, so nothing stays behind, also when the forward raises.

    Args:
        spec: Which photo and which network; the photo's pixels travel as `x`.
        x: (C, H, W) float32 as the network's card says, normalized.

    Returns:
        The values, read-only float32 arrays without the batch axis, and their statistics.

    Raises:
        ValueError: If the network is unknown or x does not fit it.
    """
    check_input(spec, x)
    steps = steps_of(spec.model)
    values = forward_values(spec, x)
    kept = [values[step.name] for step in steps]
    scratch = torch.empty(max(v.numel() for v in kept), dtype=torch.float64)
    with torch.no_grad():
        stats = tuple(statistics(v, scratch) for v in kept)
        probabilities = kept[-1].double().softmax(-1).float()
    return Trace(
        spec=spec,
        steps=steps,
        values=tuple(_frozen(v) for v in kept),
        stats=stats,
        probabilities=_frozen(probabilities),
        provenance=Provenance(seed=spec.model.seed, versions=f"torch {torch.__version__}"),
    )


def check_input(spec: TraceSpec, x: np.ndarray) -> None:
    """Raise a ValueError with one clear line unless x is what the network takes."""
    expected = registry.card(spec.model).input_shape
    if x.shape != expected or x.dtype != np.float32:
        raise ValueError(f"expected float32 {expected} (C, H, W), got {x.dtype} {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError("the input holds NaN or infinity; prepare the photo again")


def forward_values(spec: TraceSpec, x: np.ndarray) -> dict[str, Tensor]:
    """The output of every step by name, without the batch axis; the input is copied."""
    traced = graph(spec.model)
    with registry.shared(spec.model) as model, torch.no_grad():
        recorder = Recorder(model, traced.fx, traced.names)
        recorder.run(torch.from_numpy(x.copy())[None])
    return recorder.values


def statistics(value: Tensor, scratch: Tensor | None = None) -> StepStats:
    """Mean, population std, min, max and share of zeros.

    Sums are taken in float64, so that six digits are right also where a mean is near zero.

    Args:
        value: Any shape, float32, at least one value.
        scratch: float64, at least as long as `value`; saves an allocation per step.
    """
    n = value.numel()
    wide = torch.empty(n, dtype=torch.float64) if scratch is None else scratch[:n]
    wide.copy_(value.reshape(-1))
    mean = wide.sum().item() / n
    wide.sub_(mean)  # two passes: no cancellation
    low, high = torch.aminmax(value)
    return StepStats(
        mean=mean,
        std=(torch.dot(wide, wide).item() / n) ** 0.5,
        min=low.item(),
        max=high.item(),
        zeros=np.count_nonzero(value.numpy() == 0) / n,  # torch's own count is 30 times slower
    )


class Recorder(fx.Interpreter):
    """Runs a graph and keeps the output of every named node as it was when it was made."""

    def __init__(self, model: nn.Module, fx_graph: fx.Graph, names: dict[fx.Node, str]) -> None:
        """Prepare to run `fx_graph` with the weights of `model`."""
        super().__init__(model, graph=fx_graph)
        self.names = names
        self.values: dict[str, Tensor] = {}

    def run_node(self, n: fx.Node) -> Any:  # noqa: ANN401 (fx's own signature)
        """Run one operation; one that works in place gets a copy to overwrite."""
        if self._overwrites(n):
            target = n.all_input_nodes[0]
            self.env[target] = self.env[target].clone()
        out = super().run_node(n)
        if n in self.names and (value := output_of(n, out)) is not None:
            self.values[self.names[n]] = value
        return out

    def _overwrites(self, n: fx.Node) -> bool:
        if n.op == "call_module":
            return getattr(self.submodules[str(n.target)], "inplace", False)
        if n.op == "call_method":
            return str(n.target).endswith("_") and not str(n.target).endswith("__")
        return n.op == "call_function" and (
            n.kwargs.get("inplace", False) is True or n.target in _IN_PLACE_CALLS
        )


def _frozen(value: Tensor) -> np.ndarray:
    array: np.ndarray = value.numpy()
    array.flags.writeable = False
    return array
