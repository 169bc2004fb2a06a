"""The network that `forward-pass open` names, or the example, and what its values are made of."""

import json
import os
import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from viz_models.records import Calculation, Cell, OpenSpec, Recorded
from viz_models.records.flow.opened import VARIABLE
from viz_models.runs import home
from viz_models.ui.kit.cache import cached

if TYPE_CHECKING:
    from viz_models.analysis.anynet.opening import Opened

_LOCK = threading.Lock()  # two visitors at once open it once


def asked() -> OpenSpec:
    """Return what the command line named; the example where strangers share the server."""
    text = os.environ.get(VARIABLE, "")
    return OpenSpec.read(text) if text and not home.hosted() else OpenSpec()


def recorded(spec: OpenSpec) -> Recorded:
    """Return the recorded forward pass of the network.

    Raises:
        ValueError: With one line for the reader, if it cannot be opened.
    """
    return _opened(spec).recorded


def _opened(spec: OpenSpec) -> "Opened":
    with _LOCK:
        return _opened_once(spec)


@lru_cache(maxsize=2)  # the example, and the one that the command line names
def _opened_once(spec: OpenSpec) -> "Opened":
    from viz_models.analysis.anynet.opening import opened

    return opened(spec)


@cached()
def drawn(spec: OpenSpec) -> str:
    """Return all that the instrument draws, as JSON."""
    from viz_models.figures.network import page

    return json.dumps(page.drawn(recorded(spec)), ensure_ascii=False, allow_nan=False)


def file(spec: OpenSpec) -> str:
    """Return the same as one HTML file."""
    from viz_models.figures.network import page

    return page.page(recorded(spec))


def strongest(spec: OpenSpec, step: str) -> Cell | None:
    """Return the place of the largest value of a step; None where there is nothing to open."""
    from viz_models.analysis.anynet.arithmetic import strongest

    found = recorded(spec)
    values = found.values[found.index(step)]
    value = values[0] if values else None
    return None if value is None or not value.size else strongest(value)


def calculation(spec: OpenSpec, step: str, cell: Cell) -> Calculation:
    """Return how one value came about.

    Raises:
        ValueError: If the step has no such value.
    """
    from viz_models.analysis.anynet.arithmetic import calculation

    found = _opened(spec)
    return calculation(found.module, found.recorded, step, cell)
