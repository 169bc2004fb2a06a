"""`descend`: torch's optimizers walk down a loss from one start."""

import argparse
import json
from typing import Any, get_args

from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.records.train.optimizers import (
    GONE,
    OPTIMIZERS,
    SCHEDULES,
    WALKING,
    DescendSpec,
    SurfaceName,
    Walk,
    Walks,
)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--start", default="3.12", help="one weight, or two with a comma; --start=-2.5 if negative"
    )
    parser.add_argument("--lr", type=float, default=0.15, help="learning rate, %(default)s")
    parser.add_argument(
        "--optimizer", choices=(*OPTIMIZERS, "all"), default="all", help="%(default)s"
    )
    parser.add_argument("--steps", type=int, default=300, help="%(default)s")
    parser.add_argument("--surface", choices=get_args(SurfaceName), default="valleys")
    parser.add_argument("--schedule", choices=SCHEDULES, default="constant")
    parser.add_argument("--json", action="store_true", help="one JSON object with every step")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.train.optimizers import walks

    try:
        start = tuple(float(part) for part in options.start.split(","))
    except ValueError:
        raise ValueError(f"--start {options.start}: give one number, or two as 0.5,1") from None
    spec = DescendSpec(
        surface=options.surface,
        start=start,
        rate=options.lr,
        steps=options.steps,
        schedule=options.schedule,
    )
    found = walks(spec)
    chosen = [w for w in found.walks if options.optimizer in (w.optimizer, "all")]
    return json.dumps(report(found, chosen)) if options.json else table(chosen)


def report(found: Walks, chosen: list[Walk]) -> dict[str, Any]:
    """Return what `--json` prints; a number that is none is null."""
    return {
        "rates": found.rates.tolist(),
        "walks": [
            {
                "optimizer": w.optimizer,
                "end": _end(w.label),
                "arrived": w.arrived if w.arrived >= 0 else None,
                "points": _finite(w.points.tolist()),
                "losses": _finite(w.losses.tolist()),
                "gradients": _finite(w.gradients.tolist()),
                "states": {name: _finite(rows.tolist()) for name, rows in w.states.items()},
            }
            for w in chosen
        ],
    }


def _finite(value: Any) -> Any:  # noqa: ANN401 (nested lists of floats)
    if isinstance(value, list):
        return [_finite(part) for part in value]
    return value if abs(value) < float("inf") else None  # a comparison with nan is false


def _end(label: int) -> str:
    return {WALKING: "not arrived", GONE: "gone"}.get(label, f"minimum {label + 1}")


def table(chosen: list[Walk]) -> str:
    """Return where each walk ends, as text."""
    return "\n".join(
        f"{w.optimizer:<9} {_end(w.label):<12} w = "
        f"{', '.join(digits(v, 6) for v in w.points[-1])}  loss {digits(w.losses[-1], 6)}"
        for w in chosen
    )


COMMAND = Command(
    help="torch's optimizers walk down a loss from one start, every step told",
    add_arguments=_add_arguments,
    run=_run,
)
