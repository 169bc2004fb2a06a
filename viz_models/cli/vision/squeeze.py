"""`squeeze`: one digit's gates, opened beside torch, and what the gates are worth."""

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.recordings.vision import squeeze as recordings
from viz_models.records.vision.squeeze import BLOCKS, EXAMPLES, GATES, Squeeze, SqueezeSpec

if TYPE_CHECKING:
    import numpy as np


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    base = SqueezeSpec()
    parser.add_argument(
        "--digit", type=int, default=base.label, help="0 to 9; default: %(default)s"
    )
    parser.add_argument(
        "--example",
        type=int,
        default=base.example,
        help=f"which of its test digits, 0 to {EXAMPLES - 1}; default: %(default)s",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.vision import squeeze  # torch, which takes a second

    found = squeeze.squeeze(SqueezeSpec(label=options.digit, example=options.example))
    return json.dumps(report(found), allow_nan=False) if options.json else table(found)


def report(found: Squeeze) -> dict[str, Any]:
    """Return what `--json` prints: every module opened, and the accuracies of all seeds."""
    return {
        "digit": found.spec.label,
        "example": found.spec.example,
        "probability": found.right,
        "modules": [
            {
                "squeezed": gated.squeezed.tolist(),
                "hidden": gated.hidden.tolist(),
                "gates": gated.gates.tolist(),
                "max_difference": _off(gated.gates, gated.torch_gates),
            }
            for gated in found.blocks
        ],
        "accuracies": [asdict(end) for end in recordings.load().ends],
    }


def table(found: Squeeze) -> str:
    """Return the gates of each module, a line a module, and the accuracies with other gates."""
    lines = [f"digit {found.spec.label}, recognized with p = {digits(found.right, 3)}"]
    for number, gated in enumerate(found.blocks, start=1):
        gates = " ".join(f"{gate:.2f}" for gate in gated.gates)
        off = digits(_off(gated.gates, gated.torch_gates), 1)
        lines.append(f"module {number} of {BLOCKS}: gates {gates}; equal torch's to {off}")
    ends = recordings.load().ends
    for kind in (*GATES, "twin"):
        mean = sum(getattr(end, kind) for end in ends) / len(ends)
        name = "no SE modules" if kind == "twin" else f"gates: {kind}"
        lines.append(f"{name:<14}{mean:>7.1%} of the test digits, mean of {len(ends)} seeds")
    return "\n".join(lines)


def _off(ours: "np.ndarray", theirs: "np.ndarray") -> float:
    return float(abs(ours - theirs).max())


COMMAND = Command(
    help="The gates of a digit's squeeze-and-excitation modules, and what they are worth.",
    add_arguments=_add_arguments,
    run=_run,
)
