"""Teach two small captioners to describe scenes of digits: with attention, and without."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.vision.captions_quality import SCENES, exact, pictures, scenes
from viz_models.models.vision import captioner as nets
from viz_models.models.vision.captioner import Captioner
from viz_models.models.vocabulary import BOS, PAD
from viz_models.recipes.attention import Job, told
from viz_models.recipes.fitting import FitSpec, fit, next_word, padded
from viz_models.records import StepRecord
from viz_models.records.vision.captions import CaptionNet

POOL = 50_000  # scenes that are made once and seen again and again
SPEC = FitSpec(steps=3800, batch_size=64, lr=4e-3)
SHIFT = 3  # px by which a scene is moved at most; its sentence stays true
NOISE = 0.02  # of every pixel, so that no scene is seen twice
CONTRAST = 0.2  # by how much of it a scene may be brighter or darker
TESTED_ON = "scenes of one or two test digits, captions right to the last word"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Examples:
    """N scenes with their sentences."""

    images: Tensor  # (N, 1, 64, 64)
    words: Tensor  # (N, T) int64: what is to be written, EOS and then PAD at its end
    sentences: tuple[str, ...]


def examples(count: int, first: int = 0, *, training: bool = True) -> Examples:
    """Draw scenes of training digits, or of test digits."""
    drawn = scenes(count, first, training=training)
    sentences = tuple(s.sentence for s in drawn)
    return Examples(
        images=pictures(drawn), words=padded(map(nets.ids, sentences)), sentences=sentences
    )


def job(net: CaptionNet, seed: int, steps: int | None = None) -> Job:
    """Return one captioner, how to train it, and how good it then is."""
    spec = replace(SPEC, seed=seed, steps=steps or SPEC.steps)
    model = nets.build(net, seed)
    return Job(
        name=nets.entry(net),
        model=model,
        recipe=f"from random weights; {told(spec)}; teacher forcing; {POOL} scenes of one or two "
        f"slanted training digits of viz_models/images/scenes.py, moved by up to {SHIFT} px, with "
        "other contrast and noise; kept as float16",
        spec=spec,
        train=lambda: train(model, _pool(POOL), spec),
        test=lambda: _tested(model),
        tested_on=f"{SCENES} {TESTED_ON}",
        half=True,
    )


def train(model: Captioner, shown: Examples, spec: FitSpec) -> Iterator[StepRecord]:
    """Train in place with teacher forcing, one record a step."""
    model.encoder.to(memory_format=torch.channels_last)  # a fifth faster
    begun = torch.full((len(shown.words), 1), BOS)
    given = torch.cat([begun, shown.words[:, :-1]], 1)
    order = torch.Generator().manual_seed(spec.seed)

    def batches() -> Iterator[Tensor]:
        while True:
            yield from torch.randperm(len(given), generator=order).split(spec.batch_size)

    def measure(batch: Tensor) -> tuple[Tensor, float]:
        words = shown.words[batch]
        longest = int((words != PAD).sum(1).max())
        logits = model(varied(shown.images[batch], order), given[batch, :longest])
        return next_word(logits, words[:, :longest])

    return fit(model, batches(), measure, spec)


def varied(images: Tensor, order: torch.Generator) -> Tensor:
    """Move each of (N, 1, h, w) pictures by some px, and change its contrast and noise."""
    count, _, height, width = images.shape
    larger = F.pad(images, (SHIFT,) * 4, mode="replicate")
    top, left = torch.randint(2 * SHIFT + 1, (2, count, 1), generator=order)
    rows, columns = top + torch.arange(height), left + torch.arange(width)
    moved = larger[torch.arange(count)[:, None, None], 0, rows[:, :, None], columns[:, None]]
    factors = 1 + CONTRAST * (2 * torch.rand(count, 1, 1, generator=order) - 1)
    noise = NOISE * torch.randn(moved.shape, generator=order)
    return (moved * factors + noise).clamp(0, 1)[:, None]


@cache
def _pool(count: int) -> Examples:
    return examples(count)


def _tested(model: Captioner) -> float:
    unseen = examples(SCENES, training=False)
    return exact(model.eval(), unseen.images, unseen.sentences) / SCENES
