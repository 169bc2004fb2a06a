"""Build a network for its shapes alone, without filling its weights.

Seen with: torch 2.14.
Symptom: building a network fills its weights, which takes seconds and up to 550 MB (VGG), though
    only its shapes are wanted. `torch.device("meta")` is no way out: filling a meta tensor imports
    torch's compiler (2.5 s), and RegNet computes its widths while it is built.
Still needed? Build ResNet18 under `torch.device("meta")` in a fresh process and look whether
    `torch._dynamo` was imported, and whether RegNet can be built there.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from viz_models import patches


class _Unfilled(TorchFunctionMode):
    """Make parameters on the meta device and fill none of them.

    What a network computes while it is built (RegNet its widths) is computed as always.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the function returns)
        """Call anything but what fills a tensor with random numbers."""
        given = dict(kwargs or {})
        if func is torch.empty and given.get("device") is None:
            given["device"] = "meta"
        return args[0] if func in _FILLING else func(*args, **given)


_FILLING = (Tensor.normal_, Tensor.uniform_, Tensor.erfinv_, Tensor.fill_, Tensor.zero_)


def unfilled() -> AbstractContextManager[object]:
    """Return a context in which weights are made on the meta device and stay without values.

    Move what was built to the meta device afterwards: with a torch that nobody has looked at, the
    context does nothing.
    """
    return _Unfilled() if patches.is_known("torch", ("2.14.",), "unfilled") else nullcontext()
