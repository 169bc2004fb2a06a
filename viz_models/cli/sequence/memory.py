"""`memory`: how strongly an untrained network's last answer depends on each earlier input."""

import argparse
import json
from typing import Any

from viz_models.cli.command import Command
from viz_models.digits import digits
from viz_models.recordings.sequence import memory as recordings
from viz_models.records.sequence.memory import Influence, MemoryRun, ReaderSpec


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--length", type=int, default=40, help="inputs; default: %(default)s")
    parser.add_argument("--cell", default="lstm", help="rnn, lstm, gru or attention")
    parser.add_argument(
        "--forget-bias", type=float, default=0.0, help="added to torch's own; of an lstm only"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the first weights")
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.sequence.memory import influence  # torch, which takes a second

    spec = ReaderSpec(
        cell=options.cell,
        forget_bias=options.forget_bias,
        length=options.length,
        seed=options.seed,
    )
    found = influence(spec)
    runs = recordings.load().of(spec, spec.length)
    return json.dumps(report(found, runs)) if options.json else table(found, runs)


def report(found: Influence, runs: tuple[MemoryRun, ...]) -> dict[str, Any]:
    """Return what `--json` prints: all influences, and the recorded training where there is one."""
    return {
        "cell": found.spec.cell,
        "forget_bias": found.spec.forget_bias,
        "length": found.spec.length,
        "seed": found.spec.seed,
        "influence": found.norms.tolist(),
        "first_over_last": found.share(0),
        "step_factor": found.factor,
        "forget_gates": found.kept.tolist(),
        "recorded": [
            {
                "seed": run.spec.seed,
                "solved": run.solved,
                "steps": run.steps,
                "accuracy": run.accuracy,
            }
            for run in runs
        ],
    }


def table(found: Influence, runs: tuple[MemoryRun, ...]) -> str:
    """Return the influence of a few inputs, and who learned the task, as text."""
    last = found.spec.length - 1
    places = sorted({0, last // 4, last // 2, 3 * last // 4, last})
    lines = [
        f"input {i + 1:<4} {digits(float(found.norms[i]), 3):<10} "
        f"{digits(found.share(i), 3)} of the last input's"
        for i in places
    ]
    lines.append(f"one step  {digits(found.factor, 4)}, by the first weights")
    if runs:
        solved = sum(run.solved for run in runs)
        lines.append(f"trained   {solved} of {len(runs)} seeds learned to say the first input")
    return "\n".join(lines)


COMMAND = Command(
    help="how strongly an untrained network's last answer depends on each earlier input",
    add_arguments=_add_arguments,
    run=_run,
)
