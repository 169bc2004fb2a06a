"""`dense-memory`: what dense blocks keep for the backward pass, measured on this machine."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from viz_models.cli.command import Command
from viz_models.digits import digits, memory
from viz_models.records.vision.dense_memory import DenseMemory, DenseMemorySpec, DenseStep


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    base = DenseMemorySpec()
    parser.add_argument(
        "--layers",
        default=",".join(map(str, base.depths)),
        help="of each block, such as 4,8,16; default: %(default)s",
    )
    parser.add_argument(
        "--growth", type=int, default=base.growth, help="maps a layer adds; default: %(default)s"
    )
    parser.add_argument(
        "--side", type=int, default=base.side, help="of the maps in px; default: %(default)s"
    )
    parser.add_argument(
        "--repeats",
        type=int,
        default=base.repeats,
        help="the fastest of so many steps is printed; default: %(default)s",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    spec = DenseMemorySpec(
        depths=_depths(options.layers),
        growth=options.growth,
        side=options.side,
        repeats=options.repeats,
    )
    from viz_models.analysis.vision import dense_memory  # torch, which takes a second

    found = dense_memory.measure(spec)
    return json.dumps(report(found), allow_nan=False) if options.json else table(found)


def _depths(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(p.isascii() and p.isdigit() and len(p) < 5 for p in parts):
        raise ValueError(f"--layers {text}: write whole numbers such as 4,8,16")
    return tuple(sorted({int(p) for p in parts}))


def report(found: DenseMemory) -> dict[str, Any]:
    """Return what `--json` prints: every block both ways, with the formulas beside it."""
    return {
        "growth": found.spec.growth,
        "side": found.spec.side,
        "steps": [
            asdict(step) | {"formula_bytes": found.formula_bytes(step.depth, step.keeping)}
            for step in found.steps
        ],
        "largest_gradient_difference": found.largest_difference,
        "versions": found.provenance.versions,
    }


def table(found: DenseMemory) -> str:
    """Return a line for each block: held bytes and time of a step, both ways."""
    lines = [f"{'layers':>6}  {'kept':>10} {'step':>9}   {'checkpoint':>10} {'step':>9}"]
    for depth in found.spec.depths:
        kept, again = found.step(depth, "keep"), found.step(depth, "checkpoint")
        lines.append(f"{depth:>6}  {_said(kept)}   {_said(again)}")
    off = digits(found.largest_difference, 1)
    return "\n".join([*lines, f"gradients of both ways differ by at most {off}"])


def _said(step: DenseStep) -> str:
    time = f"{digits(step.forward_ms + step.backward_ms, 3)} ms"
    return f"{memory(step.held_bytes):>10} {time:>9}"


COMMAND = Command(
    help="What dense blocks keep for the backward pass, with and without checkpointing.",
    add_arguments=_add_arguments,
    run=_run,
)
