"""Two ways to look at what torch does in this thread, one above and one below its calls.

`Meaning` sees the calls that people write, `torch.conv2d` or `x + y`, and makes each a step.
`Memory` sees the operators that run below a call. It knows from their schemas what is about to be
overwritten. An operator without a call above it, as in a ScriptModule, becomes a step of its own.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from torch.overrides import TorchFunctionMode

from viz_models.analysis.anynet import names
from viz_models.analysis.anynet.tensors import found_in
from viz_models.analysis.anynet.watcher import Keeper, Watcher
from viz_models.analysis.anynet.writes import Writes

_NOT_TOLD = ("aten.detach.default",)  # of operators without a call: nothing is computed


class Meaning(TorchFunctionMode):
    """Makes every call of torch a step."""

    def __init__(self, watcher: Watcher) -> None:
        """Begin to tell a watcher what is seen."""
        super().__init__()
        self.watcher = watcher

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the call returns)
        """Run one call, as a step unless it only reads a shape or lies within another call."""
        given = kwargs or {}
        watcher = self.watcher
        if watcher.now is not None or not names.computes(func):
            return func(*args, **given)
        draft = watcher.begin(names.function_name(func))
        try:
            watcher.read(draft, args, given)
            out = func(*args, **given)
        except BaseException:
            watcher.now = None
            raise
        return watcher.end(draft, out)


class Memory(Writes):
    """Copies what is about to be overwritten, and sees what runs without a call."""

    def __init__(self, watcher: Keeper) -> None:
        """Begin to tell a watcher what is seen."""
        super().__init__(watcher.kept)
        self.watcher = watcher

    def __torch_dispatch__(
        self,
        func: Any,  # noqa: ANN401 (one of torch's operators)
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (whatever the operator returns)
        """Run one operator, after the values that it overwrites are copied."""
        given = kwargs or {}
        watcher, name = self.watcher, _kernel(func)
        draft, is_alone = watcher.now, watcher.now is None
        if draft is None:
            draft = watcher.begin(names.function_name(func))
            watcher.read(draft, args, given)
        draft.written += self.before(func, args, given)
        draft.kernels.append(name)
        if not is_alone:
            return func(*args, **given)
        try:
            out = func(*args, **given)
        finally:
            watcher.now = None
        if name not in _NOT_TOLD and found_in(out):
            watcher.end(draft, out)
        return out


@cache
def _kernel(func: Any) -> str:  # noqa: ANN401 (one of torch's operators)
    """Return the name of an operator: "aten.convolution.default"."""
    return str(func)
