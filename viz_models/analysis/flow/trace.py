"""One forward pass with every intermediate value kept, exactly as torch computed it."""

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.anynet.watcher import Keeper
from viz_models.analysis.flow.parts import NOTHING, Change, change_of
from viz_models.analysis.flow.plan import Plan, plan, walk, without_batch
from viz_models.analysis.flow.steps import steps_of
from viz_models.models import registry
from viz_models.models.versions import torch_version
from viz_models.records import Provenance, StepStats, Trace, TraceSpec

_FLAT = 1e-4  # variance over squared mean, below which a second pass over the values is made
__all__ = ["record", "statistics", "steps_of", "trace"]


def trace(spec: TraceSpec, x: np.ndarray) -> Trace:
    """Send a prepared photo through a network and keep what every step gives.

    The shared network is used under its lock, in eval mode and without gradients; nothing stays
    behind, also when the forward raises.

    Args:
        spec: Which photo and which network; the photo's pixels travel as `x`.
        x: (C, H, W) float32 as the network's card says, normalized.

    Returns:
        The values, read-only float32 arrays without the batch axis, and their statistics.

    Raises:
        ValueError: If the network is unknown, x does not fit it, or what is off is not there.
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
        provenance=Provenance(seed=spec.model.seed, versions=torch_version()),
    )


def check_input(spec: TraceSpec, x: np.ndarray) -> None:
    """Raise a ValueError with one clear line unless x is what the network takes."""
    expected = registry.card(spec.model).input_shape
    if x.shape != expected or x.dtype != np.float32:
        raise ValueError(f"expected float32 {expected} (C, H, W), got {x.dtype} {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError("the input holds NaN or infinity; prepare the photo again")


def forward_values(spec: TraceSpec, x: np.ndarray) -> dict[str, Tensor]:
    """Return the output of every step by name, without the batch axis."""
    steps = steps_of(spec.model)
    with registry.shared(spec.model) as model:
        change = change_of(steps, spec.off)
        return record(model, plan(spec.model), torch.tensor(x)[None], change)


def record(
    model: nn.Module, planned: Plan, x: Tensor, change: Change = NOTHING
) -> dict[str, Tensor]:
    """Run a network and return what every step gave, as it was when it was made.

    The network may work in place, on whole tensors or on parts of them: what is overwritten is
    copied first, and everything that follows reads the overwritten values, as in torch.

    Args:
        model: Any network with the steps of `planned`; used as it is, without gradients.
        planned: Its steps, as `plan` or `plan_of` gives them.
        x: What the network takes, with a batch axis; it is copied.
        change: What is switched off.

    Returns:
        Name of the step -> value without the batch axis, in the order in which they were made.
    """
    keeper = Keeper(given=planned.by_name(change.applied))
    with torch.no_grad():
        walk(keeper, model, x)
    values = {}
    for (number, output), step in planned.numbered.items():
        value = keeper.steps[number].outputs[output]
        assert value is not None  # there is no limit
        values[step.name] = without_batch(value)
    return values


def statistics(value: Tensor, scratch: Tensor | None = None) -> StepStats:
    """Mean, population std, min, max and share of zeros.

    Sums are taken in float64, so that six digits are right also where a mean is near zero.

    Args:
        value: Any shape, float32, at least one value.
        scratch: float64, at least as long as `value`; saves an allocation per step.
    """
    n, array = value.numel(), value.numpy()
    wide = torch.empty(n, dtype=torch.float64) if scratch is None else scratch[:n]
    wide.copy_(value.reshape(-1))
    mean = wide.sum().item() / n
    variance = torch.dot(wide, wide).item() / n - mean**2
    if variance < _FLAT * mean**2:  # two large numbers would cancel
        wide.sub_(mean)
        variance = torch.dot(wide, wide).item() / n
    return StepStats(
        mean=mean,
        std=variance**0.5,
        min=array.min().item(),  # numpy takes a third of the time that torch takes for these
        max=array.max().item(),
        zeros=np.count_nonzero(array == 0) / n,
    )


def _frozen(value: Tensor) -> np.ndarray:
    array: np.ndarray = value.numpy()
    array.flags.writeable = False
    return array
