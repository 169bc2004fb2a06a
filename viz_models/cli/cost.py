"""`cost`: parameters, multiply-adds and memory of a network, without building it."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from viz_models import digits
from viz_models.cli.command import Command
from viz_models.models.builder.presets import PRESETS, preset

if TYPE_CHECKING:
    from viz_models.records import BuildSpec, Price


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where a network comes from: a name or a file."""
    _sources(parser)


def _sources(parser: argparse.ArgumentParser) -> "argparse._MutuallyExclusiveGroup":
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--preset", help=f"one of {', '.join(PRESETS)}")
    source.add_argument("--spec", type=Path, help="a JSON file, as the builder gives it out")
    return source


def spec_from(options: argparse.Namespace) -> "BuildSpec":
    """Return the network that `add_source`'s options name.

    Raises:
        ValueError: If there is no such preset, file or network.
    """
    from viz_models.models.builder.specs import from_json

    if options.preset is not None:
        return preset(options.preset)
    if not options.spec.is_file():
        raise ValueError(f"no such file: {options.spec}")
    try:
        return from_json(json.loads(options.spec.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
        raise ValueError(f"{options.spec} is not JSON") from None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    _sources(parser).add_argument(
        "--model", help="a classification model as torchvision calls it, such as densenet121"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object, not a table")


def _run(options: argparse.Namespace) -> str:
    if options.model is not None:
        return _of_model(options.model, json_wanted=options.json)
    from viz_models.analysis.pricing.price import price

    cost = price(spec_from(options))
    return json.dumps(asdict(cost)) if options.json else table(cost)


def _of_model(name: str, *, json_wanted: bool) -> str:
    """Return what is printed for a model of torchvision, with what does not run in eval mode."""
    from viz_models.analysis.pricing import zoo
    from viz_models.records import ModelRef

    cost, note = zoo.full_price(name), zoo.left_out(ModelRef(name=name))
    if json_wanted:
        return json.dumps(asdict(cost) | ({"left_out": note} if note else {}))
    return "\n".join([table(cost), *([note] if note else [])])


def table(cost: "Price") -> str:
    """Return what is printed without `--json`: a line for each sum."""
    return "\n".join(
        (
            f"parameters         {cost.parameters:>15,}",
            f"multiply-adds      {cost.macs:>15,}  for one example",
            f"training memory    {digits.memory(cost.activation_bytes):>15}  for one example",
            f"inference memory   {digits.memory(cost.inference_bytes):>15}  for one example",
            f"layers             {cost.layers:>15,}  of them {cost.convolutions} convolutions",
        )
    )


COMMAND = Command(
    "Say what a network costs: parameters, multiply-adds, memory.", _add_arguments, _run
)
