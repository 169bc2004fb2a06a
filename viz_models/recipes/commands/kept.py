"""What all commands share that train small networks and keep them in pretrained/."""

import argparse
import datetime
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from viz_models.recipes.attention import Job

SECONDS_BETWEEN_LINES = 10


def add_how(parser: argparse.ArgumentParser) -> None:
    """Add --steps, --seed and --into."""
    parser.add_argument("--steps", type=int, help="of every network, for a quick look")
    parser.add_argument("--seed", type=int, default=0, help="of first weights and examples")
    parser.add_argument("--into", type=Path, help="folder; default: pretrained/")


def checked(options: argparse.Namespace) -> Path:
    """Return the folder that weights go to.

    Raises:
        ValueError: If steps, seed or folder cannot be used.
    """
    from viz_models.models import registry, weights

    if options.steps is not None and options.steps < 1:
        raise ValueError(f"{options.steps} steps: choose 1 or more")
    if not 0 <= options.seed < registry.MAX_SEED:
        raise ValueError(f"seed {options.seed} is out of range; choose 0 to {registry.MAX_SEED}")
    folder: Path = options.into or weights.FOLDER
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}; make it first")
    return folder


def follow(job: "Job") -> None:
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


def written(
    name: str,
    tensors: "dict[str, Tensor]",
    folder: Path,
    *,
    command: str,
    recipe: str,
    seed: int,
    tested_on: str,
    accuracy: float,
) -> Path:
    """Write weights that were trained now on one thread, and their entry in the manifest.

    Args:
        name: Of the weights.
        tensors: Parameter -> value, as shipped.
        folder: Where they go.
        command: Which command of `python -m viz_models` trains them, with its options.
        recipe: How they were trained, in words.
        seed: Of first weights and examples.
        tested_on: What they were tested on.
        accuracy: Share that was right, 0..1.
    """
    from viz_models.models import weights
    from viz_models.models.versions import torch_version

    return weights.save(
        name,
        tensors,
        folder,
        source="trained by this project",
        licence="that of this project",
        command=f"python -m viz_models {command}",
        recipe=recipe,
        seed=seed,
        date=datetime.date.today().isoformat(),
        device="cpu, one thread",
        versions=torch_version(),
        tested_on=tested_on,
        accuracy=round(accuracy, 4),
    )


def keep(job: "Job", command: str, options: argparse.Namespace, folder: Path) -> str:
    """Test what was trained, and write its weights and its entry in the manifest.

    Args:
        job: Trained.
        command: Which command trains it, without seed and steps.
        options: Of the command.
        folder: Where the weights go.
    """
    if job.half:
        job.model.half().float()  # what is tested is what is kept
    accuracy = job.test()
    steps = f" --steps {options.steps}" if options.steps else ""
    tensors = job.model.state_dict()
    path = written(
        job.name,
        {name: t.half() for name, t in tensors.items()} if job.half else tensors,
        folder,
        command=f"{command} --seed {options.seed}{steps}",
        recipe=job.recipe,
        seed=options.seed,
        tested_on=job.tested_on,
        accuracy=accuracy,
    )
    return f"wrote {path}: {accuracy:.2%} of {job.tested_on}"
