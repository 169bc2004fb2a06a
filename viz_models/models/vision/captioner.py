"""The captioner of the lessons on vision: a small CNN, and an LSTM that looks at its grid."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from viz_models.models import registry, weights
from viz_models.models.shelf import Shelf
from viz_models.models.vocabulary import BOS, EOS, PAD
from viz_models.records.vision.captions import CaptionNet
from viz_models.records.vision.scene import NAMES

WORDS = ("<pad>", "<bos>", "<eos>", "a", "an", "left", "of", "above", *NAMES)
LONGEST = 16  # words, with <eos>; nothing that it learned is longer
CHANNELS = 64  # of the grid
GRID = 8  # cells in each direction
STRIDE = 8  # px of the scene for a cell
HIDDEN, EMBEDDING = 64, 32
BLOCKS = ((3, 32, 2), (32, 48, 2), (48, 64, 1), (64, 96, 2), (96, CHANNELS, 1))


class Grid(NamedTuple):
    """What the encoder made of N scenes."""

    cells: Tensor  # (N, L, channels) row by row
    keys: Tensor | None  # (N, L, hidden) W a + b of every cell; None without attention


class Look(NamedTuple):
    """What was computed for one word, of N scenes with L cells."""

    scores: Tensor  # (N, L) before the softmax
    weights: Tensor  # (N, L) each row sums to 1
    context: Tensor  # (N, channels) the weighted sum of the grid
    h: Tensor  # (N, hidden) after the word before was read
    c: Tensor
    logits: Tensor  # (N, words) of the next word


class AdditiveScore(nn.Module):
    """How well each cell fits to what the LSTM knows: v · tanh(W a + U h + b).

    References:
        Bahdanau et al. 2014, appendix A.1.2, arXiv:1409.0473; Xu et al. 2015, eq. 4,
        arXiv:1502.03044.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        """Build with as many units inside as the state has."""
        super().__init__()
        self.of_cell = nn.Linear(channels, hidden)
        self.of_state = nn.Linear(hidden, hidden, bias=False)
        self.v = nn.Linear(hidden, 1, bias=False)

    def forward(self, keys: Tensor, h: Tensor) -> Tensor:
        """(N, L, hidden), which is W a + b of each cell, and (N, hidden) to (N, L)."""
        inside = keys + self.of_state(h)[:, None]
        scores: Tensor = self.v(inside.tanh())[..., 0]
        return scores


class Captioner(nn.Module):
    """Writes a sentence about a scene, word by word; every intermediate can be named.

    Without attention the score of every cell is 0, so that every word reads the mean of the grid.

    References:
        Xu et al. 2015, Show, attend and tell, section 3.1, arXiv:1502.03044; the deterministic
        "soft" attention of section 4.2, without its gate and without double stochasticity.
    """

    def __init__(self, *, attention: bool = True) -> None:
        """Build with torch's own initialization."""
        super().__init__()
        self.encoder = nn.Sequential(*(_block(*sizes) for sizes in BLOCKS))
        self.score = AdditiveScore(CHANNELS, HIDDEN) if attention else None
        self.first_h = nn.Linear(CHANNELS, HIDDEN)
        self.first_c = nn.Linear(CHANNELS, HIDDEN)
        self.embedding = nn.Embedding(len(WORDS), EMBEDDING, padding_idx=PAD)
        self.cell = nn.LSTMCell(EMBEDDING + CHANNELS, HIDDEN)
        self.words = nn.Linear(HIDDEN + CHANNELS + EMBEDDING, len(WORDS))

    def look_over(self, scenes: Tensor) -> Grid:
        """Turn (N, 1, 64, 64) pixels into a grid of 8x8 cells."""
        cells = self.encoder(with_places(scenes)).flatten(2).mT
        return Grid(cells, None if self.score is None else self.score.of_cell(cells))

    def start(self, grid: Grid) -> tuple[Tensor, Tensor]:
        """First h and c of the LSTM, from the mean of the grid."""
        mean = grid.cells.mean(1)
        return self.first_h(mean).tanh(), self.first_c(mean).tanh()

    def step(self, grid: Grid, word: Tensor, h: Tensor, c: Tensor) -> Look:
        """Look at the grid, read one word, and score the next one.

        Args:
            grid: Of the scenes.
            word: (N,) int64, the word before.
            h: (N, hidden) before that word is read, as c.
            c: The memory of the LSTM.
        """
        cells, keys = grid
        if self.score is None or keys is None:
            scores = cells.new_zeros(cells.shape[:2])
        else:
            scores = self.score(keys, h)
        shares = scores.softmax(-1)
        context = (shares[:, None] @ cells)[:, 0]
        read = self.embedding(word)
        h, c = self.cell(torch.cat([read, context], -1), (h, c))
        logits = self.words(torch.cat([h, context, read], -1))
        return Look(scores, shares, context, h, c, logits)

    def forward(self, scenes: Tensor, words: Tensor) -> Tensor:
        """(N, 1, 64, 64) and (N, T) ids that begin with BOS to (N, T, words) logits."""
        return self.read(self.look_over(scenes), words)

    def read(self, grid: Grid, words: Tensor) -> Tensor:
        """Score the next word after each of (N, T) ids that begin with BOS: (N, T, words)."""
        h, c = self.start(grid)
        logits = []
        for word in words.unbind(1):
            look = self.step(grid, word, h, c)
            h, c = look.h, look.c
            logits.append(look.logits)
        return torch.stack(logits, 1)

    def write(self, scenes: Tensor, limit: int = LONGEST) -> tuple[Tensor, list[Look]]:
        """Write greedily: always the likeliest word, until EOS.

        Args:
            scenes: (N, 1, 64, 64).
            limit: The most words.

        Returns:
            (N, T) int64 ids without BOS, PAD after an EOS; and what was computed for each of T.
        """
        grid = self.look_over(scenes)
        h, c = self.start(grid)
        word = torch.full((len(scenes),), BOS)
        done = torch.zeros(len(scenes), dtype=torch.bool)
        written: list[Tensor] = []
        looks: list[Look] = []
        while len(written) < limit and not done.all():
            look = self.step(grid, word, h, c)
            h, c = look.h, look.c
            word = look.logits.argmax(-1).masked_fill(done, PAD)
            done = done | (word == EOS)
            written.append(word)
            looks.append(look)
        return torch.stack(written, 1), looks


def _block(channels: int, out: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, out, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    )


def with_places(scenes: Tensor) -> Tensor:
    """Add two channels that say where each pixel is: row and column, from -1 to 1.

    References:
        Liu et al. 2018, CoordConv, arXiv:1807.03247.
    """
    count, _, height, width = scenes.shape
    rows = torch.linspace(-1, 1, height)[:, None].expand(height, width)
    columns = torch.linspace(-1, 1, width).expand(height, width)
    places = torch.stack([rows, columns]).expand(count, -1, -1, -1)
    return torch.cat([scenes, places], 1)


def ids(sentence: str) -> list[int]:
    """Return the ids of a sentence's words, EOS at the end; raise ValueError at another word."""
    return [*(WORDS.index(word) for word in sentence.split()), EOS]


def said(written: Sequence[int]) -> str:
    """Return the sentence of these ids, up to the first EOS."""
    words = list(written)
    end = words.index(EOS) if EOS in words else len(words)
    return " ".join(WORDS[i] for i in words[:end])


def entry(net: CaptionNet) -> str:
    """Return the name of a network's entry in pretrained/manifest.toml."""
    return {"attention": "captioner", "mean": "captioner_mean"}[net]


def build(net: CaptionNet = "attention", seed: int = 0) -> Captioner:
    """Build a fresh, untrained network of your own, in training mode; the same for the same seed.

    Raises:
        ValueError: If there is none of that name.
    """
    if net not in ("attention", "mean"):
        raise ValueError(f"unknown captioner {net!r}; choose attention, mean")
    with registry.seeded(seed):
        return Captioner(attention=net == "attention")


def captioner(net: CaptionNet = "attention") -> AbstractContextManager[Captioner]:
    """Lend a trained captioner: eval, frozen, and yours alone inside the block."""
    return _SHELF.take(net)


def _trained(net: str) -> Captioner:
    model = build(net)  # type: ignore[arg-type]
    model.load_state_dict(weights.load(entry(net)))  # type: ignore[arg-type]
    return model


_SHELF = Shelf(_trained)
