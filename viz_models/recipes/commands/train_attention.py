"""`train-attention`: train what the lessons on attention show, and keep it in pretrained/."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from viz_models.cli.command import Command
from viz_models.recipes.commands.kept import add_how, checked, follow, keep

if TYPE_CHECKING:
    from viz_models.recipes.attention import What

WHAT: tuple["What", ...] = ("translate", "language", "vision")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=(*WHAT, "all"), default="all", help="default: %(default)s"
    )
    add_how(parser)


def _run(options: argparse.Namespace) -> str:
    from viz_models.models.threads import one_thread

    folder = checked(options)
    with one_thread():
        return "\n".join(_trained(options, folder))


def _trained(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    from viz_models.recipes.attention import jobs

    chosen: tuple[What, ...] = WHAT if options.what == "all" else (options.what,)
    for what in chosen:
        for job in jobs(what, options.seed, options.steps):
            follow(job)
            yield keep(job, f"train-attention {what}", options, folder)


COMMAND = Command(
    help="Train the networks of the lessons on attention, and keep them.",
    add_arguments=_add_arguments,
    run=_run,
)
