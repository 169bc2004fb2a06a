"""`train-attention`: train what the lessons on attention show, and keep it in pretrained/."""

import argparse
import datetime
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from viz_models.cli.command import Command

if TYPE_CHECKING:
    from viz_models.recipes.attention import Job, What

WHAT: tuple["What", ...] = ("translate", "language", "vision")
SECONDS_BETWEEN_LINES = 10


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=(*WHAT, "all"), default="all", help="default: %(default)s"
    )
    parser.add_argument("--steps", type=int, help="of every network, for a quick look")
    parser.add_argument("--seed", type=int, default=0, help="of first weights and examples")
    parser.add_argument("--into", type=Path, help="folder; default: pretrained/")


def _run(options: argparse.Namespace) -> str:
    from viz_models.models import registry, weights
    from viz_models.models.threads import one_thread

    if options.steps is not None and options.steps < 1:
        raise ValueError(f"{options.steps} steps: choose 1 or more")
    if not 0 <= options.seed < registry.MAX_SEED:
        raise ValueError(f"seed {options.seed} is out of range; choose 0 to {registry.MAX_SEED}")
    folder = options.into or weights.FOLDER
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}; make it first")
    with one_thread():
        return "\n".join(_trained(options, folder))


def _trained(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    from viz_models.recipes.attention import jobs

    chosen: tuple[What, ...] = WHAT if options.what == "all" else (options.what,)
    for what in chosen:
        for job in jobs(what, options.seed, options.steps):
            _follow(job)
            yield _keep(job, what, options, folder)


def _follow(job: "Job") -> None:
    """Train, and tell on stderr every few seconds how far it is."""
    begin = last = time.perf_counter()
    for record in job.train():
        now = time.perf_counter()
        if now - last >= SECONDS_BETWEEN_LINES or record.state != "running":
            last = now
            sys.stderr.write(
                f"{job.name}: {record.step} of {job.spec.steps} steps, "
                f"loss {record.loss:.4f}, {now - begin:.0f} s\n"
            )


def _keep(job: "Job", what: str, options: argparse.Namespace, folder: Path) -> str:
    from viz_models.models import weights
    from viz_models.recipes.attention import versions

    accuracy = job.test()
    steps = f" --steps {options.steps}" if options.steps else ""
    path = weights.save(
        job.name,
        job.model.state_dict(),
        folder,
        source="trained by this project",
        licence="that of this project",
        command=f"python -m viz_models train-attention {what} --seed {options.seed}{steps}",
        recipe=job.recipe,
        seed=options.seed,
        date=datetime.date.today().isoformat(),
        device="cpu, one thread",
        versions=versions(),
        tested_on=job.tested_on,
        accuracy=round(accuracy, 4),
    )
    return f"wrote {path}: {accuracy:.2%} of {job.tested_on}"


COMMAND = Command(
    help="Train the networks of the lessons on attention, and keep them.",
    add_arguments=_add_arguments,
    run=_run,
)
