"""What a command of `python -m viz_models` consists of."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass


class NoNetworkError(OSError):
    """Something had to be fetched and could not be; the message is one line for the reader."""


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand; heavy imports belong inside `run`, so that `--help` is quick."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], str]  # returns what is printed; ValueError for bad input
