"""Train a GAN in the plane, and keep moments of it: Alg. 1 of arXiv:1406.2661."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.train import gan
from viz_models.language import gettext as _
from viz_models.models import gan as networks
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.train.gan import (
    GAN_PARTS,
    GanCurves,
    GanEnd,
    GanMoment,
    GanOptimizer,
    GanRun,
    GanSpec,
)

RATE = {"adam": 1e-3, "sgd": 0.1}
BETAS = (0.5, 0.999)  # as in DCGAN, arXiv:1511.06434
POINTS = 150  # of a curve
MOMENTS = 24
STACKED = ("fakes", "heat", "pushes")
KEPT = ("d_loss", "g_loss", "d_real", "d_fake", "g_gradient", "right")  # of each step
FAKES = 256  # that a moment shows
ARROWS = 60
MEASURED = 2000  # fakes that parts are counted in
MOST_STEPS = 20_000
Progress = Callable[[int, int], None]


@dataclass(slots=True, eq=False)
class Trainer:
    """Both networks, their optimizers, and where their random numbers come from."""

    spec: GanSpec
    generator: nn.Module = field(init=False)
    discriminator: nn.Module = field(init=False)
    random: torch.Generator = field(init=False)
    optimizers: tuple[torch.optim.Optimizer, torch.optim.Optimizer] = field(init=False)

    def __post_init__(self) -> None:
        """Build everything from the seed."""
        check(self.spec)
        self.generator, self.discriminator = networks.plane(self.spec.seed)
        self.random = torch.Generator().manual_seed(self.spec.seed)
        pair = (self.generator, self.discriminator)
        of_g, of_d = (optimizer(net, self.spec.optimizer) for net in pair)
        self.optimizers = of_g, of_d

    def noise(self, count: int) -> Tensor:
        """Draw z from a normal distribution: (count, 2)."""
        return torch.randn(count, networks.NOISE, generator=self.random)

    def batch(self) -> tuple[Tensor, Tensor]:
        """Draw real points and make fakes, (B, 2) each; no gradient goes back through the fakes."""
        real = gan.real_points(self.spec.data, self.spec.batch_size, self.random)
        with torch.no_grad():
            return real, self.generator(self.noise(self.spec.batch_size))

    def discriminator_step(self, real: Tensor, fakes: Tensor) -> tuple[float, ...]:
        """Train D on these points.

        Returns:
            Its loss, mean D of both kinds, the share that it judges rightly, its gradient's norm.
        """
        of_real, of_fake = self.discriminator(real), self.discriminator(fakes)
        loss = gan.discriminator_loss(of_real, of_fake)
        norm = self._step(loss, 1, self.discriminator)
        with torch.no_grad():
            right = torch.cat([of_real > 0, of_fake < 0]).float().mean()
            means = [kind.sigmoid().mean() for kind in (of_real, of_fake)]
        return loss.item(), means[0].item(), means[1].item(), right.item(), norm

    def generator_step(self, noise: Tensor) -> tuple[float, float]:
        """Train G on this noise through D, which stays; return its loss, its gradient's norm."""
        fake = self.discriminator(self.generator(noise))
        loss = gan.generator_losses(fake, self.spec.loss).mean()
        return loss.item(), self._step(loss, 0, self.generator)

    def _step(self, loss: Tensor, which: int, net: nn.Module) -> float:
        """Step one network alone; the other one gets no gradient at all."""
        weights = list(net.parameters())
        gradients = torch.autograd.grad(loss, weights)
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        self.optimizers[which].step()
        return gan.norm(gradients)

    def step(self) -> tuple[float, ...]:
        """Make one step of each network, D first; return what is kept of a step, as in KEPT."""
        for _step in range(self.spec.discriminator_steps):
            d_loss, real, fake, right, _ = self.discriminator_step(*self.batch())
        g_loss, norm = self.generator_step(self.noise(self.spec.batch_size))
        return d_loss, g_loss, real, fake, norm, right


def optimizer(net: nn.Module, kind: GanOptimizer) -> torch.optim.Optimizer:
    """Return torch's optimizer for one of the two networks."""
    if kind == "sgd":
        return torch.optim.SGD(net.parameters(), lr=RATE[kind])
    return torch.optim.Adam(net.parameters(), lr=RATE[kind], betas=BETAS)


class PlaneTraining:
    """A run that is looked at now and then, between two steps."""

    def __init__(self, spec: GanSpec) -> None:
        """Build both networks, and look at them.

        Raises:
            ValueError: If the spec asks for what cannot be trained.
        """
        self.spec, self.trainer, self.shown = spec, Trainer(spec), shown_noise()
        self.marks = frozenset(moments(spec.steps))
        self.seen = [moment(self.trainer, 0, self.shown)]
        self.rows: list[tuple[float, ...]] = []  # of KEPT, one a step
        self.seconds = 0.0  # of the processor

    def step(self) -> None:
        """Make one step of each network, and look at them where a moment is kept."""
        begin = time.thread_time()
        self.rows.append(self.trainer.step())
        if len(self.rows) in self.marks:
            self.seen.append(moment(self.trainer, len(self.rows), self.shown))
        self.seconds += time.thread_time() - begin

    def result(self) -> GanRun:
        """Return the run as far as it has come, a step at least."""
        return GanRun(
            spec=self.spec,
            steps=tuple(m.step for m in self.seen),
            **{name: np.stack([getattr(m, name) for m in self.seen]) for name in STACKED},
            parts=tuple(m.parts for m in self.seen),
            near=tuple(m.near for m in self.seen),
            curves=curves(np.array(self.rows, dtype=np.float64)),
            cpu_seconds=round(self.seconds, 1),
            provenance=Provenance(seed=self.spec.seed, versions=torch_version()),
        )


def run(spec: GanSpec, progress: Progress = lambda done, total: None) -> GanRun:
    """Train both networks and keep moments of it; 8 s of one core for 3,000 steps.

    Args:
        spec: What is trained, and how.
        progress: Told after each step; it may raise to stop.

    Raises:
        ValueError: If the spec asks for what cannot be trained.
    """
    with one_thread():
        training = PlaneTraining(spec)
        for step in range(1, spec.steps + 1):
            training.step()
            progress(step, spec.steps)
    return training.result()


def moments(steps: int) -> tuple[int, ...]:
    """Return the steps that are kept: the first ones closer together, as more happens there."""
    shares = (np.arange(1, MOMENTS) / (MOMENTS - 1)) ** 1.6
    return tuple(dict.fromkeys(max(1, round(float(s) * steps)) for s in shares))


def shown_noise() -> Tensor:
    """Return the z of every moment, the same in every run: (2000, 2)."""
    return torch.randn(MEASURED, networks.NOISE, generator=torch.Generator().manual_seed(1))


def moment(trainer: Trainer, step: int, noise: Tensor) -> GanMoment:
    """Look at both networks; neither they nor their random numbers move."""
    with torch.no_grad():
        fakes = trainer.generator(noise)
    parts, near = gan.found_parts(fakes, trainer.spec.data)
    return GanMoment(
        step=step,
        fakes=fakes[:FAKES].numpy().astype(np.float16),
        heat=(255 * gan.heat(trainer.discriminator)).round().astype(np.uint8),
        pushes=gan.pushes(trainer.discriminator, fakes[:ARROWS], trainer.spec.loss).numpy(),
        parts=parts,
        near=near,
    )


def curves(rows: np.ndarray) -> GanCurves:
    """Return at most 150 points of what is kept of each step: (steps, 6) to means of stretches."""
    pieces = np.array_split(np.arange(len(rows)), min(POINTS, len(rows)))
    means = np.stack([rows[piece].mean(axis=0) for piece in pieces]).astype(np.float32)
    return GanCurves(
        steps=np.array([piece[-1] + 1 for piece in pieces]),
        **dict(zip(KEPT[:-1], means.T, strict=False)),
    )


def end(found: GanRun) -> GanEnd:
    """Return how a run ended, in five numbers."""
    return GanEnd(
        spec=found.spec,
        parts=found.parts[-1],
        near=found.near[-1],
        d_loss=float(found.curves.d_loss[-1]),
        g_loss=float(found.curves.g_loss[-1]),
    )


def check(spec: GanSpec) -> None:
    """Raise a ValueError with one clear line unless the run can be made."""
    if not 1 <= spec.steps <= MOST_STEPS:
        raise ValueError(
            _("{steps} steps: choose 1 to {most:,}").format(steps=spec.steps, most=MOST_STEPS)
        )
    if not 1 <= spec.discriminator_steps <= 10:
        raise ValueError(
            _("{steps} steps of D: choose 1 to 10").format(steps=spec.discriminator_steps)
        )
    if not GAN_PARTS <= spec.batch_size <= 4096:
        raise ValueError(
            _("batches of {size}: choose {least} to {most}").format(
                size=spec.batch_size, least=GAN_PARTS, most=4096
            )
        )
