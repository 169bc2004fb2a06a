"""Leave a network and the random numbers as they were before it ran."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from torch.nn.parameter import is_lazy


@contextmanager
def unchanged(module: nn.Module) -> Iterator[None]:
    """Give back the buffers of a network and the state of all random numbers afterwards.

    A network in training mode moves its running mean, and dropout draws random numbers. Two runs
    from the same state give the same values, and nobody sees afterwards that there were any.
    """
    before = [
        (holder, name, buffer, buffer.detach().clone())
        for holder in module.modules()
        for name, buffer in holder._buffers.items()
        if buffer is not None and not is_lazy(buffer)  # it has no values before the first forward
    ]
    drawn = _random_state()
    try:
        yield
    finally:
        _restore_random(drawn)
        for holder, name, buffer, copy in before:
            if not torch.equal(buffer, copy):  # torch counts no version of a running mean
                with torch.no_grad():
                    buffer.copy_(copy)
            if holder._buffers.get(name) is not buffer:
                holder._buffers[name] = buffer


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
