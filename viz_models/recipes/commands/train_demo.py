"""`train-demo`: train the ResNet18 that recognizes everyday things, and keep it in pretrained/."""

import argparse
import datetime
import sys
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from viz_models.cli.command import Command
from viz_models.records import DataSpec

if TYPE_CHECKING:
    from viz_models.recipes.recognize import Training

NAME = "resnet18_demo"
SAVE_EVERY = 200  # steps; a training that was stopped loses no more
SECONDS_BETWEEN_LINES = 10


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        help="CIFAR-10 as a folder: train/ and test/ with a subfolder a class; "
        "default: torchvision's, downloaded",
    )
    parser.add_argument(
        "--state", type=Path, default=Path("artifacts/demo"), help="folder; continues from there"
    )
    parser.add_argument("--samples", type=int, help="of each size, for a quick look")
    parser.add_argument("--into", type=Path, help="folder; default: pretrained/")


def _run(options: argparse.Namespace) -> str:
    from viz_models.models import weights
    from viz_models.recipes.demo_recipe import Recipe
    from viz_models.recipes.recognize import Training
    from viz_models.training.data import sets as data

    recipe = Recipe()
    if options.samples is not None:
        short = (replace(p, samples=options.samples) for p in recipe.phases)
        recipe = replace(recipe, phases=tuple(short))
    training = Training(recipe, data.load(asked(options.data)))
    if (options.state / "training.safetensors").exists():
        training.restore(options.state)
    _follow(training, options.state)
    return _keep(training, options, options.into or weights.FOLDER)


def asked(folder: str | None) -> DataSpec:
    """CIFAR-10 from a folder, or torchvision's."""
    return DataSpec(name="folder", folder=folder) if folder else DataSpec(name="cifar10")


def _follow(training: "Training", state: Path) -> None:
    """Train to the end, save on the way, and tell on stderr how far it is."""
    last = time.perf_counter()
    for progress in training.steps():
        if progress.step in training.recipe.moments:
            training.save(state / f"moment{progress.step:05d}")
        if progress.step % SAVE_EVERY == 0 or progress.step == progress.steps:
            training.save(state)
        if time.perf_counter() - last >= SECONDS_BETWEEN_LINES:
            last = time.perf_counter()
            sys.stderr.write(
                f"{progress.step} of {progress.steps} steps, {progress.size} pixels, "
                f"loss {progress.loss:.3f}, {progress.accuracy:.0%} of the batch\n"
            )


def _keep(training: "Training", options: argparse.Namespace, folder: Path) -> str:
    from viz_models.models import weights
    from viz_models.models.versions import torch_version
    from viz_models.recipes import strangers
    from viz_models.recipes.recognize import network, share_right

    tensors = training.shipped()
    net = network(tensors)
    accuracy = share_right(net, training.data)
    others, of_ten = strangers.surest(net).unbind(1)
    below = round(strangers.unsure_below(others), 3)
    data = " --data DIR" if options.data else ""
    path = weights.save(
        NAME,
        tensors,
        folder,
        source="trained by this project on CIFAR-10 (Krizhevsky 2009)",
        licence="that of this project",
        command=f"python -m viz_models train-demo{data}",
        recipe=_told(training),
        seed=training.recipe.seed,
        date=datetime.date.today().isoformat(),
        device="cpu",
        versions=torch_version(),
        tested_on="10000 test pictures of CIFAR-10 enlarged to 224 pixels",
        accuracy=round(accuracy, 4),
        unsure_below=below,
        unsure_rule=strangers.rule(below, others),
        unsure_below_ten=round(strangers.unsure_below(of_ten), 3),
    )
    return f"wrote {path}: {accuracy:.2%} of {len(training.data.test_targets)} test pictures"


def _told(training: "Training") -> str:
    recipe = training.recipe
    phases = ", ".join(
        f"{p.samples} at {p.size} (area {p.area[0]:g} to {p.area[1]:g}"
        + (f", lr {p.lr[0]:g} to {p.lr[1]:g})" if p.lr else ")")
        for p in recipe.phases
    )
    said = {f.name: getattr(recipe, f.name) for f in fields(recipe) if f.name != "phases"}
    return f"pictures by size in pixels: {phases}; " + ", ".join(
        f"{k} {v}" for k, v in said.items()
    )


COMMAND = Command(
    help="Train the ResNet18 that recognizes everyday things, and keep it (hours).",
    add_arguments=_add_arguments,
    run=_run,
)
