"""A small BERT: an encoder that guesses words which were taken out of two sentences."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from viz_models.models import registry, weights
from viz_models.models.shelf import Shelf
from viz_models.models.transformer import (
    Layer,
    LayerPass,
    TransformerConfig,
    embed,
    embedding,
    may_look_at,
)
from viz_models.models.vocabulary import BOS, ENGLISH, EOS, SPECIAL

CLS, SEP, MASK = BOS, EOS, len(ENGLISH)  # [MASK] is read, but never guessed
FIRST_WORD = len(SPECIAL)  # ids from here to MASK - 1 are the words of the grammar
FOLLOWS = 0  # index of "B follows A" in the next-sentence output, as in Hugging Face's models
MAX_TOKENS = 64  # columns, [CLS] and [SEP] counted; training pairs have at most 33
CONFIG = TransformerConfig(d_model=48, num_heads=4, num_kv_heads=4, layers=2, hidden=96)


class MaskedPass(NamedTuple):
    """What the network computed for B pairs of sentences of T tokens."""

    layers: tuple[LayerPass, ...]
    hidden: Tensor  # (B, T, d_model) after the last norm
    logits: Tensor  # (B, T, words): row t scores the words for place t
    follows: Tensor  # (B, 2): index 0 says that the second sentence follows the first one


class MaskedModel(nn.Module):
    """An encoder that scores every word for every place, and whether two sentences belong together.

    Its output layer has weights of its own. BERT uses the rows of the embedding again, which makes
    an untrained network already say the word that it reads; here only training can teach that.

    References:
        Devlin et al. 2018, section 3.1, arXiv:1810.04805; but with the norms before each part.
    """

    def __init__(self, config: TransformerConfig = CONFIG) -> None:
        """Build the network with torch's own initialization."""
        super().__init__()
        self.config = config
        self.embedding = embedding(MASK + 1, config.d_model)
        self.positions = nn.Embedding(MAX_TOKENS, config.d_model)
        self.segments = nn.Embedding(2, config.d_model)
        for small in (self.positions, self.segments):
            nn.init.normal_(small.weight, std=0.1)
        self.encoder = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.encoder_norm = nn.LayerNorm(config.d_model)
        self.words = nn.Linear(config.d_model, MASK)
        self.next_sentence = nn.Linear(config.d_model, 2)

    def encode(self, ids: Tensor, segments: Tensor) -> tuple[tuple[LayerPass, ...], Tensor]:
        """Return the layers, and what they make of every token: (B, T, d_model).

        Args:
            ids: (B, T) int64: [CLS] a [SEP] b [SEP], then PAD, which no query may look at.
            segments: (B, T) int64, 0 up to the first [SEP], then 1.
        """
        words = embed(self.embedding, ids, positions=False)
        x, steps = words + self.positions.weight[: ids.size(1)] + self.segments(segments), []
        for layer in self.encoder:
            assert isinstance(layer, Layer)
            step = layer.run(x, may_look_at(ids))
            steps.append(step)
            x = step.output
        return tuple(steps), self.encoder_norm(x)

    def run(self, ids: Tensor, segments: Tensor) -> MaskedPass:
        """Return a whole pass with everything it computed; the arguments are those of `encode`."""
        layers, hidden = self.encode(ids, segments)
        return MaskedPass(layers, hidden, self.words(hidden), self.next_sentence(hidden[:, 0]))

    def forward(self, ids: Tensor, segments: Tensor) -> Tensor:
        """(B, T) ids and segments to (B, T, words) logits."""
        return self.run(ids, segments).logits


class Rows(NamedTuple):
    """Pairs of sentences as the network reads them."""

    ids: Tensor  # (B, T) int64
    segments: Tensor  # (B, T) int64


def rows(pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> Rows:
    """Put [CLS] and [SEP] around pairs of sentences, and PAD behind the shorter ones.

    Args:
        pairs: Word ids of both sentences; an empty second one leaves out its [SEP] too.
    """
    ids = [[CLS, *a, SEP, *b, *([SEP] if b else [])] for a, b in pairs]
    width = max(map(len, ids))
    read = torch.zeros(len(ids), width, dtype=torch.int64)
    segments = torch.zeros_like(read)
    for i, ((a, _), row) in enumerate(zip(pairs, ids, strict=True)):
        read[i, : len(row)] = torch.tensor(row)
        segments[i, len(a) + 2 : len(row)] = 1
    return Rows(read, segments)


def build(seed: int = 0) -> MaskedModel:
    """Build an untrained network of your own, in training mode; equal for equal seeds."""
    with registry.seeded(seed):
        return MaskedModel()


@contextmanager
def trained(name: str) -> Iterator[MaskedModel]:
    """One of the shipped networks: eval, frozen, and yours alone inside the block."""
    with _SHELF.take(name) as model:
        yield model


def _trained(name: str) -> MaskedModel:
    model = build()
    model.load_state_dict({key: value.float() for key, value in weights.load(name).items()})
    return model


_SHELF: Shelf[MaskedModel] = Shelf(_trained)
