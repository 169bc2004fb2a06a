"""What a command of `python -m viz_models` consists of."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand; heavy imports belong inside `run`, so that `--help` is quick."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], str]  # returns what is printed; ValueError for bad input
