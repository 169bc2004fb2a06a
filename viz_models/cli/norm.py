"""`norm`: a drawn tensor through a normalization layer, its statistics, and how close torch is."""

import argparse
import json
from typing import Any, get_args

from viz_models.cli.command import Command
from viz_models.digits import digits, shape
from viz_models.records import Mode, Norm, Normalized, NormSpec, Over, Place, SourceSpec

ROWS = 32  # of the table; --json has all


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    default = NormSpec()
    parser.add_argument("--norm", choices=get_args(Norm), default=default.norm)
    parser.add_argument("--shape", default="8,16,4,4", help="N,C,H,W; default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="of the draw from N(0, 1)")
    parser.add_argument("--groups", type=int, default=default.groups, help="of --norm group")
    parser.add_argument(
        "--over", choices=get_args(Over), default=default.over, help="of --norm layer and rms"
    )
    parser.add_argument("--mode", choices=get_args(Mode), default=default.mode)
    parser.add_argument("--eps", type=float, default=default.eps, help="default: %(default)g")
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.normalization import activation, groups, normalize

    spec = NormSpec(
        norm=options.norm,
        over=options.over,
        groups=options.groups,
        eps=options.eps,
        mode=options.mode,
    )
    wanted = _shape(options.shape)
    groups(wanted, spec)  # what does not fit is told before anything is drawn
    x = activation(SourceSpec(kind="normal", shape=wanted, seed=options.seed))
    result = normalize(x, spec)
    if options.json:
        return json.dumps(report(result), allow_nan=False, ensure_ascii=False)
    return table(result)


def _shape(text: str) -> Place:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 4 or not all(p.isascii() and p.isdigit() and len(p) < 10 for p in parts):
        raise ValueError(f"{text!r} is no shape; write N,C,H,W like 8,16,4,4")
    n, c, h, w = map(int, parts)
    return n, c, h, w


def report(result: Normalized) -> dict[str, Any]:
    """Return what `--json` prints.

    The count of groups, their statistics, the difference to torch.
    """
    grouping = result.grouping
    return {
        "norm": result.spec.norm,
        "shape": list(grouping.shape),
        "groups": grouping.count,
        "formula": grouping.formula,
        "axes": grouping.axes,
        "size": grouping.size,
        "mean": result.mean.tolist(),
        "variance": result.variance.tolist(),
        "max_difference": result.max_difference,  # null where torch refused
        "agrees": result.agrees,
        "refusal": result.refusal,
        "degenerate": [d.sentence for d in result.degenerate],
    }


def table(result: Normalized) -> str:
    """Return what is printed without `--json`: a line a group, then what is worth knowing."""
    grouping = result.grouping
    shown = min(grouping.count, ROWS)
    rows = [
        f"{g:5d}  {result.mean[g]:11.6g}  {result.variance[g]:11.6g}  {result.rms[g]:11.6g}"
        for g in range(shown)
    ]
    rest = [f"... and {grouping.count - shown:,} more; --json has all"] * (shown < grouping.count)
    checked = f"torch refused: {result.refusal}"
    if result.max_difference is not None:
        verdict = "equals torch" if result.agrees else "differs from torch"
        checked = f"{verdict}: largest difference {digits(result.max_difference, 2)}"
    return "\n".join(
        [
            f"{result.spec.norm} norm, {shape(grouping.shape)}, {result.spec.mode}",
            f"{grouping.formula} = {grouping.count:,} groups, "
            f"each averaged over {grouping.axes}: values {grouping.size:,}",
            "",
            f"{'group':>5}  {'mean':>11}  {'variance':>11}  {'rms':>11}",
            *rows,
            *rest,
            "",
            *(d.sentence for d in result.degenerate),
            checked,
        ]
    )


COMMAND = Command(
    "Normalize a drawn tensor and compare every group with torch.", _add_arguments, _run
)
