"""Leave a network and the random numbers as they were before it ran."""

import random
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import torch
from torch import nn
from torch.nn.parameter import is_lazy

T = TypeVar("T")


def unchanged(module: nn.Module, run: Callable[[], T]) -> T:
    """Run something, then give back what it moved: buffers, random numbers, gradients on or off.

    A network in training mode moves its running mean, and dropout draws random numbers. Two runs
    from the same state give the same values, and nobody sees afterwards that there were any.
    Where Ctrl-C comes while all is given back, that is done again.
    """
    before = _State(module)
    try:
        return run()
    finally:
        try:
            before.restore()
        except BaseException:
            before.restore()
            raise


class _State:
    """What a network, or the gradients of this thread, were before."""

    def __init__(self, module: nn.Module) -> None:
        self.buffers = [
            (holder, name, buffer, buffer.detach().clone())
            for holder in module.modules()
            for name, buffer in holder._buffers.items()
            if buffer is not None and not is_lazy(buffer)  # no values before the first forward
        ]
        self.drawn = _random_state()
        self.gradients = torch.is_grad_enabled()

    def restore(self) -> None:
        """Put all back; may be called again if it was interrupted."""
        torch.set_grad_enabled(False)  # a buffer is written to
        _restore_random(self.drawn)
        for holder, name, buffer, copy in self.buffers:
            if not torch.equal(buffer, copy):  # torch counts no version of a running mean
                buffer.copy_(copy)
            now = dict(holder._buffers.items())  # a ScriptModule's are no dict
            if now.get(name) is not buffer:
                holder._buffers[name] = buffer
        torch.set_grad_enabled(self.gradients)


def _random_state() -> tuple[object, ...]:
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return random.getstate(), np.random.get_state(), torch.get_rng_state(), devices  # noqa: NPY002


def _restore_random(state: tuple[object, ...]) -> None:
    python, numpy, cpu, devices = state
    random.setstate(python)  # type: ignore[arg-type]
    np.random.set_state(numpy)  # type: ignore[arg-type]  # noqa: NPY002
    torch.set_rng_state(cpu)  # type: ignore[arg-type]
    if devices:
        torch.cuda.set_rng_state_all(devices)  # type: ignore[arg-type]
