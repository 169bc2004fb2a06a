"""`architectures`: what famous networks cost, as recorded or measured here, layer by layer."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from viz_models.cli.command import Command
from viz_models.digits import count, digits, memory
from viz_models.recordings.vision import architectures as recordings
from viz_models.records.vision.architectures import BY_NAME, FAMILY, ArchitectureCost


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--network", default="", help="one of them, with its layers")
    parser.add_argument(
        "--here",
        action="store_true",
        help="count and time now, on this machine: some seconds a network; default: as recorded",
    )
    parser.add_argument("--repeats", type=int, default=5, help="of --here; default: %(default)s")
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    if options.network and options.network not in BY_NAME:
        known = ", ".join(BY_NAME)
        raise ValueError(f"unknown architecture {options.network!r}; choose {known}")
    names = [options.network] if options.network else [a.name for a in FAMILY]
    if options.here:
        from viz_models.analysis.vision.architectures import cost  # torch, which takes a second

        costs = [cost(name, options.repeats) for name in names]
    else:
        costs = [recordings.load().cost(name) for name in names]
    if options.json:
        return json.dumps({"networks": [report(c) for c in costs]})
    return layers(costs[0]) if options.network else table(costs)


def report(cost: ArchitectureCost) -> dict[str, Any]:
    """Return what `--json` prints of one network."""
    about = BY_NAME[cost.name]
    paper = {"title": about.title, "year": about.year, "paper": about.paper, "side": about.side}
    return asdict(cost) | paper | {"parent": about.parent or None}


def table(costs: list[ArchitectureCost]) -> str:
    """Return a row for each network, as text."""
    lines = [
        f"{'network':<20}{'layers':>7}{'parameters':>12}{'multiply-adds':>15}"
        f"{'kept':>12}{'traffic':>12}   time (quartiles)"
    ]
    lines += [
        f"{c.name:<20}{len(c.layers):>7}{count(c.parameters):>12}{count(c.macs):>15}"
        f"{memory(c.activation_bytes):>12}{memory(c.traffic_bytes):>12}   {_time(c)}"
        for c in costs
    ]
    return "\n".join(lines)


def layers(cost: ArchitectureCost) -> str:
    """Return a row for each layer of one network, as text."""
    lines = [
        f"{x.name:<34}{x.kind:<22}{count(x.parameters):>12}{count(x.macs):>12}"
        f"{memory(x.traffic_bytes):>12}{digits(x.ms, 3):>9} ms"
        for x in cost.layers
    ]
    lines.append(
        f"{BY_NAME[cost.name].title}: {count(cost.parameters)} parameters, "
        f"{count(cost.macs)} multiply-adds, {memory(cost.traffic_bytes)} moved, {_time(cost)}"
    )
    return "\n".join(lines)


def _time(cost: ArchitectureCost) -> str:
    spread = f"{digits(cost.ms_low, 3)} to {digits(cost.ms_high, 3)}"
    return f"{digits(cost.ms, 3)} ms ({spread})"


COMMAND = Command(
    help="What famous networks cost: parameters, multiply-adds, memory and time, by layer.",
    add_arguments=_add_arguments,
    run=_run,
)
