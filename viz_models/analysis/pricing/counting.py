"""Multiply-adds as torch counts them, of operations for which no formula is written here."""

from collections.abc import Callable, Sequence
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry


class Counter(TorchDispatchMode):
    """Adds up what runs in this thread inside the block.

    With the formulas of torch's FlopCounterMode, but without its hooks, which the whole process
    would feel. Meant for the meta device: on the CPU fused attention counts nothing.
    """

    def __init__(self) -> None:
        """Nothing is counted yet."""
        super().__init__()
        self.macs = 0

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401 (one of torch's operators)
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the operator returns)
        """Run an operator and count it."""
        out = func(*args, **(kwargs or {}))
        formula: Callable[..., int] | None = flop_registry.get(func._overloadpacket)
        if formula:
            self.macs += formula(*args, **(kwargs or {}), out_val=out) // 2
        return out
