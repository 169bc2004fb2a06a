"""The network that `forward-pass open` names, or the example, and what its values are made of."""

import json
import os
import threading
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from viz_models import language
from viz_models.records import Calculation, Cell, OpenSpec, Recorded, SideBySide, StepPair
from viz_models.records.flow.opened import VARIABLE, Reads
from viz_models.runs import home
from viz_models.ui.kit.cache import cached, remembered

if TYPE_CHECKING:
    from viz_models.analysis.anynet.opening.opened import Opened
    from viz_models.analysis.anynet.opening.sources import Network

_LOCK = threading.RLock()  # two visitors at once open it once


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
    alone = replace(spec, against="", against_checkpoint="")
    if is_ours(spec):
        return remembered((alone, "yours"), lambda: _open(alone), _size)
    with _LOCK:
        return _opened_once(alone)


def is_ours(spec: OpenSpec) -> bool:
    """Return whether a network is one of this project's own, which strangers may open, too."""
    return not spec.source or spec.source.startswith(("shipped:", "build:"))


def _open(spec: OpenSpec) -> "Opened":
    from viz_models.analysis.anynet.opening.opened import opened

    return opened(spec)


@lru_cache(maxsize=2)  # it may be too large for the store
def _opened_once(spec: OpenSpec) -> "Opened":
    from viz_models.analysis.anynet.opening.opened import opened

    source = OpenSpec(
        source=spec.source, checkpoint=spec.checkpoint, folder=spec.folder, seed=spec.seed
    )
    return opened(spec, _network(source))


@lru_cache(maxsize=1)
def _network(spec: OpenSpec) -> "Network":
    from viz_models.analysis.anynet.opening.sources import network

    return network(spec)


def _other(spec: OpenSpec) -> "Opened":
    if is_ours(spec):
        return remembered((spec, "yours, other"), lambda: _open_other(spec), _size)
    with _LOCK:
        return _other_once(spec)


def _open_other(spec: OpenSpec) -> "Opened":
    from viz_models.analysis.anynet.opening.against import against

    return against(spec, _opened(spec))


_other_once = lru_cache(maxsize=2)(_open_other)


def _size(opened: "Opened") -> int:
    weights = 4 * opened.recorded.parameters
    return weights + opened.recorded.bytes * (2 if opened.recorded.gradients else 1)


@cached(lambda spec: (spec, language.current()))
def drawn(spec: OpenSpec) -> str:
    """Return all that the instrument draws, as JSON."""
    from viz_models.figures.network import page

    return json.dumps(page.drawn(recorded(spec)), ensure_ascii=False, allow_nan=False)


def file(spec: OpenSpec) -> str:
    """Return the same as one HTML file."""
    from viz_models.figures.network import page

    return page.page(recorded(spec))


@cached()
def side_by_side(spec: OpenSpec) -> SideBySide:
    """Return the network beside the one that `spec.against` names, step by step.

    Raises:
        ValueError: With one line for the reader, if the other one cannot be opened.
    """
    from viz_models.analysis.anynet.beside import side_by_side

    return side_by_side(recorded(spec), _other(spec).recorded)


def maps(spec: OpenSpec, pair: StepPair) -> tuple[np.ndarray, np.ndarray] | None:
    """Return the map with the largest difference, (H, W), of both networks.

    None where a value has fewer than two axes to be seen, or was not kept.
    """
    cell = pair.cell
    if pair.is_alone or cell is None or len(cell) not in (3, 4):
        return None
    both = []
    for made in (recorded(spec), _other(spec).recorded):
        value = made.values[made.index(pair.name)][pair.output]
        if value is None or value.dtype.kind != "f" or min(value.shape[-2:]) < 2:
            return None
        both.append(value[cell[:-2]])
    return both[0], both[1]


def tokens(spec: OpenSpec) -> tuple[str, ...]:
    """Return the tokens of the text that the network reads; none where it reads no text."""
    return _opened(spec).tokens


def reads(spec: OpenSpec) -> Reads:
    """Return whether the network can be given a text, whole numbers or a photo of the reader's."""
    return _opened(spec).reads


def strongest(spec: OpenSpec, step: str, output: int = 0) -> Cell | None:
    """Return the place of the largest value of a step; None where there is nothing to open."""
    from viz_models.analysis.anynet.arithmetic import strongest

    found = recorded(spec)
    values = found.values[found.index(step)]
    value = values[output] if values else None
    return None if value is None or not value.size else strongest(value)


def calculation(spec: OpenSpec, step: str, cell: Cell, output: int = 0) -> Calculation:
    """Return how one value came about.

    Raises:
        ValueError: If the step has no such value.
    """
    from viz_models.analysis.anynet.arithmetic import calculation

    found = _opened(spec)
    return calculation(found.module, found.recorded, step, cell, output)
