"""`train-sequence`: train the recurrent translators, and keep them in pretrained/."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from viz_models.cli.command import Command
from viz_models.recipes.commands.kept import add_how, checked, follow, keep
from viz_models.records.sequence.translators import RecurrentModel

NAMES: tuple[RecurrentModel, ...] = get_args(RecurrentModel)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=(*NAMES, "all"), default="all", help="default: %(default)s"
    )
    add_how(parser)


def _run(options: argparse.Namespace) -> str:
    from viz_models.models.threads import one_thread

    folder = checked(options)
    with one_thread():
        return "\n".join(_trained(options, folder))


def _trained(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    from viz_models.recipes.sequence.translators import job

    names: tuple[RecurrentModel, ...] = NAMES if options.what == "all" else (options.what,)
    for name in names:
        made = job(name, options.seed, options.steps)
        follow(made)
        yield keep(made, f"train-sequence {name}", options, folder)


COMMAND = Command(
    help="Train the recurrent translators of the chapter on sequences, and keep them.",
    add_arguments=_add_arguments,
    run=_run,
)
