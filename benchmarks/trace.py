"""A full trace of ResNet18 at 224 beside a bare forward pass and beside TorchLens.

Budget: values and five statistics of all steps in at most 2.0 bare forward passes.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.measure import interleaved, print_table, rows
from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.flow.trace import forward_values, trace
from viz_models.images import samples
from viz_models.models import registry
from viz_models.records import TraceSpec

RIVALS = Path(__file__).resolve().parents[1] / ".bench"
ROUNDS = 15
RIVAL_ROUNDS = 7  # of half a second and more each
BARE = "bare forward"
HEAD = ("", "median ms", "min..max", "of bare", "n")


def main() -> None:
    """Print one table for one thread and one for two."""
    before = torch.get_num_threads()
    threads = (1, 2)
    ours = {n: _measure(n, _ours(), ROUNDS) for n in threads}
    rival = _torchlens()  # last: it wraps torch's functions for good
    for n in threads:
        theirs = (
            _measure(n, rival, RIVAL_ROUNDS)
            if rival
            else [("TorchLens", "not installed: make bench installs it", "", "", "")]
        )
        title = f"Trace of ResNet18, 3x224x224, {n} thread{'s' * (n > 1)}"
        print_table(title, HEAD, [*ours[n], *theirs])
    torch.set_num_threads(before)


def _measure(
    threads: int, ways: dict[str, Callable[[], object]], rounds: int
) -> list[tuple[str, ...]]:
    torch.set_num_threads(threads)
    return rows(interleaved(ways, rounds), peer=next(iter(ways)))


def _ours() -> dict[str, Callable[[], object]]:
    spec = TraceSpec()
    x = prepare(samples.load(spec.image.name)).tensor
    photo = torch.from_numpy(x)[None]

    def bare() -> object:
        with registry.shared(spec.model) as model, torch.no_grad():
            return model(photo)

    return {
        BARE: bare,
        "our trace, no statistics": lambda: forward_values(spec, x),
        "our trace, five statistics": lambda: trace(spec, x),
    }


def _torchlens() -> dict[str, Callable[[], object]] | None:
    """TorchLens keeping every value (no statistics), beside a bare forward of its own."""
    sys.path.append(str(RIVALS))
    try:
        torchlens: Any = importlib.import_module("torchlens")
    except ImportError:
        return None
    spec = TraceSpec()
    model = registry.build(spec.model).eval().requires_grad_(False)
    photo = torch.from_numpy(prepare(samples.load(spec.image.name)).tensor)[None]

    def bare() -> object:
        with torch.no_grad():
            return model(photo)

    def keep_all() -> object:
        with torch.no_grad():
            return torchlens.trace(model, photo)

    return {
        "bare forward beside TorchLens": bare,
        f"TorchLens {torchlens.__version__}, no statistics": keep_all,
    }


if __name__ == "__main__":
    main()
