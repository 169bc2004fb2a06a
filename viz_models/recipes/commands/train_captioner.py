"""`train-captioner`: train the captioners of the chapter on vision, and keep them."""

import argparse
from pathlib import Path

from viz_models.cli.command import Command
from viz_models.recipes.commands.kept import add_how, checked, follow, keep
from viz_models.records.vision.captions import NETS


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_how(parser)
    parser.add_argument("--net", choices=NETS, help="only this one; default: both")
    parser.add_argument("--check", action="store_true", help="only test the weights that are kept")


def _run(options: argparse.Namespace) -> str:
    from viz_models.models.threads import one_thread

    folder = checked(options)
    chosen = [options.net] if options.net else list(NETS)
    do = _checked if options.check else _trained
    with one_thread():
        return "\n".join(do(net, options, folder) for net in chosen)


def _checked(net: str, options: argparse.Namespace, folder: Path) -> str:
    from viz_models.analysis.vision.captions_quality import quality
    from viz_models.models import weights
    from viz_models.models.vision import captioner

    said = weights.cards(folder)[captioner.entry(net)]  # type: ignore[arg-type]
    with captioner.captioner(net) as model:  # type: ignore[arg-type]
        found = quality(model, net)  # type: ignore[arg-type]
    return (
        f"{net}: {found.exact} of {found.scenes} captions exact; the manifest says "
        f"{said.accuracy:.2%} of {said.tested_on}"
    )


def _trained(net: str, options: argparse.Namespace, folder: Path) -> str:
    from viz_models.recipes.vision import captions

    job = captions.job(net, options.seed, options.steps)  # type: ignore[arg-type]
    follow(job)
    return keep(job, f"train-captioner --net {net}", options, folder)


COMMAND = Command(
    help="Train the captioners of the chapter on vision, and keep them; --check tests those kept.",
    add_arguments=_add_arguments,
    run=_run,
)
