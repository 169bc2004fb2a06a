"""`guidelines`: ShuffleNet v2's four guidelines, timed on this machine at equal multiply-adds."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.records.vision.fast import GUIDELINES, Fast, FastSpec, spread


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    base = FastSpec()
    parser.add_argument("--rounds", type=int, default=base.rounds, help="default: %(default)s")
    parser.add_argument(
        "--seconds",
        type=float,
        default=base.seconds,
        help="after which no further round begins; default: %(default)s",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.vision import fast

    found = fast.measure(FastSpec(rounds=options.rounds, seconds=options.seconds))
    return json.dumps(report(found), ensure_ascii=False) if options.json else table(found)


def report(found: Fast) -> dict[str, Any]:
    """Return what `--json` prints: every way with all its times, and the ratios with quartiles."""
    return {
        "machine": found.machine,
        "versions": found.provenance.versions,
        "ways": [asdict(way) for way in found.ways],
        "ratios": {s: asdict(found.ratio(s)) for s in (*GUIDELINES, "units")},
    }


def table(found: Fast) -> str:
    """Return a line for each way: multiply-adds, numbers moved, median and quartiles in ms."""
    lines = [f"{found.machine}, one thread, {len(found.ways[0].milliseconds)} rounds"]
    for way in found.ways:
        s = spread(way.milliseconds)
        times = f"{digits(s.median, 3):>6} ms ({digits(s.low, 3)} to {digits(s.high, 3)})"
        lines.append(f"{way.series:<12} {way.name:<14} {way.macs:>12,} {way.access:>12,} {times}")
    return "\n".join(lines)


COMMAND = Command(
    help="the four guidelines for fast networks, timed here at equal multiply-adds",
    add_arguments=_add_arguments,
    run=_run,
)
