"""`train-sequence`: train the networks of the chapter on sequences, and keep them."""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from viz_models.cli.command import Command
from viz_models.recipes.commands.kept import add_how, checked, follow, keep
from viz_models.records.sequence.masked_words import ARMS
from viz_models.records.sequence.translators import RecurrentModel

if TYPE_CHECKING:
    from viz_models.recipes.attention import Job

TRANSLATORS: tuple[RecurrentModel, ...] = get_args(RecurrentModel)
MASKED = {f"masked_{arm}": arm for arm in ARMS}
NEW_TASK = "new_task"  # learns on top of masked_bert, so it comes after it
NAMES = (*TRANSLATORS, *MASKED, NEW_TASK)


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
    made = _jobs()
    for name in NAMES if options.what == "all" else (options.what,):
        job = made[name](options.seed, options.steps)
        follow(job)
        yield keep(job, f"train-sequence {name}", options, folder)


def _jobs() -> dict[str, Callable[[int, int | None], "Job"]]:
    """Return how each network is trained: seed and steps in, a job out."""
    from viz_models.recipes.sequence import masked, new_task, translators

    return {
        **{name: partial(translators.job, name) for name in TRANSLATORS},
        **{name: partial(masked.job, arm) for name, arm in MASKED.items()},
        NEW_TASK: new_task.job,
    }


COMMAND = Command(
    help="Train the networks of the chapter on sequences, and keep them.",
    add_arguments=_add_arguments,
    run=_run,
)
