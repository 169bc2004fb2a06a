"""What the operations of a network read and write: the memory access cost of ShuffleNet v2."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from viz_models.analysis.vision import fast_ways
from viz_models.patches.dispatch_mode import DispatchMode
from viz_models.patches.no_triton import flop_registry
from viz_models.records.vision.fast import Unit, UnitStep

FREE = ("aten::_unsafe_view", "aten::detach")  # views that torch does not mark as such
V1_STEPS = (
    ("1×1 convolution, 240 → 60, 3 groups", "G1, G2"),
    ("ReLU of 60 channels", ""),
    ("channel shuffle", ""),
    ("3×3 depthwise, 60", ""),
    ("1×1 convolution, 60 → 240, 3 groups", "G1, G2"),
    ("add the shortcut, 240 channels", "G4"),
    ("ReLU of 240 channels", "G4"),
)
V2_STEPS = (
    ("1×1 convolution, 69 → 69", ""),
    ("ReLU of 69 channels", ""),
    ("3×3 depthwise, 69", ""),
    ("1×1 convolution, 69 → 69", ""),
    ("ReLU of 69 channels", ""),
    ("concatenate both halves", ""),
    ("channel shuffle", ""),
)


class Traffic(DispatchMode):
    """Notes what every operation in this thread reads and writes; a view costs nothing.

    A bias is left out, as in equation 2 of the paper.
    """

    def __init__(self) -> None:
        """Nothing is noted yet."""
        super().__init__()
        self.steps: list[UnitStep] = []

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401 (one of torch's operators)
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the operator returns)
        """Run an operator and note it."""
        out = func(*args, **(kwargs or {}))
        if not (func.is_view or func.name() in FREE):
            formula: Callable[..., int] | None = flop_registry.get(func._overloadpacket)
            macs = formula(*args, **(kwargs or {}), out_val=out) // 2 if formula else 0
            moved = sum(t.numel() for t in _tensors((*args, out)) if t.ndim > 1)
            name = func.name().removeprefix("aten::")
            self.steps.append(UnitStep(name=name, macs=macs, access=moved))
        return out


def _tensors(values: Iterable[object]) -> list[Tensor]:
    """Return the tensors among arguments, also those in a list, as concatenation takes them."""
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += _tensors(value)
    return found


def traffic(plan: fast_ways.Plan) -> tuple[UnitStep, ...]:
    """Return what every operation of a network moves and multiplies, on the meta device."""
    with torch.device("meta"):
        net, x = plan.make().eval(), torch.empty(1, *plan.shape)
    with torch.no_grad(), Traffic() as noted:
        net(x)
    return tuple(noted.steps)


def units() -> tuple[Unit, ...]:
    """Return both units of ShuffleNet step by step, with what each step violates."""
    v2, v1 = (plan for plan in fast_ways.plans() if plan.series == "units")
    return tuple(
        Unit(
            name=plan.name,
            steps=tuple(
                UnitStep(name=name, macs=step.macs, access=step.access, breaks=breaks)
                for (name, breaks), step in zip(said, traffic(plan), strict=True)
            ),
        )
        for plan, said in ((v1, V1_STEPS), (v2, V2_STEPS))
    )
