"""Know in whose forward a call is made, without a hook: `forward` is shadowed for a while.

The shadow lies in the `__dict__` of each module, where Python looks before it looks in the class.
Several threads may record the same module at once: the last one takes the shadow away, and a
thread that records nothing goes straight through.
"""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from torch import nn

Around = Callable[[nn.Module, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


class _Shadow:
    """One module whose forward is shadowed, and what stood in its `__dict__` before."""

    def __init__(self, module: nn.Module) -> None:
        self.module, self.users = module, 0
        self.had = "forward" in module.__dict__
        self.original = module.forward
        original = self.original

        @functools.wraps(original)
        def forward(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            around = getattr(_RECORDING, "around", None)
            if around is None:
                return original(*args, **kwargs)
            return around(module, original, args, kwargs)

        module.__dict__["forward"] = forward

    def remove(self) -> None:
        """Put back what was there."""
        if self.had:
            self.module.__dict__["forward"] = self.original
        else:
            self.module.__dict__.pop("forward", None)


_RECORDING = threading.local()  # `around`: what this thread does around a forward
_LOCK = threading.Lock()
_SHADOWS: dict[int, _Shadow] = {}  # id of a module, which the shadow keeps alive


def shadowed(root: nn.Module, around: Around) -> AbstractContextManager[None]:
    """Call `around(module, forward, args, kwargs)` for each forward of this thread in the block.

    Args:
        root: The network; all modules in it are shadowed.
        around: Must call the forward that it is given, and return what that returns.
    """
    return _shadowed(list(root.modules()), around)


@contextmanager
def _shadowed(modules: list[nn.Module], around: Around) -> Iterator[None]:
    taken: list[_Shadow] = []
    before = getattr(_RECORDING, "around", None)
    try:
        for module in modules:
            with _LOCK:
                shadow = _SHADOWS.get(id(module)) or _Shadow(module)
                _SHADOWS[id(module)] = shadow
                shadow.users += 1
                taken.append(shadow)
        _RECORDING.around = around
        yield
    finally:
        _RECORDING.around = before
        for shadow in taken:
            with _LOCK:
                shadow.users -= 1
                if not shadow.users:
                    del _SHADOWS[id(shadow.module)]
                    shadow.remove()
