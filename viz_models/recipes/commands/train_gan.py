"""`train-gan`: train the digit generators of the lesson on GANs; keep one, and its measures."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from viz_models.cli.command import Command
from viz_models.recipes.commands.kept import written
from viz_models.recordings.folder import FOLDER

if TYPE_CHECKING:
    from torch import Tensor

    from viz_models.training.gan.digits import Pair

NAME = "gan_digits"  # of the entry in the manifest


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seeds", type=int, default=5, help="networks; default: %(default)s")
    parser.add_argument("--steps", type=int, default=0, help="instead of the recipe's number")
    parser.add_argument(
        "--into", type=Path, default=FOLDER.parent, help="folder; default: %(default)s"
    )


def _run(options: argparse.Namespace) -> str:
    from viz_models.recipes.commands.record import _progress
    from viz_models.recipes.train.gan import recorded
    from viz_models.recordings import gan as recordings
    from viz_models.training.gan import digits

    if options.seeds < 1 or options.steps < 0:
        raise ValueError("at least one seed and one step are needed")
    steps = options.steps or digits.STEPS
    found, pair = digits.measure(options.seeds, steps, _progress(NAME), halved)
    folder = options.into / FOLDER.name
    folder.mkdir(parents=True, exist_ok=True)
    kept = _keep(pair, steps, found.read, options.into)
    path = recordings.save(recorded(found), folder / recordings.DIGITS.name)
    return f"wrote {kept}\nwrote {path}: {found.read:.1%} of the fakes are read as asked"


def halved(pair: "Pair") -> None:
    """Round all weights to float16, as they are shipped; what is measured is what is shipped."""
    for net in pair:
        net.load_state_dict({k: v.half().float() for k, v in net.state_dict().items()})


def tensors(pair: "Pair") -> "dict[str, Tensor]":
    """Return the weights of both networks as they are shipped, in float16."""
    names = ("generator", "discriminator")
    return {
        f"{name}.{key}": value.half()
        for name, net in zip(names, pair, strict=True)
        for key, value in net.state_dict().items()
    }


def _keep(pair: "Pair", steps: int, read: float, folder: Path) -> Path:
    from viz_models.training.gan import digits

    return written(
        NAME,
        tensors(pair),
        folder,
        command="train-gan",
        recipe=f"from random weights; Adam, {steps} steps of {digits.BATCH} for each network, "
        f"rate {digits.RATE:g}, betas {digits.BETAS}; -log D; weights rounded to float16",
        seed=0,
        tested_on=f"{10 * digits.PER_DIGIT} fakes, read by vit_digits as the digit asked for",
        accuracy=read,
    )


COMMAND = Command(
    help="Train the digit generators of the lesson on GANs, and keep one (minutes).",
    add_arguments=_add_arguments,
    run=_run,
)
