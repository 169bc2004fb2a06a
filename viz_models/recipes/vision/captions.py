"""Teach two small captioners to describe scenes of digits: with attention, and without.

The encoder first learns to name the digit in each cell of its grid, without any words. Then the
captioner learns sentences, and the encoder keeps on naming digits and places beside it. Nobody
tells the attention where to look.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from viz_models.analysis.vision.captions_quality import SCENES, exact, pictures, scenes
from viz_models.models.vision import captioner as nets
from viz_models.models.vision.captioner import CHANNELS, GRID, STRIDE, Captioner
from viz_models.models.vocabulary import BOS, PAD
from viz_models.recipes.attention import Job, told
from viz_models.recipes.fitting import FitSpec, fit, next_word, padded
from viz_models.records import StepRecord
from viz_models.records.vision.captions import MOST, CaptionNet
from viz_models.records.vision.scene import Scene

POOL = 50_000  # scenes that are made once and seen again and again
NAMING = FitSpec(steps=5000, batch_size=64, lr=4e-3, weight_decay=0.01)  # the encoder alone
SPEC = FitSpec(steps=6000, batch_size=64, lr=3e-3, weight_decay=0.01)
PLACE = 0.5  # weight of the loss of the places, in cells, beside those of the words and the names
SHIFT = 3  # px by which a scene is moved at most; its sentence stays true
NOISE = 0.02  # of every pixel, so that no scene is seen twice
CONTRAST = 0.2  # by how much of it a scene may be brighter or darker
NOTHING, UNASKED = 10, -100  # instead of a digit: of a cell that touches none, and only its edge
TESTED_ON = "scenes of one or two test digits, captions right to the last word"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Examples:
    """N scenes with their sentences, and where their digits are."""

    images: Tensor  # (N, 1, 64, 64)
    words: Tensor  # (N, T) int64: what is to be written, EOS and then PAD at its end
    sentences: tuple[str, ...]
    digits: Tensor  # (N, 2) int64
    boxes: Tensor  # (N, 2, 4) px: left, top, right, bottom; all 0 where there is no second digit


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Varied:
    """B of the scenes, moved, with other contrast and noise."""

    images: Tensor  # (B, 1, 64, 64)
    moved: Tensor  # (B, 2) px to the right and down


class CellNames(nn.Module):
    """Says of each cell of the grid which digit is there, and where the digit's center is."""

    def __init__(self) -> None:
        """Build one linear layer for all cells."""
        super().__init__()
        self.name = nn.Linear(CHANNELS, NOTHING + 1)
        self.place = nn.Linear(CHANNELS, 2)

    def loss(self, cells: Tensor, names: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """Mean cross entropy of the names in nats, and mean distance of the places in cells.

        Args:
            cells: (B, L, channels) the grid.
            names: (B, L) int64: 0 to 9, NOTHING or UNASKED.
            places: (B, L, 2), in cells; asked only where a digit is named.
        """
        named = F.cross_entropy(
            self.name(cells).flatten(0, 1), names.flatten(), ignore_index=UNASKED
        )
        has_digit = (names >= 0) & (names < NOTHING)
        placed = F.smooth_l1_loss(self.place(cells)[has_digit], places[has_digit])
        return named, placed


class Taught(nn.Module):
    """A captioner, and what its encoder is asked beside the captions while it learns."""

    def __init__(self, model: Captioner, beside: CellNames) -> None:
        """Keep both."""
        super().__init__()
        self.model = model
        self.beside = beside


def examples(count: int, first: int = 0, *, training: bool = True) -> Examples:
    """Draw scenes of training digits, or of test digits."""
    drawn = scenes(count, first, training=training)
    sentences = tuple(s.sentence for s in drawn)
    return Examples(
        images=pictures(drawn),
        words=padded(map(nets.ids, sentences)),
        sentences=sentences,
        digits=torch.tensor([_two(s.labels) for s in drawn]),
        boxes=torch.from_numpy(np.stack([_two_boxes(s) for s in drawn])),
    )


def _two(labels: tuple[int, ...]) -> list[int]:
    return [*labels, *(0,) * (MOST - len(labels))]


def _two_boxes(shown: Scene) -> np.ndarray:
    boxes = np.zeros((MOST, 4), np.float32)
    boxes[: len(shown.boxes)] = shown.boxes
    return boxes


def job(net: CaptionNet, seed: int, steps: int | None = None) -> Job:
    """Return one captioner, how to train it, and how good it then is."""
    naming = replace(NAMING, seed=seed, steps=steps or NAMING.steps)
    spec = replace(SPEC, seed=seed, steps=steps or SPEC.steps)
    model = nets.build(net, seed)
    return Job(
        name=nets.entry(net),
        model=model,
        recipe=f"from random weights; first the encoder alone names the digit in each cell: "
        f"{told(naming)}; then captions with teacher forcing, the names and {PLACE:g} of the "
        f"digits' places beside them: {told(spec)}; {POOL} scenes of one or two slanted training "
        f"digits of viz_models/images/scenes.py, moved by up to {SHIFT} px, with other contrast "
        "and noise; kept as float16",
        spec=spec,
        train=lambda: _train_both(model, naming, spec),
        test=lambda: _tested(model),
        tested_on=f"{SCENES} {TESTED_ON}",
        half=True,
    )


def _train_both(model: Captioner, naming: FitSpec, spec: FitSpec) -> Iterator[StepRecord]:
    encoder, beside = _named(naming)
    model.encoder.load_state_dict(encoder)
    names = CellNames()
    names.load_state_dict(beside)
    yield from train(model, _pool(POOL), spec, names)


@cache
def _named(spec: FitSpec) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Train an encoder to name the digit in each cell; both captioners begin with it.

    Returns:
        Weights of the encoder, and of what names its cells.
    """
    taught = Taught(nets.build("attention", spec.seed), CellNames())
    shown, order = _pool(POOL), torch.Generator().manual_seed(spec.seed)
    model = taught.model
    model.encoder.to(memory_format=torch.channels_last)

    def measure(batch: Tensor) -> tuple[Tensor, float]:
        varied = vary(shown.images[batch], order)
        names, places = cell_names(shown.digits[batch], shown.boxes[batch], varied.moved)
        named, _ = taught.beside.loss(model.look_over(varied.images).cells, names, places)
        return named, 0.0

    for _record in fit(taught, _batches(len(shown.words), spec, order), measure, spec):
        pass
    return model.encoder.state_dict(), taught.beside.state_dict()


def train(
    model: Captioner, shown: Examples, spec: FitSpec, beside: CellNames | None = None
) -> Iterator[StepRecord]:
    """Train in place with teacher forcing, one record a step.

    Args:
        model: In training mode.
        shown: Scenes and sentences.
        spec: How long, how fast.
        beside: Asks the encoder for digits and places as well; None: the sentences alone.
    """
    model.encoder.to(memory_format=torch.channels_last)  # a fifth faster
    begun = torch.full((len(shown.words), 1), BOS)
    given = torch.cat([begun, shown.words[:, :-1]], 1)
    order = torch.Generator().manual_seed(spec.seed)

    def measure(batch: Tensor) -> tuple[Tensor, float]:
        words = shown.words[batch]
        longest = int((words != PAD).sum(1).max())
        varied = vary(shown.images[batch], order)
        grid = model.look_over(varied.images)
        logits = model.read(grid, given[batch, :longest])
        loss, accuracy = next_word(logits, words[:, :longest])
        if beside is not None:
            names, places = cell_names(shown.digits[batch], shown.boxes[batch], varied.moved)
            named, placed = beside.loss(grid.cells, names, places)
            loss = loss + named + PLACE * placed
        return loss, accuracy

    learner = model if beside is None else Taught(model, beside)
    return fit(learner, _batches(len(given), spec, order), measure, spec)


def _batches(count: int, spec: FitSpec, order: torch.Generator) -> Iterator[Tensor]:
    while True:
        yield from torch.randperm(count, generator=order).split(spec.batch_size)


def vary(images: Tensor, order: torch.Generator) -> Varied:
    """Move each of (N, 1, h, w) pictures by some px, and change its contrast and noise."""
    count, _, height, width = images.shape
    larger = F.pad(images, (SHIFT,) * 4, mode="replicate")
    top, left = torch.randint(2 * SHIFT + 1, (2, count, 1), generator=order)
    rows, columns = top + torch.arange(height), left + torch.arange(width)
    shifted = larger[torch.arange(count)[:, None, None], 0, rows[:, :, None], columns[:, None]]
    factors = 1 + CONTRAST * (2 * torch.rand(count, 1, 1, generator=order) - 1)
    noise = NOISE * torch.randn(shifted.shape, generator=order)
    return Varied(
        images=(shifted * factors + noise).clamp(0, 1)[:, None],
        moved=SHIFT - torch.cat([left, top], 1),
    )


def cell_names(digits: Tensor, boxes: Tensor, moved: Tensor) -> tuple[Tensor, Tensor]:
    """Say of each cell which digit is there, and where that digit's center is.

    A cell has a digit if its own center lies in the digit's box; the cell that holds the box's
    center always has it. A cell that only touches a box is not asked.

    Args:
        digits: (B, 2) int64.
        boxes: (B, 2, 4) px; a box of no size is no digit.
        moved: (B, 2) px by which the scenes were moved to the right and down.

    Returns:
        (B, L) int64 names: 0 to 9, NOTHING or UNASKED; and (B, L, 2) places in cells.
    """
    exists = (boxes[..., 2] > boxes[..., 0])[..., None]
    boxes = (boxes + moved.repeat(1, 2)[:, None]) / STRIDE
    at = torch.arange(GRID)
    cells = torch.cartesian_prod(at, at).flip(-1)  # (L, 2) column and row, row by row
    first, last = boxes[:, :, None, :2], boxes[:, :, None, 2:]  # (B, 2, 1, 2)
    centers = (first + last) / 2
    inside = ((first <= cells + 0.5) & (cells + 0.5 < last)).all(-1)
    inside |= (centers.floor() == cells).all(-1)
    inside &= exists
    touched = ((first < cells + 1) & (last > cells)).all(-1) & exists
    names = torch.full((len(digits), len(cells)), NOTHING)
    names[touched.any(1)] = UNASKED
    which = inside.int().argmax(1)  # (B, L) the first digit that is there
    names = torch.where(inside.any(1), digits.gather(1, which), names)
    places = centers[:, :, 0].gather(1, which[..., None].expand(-1, -1, 2))
    return names, places


@cache
def _pool(count: int) -> Examples:
    return examples(count)


def _tested(model: Captioner) -> float:
    unseen = examples(SCENES, training=False)
    return exact(model.eval(), unseen.images, unseen.sentences) / SCENES
