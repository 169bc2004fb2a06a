"""`trace`: one photo through one network, every step with its facts and statistics."""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from viz_models.cli.command import Command, NoNetworkError
from viz_models.records import ModelRef, Photo, Prepared, Step, StepStats, Trace, TraceSpec

TOP = 5
_WORDS = ("step", "op", "output")  # columns aligned left
_NUMBERS = ("parameters", "macs", "KiB", "field", "mean", "std", "min", "max", "zeros")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    default = ModelRef()
    parser.add_argument(
        "--model",
        default=default.name,
        help="a classification model as torchvision calls it; default: %(default)s",
    )
    parser.add_argument(
        "--weights",
        help="demo (ResNet18, ten classes), imagenet (fetched into torch's cache), or random; "
        "default: demo where it is shipped, else random; with --seed random",
    )
    parser.add_argument("--seed", type=int, help="of random weights; default: 0")
    photo = parser.add_mutually_exclusive_group()
    photo.add_argument("--sample", default="cat", help="a sample photo; default: %(default)s")
    photo.add_argument("--image", type=Path, help="a PNG, JPEG, WebP, GIF or BMP file")
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.flow.preprocess import prepare_for
    from viz_models.analysis.flow.trace import trace
    from viz_models.models import registry, zoo

    learned = zoo.default_weights(options.model)
    weights = options.weights or ("random" if options.seed is not None else learned)
    model = ModelRef(name=options.model, weights=weights, seed=options.seed or 0)
    labels = registry.card(model).labels  # a wrong name is told before the photo is read
    photo = _photo(options.sample, options.image)
    if weights == "imagenet" and not zoo.file(model.name).exists():
        _fetch(model.name)
    prepared = prepare_for(photo, model)
    result = trace(TraceSpec(image=photo.ref, model=model), prepared.tensor)
    if options.json:
        return json.dumps(report(result, prepared, labels), allow_nan=False, ensure_ascii=False)
    return table(result, labels)


def _fetch(name: str) -> None:
    """Download the weights of a model, and tell people who watch how far it is."""
    from viz_models.models import zoo
    from viz_models.models.download import DownloadError
    from viz_models.runs import home

    try:
        for done, total in zoo.fetch(name):
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{zoo.file(name).name}: {done >> 20} of {total >> 20} MiB ")
    except DownloadError as trouble:
        raise NoNetworkError(str(trouble)) from trouble
    home.prefer(name, zoo.file(name))
    if sys.stderr.isatty():
        sys.stderr.write("\n")


def _photo(sample: str, file: Path | None) -> Photo:
    from viz_models.images import decode, samples

    if file is None:
        return samples.load(sample)
    if not file.is_file():
        raise ValueError(f"no such file: {file}")
    return decode.decode(file.read_bytes(), file.name)


def report(trace: Trace, prepared: Prepared, labels: Sequence[str]) -> dict[str, Any]:
    """Return what `--json` prints.

    `input`, `steps`, `top5` and `totals`, in plain Python numbers.
    """
    from viz_models.analysis.pricing import costs, zoo

    totals, note = costs.totals(trace.steps), zoo.left_out(trace.spec.model)
    return {
        "input": {
            "shape": list(prepared.tensor.shape),
            "mean": list(prepared.mean_after),
            "std": list(prepared.std_after),
        },
        "steps": [_row(s, t) for s, t in zip(trace.steps, trace.stats, strict=True)],
        "top5": _top(trace, labels),
        "totals": {
            "parameters": totals.parameters,
            "macs": totals.macs,
            "bytes": totals.bytes,
            **({"left_out": note} if note else {}),
        },
    }


def _row(step: Step, stats: StepStats) -> dict[str, Any]:
    field = step.receptive_field
    return {
        "name": step.name,
        "op": step.op,
        "inputs": [list(shape) for shape in step.input_shapes],
        "output": list(step.output_shape),
        "parameters": step.parameters,
        "macs": step.macs,
        "bytes": step.bytes,
        "receptive_field": field
        and {
            "size": list(field.size),
            "jump": list(field.jump),
            "start": list(field.start),
            **({"at_most": True} if field.at_most else {}),
        },
        "mean": _number(stats.mean),
        "std": _number(stats.std),
        "min": _number(stats.min),
        "max": _number(stats.max),
        "zeros": _number(stats.zeros),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None  # JSON has no NaN


def _top(trace: Trace, labels: Sequence[str]) -> list[dict[str, Any]]:
    best = (-trace.probabilities).argsort(kind="stable")[:TOP]
    return [
        {"index": int(i), "label": labels[i], "probability": float(trace.probabilities[i])}
        for i in best
    ]


def table(trace: Trace, labels: Sequence[str]) -> str:
    """Return what is printed without `--json`.

    A line for each step, then the totals and the top 5.
    """
    from viz_models.analysis.pricing import costs, zoo

    totals = costs.totals(trace.steps)
    sums = [f"{totals.parameters:,}", f"{totals.macs:,}", f"{totals.bytes / 1024:,.0f}"]
    rows = [
        [*_WORDS, *_NUMBERS],
        *(_cells(s, t) for s, t in zip(trace.steps, trace.stats, strict=True)),
        ["total", "", "", *sums, *[""] * (len(_NUMBERS) - len(sums))],
    ]
    top = [f"{t['probability']:.6f}  {t['index']:4d}  {t['label']}" for t in _top(trace, labels)]
    note = [line] if (line := zoo.left_out(trace.spec.model)) else []
    return "\n".join([*_aligned(rows), *note, "", f"top {TOP}", *top])


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    sides = ["<"] * len(_WORDS) + [">"] * len(_NUMBERS)
    return [
        "  ".join(f"{c:{side}{w}}" for c, side, w in zip(row, sides, widths, strict=True)).rstrip()
        for row in rows
    ]


def _cells(step: Step, stats: StepStats) -> list[str]:
    return [
        step.name,
        step.op,
        "x".join(map(str, step.output_shape)),
        f"{step.parameters:,}",
        f"{step.macs:,}",
        f"{step.bytes / 1024:,.0f}",
        _seen(step),
        *(f"{v:.4g}" for v in (stats.mean, stats.std, stats.min, stats.max)),
        f"{stats.zeros:.1%}",
    ]


def _seen(step: Step) -> str:
    """Return the receptive field in words: never more than is known."""
    field = step.receptive_field
    if field is None:  # a vector sees everything; of a map, no rule says that it does
        return "all" if len(step.output_shape) == 1 else "at most all"
    return f"{'at most ' if field.at_most else ''}{'x'.join(map(str, field.size))}"


COMMAND = Command("Send a photo through a network and describe every step.", _add_arguments, _run)
