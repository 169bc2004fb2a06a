"""A text network that writes word by word: one new row at a time, the rest from KV caches."""

from dataclasses import dataclass

import torch
from torch import Tensor

from viz_models.analysis.attention.cache import KvCache, fill, read
from viz_models.models.transformer import LanguageModel, Layer, Translator, embed, may_look_at
from viz_models.models.vocabulary import BOS, EOS, MAX_TOKENS, PAD


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What one more word gave. B sentences, H heads, S source words."""

    logits: Tensor  # (B, words): scores of the word after it
    cross: tuple[Tensor, ...]  # (B, H, S) weights a layer; none in a language model


class Incremental:
    """Decoding with caches; the network is only read, so hold its lock while you step."""

    def __init__(
        self,
        model: Translator | LanguageModel,
        source: Tensor | None = None,
        *,
        batch: int = 1,
        room: int = MAX_TOKENS + 1,
    ) -> None:
        """Encode the source, whose keys and values are computed once and stay.

        Args:
            model: In eval mode.
            source: (B, S) int64 ids for a translator, ended by EOS, then PAD.
            batch: Sentences of a language model; a translator has as many as `source`.
            room: Words that can be written.

        Raises:
            ValueError: If a translator got no source.
        """
        self.model, self.room, self.written = model, room, 0
        self.layers = [layer for layer in model.decoder if isinstance(layer, Layer)]
        self.allowed: Tensor | None = None
        self.cross: list[KvCache] = []
        if isinstance(model, Translator):
            if source is None:
                raise ValueError("a translator needs a source to look at")
            batch = len(source)
            self._look_at(model, source)
        self.own = [KvCache(layer.self_attention, batch, room) for layer in self.layers]

    def _look_at(self, model: Translator, source: Tensor) -> None:
        self.allowed = may_look_at(source)
        _, memory = model.encode(embed(model.source_embedding, source), source)
        for layer in self.layers:
            assert layer.cross_attention is not None
            self.cross.append(KvCache(layer.cross_attention, *source.shape))
            fill(layer.cross_attention, memory, self.cross[-1])

    @property
    def nbytes(self) -> int:
        """Return the bytes of the keys and values of the words written so far, in all layers."""
        return sum(cache.nbytes for cache in self.own)

    @property
    def source_nbytes(self) -> int:
        """Return the bytes of the source's keys and values, the same for every word."""
        return sum(cache.nbytes for cache in self.cross)

    def step(self, ids: Tensor) -> Row:
        """Read one more word of each sentence.

        Args:
            ids: (B,) int64; BOS first.

        Returns:
            Scores of the word after it; equal to the last row of the network's whole pass.

        Raises:
            ValueError: If the caches are full.
        """
        table = self.model.target_embedding if self.cross else self.model.embedding
        assert isinstance(table, torch.nn.Embedding)
        x = embed(table, ids.unsqueeze(1), start=self.written)
        crossed = []
        for i, layer in enumerate(self.layers):
            normed = layer.self_norm(x)
            fill(layer.self_attention, normed, self.own[i])
            x = x + read(layer.self_attention, normed, self.own[i])[0]
            if layer.cross_norm is not None and layer.cross_attention is not None:
                normed = layer.cross_norm(x)
                output, weights = read(layer.cross_attention, normed, self.cross[i], self.allowed)
                crossed.append(weights)
                x = x + output
            x = x + layer.ffn_out(layer.ffn_in(layer.ffn_norm(x)).relu())
        self.written += 1
        logits = self.model.words(self.model.decoder_norm(x)).squeeze(1)
        return Row(logits, tuple(crossed))

    def select(self, rows: Tensor) -> None:
        """Let sentence i continue from what sentence rows[i] has read; some may fork or end."""
        for cache in (*self.own, *self.cross):
            cache.select(rows)
        if self.allowed is not None:
            self.allowed = self.allowed[rows]


@torch.no_grad()
def write(model: Translator, source: Tensor, limit: int = MAX_TOKENS) -> Tensor:
    """Translate greedily with caches; the words are those of `model.write`.

    Args:
        model: In eval mode.
        source: (B, S) int64 ids, ended by EOS, then PAD.
        limit: Words at most.

    Returns:
        (B, T) int64 ids without BOS; what follows an EOS is PAD.
    """
    decoder = Incremental(model, source, room=limit)
    word = torch.full((len(source),), BOS)
    done = torch.zeros(len(source), dtype=torch.bool)
    words: list[Tensor] = []
    while len(words) < limit and not done.all():
        word = decoder.step(word).logits.argmax(-1).masked_fill(done, PAD)
        words.append(word)
        done = done | (word == EOS)
    return torch.stack(words, dim=1)
