"""Record networks that nobody here wrote, and write down which are bit-exact: docs/zoo.md.

Weights are random, inputs small. Every value of every step is compared with what is seen by other
means. `python -m benchmarks.zoo [words]` takes the networks whose family or name has one of the
words, and leaves the other rows of the page as they are, if these are of the same versions.
"""

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from tests.analysis.anynet import capture, zoo
from viz_models.analysis.anynet.record import record
from viz_models.records import RecordSpec

OUT = Path(__file__).parents[1] / "docs" / "zoo.md"
TOO_LARGE = ("vit_h_14", "regnet_y_128gf", "vit_l_16", "vit_l_32")
HEAD = (
    "| family | network | steps | output | values | seen again | by a hook, too | why |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
SPEC = RecordSpec(statistics=False, max_bytes=8 << 30)


@dataclass(frozen=True, slots=True)
class Row:
    """One network."""

    family: str
    network: str
    steps: int = 0
    output: str = "not built"
    values: int = 0
    same: int = 0  # as what an operator gave in a run without the recorder
    modules: int = 0  # of these, what a hook saw at a module, too
    why: str = ""

    @property
    def text(self) -> str:
        """Return the row of the table."""
        return f"| {' | '.join(f'{v:,}' if type(v) is int else v for v in astuple(self))} |\n"

    @classmethod
    def read(cls, line: str) -> "Row":
        """Return the row that a line of the table is."""
        family, network, steps, output, *counts, why = (
            cell.strip() for cell in line.split("|")[1:-1]
        )
        values, same, modules = (int(n.replace(",", "")) for n in counts)
        return cls(family, network, int(steps.replace(",", "")), output, values, same, modules, why)


def main(words: list[str]) -> None:
    """Print one line a network, and write the table after every tenth."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    mine: dict[tuple[str, str], Row] = {}
    every = list(entries())
    order = [(family, name) for family, name, _ in every]
    for family, name, make in every:
        if words and not any(word in f"{family} {name}" for word in words):
            continue
        started = time.perf_counter()
        row = mine[family, name] = one(family, name, make)
        print(row.text.strip(), f"{time.perf_counter() - started:.1f} s", flush=True)
        if len(mine) % 10 == 0:
            _write(mine, order, keep=bool(words))
    _write(mine, order, keep=bool(words))


def _write(mine: dict[tuple[str, str], Row], order: list[tuple[str, str]], *, keep: bool) -> None:
    """Write the page; keep the rows of other networks where only a part was asked for."""
    before = {(row.family, row.network): row for row in known()} if keep else {}
    rows = before | mine
    OUT.write_text(table([rows[key] for key in order if key in rows]), encoding="utf-8")


def known() -> list[Row]:
    """Return the rows that are written already, if they are of the versions that are here."""
    text = OUT.read_text(encoding="utf-8")
    if libraries() not in text or HEAD not in text:
        return []
    return [Row.read(line) for line in text.partition(HEAD)[2].splitlines() if line]


def libraries() -> str:
    """Return the versions that are here."""
    names = ("torch", "torchvision", "timm", "transformers")
    return ", ".join(f"{name} {version(name)}" for name in names)


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


def one(family: str, name: str, make: Callable[[], Any]) -> Row:
    """Return what a network's output is, how many values were compared, and what was amiss."""
    torch.manual_seed(0)
    try:
        net, args, kwargs = make()
    except Exception as error:
        return Row(family, name, why=_line(error))
    try:
        found = record(net, args, kwargs, SPEC)
    except Exception as error:
        return Row(family, name, output="not recorded", why=_line(error))
    assert found.check is not None
    seen = capture.compare(found, net, args, kwargs)
    numbers = (seen.values, seen.same, seen.modules)
    return Row(family, name, len(found.steps), found.check.text, *numbers, _why(seen))


def _why(seen: capture.Compared) -> str:
    said = [
        f"{len(names)} {what}: {', '.join(names[:3])}{', …' if len(names) > 3 else ''}"
        for what, names in (("differ", seen.wrong), ("not seen", seen.unseen))
        if names
    ]
    if seen.blank:
        said.append(f"{seen.blank} made without values (torch.empty)")
    return "; ".join(said)


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split()).replace("|", "/")[:160]


def table(rows: list[Row]) -> str:
    """Return the page."""
    built = [row for row in rows if row.output != "not built"]
    exact = sum(row.output == "bit-exact" for row in rows)
    seen = [row for row in rows if row.values]
    values, same, modules = (
        sum(getattr(r, n) for r in seen) for n in ("values", "same", "modules")
    )
    return (
        "# Networks that nobody here wrote\n\n"
        f"Recorded by `trace(net, x)` with random weights and one thread; {libraries()}. "
        "`make zoo` writes this page.\n\n"
        f"- Of {len(built)} networks {exact} give the same bits as a bare forward beside it.\n"
        f"- The steps of {len(seen)} of them were compared value by value: of {values:,} values "
        f"{same:,} have the same bits as what an operator of torch gave in a run without the "
        f"recorder, and {modules:,} of these were also seen by a hook at a module. The last column "
        "names what is left.\n"
        f"- Left out for their size: {', '.join(TOO_LARGE)}.\n\n"
        f"{HEAD}{''.join(row.text for row in rows)}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
