"""`inception`: what an Inception module costs, one value of it, and how its parts trained."""

import argparse
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.recordings.vision import inception as recordings
from viz_models.records.vision.inception import GOOGLENET, MODULES, InceptionPrice, InceptionSpec

if TYPE_CHECKING:
    from viz_models.records.vision.inception import OpenedValue

WIDTHS = ("inputs", "one", "reduce3", "three", "reduce5", "five", "pool")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--module", default="3a", help=f"{', '.join(MODULES)}; default: 3a")
    for name in WIDTHS:
        parser.add_argument(f"--{name}", type=int, help="channels; default: GoogLeNet's")
    parser.add_argument("--side", type=int, help="of the maps; default: GoogLeNet's")
    parser.add_argument(
        "--cell",
        default="",
        help="map,row,column: how the trained small network made this value of a digit",
    )
    base = InceptionSpec()
    parser.add_argument("--digit", type=int, default=base.label, help="default: %(default)s")
    parser.add_argument("--example", type=int, default=base.example, help="default: %(default)s")
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    if options.module not in GOOGLENET:
        raise ValueError(f"no module is called {options.module!r}; choose {', '.join(MODULES)}")
    cell = _cell(options.cell) if options.cell else None
    from viz_models.analysis.vision import inception  # torch, which takes a second

    widths, side = GOOGLENET[options.module]
    asked = {name: getattr(options, name) for name in WIDTHS}
    given = {name: number for name, number in asked.items() if number is not None}
    price = inception.price(
        replace(widths, **given), side if options.side is None else options.side
    )
    spec = InceptionSpec(label=options.digit, example=options.example, module=options.module)
    value = inception.value(spec, cell) if cell else None
    if options.json:
        return json.dumps(report(price, value), ensure_ascii=False)
    return table(price) + (f"\n\n{_said(value)}" if value else "")


def _cell(text: str) -> tuple[int, int, int]:
    parts = text.split(",")
    if len(parts) != 3 or not all(p.strip().isascii() and p.strip().isdigit() for p in parts):
        raise ValueError(f"a cell is written map,row,column, such as 17,4,5, not {text!r}")
    channel, row, column = map(int, parts)
    return channel, row, column


def report(price: InceptionPrice, value: "OpenedValue | None") -> dict[str, Any]:
    """Return what `--json` prints: the price, one opened value if asked, all trainings."""
    macs, naive = price.macs
    found: dict[str, Any] = {
        "price": asdict(price) | {"macs": macs, "naive_macs": naive},
        "trainings": [asdict(run) for run in recordings.load().runs],
    }
    if value is not None:
        found["value"] = {
            "branch": value.branch,
            "channel": value.channel,
            "steps": [
                {
                    "op": step.op,
                    "terms": [[w.channel, w.total] for w in step.windows],
                    "rest": step.rest_total,
                    "total": step.total,
                    "torch": step.torch_value,
                    "agrees": step.agrees,
                }
                for step in (value.convolution, value.norm, value.relu)
            ],
        }
    return found


def table(price: InceptionPrice) -> str:
    """Return a line for each convolution, with and without reductions."""
    macs, naive = price.macs
    lines = [f"{'branch':<8}{'kernel':>8}{'in':>7}{'out':>7}{'multiply-adds':>16}"]
    for name, convs, total, theirs in (
        ("with 1x1 reductions", price.reduced, macs, price.torch_reduced),
        ("without", price.naive, naive, price.torch_naive),
    ):
        lines += [
            f"{c.branch:<8}{c.kernel_size:>8}{c.inputs:>7}{c.outputs:>7}{c.macs:>16,}"
            for c in convs
        ]
        lines.append(f"{name}: {total:,}; torch counts {theirs:,}")
    lines.append(f"without reductions: {digits(naive / macs, 3)} times as many")
    return "\n".join(lines)


def _said(value: "OpenedValue") -> str:
    lines = [f"branch {value.branch}, channel {value.channel}"]
    lines += [
        f"{step.op:<12}{digits(step.total, 6):>12}   torch {digits(step.torch_value, 6)}"
        for step in (value.convolution, value.norm, value.relu)
    ]
    return "\n".join(lines)


COMMAND = Command(
    help="What an Inception module costs with and without 1x1 reductions, and one of its values.",
    add_arguments=_add_arguments,
    run=_run,
)
