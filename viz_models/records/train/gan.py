"""A GAN in the plane: what was asked, moments of its training, and what was measured about it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from viz_models.records.provenance import Provenance

GanData = Literal["ring", "moons"]
GanLoss = Literal["saturating", "non-saturating"]  # log(1 - D) | -log D
GanOptimizer = Literal["adam", "sgd"]
GAN_LOSSES: tuple[GanLoss, ...] = ("saturating", "non-saturating")
GAN_PARTS = 8  # of either data set: Gaussians, or arcs of the moons


@dataclass(frozen=True, slots=True, kw_only=True)
class GanSpec:
    """One training run of a generator and a discriminator in the plane."""

    data: GanData = "ring"
    loss: GanLoss = "non-saturating"  # of the generator; that of the discriminator is the same
    optimizer: GanOptimizer = "adam"
    discriminator_steps: int = 1  # for each step of the generator
    seed: int = 0
    steps: int = 3000  # of the generator
    batch_size: int = 256


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GanMoment:
    """How both networks stand after a step."""

    step: int
    fakes: np.ndarray  # (M, 2) float16, what the generator makes of the same M z every time
    heat: np.ndarray  # (H, W) uint8: 255 * D over the plane, rows from the lowest y
    pushes: np.ndarray  # (A, 2) float32: -dL/dx of the first A fakes, L each one's own loss
    parts: int  # of the data that at least a few fakes come close to
    near: float  # share of the fakes that lie within 3 sigma of the data


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GanCurves:
    """Measures over a run: each point is the mean since the one before. P points, float32."""

    steps: np.ndarray  # (P,) int
    d_loss: np.ndarray  # (P,) -log D(real) - log(1 - D(fake)), mean over the batch
    g_loss: np.ndarray  # (P,) of the chosen loss
    d_real: np.ndarray  # (P,) mean D of real points
    d_fake: np.ndarray  # (P,) mean D of fakes
    g_gradient: np.ndarray  # (P,) norm over all parameters of the generator


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GanRun:
    """One run, with K moments that were kept, stacked."""

    spec: GanSpec
    steps: tuple[int, ...]  # K, from 0: the untrained networks
    fakes: np.ndarray  # (K, M, 2) float16
    heat: np.ndarray  # (K, H, W) uint8
    pushes: np.ndarray  # (K, A, 2) float32
    parts: tuple[int, ...]  # K
    near: tuple[float, ...]  # K
    curves: GanCurves
    cpu_seconds: float
    provenance: Provenance

    def moment(self, k: int) -> GanMoment:
        """Return one of the moments; -1 is the end."""
        return GanMoment(
            step=self.steps[k],
            fakes=self.fakes[k],
            heat=self.heat[k],
            pushes=self.pushes[k],
            parts=self.parts[k],
            near=self.near[k],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GanEnd:
    """How one of several runs ended."""

    spec: GanSpec
    parts: int
    near: float
    d_loss: float
    g_loss: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Vanishing:
    """The gradient that reaches a fresh generator while a discriminator alone is trained.

    S seeds, K moments of the discriminator.
    """

    steps: tuple[int, ...]  # K steps of the discriminator
    d_fake: np.ndarray  # (S, K) mean D of the fakes
    saturating: np.ndarray  # (S, K) norm of the gradient of log(1 - D) over all parameters
    non_saturating: np.ndarray  # (S, K) the same of -log D
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GanUpdate:
    """One update of both networks, opened: B points of each kind."""

    spec: GanSpec
    warm_up: int  # steps that were trained before
    real: np.ndarray  # (B, 2)
    fakes: np.ndarray  # (B, 2) before the generator's step
    moved: np.ndarray  # (B, 2) the fakes of the same z after it
    pulls_real: np.ndarray  # (B,) D's gradient at the logit of each real point, times B: D - 1
    pulls_fake: np.ndarray  # (B,) the same of each fake: D
    pushes: np.ndarray  # (B, 2) -dL/dx of each fake, through the new discriminator
    heat: np.ndarray  # (H, W) float32 D before its step
    heat_after: np.ndarray  # (H, W) D after its step
    d_loss: tuple[float, float]  # on this batch, before and after the discriminator's step
    d_real: tuple[float, float]
    d_fake: tuple[float, float]
    g_loss: tuple[float, float]  # with the new discriminator, before and after the G step
    d_gradient: float  # norm
    g_gradient: float  # norm
    generator_moved_in_d_step: float  # largest change of a weight: 0
    discriminator_moved_in_g_step: float  # largest change of a weight: 0
    off_torch: float  # largest difference of both losses to torch's binary_cross_entropy
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DigitGanCurves:
    """Training of digit generators with several seeds: S seeds, P moments."""

    steps: tuple[int, ...]
    d_loss: np.ndarray  # (S, P) mean since the moment before
    g_loss: np.ndarray  # (S, P) -log D
    read: np.ndarray  # (S, P) share of the fakes that the judge reads as what was asked for


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DigitGan:
    """What was measured about the shipped generator of digits (the first seed)."""

    curves: DigitGanCurves
    fakes: int  # that were drawn for the measures below, the same number of each digit
    read: float  # share that the judge reads as what was asked for
    judge: float  # share of the real test digits that it reads rightly
    lowest: tuple[int, float]  # the digit whose fakes are read worst, and the share
    spread: float  # mean distance between two fakes of a digit, over that of real digits
    nearest: float  # median distance of a fake to the nearest training digit
    nearest_real: float  # the same of the test digits
    parameters: tuple[int, int]  # generator, discriminator
    cpu_seconds: float
    provenance: Provenance


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DigitFakes:
    """Fakes of every digit, as the shipped generator draws them now."""

    fakes: np.ndarray  # (rows * 10, 8, 8) float32, row by row, -1..1
    read: int  # how many the judge reads as what was asked for
    judged: float  # mean D of them
    nearest: np.ndarray  # (10, 8, 8) the training digit nearest to each of the first row
    distances: np.ndarray  # (10,) to these


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GanRecording:
    """All that takes too long for a first picture."""

    runs: tuple[GanRun, ...]  # seed 0 of each choice of data, optimizer and loss
    ends: tuple[GanEnd, ...]  # of all seeds
    vanishing: Vanishing

    def run(self, data: GanData, optimizer: GanOptimizer, loss: GanLoss) -> GanRun:
        """Return the run of one choice."""
        wanted = (data, optimizer, loss)
        return next(r for r in self.runs if (r.spec.data, r.spec.optimizer, r.spec.loss) == wanted)

    def ends_of(self, data: GanData, optimizer: GanOptimizer, loss: GanLoss) -> list[GanEnd]:
        """Return how the runs of one choice ended, by seed."""
        wanted = (data, optimizer, loss)
        return [e for e in self.ends if (e.spec.data, e.spec.optimizer, e.spec.loss) == wanted]
