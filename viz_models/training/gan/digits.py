"""Train a generator of 8x8 digits that is told which digit, and measure what it draws.

Mirza and Osindero 2014, arXiv:1411.1784. The judge is the vision Transformer of the lesson on
patches: it never saw a fake, and it reads real test digits nearly without error.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from viz_models.analysis.train import gan
from viz_models.models import gan as networks
from viz_models.models import vision_models, weights
from viz_models.models.threads import one_thread
from viz_models.models.versions import torch_version
from viz_models.records import Provenance
from viz_models.records.train.gan import DigitFakes, DigitGan, DigitGanCurves
from viz_models.training.data import sets as data
from viz_models.training.gan.plane import Progress

STEPS, BATCH = 8000, 64
RATE, BETAS = 1e-3, (0.5, 0.999)
MOMENTS = 24
PER_DIGIT = 100  # fakes that are measured
Pair = tuple[networks.DigitGenerator, networks.DigitDiscriminator]


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Digits as the two networks see them: (N, 64) float32, from -1 (paper) to 1 (ink)."""

    train: Tensor
    train_labels: Tensor
    test: Tensor
    test_labels: Tensor


def images() -> Images:
    """Return scikit-learn's digits on the generator's scale, split as everywhere here."""
    found = data.digits()
    low, high = _ends()
    scaled = [
        ((x - low) / (high - low) * 2 - 1).flatten(1)
        for x in (found.train_inputs, found.test_inputs)
    ]
    return Images(scaled[0], found.train_targets, scaled[1], found.test_targets)


def _ends() -> tuple[float, float]:
    """Return what paper and full ink are as standardized values."""
    inputs = data.digits().train_inputs
    return float(inputs.min()), float(inputs.max())


def train(
    seed: int,
    steps: int = STEPS,
    told: Progress = lambda done, total: None,
    look: Callable[[int, networks.DigitGenerator, float, float], None] = lambda *_: None,
) -> Pair:
    """Train both networks with -log D; under a minute of one core.

    Args:
        seed: Of weights, batches and noise.
        steps: Of each network.
        told: How many steps are done, and of how many.
        look: Called at 24 steps with (step, generator, both losses since the last call).
    """
    generator, discriminator = networks.digits(seed)
    random, real = torch.Generator().manual_seed(seed), images()
    of_g, of_d = (
        torch.optim.Adam(net.parameters(), lr=RATE, betas=BETAS)
        for net in (generator, discriminator)
    )
    order = data.batches(len(real.train), BATCH, steps, seed)
    losses: list[tuple[float, float]] = []
    kept = {round(steps * (i + 1) / MOMENTS) for i in range(MOMENTS)}
    for step, batch in enumerate(order, start=1):
        labels = real.train_labels[batch]
        z = torch.randn(2, BATCH, networks.DIGIT_NOISE, generator=random)
        with torch.no_grad():
            fakes = generator(z[0], labels)
        d_loss = gan.discriminator_loss(
            discriminator(real.train[batch], labels), discriminator(fakes, labels)
        )
        _step(of_d, discriminator, d_loss)
        judged = discriminator(generator(z[1], labels), labels)
        g_loss = gan.generator_losses(judged, "non-saturating").mean()
        _step(of_g, generator, g_loss)
        losses.append((d_loss.item(), g_loss.item()))
        if step in kept:
            look(step, generator, *map(float, np.mean(losses, axis=0)))
            losses = []
        told(step, steps)
    return generator, discriminator


def _step(optimizer: torch.optim.Optimizer, net: nn.Module, loss: Tensor) -> None:
    weights = list(net.parameters())
    for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        weight.grad = gradient
    optimizer.step()


def draw(generator: networks.DigitGenerator, per_digit: int, seed: int) -> tuple[Tensor, Tensor]:
    """Draw so many fakes of each digit: (10 * per_digit, 64), and the labels asked for."""
    labels = torch.arange(networks.CLASSES).repeat_interleave(per_digit)
    random = torch.Generator().manual_seed(seed)
    noise = torch.randn(len(labels), networks.DIGIT_NOISE, generator=random)
    with torch.no_grad():
        return generator(noise, labels), labels


def read(fakes: Tensor) -> Tensor:
    """Return which digit the judge reads in each image: (N, 64) to (N,) int64."""
    low, high = _ends()
    standard = low + (fakes + 1) / 2 * (high - low)
    with vision_models.digits_vit() as judge, torch.no_grad():
        found: Tensor = judge(standard.view(-1, 1, 8, 8)).argmax(-1)
    return found


def measure(
    seeds: int = 5,
    steps: int = STEPS,
    told: Progress = lambda done, total: None,
    finish: Callable[[Pair], None] = lambda pair: None,
) -> tuple[DigitGan, Pair]:
    """Train with several seeds; return what was measured, and the networks of the first seed.

    Args:
        seeds: From 0 on.
        steps: Of each run.
        told: How many steps of all are done, and of how many.
        finish: Done to the first pair before it is measured, such as rounding.
    """
    begin = time.thread_time()
    with one_thread():
        found = [_watched(seed, steps, seeds, told) for seed in range(seeds)]
        first = found[0][0]
        finish(first)
    step, d_loss, g_loss, good = np.moveaxis(np.array([row for _, row in found]), 2, 0)
    curves = DigitGanCurves(
        steps=tuple(int(s) for s in step[0]), d_loss=d_loss, g_loss=g_loss, read=good
    )
    return judged(first, curves, round(time.thread_time() - begin, 1)), first


Row = tuple[int, float, float, float]  # step, both losses, share that is read rightly


def _watched(seed: int, steps: int, seeds: int, told: Progress) -> tuple[Pair, list[Row]]:
    row: list[Row] = []

    def look(step: int, generator: networks.DigitGenerator, d_loss: float, g_loss: float) -> None:
        fakes, labels = draw(generator, PER_DIGIT, 1)
        row.append((step, d_loss, g_loss, share(read(fakes) == labels)))

    def tell(done: int, _: int) -> None:
        told(seed * steps + done, seeds * steps)

    return train(seed, steps, tell, look), row


def judged(pair: Pair, curves: DigitGanCurves, seconds: float) -> DigitGan:
    """Measure what a generator draws: read rightly, spread, and the distance to real digits."""
    real, (fakes, labels) = images(), draw(pair[0], PER_DIGIT, 1)
    right = read(fakes) == labels
    by_digit = right.view(networks.CLASSES, -1).float().mean(1)
    worst = int(by_digit.argmin())
    return DigitGan(
        curves=curves,
        fakes=len(fakes),
        read=share(right),
        judge=share(read(real.test) == real.test_labels),
        lowest=(worst, float(by_digit[worst])),
        spread=spread(fakes, labels) / spread(real.train, real.train_labels),
        nearest=float(torch.cdist(fakes, real.train).amin(1).median()),
        nearest_real=float(torch.cdist(real.test, real.train).amin(1).median()),
        parameters=tuple(sum(p.numel() for p in net.parameters()) for net in pair),  # type: ignore[arg-type]
        cpu_seconds=seconds,
        provenance=Provenance(seed=0, versions=torch_version()),
    )


def spread(pixels: Tensor, labels: Tensor) -> float:
    """Return the mean distance between two images of the same digit, over all ten digits."""
    return float(
        torch.stack(
            [torch.pdist(pixels[labels == c]).mean() for c in range(networks.CLASSES)]
        ).mean()
    )


def share(found: Tensor) -> float:
    """Return how much of it is true, 0..1."""
    return float(found.float().mean())


@cache
def shipped() -> Pair:
    """Return the shipped pair in float32, in eval mode and frozen; shared, so not to be changed."""
    pair = networks.digits(0)
    tensors = weights.load("gan_digits")
    for name, net in zip(("generator", "discriminator"), pair, strict=True):
        own = {k.removeprefix(f"{name}."): v for k, v in tensors.items() if k.startswith(name)}
        net.load_state_dict({key: value.float() for key, value in own.items()})
        net.eval().requires_grad_(False)
    return pair


def walked(rows: int, walk: float) -> DigitFakes:
    """Draw `rows` z of each digit, each z so far on its way from one place to another.

    Args:
        rows: How many z.
        walk: 0..1; the way goes along a circle, so that z stays about as long as it was.
    """
    generator, discriminator = shipped()
    size = (2, rows, networks.DIGIT_NOISE)
    begin, end = torch.randn(size, generator=torch.Generator().manual_seed(5)).unbind()
    angle = walk * math.pi / 2
    noise = math.cos(angle) * begin + math.sin(angle) * end
    labels = torch.arange(networks.CLASSES).repeat(rows)
    with torch.no_grad():
        fakes = generator(noise.repeat_interleave(networks.CLASSES, dim=0), labels)
        judged = discriminator(fakes, labels).sigmoid().mean()
    real = images().train
    distances, which = torch.cdist(fakes[: networks.CLASSES], real).min(dim=1)
    return DigitFakes(
        fakes=fakes.view(-1, 8, 8).numpy(),
        read=int((read(fakes) == labels).sum()),
        judged=float(judged),
        nearest=real[which].view(-1, 8, 8).numpy(),
        distances=distances.numpy(),
    )
