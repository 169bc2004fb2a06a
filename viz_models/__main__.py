"""The same work without a browser: `python -m viz_models trace --sample cat --json`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from viz_models.cli import (
    app,
    attend,
    classroom,
    cost,
    descend,
    dispatch,
    export,
    lessons,
    norm,
    runs,
    serve,
    sweep,
    trace,
    train,
    weights,
)
from viz_models.cli import open as open_
from viz_models.cli.command import Command, NoNetworkError
from viz_models.cli.sequence import bleu, mask, memory, sequence
from viz_models.cli.vision import (
    architectures,
    caption,
    dense_memory,
    detect,
    guidelines,
    inception,
    squeeze,
)
from viz_models.recipes.commands import (
    check_weights,
    record,
    train_attention,
    train_captioner,
    train_demo,
    train_gan,
    train_scenes,
    train_sequence,
)

COMMANDS: dict[str, Command] = {
    "app": app.COMMAND,
    "serve": serve.COMMAND,
    "class": classroom.COMMAND,
    "weights": weights.COMMAND,
    "open": open_.COMMAND,
    "trace": trace.COMMAND,
    "norm": norm.COMMAND,
    "cost": cost.COMMAND,
    "descend": descend.COMMAND,
    "export": export.COMMAND,
    "attend": attend.COMMAND,
    "bleu": bleu.COMMAND,
    "mask": mask.COMMAND,
    "memory": memory.COMMAND,
    "sequence": sequence.COMMAND,
    "guidelines": guidelines.COMMAND,
    "architectures": architectures.COMMAND,
    "inception": inception.COMMAND,
    "dense-memory": dense_memory.COMMAND,
    "squeeze": squeeze.COMMAND,
    "detect": detect.COMMAND,
    "roi": detect.ROI,
    "caption": caption.COMMAND,
    "record": record.COMMAND,
    "train": train.COMMAND,
    "sweep": sweep.COMMAND,
    "runs": runs.COMMAND,
    "lessons": lessons.COMMAND,
    "dispatch": dispatch.COMMAND,
    "train-attention": train_attention.COMMAND,
    "train-sequence": train_sequence.COMMAND,
    "train-scenes": train_scenes.COMMAND,
    "train-captioner": train_captioner.COMMAND,
    "train-demo": train_demo.COMMAND,
    "train-gan": train_gan.COMMAND,
    "check-weights": check_weights.COMMAND,
}
BAD_INPUT = 2
NO_NETWORK = 3


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; `--help` has the rest."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {' '.join(message.split())}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        Exit code: 0; after one line on stderr 2 for bad input, 3 where the network says no.
    """
    parser = _Parser(prog=_name(), description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, command in COMMANDS.items():
        command.add_arguments(
            commands.add_parser(name, help=command.help, description=command.help)
        )
    options = parser.parse_args(arguments)
    try:
        print(COMMANDS[options.command].run(options), flush=True)
    except BrokenPipeError:  # `... | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except NoNetworkError as error:
        parser.exit(NO_NETWORK, f"{parser.prog}: {error}\n")
    except (ValueError, OSError) as error:
        parser.error(str(error))
    return 0


def _name() -> str:
    """How this was called: the installed command, or the module."""
    name = Path(sys.argv[0]).stem
    return name if name == "forward-pass" else "python -m viz_models"


if __name__ == "__main__":
    sys.exit(main())
