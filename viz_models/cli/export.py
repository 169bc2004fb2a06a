"""`export`: a network as a Python file that needs nothing but torch."""

import argparse

from viz_models.cli import cost
from viz_models.cli.command import Command
from viz_models.models.builder.presets import TITLES


def _run(options: argparse.Namespace) -> str:
    from viz_models.analysis.export import source

    spec = cost.spec_from(options)
    title = TITLES[options.preset] if options.preset else "A network from the builder"
    return source(spec, title).rstrip("\n")


COMMAND = Command(
    "Print a network as a Python file that stands alone and defines make_model().",
    cost.add_source,
    _run,
)
