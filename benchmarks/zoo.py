"""Record networks that nobody here wrote, and write down which are bit-exact: docs/zoo.md.

Weights are random, inputs small. `python -m benchmarks.zoo [words]` takes the networks whose family
or name has one of the words, and then writes nothing.
"""

import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from tests.analysis.anynet import zoo
from viz_models.analysis.anynet.record import record
from viz_models.records import RecordSpec

OUT = Path(__file__).parents[1] / "docs" / "zoo.md"
TOO_LARGE = ("vit_h_14", "regnet_y_128gf", "vit_l_16", "vit_l_32")
HEAD = "| family | network | steps | output | why |\n|---|---|---|---|---|\n"


def main(words: list[str]) -> None:
    """Print one line a network, and write the table."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    rows = []
    for family, name, make in entries():
        if words and not any(word in f"{family} {name}" for word in words):
            continue
        started = time.perf_counter()
        rows.append((family, name, *one(make)))
        print(*rows[-1], f"{time.perf_counter() - started:.1f} s", sep=" | ", flush=True)
        if not words and len(rows) % 10 == 0:
            OUT.write_text(table(rows), encoding="utf-8")
    if not words:
        OUT.write_text(table(rows), encoding="utf-8")


def entries() -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """Yield family, name, and what makes the network with its inputs."""
    yield from zoo.own_entries()
    for name in zoo.TRANSFORMERS:
        yield "transformers", name, lambda n=name: zoo.transformers_entry(n)
    for name in zoo.timm_names():
        yield "timm", name, lambda n=name: zoo.timm_entry(n)
    for family, name, make in zoo.torchvision_entries():
        if name not in TOO_LARGE:
            yield family, name, make


def one(make: Callable[[], Any]) -> tuple[str, str, str]:
    """Return how many steps a network has, what its output is, and why if it is not bit-exact."""
    torch.manual_seed(0)
    try:
        net, args, kwargs = make()
    except Exception as error:
        return "", "not built", _line(error)
    try:
        found = record(net, args, kwargs, RecordSpec(statistics=False))
    except Exception as error:
        return "", "not recorded", _line(error)
    assert found.check is not None
    return str(len(found.steps)), found.check.text, ""


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split()).replace("|", "/")[:160]


def table(rows: list[tuple[str, ...]]) -> str:
    """Return the page."""
    exact = Counter(row[3] for row in rows)["bit-exact"]
    built = sum(row[3] != "not built" for row in rows)
    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("torch", "torchvision", "timm", "transformers")
    )
    lines = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return (
        "# Networks that nobody here wrote\n\n"
        f"Recorded by `trace(net, x)` with random weights and one thread; {libraries}. Of {built} "
        f"networks {exact} give the same bits as a bare forward beside it. `make zoo` writes this "
        f"page. Left out for their size: {', '.join(TOO_LARGE)}.\n\n{HEAD}{lines}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
