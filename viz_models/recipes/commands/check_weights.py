"""`check-weights`: the accuracy of a shipped network, computed again from its file."""

import argparse

from viz_models.cli.command import Command
from viz_models.recipes.commands import train_demo

TOLERANCE = 0.001  # as a share: another processor rounds otherwise


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", help="as of train-demo")


def _run(options: argparse.Namespace) -> str:
    from viz_models.models import weights
    from viz_models.recipes.recognize import network, share_right
    from viz_models.training.data import sets as data

    card = weights.cards().get(train_demo.NAME)
    if card is None:
        raise ValueError(f"pretrained/ has no {train_demo.NAME}; train it: train-demo")
    found = data.load(train_demo.asked(options.data))
    accuracy = share_right(network(weights.load(train_demo.NAME)), found)
    said = f"{accuracy:.2%} of {card.tested_on}; the manifest says {card.accuracy:.2%}"
    if abs(accuracy - card.accuracy) > TOLERANCE:
        raise ValueError(f"{said}: more than {TOLERANCE:.1%} apart")
    return said


COMMAND = Command(
    help="Test the shipped ResNet18 on all test pictures of CIFAR-10 (minutes).",
    add_arguments=_add_arguments,
    run=_run,
)
