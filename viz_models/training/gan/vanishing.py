"""Train a discriminator alone against a fresh generator, and measure what reaches the latter.

Goodfellow et al. 2014, section 3, says that log(1 - D) saturates: arXiv:1406.2661.
"""

import numpy as np
import torch

from viz_models.analysis.train import gan
from viz_models.models import gan as networks
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.train.gan import GanSpec, Vanishing
from viz_models.training.gan.plane import Progress, Trainer

STEPS = (0, 1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
SEEDS = 5
MEASURED = 1000  # fakes of a fresh generator


def measure(
    steps: tuple[int, ...] = STEPS,
    seeds: int = SEEDS,
    progress: Progress = lambda done, total: None,
) -> Vanishing:
    """Measure both gradients at the generator while its discriminator becomes better.

    Args:
        steps: Of the discriminator, rising; 0 is untrained.
        seeds: From 0 on; each is another pair of networks and other data.
        progress: Told after each seed; it may raise to stop.
    """
    rows = []
    with one_thread():
        for seed in range(seeds):
            rows.append(one(seed, steps))
            progress(seed + 1, seeds)
    d_fake, saturating, other = np.moveaxis(np.array(rows, dtype=np.float64), 2, 0)
    return Vanishing(
        steps=steps,
        d_fake=d_fake,
        saturating=saturating,
        non_saturating=other,
        provenance=Provenance(versions=torch_version()),
    )


def one(seed: int, steps: tuple[int, ...]) -> list[tuple[float, float, float]]:
    """Return (mean D of the fakes, both norms) at each of these steps, for one seed."""
    trainer, done, found = Trainer(GanSpec(seed=seed)), 0, []
    noise = torch.randn(
        MEASURED, networks.NOISE, generator=torch.Generator().manual_seed(seed + 1000)
    )
    for step in steps:
        while done < step:
            trainer.discriminator_step(*trainer.batch())
            done += 1
        fake = trainer.discriminator(trainer.generator(noise))
        notes = gan.gradient_norm(trainer.generator, fake, "saturating")
        other = gan.gradient_norm(trainer.generator, fake, "non-saturating")
        found.append((float(fake.detach().sigmoid().mean()), notes, other))
    return found
