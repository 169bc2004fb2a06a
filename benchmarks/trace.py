"""A full trace of ResNet18 and ResNet50 at 224 beside a bare forward pass and beside TorchLens.

Budget of `trace(net, x)`, for any network: at most 1.5 bare forward passes for all values, and at
most 2.0 with five statistics of each. The flow page's own trace of ResNet18 keeps the same.
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.measure import interleaved, print_table, rows
from viz_models.analysis.anynet.record import record
from viz_models.analysis.flow.preprocess import prepare
from viz_models.analysis.flow.trace import forward_values, trace
from viz_models.images import samples
from viz_models.models import registry
from viz_models.records import ModelRef, RecordSpec, TraceSpec

RIVALS = Path(__file__).resolve().parents[1] / ".bench"
ROUNDS = 15
RIVAL_ROUNDS = 7  # of half a second and more each
NETWORKS = ("resnet18", "resnet50")
BARE = "bare forward"
HEAD = ("", "median ms", "min..max", "of bare", "n")


def main() -> None:
    """Print one table for each network and number of threads."""
    before = torch.get_num_threads()
    threads = (1, 2)
    cases = [(name, n) for name in NETWORKS for n in threads]
    ours = {case: _measure(case[1], _ours(case[0]), ROUNDS) for case in cases}
    for name, n in cases:
        rival = _torchlens(name)  # after all of ours: it wraps torch's functions for good
        theirs = (
            _measure(n, rival, RIVAL_ROUNDS)
            if rival
            else [("TorchLens", "not installed: make bench installs it", "", "", "")]
        )
        title = f"Trace of {name}, 3x224x224, {n} thread{'s' * (n > 1)}"
        print_table(title, HEAD, [*ours[name, n], *theirs])
    torch.set_num_threads(before)


def _measure(
    threads: int, ways: dict[str, Callable[[], object]], rounds: int
) -> list[tuple[str, ...]]:
    torch.set_num_threads(threads)
    return rows(interleaved(ways, rounds), peer=next(iter(ways)))


def _ours(name: str) -> dict[str, Callable[[], object]]:
    spec = TraceSpec(model=ModelRef(name=name))
    x = prepare(samples.load(spec.image.name)).tensor
    net, photo = registry.build(spec.model).eval().requires_grad_(False), torch.from_numpy(x)[None]

    def bare() -> object:
        with torch.no_grad():
            return net(photo)

    def any_network(*, statistics: bool) -> object:
        return record(net, (photo,), {}, RecordSpec(statistics=statistics, check=False))

    return {
        BARE: bare,
        "trace(net, x), no statistics": lambda: any_network(statistics=False),
        "trace(net, x), five statistics": lambda: any_network(statistics=True),
        "trace of the flow page, no statistics": lambda: forward_values(spec, x),
        "trace of the flow page, five statistics": lambda: trace(spec, x),
    }


def _torchlens(name: str) -> dict[str, Callable[[], object]] | None:
    """TorchLens keeping every value (no statistics), beside a bare forward of its own."""
    sys.path.append(str(RIVALS))
    try:
        torchlens: Any = importlib.import_module("torchlens")
    except ImportError:
        return None
    spec = TraceSpec(model=ModelRef(name=name))
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
