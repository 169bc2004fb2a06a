"""Guided backpropagation: every ReLU lets only positive gradients pass, however it is called.

Captum hooks modules. A network may also call `F.relu`, as DenseNet does after its last norm.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)
from torch.overrides import TorchFunctionMode

_OVERWRITING = (torch.relu_, Tensor.relu_, F.relu_)
_RELUS = (torch.relu, Tensor.relu, F.relu, *_OVERWRITING)


class Guided(TorchFunctionMode):
    """Guides the ReLUs that run in this thread inside the block, and counts them.

    ReLU6 is guided too, which torch computes as `F.hardtanh` between 0 and 6.

    References:
        Springenberg et al. 2015, section 3.4, arXiv:1412.6806.
    """

    def __init__(self) -> None:
        """Count from zero."""
        super().__init__()
        self.count = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the function returns)
        """Call a function of torch; a ReLU gets the guided backward pass."""
        given = kwargs or {}
        if func not in _RELUS and not _is_relu6(func, args, given):
            return func(*args, **given)
        self.count += 1
        x = args[0] if args else given["input"]
        out: Tensor = _Relu.apply(x, 6.0 if func in (F.hardtanh, F.relu6) else torch.inf)
        overwrites = func in _OVERWRITING or given.get("inplace", False)
        return x.copy_(out) if overwrites else out


def _is_relu6(func: Callable[..., Any], args: Sequence[Any], given: dict[str, Any]) -> bool:
    if func is F.relu6:
        return True
    limits = (*args[1:3], given.get("min_val"), given.get("max_val"))
    return func is F.hardtanh and [v for v in limits if v is not None] == [0, 6]


class _Relu(torch.autograd.Function):
    """ReLU, cut at a limit, whose backward pass drops negative gradients as well."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, limit: float) -> Tensor:  # noqa: ANN401 (torch's context)
        ctx.save_for_backward((x > 0) & (x < limit))
        return x.clamp(0, limit)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        (passed,) = ctx.saved_tensors
        return (gradient * passed).clamp(min=0), None
