"""Time several ways of doing something side by side, so that a busy machine hits all alike."""

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping

Samples = dict[str, list[float]]


def interleaved(ways: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 2) -> Samples:
    """Milliseconds of each way, measured in turns; garbage is collected outside the clock."""
    samples: Samples = {name: [] for name in ways}
    for i in range(warm_up + rounds):
        for name, run in ways.items():
            gc.collect()
            start = time.perf_counter()
            kept = run()
            elapsed = (time.perf_counter() - start) * 1e3
            del kept  # freeing what was kept is not part of making it
            if i >= warm_up:
                samples[name].append(elapsed)
    return samples


def rows(samples: Samples, peer: str) -> list[tuple[str, ...]]:
    """Name, median, spread, ratio to the peer's median and n, ready to print."""
    base = statistics.median(samples[peer])
    return [
        (
            name,
            f"{statistics.median(ms):.1f}",
            f"{min(ms):.1f}..{max(ms):.1f}",
            f"{statistics.median(ms) / base:.2f}x",
            str(len(ms)),
        )
        for name, ms in samples.items()
    ]


def print_table(title: str, head: tuple[str, ...], body: list[tuple[str, ...]]) -> None:
    """Print aligned columns under a title; the machine's load stands beside it."""
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores" if os.name == "posix" else ""
    print(f"\n{title}  ({load})")
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    for row in [head, *body]:
        cells = [
            c.rjust(w) if i else c.ljust(w)
            for i, (c, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())
