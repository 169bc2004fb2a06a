"""`train-scenes`: train the detector of the lessons on vision, and keep it in pretrained/."""

import argparse
from pathlib import Path

from viz_models.cli.command import Command
from viz_models.recipes.commands.kept import add_how, checked, follow, written


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_how(parser)
    parser.add_argument("--scenes", type=int, help="to test with; default: 500")
    parser.add_argument("--check", action="store_true", help="only test the weights that are kept")


def _run(options: argparse.Namespace) -> str:
    from viz_models.models.threads import one_thread

    folder = checked(options)
    if options.scenes is not None and options.scenes < 1:
        raise ValueError(f"{options.scenes} scenes: choose 1 or more")
    with one_thread():
        return _checked(options, folder) if options.check else _trained(options, folder)


def _checked(options: argparse.Namespace, folder: Path) -> str:
    from viz_models.analysis.vision.detector_quality import SCENES
    from viz_models.models import detectors, weights
    from viz_models.recipes.vision import detector

    model = detectors.loaded(weights.load(detectors.DIGITS, folder))
    said = weights.cards(folder)[detectors.DIGITS]
    found = detector.told(model, options.scenes or SCENES)
    return f"{found.line}; the manifest says {said.accuracy:.2%} of {said.tested_on}"


def _trained(options: argparse.Namespace, folder: Path) -> str:
    from viz_models.analysis.vision.detector_quality import SCENES
    from viz_models.models import detectors
    from viz_models.recipes.vision import detector

    job = detector.job(options.seed, options.steps)
    follow(job)
    tensors = detectors.as_shipped(job.model.state_dict())
    found = detector.told(detectors.loaded(tensors), options.scenes or SCENES)
    steps = f" --steps {options.steps}" if options.steps else ""
    path = written(
        detectors.DIGITS,
        tensors,
        folder,
        command=f"train-scenes --seed {options.seed}{steps}",
        recipe=job.recipe,
        seed=options.seed,
        tested_on=found.tested_on,
        accuracy=found.quality.average_precision["50"],
    )
    return f"wrote {path}: {found.line}"


COMMAND = Command(
    help="Train the detector of the lessons on vision, and keep it; --check tests what is kept.",
    add_arguments=_add_arguments,
    run=_run,
)
