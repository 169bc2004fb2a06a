"""Networks that all sessions share, each built once and lent to one at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from torch import nn

T = TypeVar("T", bound=nn.Module)


class Shelf(Generic[T]):
    """Builds a network when it is first asked for, and keeps it: eval and frozen.

    For the small trained ones: nothing is ever thrown out.
    """

    def __init__(self, build: Callable[[str], T]) -> None:
        """Build with `build(name)`, one network at a time."""
        self._build = build
        self._building = threading.RLock()
        self._kept: dict[str, tuple[T, threading.RLock]] = {}

    @contextmanager
    def take(self, name: str) -> Iterator[T]:
        """Yield the network, yours alone inside the block; do not change it.

        What is called inside the block may take the same network again.
        """
        with self._building:
            if name not in self._kept:
                model = self._build(name).eval().requires_grad_(False)
                self._kept[name] = model, threading.RLock()
            model, lock = self._kept[name]
        with lock:
            yield model
